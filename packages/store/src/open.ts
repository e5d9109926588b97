import { createProbedStore } from './probed-store.js'
import type { Store, StoreOptions } from './store.js'

/**
 * Makes a store that is still to be opened. Until then nothing is connected to and no file is made.
 *
 * @throws {StorageError} `address_invalid`
 */
export function createStore(options: StoreOptions): Store {
  return createProbedStore(options, {})
}

/**
 * Opens a store.
 *
 * @throws {StorageError} as `open` does
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = createStore(options)
  await store.open()
  return store
}
