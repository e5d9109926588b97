import { maskSecrets, toldMessage, type LogFields, type Logger, type LogLevel } from '@signet/core'
import type { OptionNames } from '@signet/auth'
import { isObject, refuseUnknown } from '@signet/auth/internal'
import { pino, type DestinationStream } from 'pino'
import { StartError } from '../error/error.js'
import { standardOutput } from '../observe/log/log-output.js'

/** Names of fields that can hold a credential; what they hold is never written. */
export const SECRET_FIELDS: readonly string[] = [
  'authorization',
  'token',
  'secret',
  'apiKey',
  'key',
  'password',
  'cookie',
]

/** How a server logs. */
export interface LoggerOptions {
  /** Least level that is written: debug, info, warn, error, silent, in small or capital letters. Default: `LOG_LEVEL`, then `info`. */
  readonly level?: string | undefined
  /**
   * Default: standard error, so that standard output stays for what was asked for. Where that cannot be written, lines
   * wait up to 1 MiB, and are then lost and counted.
   */
  readonly destination?: DestinationStream | undefined
}

const OPTIONS: OptionNames<LoggerOptions> = { level: true, destination: true }

/** How many causes of an error are written. */
const MAX_CAUSES = 5

/** The levels that can be asked for. */
const LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error', 'silent'])

/** Members that tell in constant words what failed, such as the class and the code of a storage fault. */
const TOLD = ['code', 'fault', 'driverCode'] as const

function readTold(error: Error): LogFields {
  const told: Record<string, string> = {}
  for (const name of TOLD) {
    const value: unknown = Reflect.get(error, name)
    if (typeof value === 'string') told[name] = value
  }
  return told
}

/** A stack begins with the message; where that is long, the rest is to be read all the same. */
function describeStack(stack: string, message: string, told: string): string {
  const start = stack.indexOf(message)
  if (start === -1) return maskSecrets(stack)
  const rest = stack.slice(start + message.length)
  return `${maskSecrets(stack.slice(0, start))}${told}${maskSecrets(rest)}`
}

/** What is written of an error: none of its other members, which may be prompts, answers or keys. */
export function describeError(error: unknown, causes: number = MAX_CAUSES): LogFields {
  if (!(error instanceof Error)) {
    return {
      type: typeof error,
      ...(typeof error === 'string' && { message: maskSecrets(error) }),
    }
  }
  const { name, stack, cause } = error
  const message = toldMessage(error)
  return {
    type: name,
    message,
    ...readTold(error),
    stack: stack && describeStack(stack, error.message, message),
    ...(cause !== undefined && causes > 0 && { cause: describeError(cause, causes - 1) }),
  }
}

const NOTHING: LogFields = Object.freeze({})

/** Fields as pino takes them, and whether one of them holds others, that may be credentials. */
function readFields(fields: LogFields = NOTHING): { readonly told: LogFields; isDeep: boolean } {
  if (fields['error'] === undefined) return { told: fields, isDeep: holdsObjects(fields) }
  const { error, ...rest } = fields
  return { told: { ...rest, err: error }, isDeep: holdsObjects(rest) }
}

function holdsObjects(fields: LogFields): boolean {
  for (const name in fields) {
    const value = fields[name]
    if (isObject(value)) return true
  }
  return false
}

/**
 * Makes the logger of a server: JSON lines by pino, credentials redacted by the names of their fields.
 * @throws {StartError} `option_invalid` for a level that is not known
 * @throws {ConfigurationError} `option_unknown`
 * @example
 * ```typescript
 * import { createLogger } from '@signet/server'
 *
 * createLogger({ level: 'info' }).info('The shop is open.', { shop: 'harbour' })
 * ```
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  refuseUnknown('createLogger', options, OPTIONS)
  const level = (options.level ?? (process.env['LOG_LEVEL'] || 'info')).toLowerCase()
  if (!LEVELS.has(level)) {
    throw new StartError(
      'option_invalid',
      `The log level ${JSON.stringify(level)} is not known. Set LOG_LEVEL to ${[...LEVELS].join(', ')}.`,
    )
  }
  const destination = options.destination ?? standardOutput(2)
  const create = (redact: string[]) =>
    pino(
      { level, serializers: { err: (error: unknown) => describeError(error) }, redact },
      destination,
    )
  const flat = create([...SECRET_FIELDS])
  // To look for names below the first costs ten times what a line of plain fields does.
  const deep = create(SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]))
  const write =
    (level: LogLevel): Logger[LogLevel] =>
    (message, fields) => {
      if (!flat.isLevelEnabled(level)) return
      const { told, isDeep } = readFields(fields)
      const logger = isDeep ? deep : flat
      logger[level](told, message)
    }
  return {
    isEnabled: (level) => flat.isLevelEnabled(level),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}
