// The public names of @signet/store. Whatever is added here must be kept.
export {
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
  type StorageFaultClass,
} from './error.js'
export { backupFile, type BackupOptions } from './backup/backup.js'
export { restoreFile, type RestoreOptions } from './backup/restore.js'
export { inspectStore } from './inspect/inspect.js'
export type { StoreInspection } from './inspect/inspection.js'
export { createStore, openStore } from './open.js'
export type { Store, StoreNotice, StoreOptions } from './store.js'
