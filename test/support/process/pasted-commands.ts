import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './root.js'
import type { CommandResult } from './signet-process.js'

const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')

/** Runs the commands of a page as its reader pastes them into bash. */
export class PastedCommands {
  /** The environment. In its PATH, `npx` is a program that starts this repository's signet. */
  readonly env: Readonly<Record<string, string>>
  readonly #folder: string

  /**
   * @param folder - where the commands run; a folder `bin` is made in it
   * @param env - variables beside PATH. Default: none
   */
  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    this.#folder = folder
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${COMMAND}" "$@"\n`
    writeFileSync(join(bin, 'npx'), npx, { mode: 0o755 })
    const PATH = `${bin}:${dirname(process.execPath)}:${process.env['PATH']}`
    this.env = { ...env, PATH }
  }

  /** Runs commands to their end, or to the first one that fails. */
  run(code: string, cwd: string = this.#folder): Promise<CommandResult> {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', code], {
      cwd,
      env: this.env,
      // A bash whose input is a socket reads the files of its user, as for a remote shell.
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()))
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, ...output }))
    })
  }
}
