import { spawn } from 'node:child_process'

/** A program that a step ran has failed. The message says what to do; `output` is what the program said. */
export class StepFailure extends Error {
  constructor(message, output) {
    super(message)
    this.output = output
  }
}

/** Signals that end this process, and with it what it runs. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** What a program said last is enough to see why it failed. */
const KEPT = 64 * 1024

/**
 * Runs a script of Node without showing what it prints.
 * @param {readonly string[]} args
 * @param {{ cwd: string, remedyOf(output: string): string }} options - `remedyOf` says what to do where it fails
 * @returns {Promise<string>} what it printed
 * @throws {StepFailure} where it fails
 */
export async function runQuietly(args, { cwd, remedyOf }) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const end = (signal) => {
    child.kill(signal)
    process.exit(130)
  }
  for (const signal of SIGNALS) process.once(signal, end)
  let output = ''
  const note = (data) => {
    output = (output + data).slice(-KEPT)
  }
  child.stdout.setEncoding('utf8').on('data', note)
  child.stderr.setEncoding('utf8').on('data', note)
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject).once('close', resolve)
    })
    if (code !== 0) throw new StepFailure(remedyOf(output), output)
    return output
  } finally {
    for (const signal of SIGNALS) process.off(signal, end)
  }
}
