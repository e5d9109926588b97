import { setImmediate } from 'node:timers/promises'
import type { AuditQuery, AuditStore, StoredAuditRecord } from '@signet/core'
import {
  CompiledQuery,
  sql,
  type Selectable,
  type SelectQueryBuilder,
  type Transaction,
} from 'kysely'
import {
  checkFlag,
  encodeAuditText,
  encodeRecords,
  insertRecords,
  type AuditBatch,
} from './audit-batch.js'
import { batches } from '../database/batch.js'
import type { Database } from '../database/database.js'
import type { AuditTable, Schema } from '../schema.js'
import { checkCount, checkTime, decodeText } from '../database/value.js'

function fromText(json: string | null): string | undefined {
  return json === null ? undefined : decodeText(json)
}

function toRecord(row: Selectable<AuditTable>): StoredAuditRecord {
  return {
    sequence: row.sequence,
    at: row.at,
    requestId: fromText(row.request_id),
    issuer: fromText(row.issuer),
    subject: fromText(row.subject),
    actor: fromText(row.actor),
    action: decodeText(row.action),
    resource: fromText(row.resource),
    isAllowed: row.is_allowed === 1,
    code: fromText(row.code),
    status: row.status,
    address: fromText(row.address),
    durationMs: row.duration_ms,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
    count: row.count,
  }
}

/** The filters that ask for one value, and their columns. */
const EQUAL = [
  ['subject', 'subject'],
  ['issuer', 'issuer'],
  ['action', 'action'],
  ['resource', 'resource'],
  ['code', 'code'],
  ['requestId', 'request_id'],
  ['address', 'address'],
] as const

type Records = SelectQueryBuilder<Schema, 'signet_audit', Selectable<AuditTable>>

/**
 * Whether records are found by their time: where some of them are asked for, each index has the time. All of them have
 * the order in which they were stored, which no clock that is set back disturbs.
 */
function isByTime({ isAllowed, from, to, ...query }: AuditQuery): boolean {
  const filters = [isAllowed, from, to, ...EQUAL.map(([name]) => query[name])]
  return filters.some((value) => value !== undefined)
}

/** What follows the record of this sequence by time. Where that was forgotten, so was what is older. */
async function following(
  tx: Transaction<Schema>,
  records: Records,
  before: number,
): Promise<Records> {
  const row = await tx
    .selectFrom('signet_audit')
    .select('at')
    .where('sequence', '=', checkCount(before, 'before'))
    .executeTakeFirst()
  if (row === undefined) return records.where('sequence', '<', before)
  return records.where(({ eb, refTuple, tuple }) =>
    eb(refTuple('at', 'sequence'), '<', tuple(row.at, before)),
  )
}

async function list(
  tx: Transaction<Schema>,
  query: AuditQuery,
): Promise<readonly StoredAuditRecord[]> {
  const { isAllowed, from, to, before, limit } = query
  let records = tx.selectFrom('signet_audit').selectAll()
  for (const [name, column] of EQUAL) {
    const value = query[name]
    if (value !== undefined) records = records.where(column, '=', encodeAuditText(value, name))
  }
  if (isAllowed !== undefined) {
    // Written out, so that the index of what was refused is used.
    records = records.where('is_allowed', '=', sql.lit(checkFlag(isAllowed)))
  }
  if (from !== undefined) records = records.where('at', '>=', checkTime(from))
  if (to !== undefined) records = records.where('at', '<=', checkTime(to))
  if (!isByTime(query)) {
    if (before !== undefined) records = records.where('sequence', '<', checkCount(before, 'before'))
  } else {
    if (before !== undefined) records = await following(tx, records, before)
    records = records.orderBy('at', 'desc')
  }
  const rows = await records
    .orderBy('sequence', 'desc')
    .limit(checkCount(limit, 'limit', 1))
    .execute()
  return rows.map(toRecord)
}

/** How many records are deleted in one statement. */
const PRUNE_SIZE = 128

async function pruneSome(tx: Transaction<Schema>, before: number, limit: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('signet_audit')
    .where('sequence', 'in', (query) =>
      query
        .selectFrom('signet_audit')
        .select('sequence')
        .where('at', '<', before)
        .orderBy('at')
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function prune(tx: Transaction<Schema>, before: number, limit: number): Promise<number> {
  let total = 0
  while (total < limit) {
    const size = Math.min(limit - total, PRUNE_SIZE)
    const count = await pruneSome(tx, before, size)
    total += count
    if (count < size) break
    // Between two statements other work of this process may pass.
    await setImmediate()
  }
  return total
}

/** What appends records. */
function createAppend({ driver, write }: Database): AuditStore['append'] {
  let statement: string | undefined
  return async (records) => {
    const parts: AuditBatch[] = []
    for await (const batch of batches(records)) parts.push(encodeRecords(batch))
    if (parts.length === 0) return
    await write(async (tx) => {
      for (const [index, part] of parts.entries()) {
        // Between two parts other work of this process may pass.
        if (index > 0) await setImmediate()
        statement ??= insertRecords(driver, part).compile(tx).sql
        await tx.executeQuery(CompiledQuery.raw(statement, [part.shared, part.own]))
      }
    })
  }
}

/** The audit records in a database. */
export function createAuditStore(database: Database): AuditStore {
  const { read, write } = database
  return {
    append: createAppend(database),
    list: async (query) => await read((tx) => list(tx, query)),
    prune: async (time, limit) => {
      const before = checkTime(time)
      const count = checkCount(limit, 'limit', 1)
      return await write((tx) => prune(tx, before, count))
    },
  }
}
