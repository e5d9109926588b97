// The public names of @signet/store. Whatever is added here must be kept.
export { StorageError, type StorageErrorCode, type StorageErrorOptions } from './error.js'
export { openStore, type Store, type StoreOptions } from './open.js'
export { ownerKey, type Owner } from './owner.js'
