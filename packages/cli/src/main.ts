import { CommanderError } from 'commander'
import { isExplained } from './explained.js'
import { EXIT_CODE, FindingFailure, UsageFailure } from './failure.js'
import { type Io, writeLine } from './io.js'
import { createProgram } from './program.js'

function explain(error: unknown): string {
  if (isExplained(error)) return `error: ${error.message}`
  return error instanceof Error
    ? `error: ${error.stack ?? error.message}`
    : `error: ${String(error)}`
}

/**
 * Runs the command line.
 * @returns the exit code: 0 for success, 1 where a command failed, 2 where it was not understood
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' })
    return EXIT_CODE.success
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT_CODE.success : EXIT_CODE.usage
    }
    if (error instanceof UsageFailure) {
      writeLine(io.stderr, `error: ${error.message}`)
      return EXIT_CODE.usage
    }
    if (!(error instanceof FindingFailure)) writeLine(io.stderr, explain(error))
    return EXIT_CODE.failure
  }
}

function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    // Opened only by the command that reads it.
    get stdin() {
      return process.stdin
    },
    directory: process.cwd(),
  }
}
