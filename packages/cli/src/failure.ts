/** How a command ends, as the shell sees it. */
export const EXIT_CODE = { success: 0, failure: 1, usage: 2 } as const

/** A command cannot do what it was asked to. The message says why, and what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

/** A command has printed what it found, and that is not a success. Nothing is left to say. */
export class FindingFailure extends Error {
  override readonly name = 'FindingFailure'
}

/** A flag has a value that it cannot have. The message names the flag. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure'
}
