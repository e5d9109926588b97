import { AsyncLocalStorage } from 'node:async_hooks'
import type { Dispatcher } from 'undici'

/** True in what a model's provider does to answer one call. */
const isAnswering = new AsyncLocalStorage<true>()

let undici: typeof import('undici') | undefined
let lifted: Dispatcher | undefined

const lift: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const limits = isAnswering.getStore() === true ? { headersTimeout: 0, bodyTimeout: 0 } : {}
  return dispatch({ ...options, ...limits }, handler)
}

/**
 * Takes from `fetch` its own limits of time, 300 seconds until the headers and 300 between two pieces of the body, for calls
 * of models: how long these may take says their abort signal alone. Every provider calls the `fetch` of Node.js, whoever
 * made the model, so this is done where that looks for its connections. A dispatcher of the application's stays in use
 * below, such as one for a proxy. To be called before a call of a model, because the application may change it.
 */
export async function liftTimeLimits(): Promise<void> {
  undici ??= await import('undici')
  const current: Dispatcher | undefined = undici.getGlobalDispatcher()
  // What Bun has in its place takes no interceptor.
  if (current === lifted || typeof current?.compose !== 'function') return
  lifted = current.compose(lift)
  undici.setGlobalDispatcher(lifted)
}

/** Calls a model without the limits that are lifted for it. */
export function answering<Answer>(call: () => Answer): Answer {
  return isAnswering.run(true, call)
}
