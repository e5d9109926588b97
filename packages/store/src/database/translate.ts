import type { Driver } from './driver/driver.js'
import { StorageError, type StorageFaultClass } from '../error.js'

/** What an operator is told of a fault that its code says nothing more exact of. */
const MESSAGE: Readonly<Record<StorageFaultClass, string>> = {
  unavailable:
    'The database cannot be reached, or is too busy: check that it runs, and read its log.',
  read_only: 'The database is read-only: make it writable, or name one that is.',
  full: 'The disk of the database is full: make room on it.',
  refused: 'The database refused a statement: its log says which.',
  corrupt: 'The data of the database is damaged: restore a backup.',
  permission: 'The database does not allow it: check the user, the password and the rights.',
}

/**
 * What the store throws for what the database threw. The code `storage_unavailable` stands for all that an operator
 * can put right, so that callers ask again and records wait; `storage_failed` is a fault of ours.
 */
export function translate(error: unknown, driver: Driver): unknown {
  if (StorageError.isInstance(error)) return error
  const found = driver.explain(error)
  if (found === undefined) return error
  const { kind, code: driverCode, message } = found
  switch (kind) {
    case 'duplicate':
      // Threads and keys are inserted with a look at what is there; that leaves the ids of messages.
      return new StorageError('message_exists', 'A message has this id already.', { driverCode })
    case 'conflict':
      return new StorageError('storage_unavailable', MESSAGE.unavailable, { driverCode })
    default: {
      const code = kind === 'refused' ? 'storage_failed' : 'storage_unavailable'
      return new StorageError(code, message ?? MESSAGE[kind], { fault: kind, driverCode })
    }
  }
}
