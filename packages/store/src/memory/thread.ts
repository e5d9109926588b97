import { BOUNDS, type MemoryThread, type NewMemoryThread, type ThreadChange } from '@signet/core'
import { sql, type RawBuilder, type Selectable, type Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { StorageError } from '../error.js'
import type { Schema, ThreadTable } from '../schema.js'
import {
  checkId,
  decodeObject,
  decodeText,
  encodeObject,
  encodeShortText,
  hashEntries,
} from '../database/value.js'

/** Metadata is shown in lists of threads, and each of its names is a row of its own. */
const MAX_METADATA_NAMES = 256
const MAX_METADATA_CHARACTERS = 65_536

type ThreadRow = Selectable<ThreadTable>

/** A thread as the contract has it. */
export function toThread(
  row: Pick<ThreadRow, 'id' | 'title' | 'metadata' | 'agent' | 'created_at' | 'updated_at'>,
): MemoryThread {
  return {
    id: row.id,
    title: decodeText(row.title),
    ...(row.metadata === null ? {} : { metadata: decodeObject(row.metadata) }),
    ...(row.agent === null ? {} : { agentId: row.agent }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Stores what threads are found by. */
async function insertEntries(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  metadata: string | null,
): Promise<void> {
  if (metadata === null) return
  const rows = hashEntries(metadata).map((entry) => ({ owner, thread_id: threadId, entry }))
  for await (const batch of batches(rows)) {
    await tx.insertInto('signet_thread_entry').values(batch).execute()
  }
}

/**
 * JSON text of the title of a thread.
 * @throws {StorageError} `value_invalid`
 */
export function encodeTitle(title: string): string {
  return encodeShortText(title, 'The title', BOUNDS.titleCharacters.limit)
}

/** JSON text of metadata, or null for none. */
function encodeMetadata(metadata: Readonly<Record<string, unknown>> | undefined): string | null {
  const json = encodeObject(metadata)
  const isTooLarge =
    Object.keys(metadata ?? {}).length > MAX_METADATA_NAMES ||
    (json?.length ?? 0) > MAX_METADATA_CHARACTERS
  if (isTooLarge) {
    throw new StorageError(
      'value_invalid',
      `The metadata of a thread has at most ${MAX_METADATA_NAMES} names and ${MAX_METADATA_CHARACTERS} characters.`,
    )
  }
  return json
}

/** Inserts a thread, unless there is one. */
export async function insertThread(
  tx: Transaction<Schema>,
  owner: string,
  thread: NewMemoryThread,
  now: number,
): Promise<MemoryThread | undefined> {
  const row: ThreadRow = {
    owner,
    id: checkId(thread.id),
    title: encodeTitle(thread.title ?? ''),
    metadata: encodeMetadata(thread.metadata),
    working_memory: null,
    agent: thread.agentId === undefined ? null : checkId(thread.agentId),
    next_position: 0,
    message_count: 0,
    created_at: now,
    updated_at: now,
  }
  const inserted = await tx
    .insertInto('signet_thread')
    .values(row)
    .onConflict((conflict) => conflict.columns(['owner', 'id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) return undefined
  await insertEntries(tx, owner, row.id, row.metadata)
  return toThread(row)
}

/** See `MemoryStorage`. */
export async function createThread(
  tx: Transaction<Schema>,
  owner: string,
  thread: NewMemoryThread,
  now: number,
): Promise<MemoryThread> {
  const created = await insertThread(tx, owner, thread, now)
  if (created === undefined) {
    throw new StorageError('thread_exists', 'A thread has this id already.')
  }
  return created
}

/** The row of a thread. */
export async function findThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
): Promise<ThreadRow | undefined> {
  return await tx
    .selectFrom('signet_thread')
    .selectAll()
    .where('owner', '=', owner)
    .where('id', '=', checkId(threadId))
    .executeTakeFirst()
}

/** When a thread is said to have changed: never before it changed last, also where the clock was set back. */
function laterChange(now: number): RawBuilder<number> {
  return sql<number>`case when updated_at > ${now} then updated_at else ${now} end`
}

/**
 * The row of a thread, which nobody else changes until this transaction ends: every change of a thread
 * or its messages begins with this, so that positions and counts are given one after the other.
 *
 * @param now - when the thread is said to have changed; left out, that stays
 */
export async function holdThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  now?: number,
): Promise<ThreadRow | undefined> {
  return await tx
    .updateTable('signet_thread')
    .set(({ ref }) => ({ updated_at: now === undefined ? ref('updated_at') : laterChange(now) }))
    .where('owner', '=', owner)
    .where('id', '=', checkId(threadId))
    .returningAll()
    .executeTakeFirst()
}

/** See `MemoryStorage`. */
export async function getThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
): Promise<MemoryThread | undefined> {
  const row = await findThread(tx, owner, threadId)
  return row && toThread(row)
}

/** Two objects in one, name by name; null where there is none. */
export function mergeMetadata(
  old: string | null,
  change: Readonly<Record<string, unknown>> | undefined,
): string | null {
  const added = encodeMetadata(change)
  if (old === null || added === null) return added ?? old
  return encodeMetadata({ ...decodeObject(old), ...decodeObject(added) })
}

/** See `MemoryStorage`. */
export async function updateThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  change: ThreadChange,
  now: number,
): Promise<MemoryThread | undefined> {
  const old = await holdThread(tx, owner, threadId, now)
  if (old === undefined) return undefined
  const title = change.title === undefined ? old.title : encodeTitle(change.title)
  const metadata = mergeMetadata(old.metadata, change.metadata)
  await tx
    .updateTable('signet_thread')
    .set({ title, metadata })
    .where('owner', '=', owner)
    .where('id', '=', threadId)
    .execute()
  if (metadata !== old.metadata) {
    await tx
      .deleteFrom('signet_thread_entry')
      .where('owner', '=', owner)
      .where('thread_id', '=', threadId)
      .execute()
    await insertEntries(tx, owner, threadId, metadata)
  }
  return toThread({ ...old, title, metadata })
}
