import { toFailure, type StoredFailure } from '@signet/core'

/** What a client is told of a step or a run that failed. */
interface ToldFailure {
  readonly name: string
  readonly message: string
  readonly code: 'step_failed'
}

const UNTOLD = 'The step failed. The log of the server says why.'

/** A failure as the wire shows it: its message only where that was written to be told. */
export function tellFailure({ name, message, isTold }: StoredFailure): ToldFailure {
  return isTold
    ? { name, message, code: 'step_failed' }
    : { name: 'Error', message: UNTOLD, code: 'step_failed' }
}

/** The same of an error, whether it was thrown in this process or stored by another one. */
export function tellError(error: unknown): ToldFailure {
  return tellFailure(toFailure(error))
}
