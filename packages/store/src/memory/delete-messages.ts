import type { Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { messagesOf } from './message.js'
import { storedWeight } from './message-row.js'
import type { Schema } from '../schema.js'
import { holdThread } from './thread.js'
import { checkId } from '../database/value.js'

/** How many messages of a thread are weighed at once before they are deleted. */
const CHUNK_SIZE = 500

/** A message that is to be deleted, and what that weighs, in bytes. */
interface WeighedMessage {
  readonly id: string
  readonly weight: number
}

/** Messages that there are of these ids, by their threads, in the order of `threadsOf`. */
async function weighMessages(
  tx: Transaction<Schema>,
  owner: string,
  ids: Iterable<string>,
): Promise<readonly (readonly [string, readonly WeighedMessage[]])[]> {
  const threads = new Map<string, WeighedMessage[]>()
  for await (const batch of batches(ids)) {
    const rows = await tx
      .selectFrom('signet_message')
      .select(['signet_message.id', 'signet_message.thread_id', storedWeight().as('weight')])
      .where('signet_message.owner', '=', owner)
      .where('signet_message.id', 'in', batch)
      .execute()
    for (const { id, thread_id, weight } of rows) {
      const own = threads.get(thread_id)
      if (own === undefined) threads.set(thread_id, [{ id, weight }])
      else own.push({ id, weight })
    }
  }
  // Always in the same order, so that of two transactions none waits for the other in a circle.
  return [...threads].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Deletes messages of a thread that this transaction holds, and counts them off. Returns how many there were. */
export async function deleteFrom(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  messages: readonly WeighedMessage[],
): Promise<number> {
  let count = 0
  for await (const batch of batches(messages, ({ weight }) => weight)) {
    const ids = batch.map(({ id }) => id)
    const { numDeletedRows } = await tx
      .deleteFrom('signet_message')
      .where('owner', '=', owner)
      .where('thread_id', '=', threadId)
      .where('id', 'in', ids)
      .executeTakeFirst()
    count += Number(numDeletedRows)
  }
  await tx
    .updateTable('signet_thread')
    .set(({ eb }) => ({ message_count: eb('message_count', '-', count) }))
    .where('owner', '=', owner)
    .where('id', '=', threadId)
    .execute()
  return count
}

/** See `MemoryStorage`. */
export async function deleteMessages(
  tx: Transaction<Schema>,
  owner: string,
  messageIds: readonly string[],
  now: number,
): Promise<number> {
  const threads = await weighMessages(tx, owner, new Set(messageIds.map(checkId)))
  const weightOf = ([, messages]: (typeof threads)[number]) =>
    messages.reduce((sum, { weight }) => sum + weight, 0)
  let total = 0
  for await (const batch of batches(threads, weightOf)) {
    for (const [threadId, messages] of batch) {
      if ((await holdThread(tx, owner, threadId, now)) === undefined) continue
      total += await deleteFrom(tx, owner, threadId, messages)
    }
  }
  return total
}

/**
 * Deletes the messages of a thread that this transaction holds. Each statement begins behind what is deleted:
 * PostgreSQL would go through all of that again.
 */
async function emptyThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
): Promise<void> {
  for (let after = -1; ;) {
    const rows = await messagesOf(tx, owner, threadId)
      .select(['signet_message.position', storedWeight().as('weight')])
      .where('signet_message.position', '>', after)
      .orderBy('signet_message.position')
      .limit(CHUNK_SIZE)
      .execute()
    if (rows.length === 0) return
    for await (const batch of batches(rows, ({ weight }) => weight)) {
      const last = batch.at(-1)?.position ?? after
      await tx
        .deleteFrom('signet_message')
        .where('owner', '=', owner)
        .where('thread_id', '=', threadId)
        .where('position', '>', after)
        .where('position', '<=', last)
        .execute()
      after = last
    }
  }
}

/**
 * See `MemoryStorage`. Messages go a few at a time; whatever else belongs to the thread goes with it, by its
 * foreign key.
 */
export async function deleteThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
): Promise<boolean> {
  const thread = await holdThread(tx, owner, threadId)
  if (thread === undefined) return false
  await emptyThread(tx, owner, threadId)
  await tx
    .deleteFrom('signet_thread')
    .where('owner', '=', owner)
    .where('id', '=', threadId)
    .execute()
  return true
}
