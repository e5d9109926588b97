import { ScopeError } from '@signet/auth'
import { InputError, ToolError } from '../error.js'
import { RunTooLargeError } from './record-store.js'
import type { StoredFailure } from './snapshot.js'

/** An error that was stored. `toJSON` gives what was kept of it. */
export class StepError extends Error {
  override readonly name: string
  readonly isTold: boolean

  constructor({ name, message, isTold }: StoredFailure) {
    super(message)
    this.name = name
    this.isTold = isTold
  }

  toJSON(): { readonly name: string; readonly message: string } {
    return { name: this.name, message: this.message }
  }
}

/** What of an error a run keeps. */
export function toFailure(error: unknown): StoredFailure {
  if (!(error instanceof Error)) {
    return {
      name: 'Error',
      message: typeof error === 'string' ? error : 'Something was thrown that is no error.',
      isTold: false,
    }
  }
  return { name: error.name, message: error.message, isTold: isTold(error) }
}

function isTold(error: Error): boolean {
  if (error instanceof StepError) return error.isTold
  return ToolError.isInstance(error) || InputError.isInstance(error) || ScopeError.isInstance(error)
}

/** Whether another attempt would fail in the same way. */
export function isFinal(error: unknown): boolean {
  return (
    error instanceof RunTooLargeError ||
    InputError.isInstance(error) ||
    ScopeError.isInstance(error)
  )
}
