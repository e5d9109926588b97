import type { ApiKeyStore, ProofRegister, RevocationLog } from '@signet/auth'
import type {
  AuditStore,
  MemoryStorage,
  NewIdRegister,
  RunStorage,
  ScheduleStorage,
} from '@signet/core'

/** Something of the store that an operator must know: one sentence or two, which say what to do. */
export interface StoreNotice {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
}

/** Where the store is. */
export interface StoreOptions {
  /** `postgres://…` for a PostgreSQL server. Default: the file `signet.db` in `directory`. */
  readonly databaseUrl?: string | undefined
  /** How many connections of PostgreSQL are used at most; default 20. One more listens to notifications. */
  readonly maxConnections?: number | undefined
  /** The folder of the file; made where it is missing. */
  readonly directory: string
  /** Is told what an operator must know of the database while it is open. Default: nobody is. */
  readonly onNotice?: ((notice: StoreNotice) => void) | undefined
}

/** A store. */
export interface Store {
  /** Threads, messages and working memory; `storage_unavailable` until the store is open. */
  readonly memory: MemoryStorage
  /** Revocations in their order, shared by all processes that open the same database. */
  readonly revocations: RevocationLog
  readonly apiKeys: ApiKeyStore
  readonly audit: AuditStore
  /** DPoP proofs that were used, shared by all processes that open the same database (RFC 9449 section 11.1). */
  readonly proofs: ProofRegister
  /** Ids that owners choose for new things behind a proxy, shared by all processes that open the same database. */
  readonly newIds: NewIdRegister
  /** What waits for an approval, or goes on without a request. */
  readonly runs: RunStorage
  /** What fires by itself. */
  readonly schedules: ScheduleStorage
  /**
   * Brings the tables up to date, whatever time that takes, and lets everything else begin.
   *
   * @throws {StorageError} `storage_unavailable`, `storage_newer`, or `driver_missing` when a PostgreSQL
   *   is asked for and the package `pg` is not installed
   */
  open(): Promise<void>
  /**
   * @throws {StorageError} `storage_unavailable` when the database does not answer just now; the fault `corrupt` once
   *   a damaged part of the file was met, until it is opened anew
   */
  ready(): Promise<void>
  /** Waits for what is running, then closes. Whatever comes later is `storage_unavailable`. */
  close(): Promise<void>
}
