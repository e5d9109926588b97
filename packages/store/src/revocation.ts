import type { NewRevocation, Revocation, RevocationEntry, RevocationLog } from '@signet/auth'
import type { Insertable, Selectable, Transaction } from 'kysely'
import type { Database } from './database/database.js'
import { StorageError } from './error.js'
import type { RevocationTable, Schema } from './schema.js'
import {
  checkCount,
  checkDigest,
  checkNumber,
  checkTime,
  decodeText,
  encodeShortText,
} from './database/value.js'

/** No claim of a token is longer: a token has 8 KiB. */
const MAX_CHARACTERS = 8192
/** Clocks of instances differ; none of them forgets what another still needs. */
const FORGET_AFTER_SECONDS = 3600
/** How many entries one append forgets at most. */
const FORGET_SIZE = 100
/** An entry that is further ahead has the time of a clock that was wrong: those after it do not take it over. In milliseconds. */
const MAX_AHEAD_MS = 86_400_000

/** A row, before it is known when it is appended. */
type NewRow = Omit<Insertable<RevocationTable>, 'created_at'>

function toRow(revocation: NewRevocation): NewRow {
  const { kind, forgetAt } = revocation
  const row = {
    kind,
    issuer: null,
    issued_until: null,
    forget_at: forgetAt === undefined ? null : checkNumber(forgetAt, 'forgetAt'),
  }
  const issuer = (text: string) => encodeShortText(text, 'The issuer', MAX_CHARACTERS)
  const name = (text: string) => encodeShortText(text, 'What is revoked', MAX_CHARACTERS)
  switch (kind) {
    case 'token-id':
      return { ...row, issuer: issuer(revocation.issuer), name: name(revocation.tokenId) }
    case 'token':
      return { ...row, name: name(checkDigest(revocation.digest)) }
    case 'session':
      return { ...row, issuer: issuer(revocation.issuer), name: name(revocation.sessionId) }
    case 'subject':
      return {
        ...row,
        issuer: issuer(revocation.issuer),
        name: name(revocation.subject),
        issued_until: revocation.at === undefined ? null : checkNumber(revocation.at, 'at'),
      }
    case 'all':
      return {
        ...row,
        name: name(''),
        issued_until: revocation.at === undefined ? null : checkNumber(revocation.at, 'at'),
      }
    default:
      throw new StorageError('value_invalid', 'The kind of the revocation is not known.')
  }
}

/** Never before the last entry, unless that one is too far ahead. In milliseconds since 1970. */
async function notBeforeLast(tx: Transaction<Schema>, now: number): Promise<number> {
  const last = await tx
    .selectFrom('signet_revocation')
    .select('created_at')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  const time = last?.created_at ?? 0
  return time - now > MAX_AHEAD_MS ? now : Math.max(now, time)
}

/** The row as of now. Where a subject, or everybody, loses all that was given until now, that is said here. */
function stamp(row: NewRow, now: number): Insertable<RevocationTable> {
  const created_at = checkTime(now)
  if (row.kind !== 'subject' && row.kind !== 'all') return { ...row, created_at }
  return { ...row, issued_until: row.issued_until ?? Math.floor(now / 1000), created_at }
}

function toRevocation(row: Selectable<RevocationTable>): Revocation {
  const term = row.forget_at === null ? {} : { forgetAt: row.forget_at }
  const issuer = row.issuer === null ? '' : decodeText(row.issuer)
  const name = decodeText(row.name)
  switch (row.kind) {
    case 'token-id':
      return { kind: 'token-id', issuer, tokenId: name, ...term }
    case 'token':
      return { kind: 'token', digest: name, ...term }
    case 'session':
      return { kind: 'session', issuer, sessionId: name, ...term }
    case 'subject':
      return { kind: 'subject', issuer, subject: name, at: row.issued_until ?? 0, ...term }
    case 'all':
      return { kind: 'all', at: row.issued_until ?? 0, ...term }
    default:
      throw new StorageError('storage_failed', 'The log has an entry of an unknown kind.')
  }
}

function toEntry(row: Selectable<RevocationTable>): RevocationEntry {
  return { sequence: row.sequence, revocation: toRevocation(row), createdAt: row.created_at }
}

/** Deletes a few entries that name only tokens that have long expired. */
async function forget(tx: Transaction<Schema>, now: number): Promise<void> {
  await tx
    .deleteFrom('signet_revocation')
    .where('sequence', 'in', (query) =>
      query
        .selectFrom('signet_revocation')
        .select('sequence')
        .where('forget_at', '<', now / 1000 - FORGET_AFTER_SECONDS)
        .orderBy('forget_at')
        .limit(FORGET_SIZE),
    )
    .execute()
}

/**
 * The log of revocations in a database. When an entry is appended the database says, so that it is one time for all
 * instances; and it is never before the entry before it, but where that one is more than a day ahead.
 *
 * @param now - for tests: milliseconds since 1970, in place of what the database says
 */
export function createRevocationLog(database: Database, now?: () => number): RevocationLog {
  const { appends, enterLog } = database.driver
  return {
    append: async (revocation) => {
      const given = toRow(revocation)
      return await database.write(async (tx) => {
        const moment = await enterLog(tx)
        const { earliest, latest } = now ? { earliest: now(), latest: now() } : moment
        const row = stamp(given, Math.floor(await notBeforeLast(tx, latest)))
        await forget(tx, earliest)
        const inserted = await tx
          .insertInto('signet_revocation')
          .values(row)
          .returningAll()
          .executeTakeFirstOrThrow()
        return toEntry(inserted)
      })
    },
    readAfter: async (given, limit) => {
      const sequence = checkCount(given, 'sequence')
      const count = checkCount(limit, 'limit', 1)
      const rows = await database.read((tx) =>
        tx
          .selectFrom('signet_revocation')
          .selectAll()
          .where('sequence', '>', sequence)
          .orderBy('sequence')
          .limit(count)
          .execute(),
      )
      return rows.map(toEntry)
    },
    lastSequence: async () => {
      const last = await database.read((tx) =>
        tx
          .selectFrom('signet_revocation')
          .select('sequence')
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst(),
      )
      return last?.sequence ?? 0
    },
    ...(appends && { onAppend: (listener: () => void) => appends.subscribe(listener) }),
  }
}
