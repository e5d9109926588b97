import { ConfigurationError } from '@signet/auth'
import { RegistrationError } from '@signet/core'
import { StartError } from '@signet/server'
import { CommandFailure } from './failure.js'

/** An error whose message is meant for the person at the terminal; of any other the stack helps too. */
export type ExplainedError = CommandFailure | StartError | ConfigurationError | RegistrationError

/** Whether the message of an error says all. */
export function isExplained(error: unknown): error is ExplainedError {
  return (
    error instanceof CommandFailure ||
    error instanceof StartError ||
    ConfigurationError.isInstance(error) ||
    RegistrationError.isInstance(error)
  )
}
