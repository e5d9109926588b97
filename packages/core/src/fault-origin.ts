import { AsyncLocalStorage } from 'node:async_hooks'

/** Whose work something belongs to that code of the application began, such as a promise that it forgot. */
export interface FaultOrigin {
  readonly requestId?: string | undefined
  /** The id of the agent. */
  readonly agent?: string | undefined
  /** The id of the tool. */
  readonly tool?: string | undefined
  /** The path of a route of the application. */
  readonly route?: string | undefined
}

/** Shared by all copies of this package in the process: an application may have one of its own. */
const ORIGINS = Symbol.for('signet.core.fault-origins')

function sharedOrigins(): AsyncLocalStorage<FaultOrigin> {
  const known: unknown = Reflect.get(globalThis, ORIGINS)
  if (known instanceof AsyncLocalStorage) return known
  const made = new AsyncLocalStorage<FaultOrigin>()
  Reflect.set(globalThis, ORIGINS, made)
  return made
}

const origins = sharedOrigins()

/**
 * Runs code of the application so that a fault which it leaves behind, in a promise, a timer or an event, can be told
 * with where it began. Only such code is run so: Node.js 20 makes every promise of the process dearer from then on.
 */
export function withOrigin<Value>(origin: FaultOrigin, work: () => Value): Value {
  return origins.run(origin, work)
}

/** Where what runs now began; undefined outside code that `withOrigin` runs. */
export function faultOrigin(): FaultOrigin | undefined {
  return origins.getStore()
}
