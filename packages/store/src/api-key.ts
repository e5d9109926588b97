import { createHash } from 'node:crypto'
import type { ApiKeyPage, ApiKeyQuery, ApiKeyRecord, ApiKeyStore } from '@signet/auth'
import type { Selectable, Transaction } from 'kysely'
import type { Database } from './database/database.js'
import { StorageError } from './error.js'
import { checkPage, pageSpan } from './memory/page.js'
import type { ApiKeyTable, Schema } from './schema.js'
import {
  checkDigest,
  checkId,
  checkTime,
  decodeObject,
  decodeText,
  decodeTexts,
  encodeObject,
  encodeShortText,
  encodeTexts,
} from './database/value.js'

const MAX_NAME_CHARACTERS = 255
/** Of the issuer and the subject of a maker, whose token has 8 KiB. */
const MAX_MAKER_CHARACTERS = 8192
/** Of the JSON of scopes, and of the claims of a maker. */
const MAX_JSON_CHARACTERS = 65_536

type ApiKeyRow = Selectable<ApiKeyTable>

/** A maker as it is stored. The key names it in an index, however long issuer and subject are. */
function encodeMaker(
  issuer: string,
  subject: string,
): Pick<ApiKeyRow, 'maker_issuer' | 'maker_subject' | 'maker_key'> {
  const maker_issuer = encodeShortText(issuer, 'The issuer', MAX_MAKER_CHARACTERS)
  const maker_subject = encodeShortText(subject, 'The subject', MAX_MAKER_CHARACTERS)
  const maker_key = createHash('sha256').update(`${maker_issuer} ${maker_subject}`).digest('hex')
  return { maker_issuer, maker_subject, maker_key }
}

function short(json: string | null): string {
  if (json !== null && json.length <= MAX_JSON_CHARACTERS) return json
  const message = `Scopes, and the claims of a maker, have at most ${MAX_JSON_CHARACTERS} characters of JSON.`
  throw new StorageError('value_invalid', message)
}

function optionalTime(value: number | undefined): number | null {
  return value === undefined ? null : checkTime(value)
}

function toRow(record: ApiKeyRecord): ApiKeyRow {
  return {
    id: checkId(record.id),
    digest: checkDigest(record.digest),
    name: encodeShortText(record.name, 'The name', MAX_NAME_CHARACTERS),
    scopes: short(encodeTexts(record.scopes)),
    maker: short(encodeObject(record.maker)),
    ...encodeMaker(record.makerIssuer, record.makerSubject),
    created_at: checkTime(record.createdAt),
    expires_at: optionalTime(record.expiresAt),
    last_used_at: optionalTime(record.lastUsedAt),
    revoked_at: optionalTime(record.revokedAt),
  }
}

function toRecord(row: ApiKeyRow): ApiKeyRecord {
  return {
    id: row.id,
    name: decodeText(row.name),
    digest: row.digest,
    scopes: decodeTexts(row.scopes),
    maker: decodeObject(row.maker),
    makerIssuer: decodeText(row.maker_issuer),
    makerSubject: decodeText(row.maker_subject),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  }
}

async function create(tx: Transaction<Schema>, row: ApiKeyRow): Promise<void> {
  const inserted = await tx
    .insertInto('signet_api_key')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) {
    throw new StorageError('api_key_exists', 'An API key has this id or this digest already.')
  }
}

async function findBy(
  tx: Transaction<Schema>,
  column: 'id' | 'digest',
  value: string,
): Promise<ApiKeyRecord | undefined> {
  const row = await tx
    .selectFrom('signet_api_key')
    .selectAll()
    .where(column, '=', value)
    .executeTakeFirst()
  return row && toRecord(row)
}

async function list(tx: Transaction<Schema>, query: ApiKeyQuery): Promise<ApiKeyPage> {
  const wanted = checkPage(query)
  const { maker } = query
  const everybodys = tx.selectFrom('signet_api_key')
  const keys =
    maker === undefined
      ? everybodys
      : everybodys.where('maker_key', '=', encodeMaker(maker.issuer, maker.subject).maker_key)
  const { total } = await keys
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const { skip, take } = pageSpan(wanted, total)
  if (take === 0) return { keys: [], total }
  const rows = await keys
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(take)
    .offset(skip)
    .execute()
  return { keys: rows.map(toRecord), total }
}

async function revoke(
  tx: Transaction<Schema>,
  id: string,
  at: number,
): Promise<ApiKeyRecord | undefined> {
  const row = await tx
    .updateTable('signet_api_key')
    .set(({ fn, ref, val }) => ({ revoked_at: fn.coalesce(ref('revoked_at'), val(at)) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toRecord(row)
}

/** The last use of each key. Every transaction takes keys in one order, so that no two wait for each other. */
function lastUses(
  uses: Parameters<ApiKeyStore['touch']>[0],
): readonly (readonly [string, number])[] {
  const latest = new Map<string, number>()
  for (const { id, at } of uses) {
    latest.set(checkId(id), Math.max(checkTime(at), latest.get(id) ?? -Infinity))
  }
  return [...latest].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The API keys in a database. */
export function createApiKeyStore({ read, write }: Database): ApiKeyStore {
  return {
    create: async (record) => {
      const row = toRow(record)
      await write((tx) => create(tx, row))
    },
    findByDigest: async (given) => {
      const digest = checkDigest(given)
      return await read((tx) => findBy(tx, 'digest', digest))
    },
    find: async (given) => {
      const id = checkId(given)
      return await read((tx) => findBy(tx, 'id', id))
    },
    list: async (query) => await read((tx) => list(tx, query)),
    revoke: async (given, time) => {
      const id = checkId(given)
      const at = checkTime(time)
      return await write((tx) => revoke(tx, id, at))
    },
    touch: async (uses) => {
      const latest = lastUses(uses)
      if (latest.length === 0) return
      await write(async (tx) => {
        for (const [id, at] of latest) {
          await tx
            .updateTable('signet_api_key')
            .set({ last_used_at: at })
            .where('id', '=', id)
            .where(({ eb, or }) =>
              or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]),
            )
            .execute()
        }
      })
    },
  }
}
