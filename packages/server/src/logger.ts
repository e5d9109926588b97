import type { LogFields, Logger } from '@signet/core'
import { pino, type DestinationStream } from 'pino'
import { StartError } from './error.js'

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
  /** Least level that is written: debug, info, warn, error, silent. Default: `LOG_LEVEL`, then `info`. */
  readonly level?: string
  /** Default: standard error, so that standard output stays for what was asked for. */
  readonly destination?: DestinationStream
}

/** How many causes of an error are written. */
const MOST_CAUSES = 5

/** The levels that can be asked for. */
const LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error', 'silent'])

/** What is written of an error: none of its other members, which may be prompts, answers or keys. */
export function describeError(error: unknown, causes: number = MOST_CAUSES): LogFields {
  if (!(error instanceof Error)) {
    return { type: typeof error, ...(typeof error === 'string' && { message: error }) }
  }
  const { name, message, stack, cause } = error
  const code: unknown = Reflect.get(error, 'code')
  return {
    type: name,
    message,
    ...(typeof code === 'string' && { code }),
    stack,
    ...(cause !== undefined && causes > 0 && { cause: describeError(cause, causes - 1) }),
  }
}

function withError(fields: LogFields = {}): LogFields {
  const { error, ...rest } = fields
  return error === undefined ? rest : { ...rest, err: error }
}

/**
 * Makes the logger of a server: JSON lines by pino, credentials redacted by the names of their fields.
 * @throws {StartError} `option_invalid` for a level that is not known
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const level = options.level ?? (process.env['LOG_LEVEL'] || 'info')
  if (!LEVELS.has(level)) {
    throw new StartError(
      'option_invalid',
      `The log level ${JSON.stringify(level)} is not known. Set LOG_LEVEL to ${[...LEVELS].join(', ')}.`,
    )
  }
  const logger = pino(
    {
      level,
      serializers: { err: (error: unknown) => describeError(error) },
      redact: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    },
    options.destination ?? pino.destination(2),
  )
  return {
    isEnabled: (level) => logger.isLevelEnabled(level),
    debug: (message, fields) => logger.debug(withError(fields), message),
    info: (message, fields) => logger.info(withError(fields), message),
    warn: (message, fields) => logger.warn(withError(fields), message),
    error: (message, fields) => logger.error(withError(fields), message),
  }
}
