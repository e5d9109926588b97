import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Violation } from '../fuzzer.js'
import type { ServerFacts, ServerReady } from './facts.js'

/** How long a server may take for what it is asked, on a machine that does much else. */
const ANSWER_MS = 60_000
const MAX_OUTPUT = 4000

type Message = ServerFacts | ServerReady

/** A server that is tried, as a process of its own, so that its end ends nothing else. */
export class ServerChild {
  readonly #program: string
  readonly #settings: object
  #child: ChildProcess | undefined
  #starting: Promise<void> | undefined
  #port = 0
  #starts = 0
  #end: object = {}
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

  /** How often it was started. */
  get starts(): number {
    return this.#starts
  }

  async start(): Promise<void> {
    this.#starts++
    const child = fork(this.#program, [JSON.stringify(this.#settings)], {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#output = ''
    child.stderr?.on('data', (text: Buffer) => {
      this.#output = (this.#output + text.toString()).slice(-MAX_OUTPUT)
    })
    this.#port = (await this.#next(child, 'ready')).port
  }

  /**
   * @param starts - how often it had been started before it was asked for something
   * @throws {Violation} where it has ended since, once it is started again
   */
  async requireAlive(starts: number): Promise<void> {
    const child = this.#child
    const isEnded = child !== undefined && (child.exitCode !== null || child.signalCode !== null)
    if (isEnded && this.#starting === undefined) {
      // All who asked it for something find it ended; one of them starts it.
      this.#starting = this.#startAgain(child).finally(() => (this.#starting = undefined))
    }
    await this.#starting
    // Any of those who were asking may have ended it: each is found, and tried again alone.
    if (this.#starts !== starts) throw new Violation('the server goes on', { ...this.#end })
  }

  async #startAgain(child: ChildProcess): Promise<void> {
    // What it said last may still be on its way.
    if (child.stderr?.closed === false) await once(child.stderr, 'close')
    this.#end = { exitCode: child.exitCode, signal: child.signalCode, output: this.#output }
    await this.start()
  }

  async facts(): Promise<ServerFacts> {
    await this.requireAlive(this.#starts)
    const child = this.#child
    if (child === undefined) throw new Error('The server was not started.')
    child.send('facts')
    return await this.#next(child, 'facts')
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async #next<Kind extends Message['kind']>(
    child: ChildProcess,
    kind: Kind,
  ): Promise<Extract<Message, { readonly kind: Kind }>> {
    const ended = new AbortController()
    const onExit = () => ended.abort()
    child.once('exit', onExit)
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(ANSWER_MS)])
    const isAsked = (message: Message): message is Extract<Message, { readonly kind: Kind }> =>
      message.kind === kind
    try {
      for (;;) {
        const [message] = (await once(child, 'message', { signal })) as [Message]
        if (isAsked(message)) return message
      }
    } catch {
      throw new Violation('the server tells of itself', { output: this.#output })
    } finally {
      child.off('exit', onExit)
    }
  }
}
