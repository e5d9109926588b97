import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Violation } from '../fuzzer.js'
import type { ServerFacts, ServerReady } from './facts.js'

/** How long a server may take for what it is asked, on a machine that does much else. */
const ANSWER_MS = 60_000
const MAX_OUTPUT = 4000

/** A server that is tried, as a process of its own, so that its end ends nothing else. */
export class ServerChild {
  readonly #program: string
  readonly #settings: object
  #child: ChildProcess | undefined
  #starting: Promise<void> | undefined
  #port = 0
  #output = ''

  /**
   * @param program - the file that is started
   * @param settings - what it is given as JSON
   */
  constructor(program: string, settings: object = {}) {
    this.#program = program
    this.#settings = settings
  }

  /** Where it listens; another one once it was started again. */
  get port(): number {
    return this.#port
  }

  async start(): Promise<void> {
    const child = fork(this.#program, [JSON.stringify(this.#settings)], {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#output = ''
    child.stderr?.on('data', (text: Buffer) => {
      this.#output = (this.#output + text.toString()).slice(-MAX_OUTPUT)
    })
    const [ready] = (await this.#next(child)) as [ServerReady]
    this.#port = ready.port
  }

  /** @throws {Violation} where the server has ended, once it is started again */
  async requireAlive(): Promise<void> {
    const child = this.#child
    if (child === undefined || (child.exitCode === null && child.signalCode === null)) return
    const facts = { exitCode: child.exitCode, signal: child.signalCode, output: this.#output }
    // All lanes find it ended; one starts it.
    this.#starting ??= this.start().finally(() => (this.#starting = undefined))
    await this.#starting
    throw new Violation('the server goes on', facts)
  }

  /** @throws {Violation} */
  async facts(): Promise<ServerFacts> {
    await this.requireAlive()
    const child = this.#child
    if (child === undefined) throw new Error('The server was not started.')
    child.send('facts')
    const [facts] = (await this.#next(child)) as [ServerFacts]
    return facts
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async #next(child: ChildProcess): Promise<unknown[]> {
    const ended = new AbortController()
    const onExit = () => ended.abort()
    child.once('exit', onExit)
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(ANSWER_MS)])
    try {
      return await once(child, 'message', { signal })
    } catch {
      throw new Violation('the server tells of itself', { output: this.#output })
    } finally {
      child.off('exit', onExit)
    }
  }
}
