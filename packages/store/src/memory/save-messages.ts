import type { MemoryMessage, SavedMessage } from '@signet/core'
import type { Transaction } from 'kysely'
import { batches, mapInParts } from '../database/batch.js'
import { StorageError } from '../error.js'
import { findMessages } from './message.js'
import { rowWeight, toMessage, toRow, type NewRow } from './message-row.js'
import { replaceRow } from './replace-row.js'
import type { Schema } from '../schema.js'
import { holdThread } from './thread.js'
import { unansweredOf, withMark } from './unanswered-row.js'

function refuseDuplicates(rows: readonly NewRow[]): void {
  if (new Set(rows.map(({ id }) => id)).size < rows.length) {
    throw new StorageError('message_exists', 'Two messages have the same id.')
  }
}

/**
 * Appends rows to a thread that this transaction holds: gives them positions, from the next one
 * on, and counts them. An id that is taken fails the transaction.
 */
export async function append(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  nextPosition: number,
  rows: readonly NewRow[],
): Promise<void> {
  const full = rows.map((row, index) => ({ ...row, position: nextPosition + index }))
  for await (const batch of batches(full, rowWeight)) {
    await tx.insertInto('signet_message').values(batch).execute()
  }
  await tx
    .updateTable('signet_thread')
    .set(({ eb }) => ({
      next_position: nextPosition + rows.length,
      message_count: eb('message_count', '+', rows.length),
    }))
    .where('owner', '=', owner)
    .where('id', '=', threadId)
    .execute()
}

/**
 * Rows by their threads. The threads are always in the same order, so that of two transactions none waits
 * for the other in a circle.
 */
function byThread(rows: readonly NewRow[]): readonly (readonly [string, readonly NewRow[]])[] {
  const threads = new Map<string, NewRow[]>()
  for (const row of rows) {
    const own = threads.get(row.thread_id)
    if (own === undefined) threads.set(row.thread_id, [row])
    else own.push(row)
  }
  return [...threads].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What storing all messages of a thread weighs, in bytes. */
function threadWeight([, rows]: readonly [string, readonly NewRow[]]): number {
  return rows.reduce((sum, row) => sum + rowWeight(row), 0)
}

/**
 * Messages as rows: what is made before anything waits for a transaction.
 * @throws {StorageError} `value_invalid`, `message_too_large`, `message_exists` when an id is given twice
 */
export async function encodeMessages(
  owner: string,
  messages: readonly SavedMessage[],
): Promise<readonly NewRow[]> {
  const encode = (message: SavedMessage) => toRow(owner, message.threadId, message)
  const rows = await mapInParts(messages, encode, rowWeight)
  refuseDuplicates(rows)
  return rows
}

/** Rows as the contract has them. */
export async function decodeRows(rows: readonly NewRow[]): Promise<readonly MemoryMessage[]> {
  const messages: MemoryMessage[] = []
  for await (const batch of batches(rows, ({ body }) => body.length)) {
    messages.push(...batch.map((row) => toMessage({ ...row, position: 0 }, row.body)))
  }
  return messages
}

/** Saves what `encodeMessages` made, and returns it as it is stored. See `MemoryStorage`. */
export async function saveRows(
  tx: Transaction<Schema>,
  owner: string,
  given: readonly NewRow[],
  now: number,
): Promise<readonly NewRow[]> {
  const threads = byThread(given)
  const nextPositions = new Map<string, number>()
  for await (const batch of batches(threads)) {
    for (const [threadId] of batch) {
      const thread = await holdThread(tx, owner, threadId, now)
      if (thread === undefined) {
        throw new StorageError('thread_not_found', 'There is no such thread.')
      }
      nextPositions.set(threadId, thread.next_position)
    }
  }
  const found = await findMessages(
    tx,
    owner,
    given.map(({ id }) => id),
  )
  const places = new Map(found.map((place) => [place.id, place]))
  if (given.some(({ id, thread_id }) => (places.get(id)?.threadId ?? thread_id) !== thread_id)) {
    throw new StorageError('message_exists', 'Another thread has a message of this id.')
  }
  // Whoever saves a question again does not say whether it has an answer.
  const rows = given.map((row) => {
    const place = places.get(row.id)
    if (place?.unanswered === undefined || place.role !== row.role) return row
    return unansweredOf(row.entries) === undefined ? withMark(row, place.unanswered) : row
  })
  const old = rows.filter(({ id }) => places.has(id))
  for await (const batch of batches(old, rowWeight)) {
    for (const row of batch) await replaceRow(tx, row)
  }
  for await (const batch of batches(byThread(rows), threadWeight)) {
    for (const [threadId, own] of batch) {
      const added = own.filter(({ id }) => !places.has(id))
      await append(tx, owner, threadId, nextPositions.get(threadId) ?? 0, added)
    }
  }
  return rows
}
