import type { AuditRecord, AuditStore, Logger } from '@signet/core'
import type { DecisionObserver } from '../../exchange.js'
import type { Route } from '../../route/route.js'
import { toAuditRecord } from './audit-record.js'
import { RecordQueue } from './record-queue.js'
import { RefusalTally } from './refusal-tally.js'
import { Retention } from './retention.js'

/** What an audit stands on. */
export interface AuditOptions {
  readonly store: AuditStore
  readonly logger: Logger
  /** How many days a record is kept. */
  readonly retentionDays: number
  /** The whole path of a route, with its parameters as `:name`. */
  pathOf(route: Route): string
}

/** Writes decisions down, beside the requests. */
export interface Audit {
  readonly observe: DecisionObserver
  /** Writes down what was done without a request. */
  record(record: AuditRecord): void
  /** How many records wait to be written. */
  readonly waiting: number
  /** How many requests could not be recorded since the start. */
  readonly lost: number
  /** Writes what is still to be written. */
  close(): Promise<void>
}

/**
 * Makes an audit: a record of each request of a principal, however it ended; but of those who ask too often one
 * for each caller and minute, and of the refusals of strangers one for each address, code and minute: nobody
 * may fill it alone. What strangers are given is not a decision and not recorded.
 */
export function createAudit({ store, logger, retentionDays, pathOf }: AuditOptions): Audit {
  const queue = new RecordQueue(store, logger)
  const refusals = new RefusalTally((record) => queue.add(record))
  const retention = new Retention(store, logger, retentionDays)
  return {
    observe(decision) {
      const { principal, code } = decision
      if (principal !== undefined && code !== 'rate_limited') {
        queue.add(toAuditRecord(decision, pathOf))
      } else if (code !== undefined) refusals.add(decision)
      else return
      retention.begin()
    },
    record(record) {
      queue.add(record)
      retention.begin()
    },
    get waiting() {
      return queue.waiting
    },
    get lost() {
      return queue.lost
    },
    async close() {
      refusals.flush()
      await retention.end()
      await queue.close()
    },
  }
}
