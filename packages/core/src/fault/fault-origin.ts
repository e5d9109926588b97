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
const FOLLOWED = Symbol.for('signet.core.fault-origins-followed')

/** From this version on Node.js carries an `AsyncLocalStorage` without a hook for every promise. */
const FREE_SINCE_NODE = 24

function sharedOrigins(): AsyncLocalStorage<FaultOrigin> {
  const known: unknown = Reflect.get(globalThis, ORIGINS)
  if (known instanceof AsyncLocalStorage) return known
  const made = new AsyncLocalStorage<FaultOrigin>()
  Reflect.set(globalThis, ORIGINS, made)
  return made
}

const origins = sharedOrigins()
if (Number.parseInt(process.versions.node, 10) >= FREE_SINCE_NODE) followFaultOrigins()

/** Whether `withOrigin` says where something began. */
export function areFaultOriginsFollowed(): boolean {
  return Reflect.get(globalThis, FOLLOWED) === true
}

/**
 * Has `withOrigin` say where something began, from now on. Before Node.js 24 this makes every promise of the process
 * dearer, so that it is done where a fault has shown that it is worth it, and in development.
 */
export function followFaultOrigins(): void {
  Reflect.set(globalThis, FOLLOWED, true)
}

/**
 * Runs code of the application so that a fault which it leaves behind, in a promise, a timer or an event, can be told
 * with where it began, once that is followed.
 */
export function withOrigin<Value>(origin: FaultOrigin, work: () => Value): Value {
  return areFaultOriginsFollowed() ? origins.run(origin, work) : work()
}

/** Where what runs now began; undefined outside code that `withOrigin` runs, and before it is followed. */
export function faultOrigin(): FaultOrigin | undefined {
  return origins.getStore()
}
