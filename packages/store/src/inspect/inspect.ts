import type { StoreOptions } from '../store.js'
import { inspectFile } from './inspect-file.js'
import { inspectPostgres } from './inspect-postgres.js'
import type { StoreInspection } from './inspection.js'

/**
 * Looks at the store that `openStore` would open, and changes nothing there: whether it can be reached, read and
 * written, is sound, and has the tables of this version. A large file takes some seconds.
 *
 * @throws {StorageError} `address_invalid` or `driver_missing`
 */
export async function inspectStore(options: StoreOptions): Promise<StoreInspection> {
  const { databaseUrl, directory } = options
  return databaseUrl ? await inspectPostgres(databaseUrl) : inspectFile(directory)
}
