import { codeOf } from '@signet/auth/internal'

/** The codes of errors that a `MemoryStorage` throws. */
export type StorageFault =
  | 'storage_unavailable'
  | 'storage_failed'
  | 'value_invalid'
  | 'result_too_large'
  | 'message_too_large'
  | 'thread_exists'
  | 'thread_not_found'
  | 'message_exists'

const FAULTS: ReadonlySet<string> = new Set<StorageFault>([
  'storage_unavailable',
  'storage_failed',
  'value_invalid',
  'result_too_large',
  'message_too_large',
  'thread_exists',
  'thread_not_found',
  'message_exists',
])

function isFault(code: string | undefined): code is StorageFault {
  return code !== undefined && FAULTS.has(code)
}

/** The code of an error of a storage, whichever package it comes from; undefined for any other error. */
export function storageFault(error: unknown): StorageFault | undefined {
  const code = codeOf(error)
  return isFault(code) ? code : undefined
}
