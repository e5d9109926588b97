import type { Exposure } from '../database/driver/libsql-folder.js'
import type { StorageError } from '../error.js'

/** What a look at a store finds. */
export interface StoreInspection {
  /** The tables: opening the store makes those that are `missing`, and brings `older` ones up to date. */
  readonly tables: 'missing' | 'older' | 'current' | 'newer' | 'unknown'
  /** What keeps the store from being opened, read or written. */
  readonly problems: readonly StorageError[]
  /** How many bytes are free where the file is; undefined for a server. */
  readonly freeBytes?: number | undefined
  /** What others on the machine may do with the file; undefined where they may nothing, and for a server. */
  readonly exposure?: Exposure | undefined
}
