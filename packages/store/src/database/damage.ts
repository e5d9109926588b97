import type { Database } from './database.js'
import { StorageError } from '../error.js'

/**
 * The same database, which knows from what failed whether its data is damaged. Only what is replaced as a whole is
 * damaged as a whole; that takes a restart, so that a fault counts until then.
 */
export function watchDamage(database: Database): Database & { requireSound(): void } {
  let fault: StorageError | undefined

  async function watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const isDamage = StorageError.isInstance(error) && error.fault === 'corrupt'
      if (isDamage && database.driver.isReplacedWhole) fault ??= error
      throw error
    }
  }

  return {
    ...database,
    read: (work) => watch(() => database.read(work)),
    write: (work) => watch(() => database.write(work)),
    /** @throws {StorageError} `storage_unavailable`, the fault `corrupt` */
    requireSound() {
      if (fault === undefined) return
      const { message, driverCode } = fault
      throw new StorageError('storage_unavailable', message, { fault: 'corrupt', driverCode })
    },
  }
}
