import type { OptionNames } from '@signet/auth'
import { refuseUnknown } from '@signet/auth/internal'
import { createProbedStore } from './probed-store.js'
import type { Store, StoreOptions } from './store.js'

const OPTIONS: OptionNames<StoreOptions> = {
  databaseUrl: true,
  maxConnections: true,
  directory: true,
  onNotice: true,
}

/**
 * Makes a store that is still to be opened. Until then nothing is connected to and no file is made.
 *
 * @throws {StorageError} `address_invalid`
 * @throws {ConfigurationError} `option_unknown` for an option that is not known
 */
export function createStore(options: StoreOptions): Store {
  refuseUnknown('A store', options, OPTIONS)
  return createProbedStore(options, {})
}

/**
 * Opens a store.
 *
 * @throws {StorageError} as `open` does
 * @example
 * ```typescript
 * import { openStore } from '@signet/store'
 *
 * const store = await openStore({ directory: '.signet' })
 * await store.close()
 * ```
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = createStore(options)
  await store.open()
  return store
}
