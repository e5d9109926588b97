import type { Logger } from '../log/logger.js'

type Listener = Parameters<AbortSignal['addEventListener']>[1]
type Options = Parameters<AbortSignal['addEventListener']>[2]

/**
 * Keeps what a listener of the signal throws, or rejects with, from ending the process: listeners are
 * the code of tools and providers.
 */
function guardListeners(signal: AbortSignal, onFault: (error: unknown) => void): void {
  const guards = new WeakMap<object, (event: Event) => Promise<void>>()
  const guard = (listener: Listener): Listener => {
    // What is not a listener is refused by the signal itself.
    if (typeof listener !== 'function' && typeof listener !== 'object') return listener
    if (listener === null) return listener
    const known = guards.get(listener)
    if (known !== undefined) return known
    const call = async (event: Event): Promise<void> => {
      try {
        if (typeof listener === 'function') await Reflect.apply(listener, signal, [event])
        else await listener.handleEvent(event)
      } catch (error) {
        onFault(error)
      }
    }
    guards.set(listener, call)
    return call
  }
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (type: string, listener: Listener, options?: Options) =>
    Reflect.apply(addEventListener, signal, [type, guard(listener), options])
  signal.removeEventListener = (type: string, listener: Listener, options?: Options) =>
    Reflect.apply(removeEventListener, signal, [type, guard(listener), options])
}

/** The one signal that ends model and tools of an answer, by its caller or because its reader has left. */
export class Interrupt {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  /** Ends what the answer waits for. */
  #wake: (() => void) | undefined

  constructor(caller: AbortSignal | undefined, logger: Logger) {
    this.signal = this.#controller.signal
    this.#caller = caller
    guardListeners(this.signal, (error) =>
      logger.error('A listener of an abort signal failed.', { error }),
    )
    if (caller?.aborted === true) this.#relay()
    else caller?.addEventListener('abort', this.#relay, { once: true })
  }

  readonly #relay = (): void => {
    this.#abort(this.#caller?.reason)
  }

  #abort(reason?: unknown): void {
    this.#controller.abort(reason)
    this.#wake?.()
  }

  /** Calls back on the abort, in place of whoever was to be called before; at once where it has been. */
  onAbort(wake: () => void): void {
    this.#wake = wake
    if (this.signal.aborted) wake()
  }

  /**
   * Waits for work, but not for longer than until the abort, also where the work does not obey it.
   * @throws the signal's reason
   */
  until<Value>(work: PromiseLike<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const leave = () => reject(this.signal.reason)
      this.#wake = leave
      work.then(resolve, reject)
      if (this.signal.aborted) leave()
    })
  }

  /** @param isOver - otherwise what still runs is ended */
  close(isOver: boolean): void {
    this.#caller?.removeEventListener('abort', this.#relay)
    if (!isOver && !this.signal.aborted) this.#abort()
  }
}
