import type { MemoryStorage } from '@signet/core'
import type { Tracing } from './tracing.js'

/** A storage whose calls are spans. */
export function traceStorage(storage: MemoryStorage, tracing: Tracing): MemoryStorage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]) =>
        tracing.step(`store ${String(name)}`, async () => Reflect.apply(member, target, args))
    },
  })
}
