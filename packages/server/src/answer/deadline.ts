import { waitAtMost } from '@signet/auth/internal'
import { RequestError } from '../error/error.js'
import type { Incoming } from '../http/incoming.js'

/** How long work that is broken off may take to end, in milliseconds. */
const SETTLE_MS = 1000

/** What a signal fires with once nothing more is wanted: one for all, because a stack costs more than many an answer. */
const STOPPED = new DOMException('Nothing more of the answer is wanted.', 'AbortError')

type Listener = (error: Error) => void

/** Whose answer a deadline is for. */
type Client = Pick<Incoming, 'signal' | 'isClientGone'>

/**
 * How long the answer to one request may take, and what stops when it is over. Its time begins when it is made.
 *
 * A timer of its own, because a signal of `AbortSignal.timeout` that only `AbortSignal.any` refers to
 * is collected as garbage in Node.js 20, and then never fires.
 */
export class Deadline {
  readonly #client: Client
  readonly #timer: NodeJS.Timeout
  readonly #listeners = new Set<Listener>()
  #controller: AbortController | undefined
  #failure: Error | undefined
  #isClientGone = false
  #outlivesClient = false

  /** @param ms - how long the answer may take, in milliseconds */
  constructor(client: Client, ms: number) {
    this.#client = client
    this.#timer = setTimeout(expire, ms, this, ms).unref()
  }

  /** Why the answer was broken off; undefined where it was not. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Whether the client left while the signal was listened to. */
  get isClientGone(): boolean {
    return this.#isClientGone
  }

  /**
   * Fires when the client is gone, the time is up, or the answer is broken off. Made only for those who ask for
   * it, because it costs more than many an answer.
   */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#failure !== undefined) this.#controller.abort(this.#failure)
      else if (this.#outlivesClient) return this.#controller.signal
      else if (this.#client.isClientGone) this.handleEvent()
      else this.#client.signal.addEventListener('abort', this)
    }
    return this.#controller.signal
  }

  /**
   * Waits for work, but no longer than there is time, and then a second for work that asked for the signal: what does
   * not obey it is left alone. Once the answer has been broken off, no work is begun.
   * @throws {RequestError} `deadline_exceeded`, or what the answer was broken off with
   */
  async wait<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    this.throwIfOver()
    const result = work()
    if (!(result instanceof Promise)) return result
    const given = new Promise<Value>((resolve, reject) => {
      this.#listeners.add(reject)
      const forget = () => this.#listeners.delete(reject)
      result.then(resolve, reject).then(forget, forget)
    })
    try {
      return await given
    } catch (error) {
      if (error === this.#failure) await this.#settle(result)
      throw error
    }
  }

  /** Work that obeys the signal ends soon, and keeps what is to be kept before anybody is told that it was broken off. */
  async #settle(work: Promise<unknown>): Promise<void> {
    if (this.#controller === undefined) return
    await waitAtMost(
      work.catch(() => undefined),
      SETTLE_MS,
    )
  }

  /** @throws what the answer was broken off with, where it was */
  throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Breaks the answer off, for the first reason that is given. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const listener of this.#listeners) listener(error)
    this.#listeners.clear()
    this.#controller?.abort(error)
    this.release()
  }

  /** Tells why the answer is broken off, once it is; at once where it has been. */
  onFail(listener: Listener): void {
    if (this.#failure === undefined) this.#listeners.add(listener)
    else listener(this.#failure)
  }

  /** From now on the signal does not fire when the client leaves. */
  outliveClient(): void {
    this.#outlivesClient = true
    this.#client.signal.removeEventListener('abort', this)
  }

  /** The answer is complete: the signal will not fire any more. */
  release(): void {
    clearTimeout(this.#timer)
    if (this.#controller !== undefined) {
      this.#client.signal.removeEventListener('abort', this)
    }
  }

  /** Nothing more is wanted: fires the signal. */
  stop(): void {
    this.release()
    this.#controller?.abort(STOPPED)
  }

  /** The client left: it is told as an event of the client's signal. */
  handleEvent(): void {
    this.#isClientGone = true
    this.#controller?.abort(this.#client.signal.reason)
  }
}

function expire(deadline: Deadline, ms: number): void {
  deadline.fail(new RequestError('deadline_exceeded', `The answer took longer than ${ms} ms.`))
}
