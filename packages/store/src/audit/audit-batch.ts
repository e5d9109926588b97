import { MAX_AUDIT_CHARACTERS, type AuditRecord } from '@signet/core'
import { sql, type RawBuilder } from 'kysely'
import type { Driver } from '../database/driver/driver.js'
import { StorageError } from '../error.js'
import { checkCount, checkNumber, checkTime, encodeShortText } from '../database/value.js'

/** JSON text of a text of a record or of a query. */
export function encodeAuditText(value: string, name: string): string {
  return encodeShortText(value, name, MAX_AUDIT_CHARACTERS)
}

/** 1 for true, 0 for false. */
export function checkFlag(value: boolean): 0 | 1 {
  if (typeof value === 'boolean') return value ? 1 : 0
  throw new StorageError('value_invalid', 'isAllowed must be true or false.')
}

/** Columns that many records of a batch have alike, in the order of `AuditBatch.shared`. */
const SHARED_COLUMNS = [
  ['issuer', 'text'],
  ['subject', 'text'],
  ['actor', 'text'],
  ['action', 'text'],
  ['resource', 'text'],
  ['is_allowed', 'integer'],
  ['code', 'text'],
  ['status', 'integer'],
  ['address', 'text'],
  ['input_tokens', 'bigint'],
  ['output_tokens', 'bigint'],
  ['count', 'bigint'],
] as const

/** Columns that each record has its own of, in the order of `AuditBatch.own`, behind the place. */
const OWN_COLUMNS = [
  ['at', 'bigint'],
  ['request_id', 'text'],
  ['duration_ms', 'double precision'],
] as const

/** Records as two JSON texts: two parameters cost a statement much less than one for each value. */
export interface AuditBatch {
  /** A list of lists: what records have alike, each combination once. */
  readonly shared: string
  /** A list of lists, one for each record in its order: the place of its combination, and what is its own. */
  readonly own: string
}

function optionalCount(value: number | undefined, name: string): number | null {
  return value === undefined ? null : checkCount(value, name)
}

const PLAIN = /^[\w.:/-]*$/

/** Texts as members of JSON. In the database they are JSON themselves, so they are encoded twice. */
class TextEncoding {
  readonly #known = new Map<string, string>()

  encode(text: string, name: string): string {
    // Most texts are the same in JSON, and are put in quotes faster than they are encoded.
    const isPlain =
      typeof text === 'string' && text.length <= MAX_AUDIT_CHARACTERS && PLAIN.test(text)
    return isPlain ? `"\\"${text}\\""` : JSON.stringify(encodeAuditText(text, name))
  }

  /** For what comes again and again in one batch. */
  encodeKnown(text: string, name: string): string {
    let encoded = this.#known.get(text)
    if (encoded === undefined) {
      encoded = this.encode(text, name)
      this.#known.set(text, encoded)
    }
    return encoded
  }

  encodeOptional(text: string | undefined, name: string): string {
    return text === undefined ? 'null' : this.encodeKnown(text, name)
  }
}

function encodeShared(record: AuditRecord, texts: TextEncoding): string {
  const issuer = texts.encodeOptional(record.issuer, 'issuer')
  const subject = texts.encodeOptional(record.subject, 'subject')
  const actor = texts.encodeOptional(record.actor, 'actor')
  const action = texts.encodeKnown(record.action, 'action')
  const resource = texts.encodeOptional(record.resource, 'resource')
  const isAllowed = checkFlag(record.isAllowed)
  const code = texts.encodeOptional(record.code, 'code')
  const status = checkCount(record.status, 'status')
  const address = texts.encodeOptional(record.address, 'address')
  const inputTokens = optionalCount(record.inputTokens, 'inputTokens')
  const outputTokens = optionalCount(record.outputTokens, 'outputTokens')
  const count = checkCount(record.count, 'count', 1)
  // One expression: this runs for every request.
  return `[${issuer},${subject},${actor},${action},${resource},${isAllowed},${code},${status},${address},${inputTokens},${outputTokens},${count}]`
}

/** Whether one record shares all with the other that records can share. */
function isAlike(a: AuditRecord, b: AuditRecord): boolean {
  return (
    a.issuer === b.issuer &&
    a.subject === b.subject &&
    a.actor === b.actor &&
    a.action === b.action &&
    a.resource === b.resource &&
    a.isAllowed === b.isAllowed &&
    a.code === b.code &&
    a.status === b.status &&
    a.address === b.address &&
    a.inputTokens === b.inputTokens &&
    a.outputTokens === b.outputTokens &&
    a.count === b.count
  )
}

/** @throws {StorageError} `value_invalid` */
export function encodeRecords(records: readonly AuditRecord[]): AuditBatch {
  const texts = new TextEncoding()
  const places = new Map<string, number>()
  let before: AuditRecord | undefined
  let place = 0
  const own = records.map((record) => {
    // Most of them come from callers that send many, and are not encoded to be compared.
    if (before === undefined || !isAlike(before, record)) {
      const shared = encodeShared(record, texts)
      place = places.get(shared) ?? places.size
      places.set(shared, place)
      before = record
    }
    const { requestId } = record
    const id = requestId === undefined ? 'null' : texts.encode(requestId, 'requestId')
    const at = checkTime(record.at)
    const duration = checkNumber(record.durationMs, 'durationMs', 0)
    return `[${place},${at},${id},${duration}]`
  })
  return { shared: `[${[...places.keys()].join()}]`, own: `[${own.join()}]` }
}

type Column = (typeof SHARED_COLUMNS | typeof OWN_COLUMNS)[number]

/** The members of a list of JSON as columns, from an index on. */
function readColumns(columns: readonly Column[], from: number): RawBuilder<unknown> {
  return sql.join(
    columns.map(([name, type], index) => {
      const value = sql`value ->> ${sql.lit(from + index)}`
      return sql`cast(${value} as ${sql.raw(type)}) as ${sql.ref(name)}`
    }),
  )
}

const NAMES = [...SHARED_COLUMNS, ...OWN_COLUMNS].map(([name]) => sql.ref(name))

/**
 * The statement that inserts records in their order. Its text is the same for every batch: to word it anew
 * costs as much as many records.
 */
export function insertRecords(driver: Driver, { shared, own }: AuditBatch): RawBuilder<unknown> {
  // What records share is taken apart once, and not for each of them.
  return sql`insert into signet_audit (${sql.join(NAMES)})
    with shared as materialized (
      select place, ${readColumns(SHARED_COLUMNS, 0)} from ${driver.elements(shared)}
    ), own as (
      select place, cast(value ->> 0 as integer) as shared_place, ${readColumns(OWN_COLUMNS, 1)}
      from ${driver.elements(own)}
    )
    select ${sql.join(NAMES)} from own join shared on shared.place = own.shared_place
    order by own.place`
}
