import { CommanderError } from 'commander'
import { writeError } from './explained.js'
import { EXIT_CODE, FindingFailure, UsageFailure } from './failure.js'
import { type Io, writeLine } from './io.js'
import { createProgram } from './program.js'

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

/** Where nobody reads on, as behind `| head`, what is still written goes nowhere, and that is no failure. */
function outliveReader(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

function processIo(): Io {
  return {
    stdout: outliveReader(process.stdout),
    stderr: outliveReader(process.stderr),
    // Opened only by the command that reads it.
    get stdin() {
      return process.stdin
    },
    directory: process.cwd(),
  }
}
