import { RequestError } from './error.js'
import type { Incoming } from './http/incoming.js'

/** How long the answer to one request may take, and what stops when it is over. */
export interface Deadline {
  /** Fires when the client is gone, the time is up, or the answer is broken off. */
  readonly signal: AbortSignal
  /**
   * Waits for work, but no longer than there is time: what does not heed the signal is left alone. Once
   * the answer has been broken off, no work is begun.
   * @throws {RequestError} `deadline_exceeded`, or what the answer was broken off with
   */
  wait<Value>(work: () => Value | Promise<Value>): Promise<Value>
  /** Breaks the answer off: rejects whoever waits, and fires the signal, both with this error. */
  fail(error: Error): void
  /** What it was broken off with, once it was. */
  readonly failure: Error | undefined
  /** Whether the client left while the signal was listened to. */
  readonly isClientGone: boolean
  /** Tells of that, soon after; also where it has happened already. */
  onFail(listener: (error: Error) => void): void
  /** The answer is complete: the signal will not fire any more. */
  release(): void
  /** Nothing more is wanted: fires the signal. */
  stop(): void
}

/**
 * Starts the time of a request.
 *
 * A timer of its own, because a signal of `AbortSignal.timeout` that only `AbortSignal.any` refers to
 * is collected as garbage in Node.js 20, and then never fires.
 */
export function createDeadline(
  request: Pick<Incoming, 'signal' | 'isClientGone'>,
  ms: number,
): Deadline {
  let controller: AbortController | undefined
  let failure: Error | undefined
  let isClientGone = false
  const listeners = new Set<(error: Error) => void>()

  function followClient(): void {
    isClientGone = true
    controller?.abort(request.signal.reason)
  }

  function release(): void {
    clearTimeout(timer)
    if (controller !== undefined) request.signal.removeEventListener('abort', followClient)
  }

  function fail(error: Error): void {
    if (failure !== undefined) return
    failure = error
    for (const listener of listeners) listener(error)
    listeners.clear()
    controller?.abort(error)
    release()
  }

  const timer = setTimeout(
    () => fail(new RequestError('deadline_exceeded', `The answer took longer than ${ms} ms.`)),
    ms,
  )
  timer.unref()

  return {
    // Made only for handlers that ask for it, because it costs more than many an answer.
    get signal() {
      if (controller === undefined) {
        controller = new AbortController()
        if (failure !== undefined) controller.abort(failure)
        else if (request.signal.aborted) followClient()
        else request.signal.addEventListener('abort', followClient)
      }
      return controller.signal
    },
    async wait(work) {
      if (failure !== undefined) throw failure
      const result = work()
      if (!(result instanceof Promise)) return result
      return await new Promise((resolve, reject) => {
        listeners.add(reject)
        const forget = () => listeners.delete(reject)
        result.then(resolve, reject).then(forget, forget)
      })
    },
    fail,
    get failure() {
      return failure
    },
    get isClientGone() {
      return isClientGone
    },
    onFail(listener) {
      if (failure !== undefined) listener(failure)
      else listeners.add(listener)
    },
    release,
    stop() {
      release()
      controller?.abort()
    },
  }
}
