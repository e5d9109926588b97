import {
  MOST_AUDIT_CHARACTERS,
  type AuditQuery,
  type AuditRecord,
  type AuditStore,
  type StoredAuditRecord,
} from '@signet/core'
import {
  sql,
  type Insertable,
  type Selectable,
  type SelectQueryBuilder,
  type Transaction,
} from 'kysely'
import { batches } from './batch.js'
import type { Database } from './database.js'
import { StorageError } from './error.js'
import type { AuditTable, Schema } from './schema.js'
import { checkCount, checkNumber, checkTime, decodeText, encodeShortText } from './value.js'

function encode(value: string, name: string): string {
  return encodeShortText(value, name, MOST_AUDIT_CHARACTERS)
}

function optionalText(value: string | undefined, name: string): string | null {
  return value === undefined ? null : encode(value, name)
}

function optionalCount(value: number | undefined, name: string): number | null {
  return value === undefined ? null : checkCount(value, name)
}

function checkFlag(value: boolean): 0 | 1 {
  if (typeof value === 'boolean') return value ? 1 : 0
  throw new StorageError('value_invalid', 'isAllowed is true or false.')
}

function toRow(record: AuditRecord): Insertable<AuditTable> {
  return {
    at: checkTime(record.at),
    request_id: optionalText(record.requestId, 'requestId'),
    issuer: optionalText(record.issuer, 'issuer'),
    subject: optionalText(record.subject, 'subject'),
    actor: optionalText(record.actor, 'actor'),
    action: encode(record.action, 'action'),
    resource: optionalText(record.resource, 'resource'),
    is_allowed: checkFlag(record.isAllowed),
    code: optionalText(record.code, 'code'),
    status: checkCount(record.status, 'status'),
    address: optionalText(record.address, 'address'),
    duration_ms: checkNumber(record.durationMs, 'durationMs', 0),
    input_tokens: optionalCount(record.inputTokens, 'inputTokens'),
    output_tokens: optionalCount(record.outputTokens, 'outputTokens'),
    count: checkCount(record.count, 'count', 1),
  }
}

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

/** What follows the record of this sequence. Where that was forgotten, so was what is older. */
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
    if (value !== undefined) records = records.where(column, '=', encode(value, name))
  }
  if (isAllowed !== undefined) {
    // Written out, so that the index of what was refused is used.
    records = records.where('is_allowed', '=', sql.lit(checkFlag(isAllowed)))
  }
  if (from !== undefined) records = records.where('at', '>=', checkTime(from))
  if (to !== undefined) records = records.where('at', '<=', checkTime(to))
  if (before !== undefined) records = await following(tx, records, before)
  const rows = await records
    .orderBy('at', 'desc')
    .orderBy('sequence', 'desc')
    .limit(checkCount(limit, 'limit', 1))
    .execute()
  return rows.map(toRecord)
}

async function prune(tx: Transaction<Schema>, before: number, limit: number): Promise<number> {
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

/** The audit records in a database. */
export function createAuditStore({ read, write }: Database): AuditStore {
  return {
    append: async (records) => {
      const rows = records.map(toRow)
      if (rows.length === 0) return
      await write(async (tx) => {
        for (const batch of batches(rows)) {
          await tx.insertInto('signet_audit').values(batch).execute()
        }
      })
    },
    list: async (query) => await read((tx) => list(tx, query)),
    prune: async (time, limit) => {
      const before = checkTime(time)
      const count = checkCount(limit, 'limit', 1)
      return await write((tx) => prune(tx, before, count))
    },
  }
}
