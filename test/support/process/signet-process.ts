import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from './root.js'

const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')

/** Whatever a developer's `.env` says, tests ask no model of theirs. */
const OFFLINE = { MODEL: 'signet/rehearsal', OPENAI_API_KEY: '', OPENAI_BASE_URL: '' }

/** Longer than any test file takes. */
const MAX_RUN_MS = 15 * 60_000

/** How a process of the command line is started. */
export interface SpawnOptions {
  readonly cwd?: string
  /** Replaces the environment, but for what every process needs. */
  readonly env?: Readonly<Record<string, string>>
  /** What runs, and its first arguments. Default: this repository's signet, on the Node of the tests. */
  readonly command?: readonly [string, ...string[]]
  /** What is piped in. Default: nothing. */
  readonly input?: string
}

/** What a finished command came to. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs; its output is kept as it comes. */
export class SignetProcess {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  /** The process itself has ended. A process that it began may still have its output. */
  readonly #exited: Promise<unknown>
  /** It has ended, and so has whatever else had its output. */
  readonly #ended: Promise<number | null>
  /** Tells of new output, and of the end. */
  readonly #progress = new EventEmitter()

  constructor(args: readonly string[], options: SpawnOptions = {}) {
    const { PATH, SystemRoot } = process.env
    const [command, ...first] = options.command ?? [process.execPath, COMMAND]
    this.child = spawn(command, [...first, ...args], {
      cwd: options.cwd ?? ROOT,
      env: { PATH, SystemRoot, ...OFFLINE, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.child.stdin?.end(options.input)
    this.child.stdout?.on('data', (data: Buffer) => this.#append({ stdout: data.toString() }))
    this.child.stderr?.on('data', (data: Buffer) => this.#append({ stderr: data.toString() }))
    // Also where no test waits for it with a limit of its own.
    const limit = setTimeout(() => this.child.kill('SIGKILL'), MAX_RUN_MS).unref()
    this.child.once('exit', () => clearTimeout(limit))
    this.#exited = once(this.child, 'exit')
    this.#ended = once(this.child, 'close').then(() => {
      this.#progress.emit('change')
      return this.child.exitCode
    })
  }

  #append({ stdout = '', stderr = '' }): void {
    this.stdout += stdout
    this.stderr += stderr
    this.#progress.emit('change')
  }

  /** Waits until the output shows something. @throws when the command ends without */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
      if (match !== null) return match
      if (this.child.exitCode !== null) {
        throw new Error(`signet ended with ${this.child.exitCode}:\n${this.stdout}${this.stderr}`)
      }
      await once(this.#progress, 'change')
    }
  }

  async ended(): Promise<CommandResult> {
    const code = await this.#ended
    return { code, stdout: this.stdout, stderr: this.stderr }
  }

  /**
   * Asks the command to end, and waits until it has: with whatever it began, which an orderly end leaves nothing of.
   * A command that is killed cannot see to that.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<CommandResult> {
    this.child.kill(signal)
    if (signal !== 'SIGKILL') return this.ended()
    await this.#exited
    this.child.stdout?.destroy()
    this.child.stderr?.destroy()
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr }
  }
}

/** Runs a command to its end. */
export async function runSignet(
  args: readonly string[],
  options?: SpawnOptions,
): Promise<CommandResult> {
  return new SignetProcess(args, options).ended()
}

/** A development server, what it printed, and how to stop it. */
export interface DevServer {
  readonly url: string
  readonly token: string
  readonly process: SignetProcess
}

/** Starts `signet dev` on a free port and waits until it is ready. */
export async function startDev(
  directory: string,
  options: SpawnOptions & { readonly flags?: readonly string[] } = {},
): Promise<DevServer> {
  const { flags = [] } = options
  const process = new SignetProcess(['dev', '--dir', directory, '--port', '0', ...flags], options)
  await process.waitFor(/^Ready in/m)
  const [, url = ''] = await process.waitFor(/Server +(http:\S+)/)
  const [, token = ''] = await process.waitFor(/Bearer ([\w.-]+)/)
  return { url, token, process }
}
