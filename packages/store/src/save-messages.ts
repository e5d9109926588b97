import type {
  Exchange,
  MemoryMessage,
  MemoryThread,
  NewMemoryThread,
  SavedMessage,
} from '@signet/core'
import type { Selectable, Transaction } from 'kysely'
import { batches } from './batch.js'
import { completeCalls } from './complete-call.js'
import { StorageError } from './error.js'
import { toMessage, toRow } from './message-row.js'
import type { MessageTable, Schema, ThreadTable } from './schema.js'
import { holdThread, insertThread, toThread } from './thread.js'
import { checkId, decodeText, encodeText } from './value.js'
import { setWorkingMemory } from './working-memory.js'

type NewRow = ReturnType<typeof toRow>
type FullRow = Selectable<MessageTable>

function refuseDuplicates(rows: readonly NewRow[]): void {
  if (new Set(rows.map(({ id }) => id)).size < rows.length) {
    throw new StorageError('message_exists', 'Two messages have the same id.')
  }
}

/** Inserts rows that have their positions. An id that is taken fails the transaction. */
export async function insertRows(tx: Transaction<Schema>, rows: readonly FullRow[]): Promise<void> {
  for (const batch of batches(rows)) await tx.insertInto('signet_message').values(batch).execute()
}

/**
 * Appends rows to a thread that this transaction holds: gives them positions, from the next one
 * on, and counts them.
 */
async function append(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  nextPosition: number,
  rows: readonly NewRow[],
): Promise<FullRow[]> {
  const full = rows.map((row, index) => ({ ...row, position: nextPosition + index }))
  await insertRows(tx, full)
  await tx
    .updateTable('signet_thread')
    .set(({ eb }) => ({
      next_position: nextPosition + rows.length,
      message_count: eb('message_count', '+', rows.length),
    }))
    .where('owner', '=', owner)
    .where('id', '=', threadId)
    .execute()
  return full
}

async function findPlaces(
  tx: Transaction<Schema>,
  owner: string,
  ids: readonly string[],
): Promise<Map<string, Pick<FullRow, 'id' | 'thread_id' | 'position'>>> {
  const places = new Map<string, Pick<FullRow, 'id' | 'thread_id' | 'position'>>()
  for (const batch of batches(ids)) {
    const rows = await tx
      .selectFrom('signet_message')
      .select(['id', 'thread_id', 'position'])
      .where('owner', '=', owner)
      .where('id', 'in', batch)
      .execute()
    for (const row of rows) places.set(row.id, row)
  }
  return places
}

async function replace(tx: Transaction<Schema>, row: NewRow): Promise<void> {
  const { owner, id, role, created_at, body, words, entries } = row
  await tx
    .updateTable('signet_message')
    .set({ role, created_at, body, words, entries })
    .where('owner', '=', owner)
    .where('id', '=', id)
    .execute()
}

/** Always in the same order, so that of two transactions none waits for the other in a circle. */
function threadsOf(rows: readonly { readonly thread_id: string }[]): string[] {
  return [...new Set(rows.map(({ thread_id }) => thread_id))].sort()
}

/** See `MemoryStorage`. */
export async function saveMessages(
  tx: Transaction<Schema>,
  owner: string,
  messages: readonly SavedMessage[],
  now: number,
): Promise<readonly MemoryMessage[]> {
  const rows = messages.map((message) => toRow(owner, message.threadId, message))
  refuseDuplicates(rows)
  const nextPositions = new Map<string, number>()
  for (const threadId of threadsOf(rows)) {
    const thread = await holdThread(tx, owner, threadId, now)
    if (thread === undefined) {
      throw new StorageError('thread_not_found', 'There is no such thread.')
    }
    nextPositions.set(threadId, thread.next_position)
  }
  const ids = rows.map(({ id }) => id)
  const places = await findPlaces(tx, owner, ids)
  if (rows.some(({ id, thread_id }) => (places.get(id)?.thread_id ?? thread_id) !== thread_id)) {
    throw new StorageError('message_exists', 'Another thread has a message of this id.')
  }
  for (const row of rows) if (places.has(row.id)) await replace(tx, row)
  for (const [threadId, nextPosition] of nextPositions) {
    const added = rows.filter(({ id, thread_id }) => thread_id === threadId && !places.has(id))
    await append(tx, owner, threadId, nextPosition, added)
  }
  return rows.map((row) => toMessage({ ...row, position: 0 }))
}

/** See `MemoryStorage`. */
export async function deleteMessages(
  tx: Transaction<Schema>,
  owner: string,
  messageIds: readonly string[],
  now: number,
): Promise<number> {
  const ids = [...new Set(messageIds.map(checkId))]
  const places = await findPlaces(tx, owner, ids)
  let total = 0
  for (const threadId of threadsOf([...places.values()])) {
    if ((await holdThread(tx, owner, threadId, now)) === undefined) continue
    const own = ids.filter((id) => places.get(id)?.thread_id === threadId)
    let count = 0
    for (const batch of batches(own)) {
      const { numDeletedRows } = await tx
        .deleteFrom('signet_message')
        .where('owner', '=', owner)
        .where('thread_id', '=', threadId)
        .where('id', 'in', batch)
        .executeTakeFirst()
      count += Number(numDeletedRows)
    }
    await tx
      .updateTable('signet_thread')
      .set(({ eb }) => ({ message_count: eb('message_count', '-', count) }))
      .where('owner', '=', owner)
      .where('id', '=', threadId)
      .execute()
    total += count
  }
  return total
}

/** The thread of an exchange, held: made where it is missing, with a title where it has none. */
async function holdNewThread(
  tx: Transaction<Schema>,
  owner: string,
  thread: NewMemoryThread,
  now: number,
): Promise<Selectable<ThreadTable>> {
  // Another process may create or delete the thread between two statements, but not for ever.
  for (;;) {
    await insertThread(tx, owner, thread, now)
    const held = await holdThread(tx, owner, thread.id, now)
    if (held === undefined) continue
    const title = encodeText(thread.title || undefined)
    if (title === null || decodeText(held.title) !== '') return held
    await tx
      .updateTable('signet_thread')
      .set({ title })
      .where('owner', '=', owner)
      .where('id', '=', thread.id)
      .execute()
    return { ...held, title }
  }
}

/** See `MemoryStorage`. */
export async function commitExchange(
  tx: Transaction<Schema>,
  owner: string,
  { thread, messages, completed = [], workingMemory }: Exchange,
  now: number,
): Promise<MemoryThread> {
  const rows = messages.map((message) => toRow(owner, thread.id, message))
  refuseDuplicates(rows)
  const held = await holdNewThread(tx, owner, thread, now)
  await completeCalls(tx, owner, thread.id, completed)
  await append(tx, owner, thread.id, held.next_position, rows)
  if (workingMemory !== undefined) {
    const { text, scope } = workingMemory
    const threadId = scope === 'thread' ? thread.id : undefined
    await setWorkingMemory(tx, owner, text, threadId, now)
  }
  return toThread(held)
}
