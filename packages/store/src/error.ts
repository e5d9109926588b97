import { isMarkedError, markError } from '@signet/auth/internal'

const STORAGE_ERROR = Symbol.for('signet.store.storage-error')

/** Why the store did not do what it was asked to. */
export type StorageErrorCode =
  /** It cannot do it just now; `fault` says why. What is asked again later may succeed. */
  | 'storage_unavailable'
  /** A fault of the database or of this package. */
  | 'storage_failed'
  /** The database was written by a newer version. */
  | 'storage_newer'
  /** The address of the database is none. */
  | 'address_invalid'
  /** A package that the database needs is not installed. */
  | 'driver_missing'
  /** An argument that cannot be stored or asked for. */
  | 'value_invalid'
  /** More than one answer should hold. */
  | 'result_too_large'
  /** A message that is larger than one may be. */
  | 'message_too_large'
  | 'thread_exists'
  | 'thread_not_found'
  | 'message_exists'
  | 'api_key_exists'
  | 'run_exists'

/** Why the database could not do it, as the operator must know it. */
export type StorageFaultClass =
  /** It cannot be reached, is starting or stopping, or has no connection or memory left. */
  | 'unavailable'
  /** It takes no writes: a standby, or a file system that is mounted read-only. */
  | 'read_only'
  /** Its disk or its quota is full. */
  | 'full'
  /** It did not accept a statement: a fault of this package. */
  | 'refused'
  /** Its data is damaged. */
  | 'corrupt'
  /** It does not let this user in, or does not let them do this. */
  | 'permission'

/** What a `StorageError` may say beside its code. */
export interface StorageErrorOptions {
  /** Default: `unavailable` for the code `storage_unavailable`, `refused` for `storage_failed`, else none. */
  readonly fault?: StorageFaultClass | undefined
  /** What the database or the system calls it, such as `57P01`, `SQLITE_BUSY` or `ECONNREFUSED`. */
  readonly driverCode?: string | undefined
}

function usualFault(code: StorageErrorCode): StorageFaultClass | undefined {
  if (code === 'storage_unavailable') return 'unavailable'
  return code === 'storage_failed' ? 'refused' : undefined
}

/**
 * The store could not do what it was asked to. Its message holds neither SQL nor data, and it has no
 * cause: texts of databases quote rows and addresses. The driver's code is there for the log.
 */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  readonly fault: StorageFaultClass | undefined
  readonly driverCode: string | undefined

  constructor(code: StorageErrorCode, message: string, options: StorageErrorOptions = {}) {
    super(message)
    markError(this, STORAGE_ERROR)
    this.code = code
    this.fault = options.fault ?? usualFault(code)
    this.driverCode = options.driverCode
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is StorageError {
    return isMarkedError(value, STORAGE_ERROR)
  }
}
