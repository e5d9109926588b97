import { AuthError } from '@signet/auth'
import { toldDatabaseFault } from './database-fault.js'
import { AnswerError } from '../error.js'
import type { LogFields, Logger } from '../log/logger.js'
import { storageFault } from './storage-fault.js'
import { ModelError } from './model-error.js'
import { maskSecrets } from './secret-mask.js'

/** How many errors of a chain are told, and how many characters of each. */
const MAX_CAUSES = 3
const MAX_CHARACTERS = 600

/** Errors of the AI SDK whose message quotes what a model said, by their names. */
const QUOTING: Readonly<Record<string, string>> = {
  AI_JSONParseError: 'The response of the model’s server is not JSON.',
  AI_TypeValidationError:
    'The response of the model’s server does not have the form that its package expects.',
  AI_InvalidResponseDataError: 'The response of the model’s server is incomplete.',
}

/**
 * The message of an error as it may be logged: its first 4,000 characters, without secrets, and without what a model said
 * or a query has.
 */
export function toldMessage(error: Error): string {
  const { name, message } = error
  const told = Object.hasOwn(QUOTING, name) ? QUOTING[name] : undefined
  return told ?? toldDatabaseFault(error) ?? maskSecrets(message)
}

/** The error behind an error, where the first says no more than that something failed. */
function unwrap(error: unknown): unknown {
  if (AnswerError.isInstance(error)) return error.cause ?? error
  // Of several tries the last one says what is wrong now.
  const last: unknown =
    error instanceof Error && error.name === 'AI_RetryError'
      ? Reflect.get(error, 'lastError')
      : undefined
  return last ?? error
}

function rootOf(error: unknown): unknown {
  let root = error
  for (let depth = 0; depth < MAX_CAUSES; depth++) root = unwrap(root)
  return root
}

function line(error: Error): string {
  return toldMessage(error).replaceAll(/\s+/g, ' ').trim().slice(0, MAX_CHARACTERS)
}

/**
 * Why something failed, in one line for people who run the server: what the errors behind it say, without secrets. Nothing
 * where they say nothing.
 */
export function causeOf(error: unknown): string | undefined {
  const told: string[] = []
  let next = rootOf(error)
  // An error may be a cause of itself.
  for (let depth = 0; depth < MAX_CAUSES && next instanceof Error; depth++) {
    const text = line(next)
    if (text !== '' && !told.some((each) => each.includes(text))) told.push(text)
    // What is behind a fault of a storage is the driver's, which may quote what was to be stored.
    if (storageFault(next) !== undefined || isKeyFault(next)) break
    next = unwrap(next.cause)
  }
  return told.length === 0 ? undefined : told.join(' Caused by: ')
}

/** That keys cannot be had says its error in whole, with the address and what to do. */
function isKeyFault(error: unknown): boolean {
  return AuthError.isInstance(error) && error.code === 'keys_unavailable'
}

/** Whether the message of an error says it all: its stack only shows where a model or an issuer is asked. */
function isExplained(error: unknown): boolean {
  const root = rootOf(error)
  if (ModelError.isInstance(root) || isKeyFault(root)) return true
  return root instanceof Error && root.name.startsWith('AI_')
}

/**
 * Tells the log of a failure: its cause first, then the error with its stack. Where the stack would say nothing more, it is
 * told at the level `debug`.
 */
export function logFailure(logger: Logger, why: string, fields: LogFields, error: unknown): void {
  const told = { cause: causeOf(error), ...fields }
  if (!isExplained(error)) {
    logger.error(why, { ...told, error })
    return
  }
  logger.error(why, told)
  logger.debug(why, { ...fields, error })
}
