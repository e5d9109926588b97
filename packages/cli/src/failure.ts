/** How a command ends, as the shell sees it. */
export const EXIT_CODE = { success: 0, failure: 1, usage: 2 } as const

/** A command failed. The message says why, and what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

/** A command printed findings that make it fail. There is no further message. */
export class FindingFailure extends Error {
  override readonly name = 'FindingFailure'
}

/** A flag has an invalid value. The message names the flag. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure'
}
