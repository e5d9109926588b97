/** A program that a step ran has failed. The message says what to do. */
export class StepFailure extends Error {
  constructor(message: string, output: string)
  /** What the program said. */
  readonly output: string
}

/** Runs a script of Node without showing what it prints. Resolves to what it printed. */
export function runQuietly(
  args: readonly string[],
  options: { readonly cwd: string; remedyOf(output: string): string },
): Promise<string>
