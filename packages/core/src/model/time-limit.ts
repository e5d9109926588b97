import type { Dispatcher } from 'undici'

/** The abort signals of answers, which alone say how long a request may take that carries one. */
const deciding = new WeakSet<AbortSignal>()

let isLifted = false

const lift: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler)

/** By the dispatcher below each. */
const unlimited = new WeakMap<Dispatcher, Dispatcher>()

/** @returns undefined where the dispatcher takes no interceptor: that of Bun, or one of an old version of undici */
function withoutLimits(dispatcher: Dispatcher): Dispatcher | undefined {
  if (typeof dispatcher?.compose !== 'function') return undefined
  const known = unlimited.get(dispatcher)
  if (known !== undefined) return known
  const made = dispatcher.compose(lift)
  unlimited.set(dispatcher, made)
  return made
}

/**
 * Takes from `fetch` its own limits of time, 300 seconds until the headers and 300 between two pieces of the body, for
 * requests that carry a signal of `deciding`. Every provider calls the `fetch` of the process, whoever made the model,
 * so this is done there. A dispatcher of the application's stays in use below, such as one for a proxy.
 */
export async function liftTimeLimits(): Promise<void> {
  if (isLifted) return
  const { getGlobalDispatcher } = await import('undici')
  if (isLifted) return
  isLifted = true
  globalThis.fetch = new Proxy(globalThis.fetch, {
    apply(fetch, self, [input, init]: Parameters<typeof globalThis.fetch>) {
      const isDecided = init?.signal instanceof AbortSignal && deciding.has(init.signal)
      if (!isDecided || 'dispatcher' in init) return Reflect.apply(fetch, self, [input, init])
      const dispatcher = withoutLimits(getGlobalDispatcher())
      return Reflect.apply(fetch, self, [input, dispatcher ? { ...init, dispatcher } : init])
    },
  })
}

/** Lets this signal alone say how long a request may take that carries it. */
export function decidesAlone(signal: AbortSignal): AbortSignal {
  deciding.add(signal)
  return signal
}
