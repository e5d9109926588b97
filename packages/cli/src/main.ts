import { CommanderError } from 'commander'
import { writeError } from './fault/explained.js'
import { EXIT_CODE, FindingFailure, UsageFailure } from './failure.js'
import { type Io, writeLine } from './terminal/io.js'
import { outliveReader } from './terminal/output.js'
import { createProgram } from './program.js'

/** Whether these arguments start a server. */
export function isServer([command]: readonly string[]): boolean {
  return command === 'start' || command === 'dev'
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
    if (!(error instanceof FindingFailure)) writeError(io.stderr, error, 'error: ')
    return EXIT_CODE.failure
  }
}

function processIo(): Io {
  return {
    stdout: outliveReader(process.stdout),
    stderr: outliveReader(process.stderr),
    // A getter, so that standard input is opened only by a command that reads it.
    get stdin() {
      return process.stdin
    },
    directory: process.cwd(),
  }
}
