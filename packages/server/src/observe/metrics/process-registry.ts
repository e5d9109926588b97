import { collectDefaultMetrics, Registry } from 'prom-client'

let registry: Registry | undefined

/**
 * The metrics of this process: processor, memory, event loop, garbage collection. Of a process there is one,
 * however many applications it serves: what watches the event loop cannot be ended again. It begins when
 * metrics are asked for the first time, and keeps no process alive.
 */
export function processRegistry(): Registry {
  if (registry === undefined) {
    registry = new Registry()
    collectDefaultMetrics({ register: registry })
  }
  return registry
}
