import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { ClonedThread, CloneOptions } from '@signet/core'
import type { Selectable, Transaction } from 'kysely'
import { ReadBudget } from './budget.js'
import { StorageError } from './error.js'
import { createdBetween, messagesOf } from './message.js'
import { toMessage } from './message-row.js'
import { insertRows } from './save-messages.js'
import type { MessageTable, Schema } from './schema.js'
import { createThread, holdThread, mergeMetadata } from './thread.js'
import { checkCount, decodeObject, decodeText } from './value.js'

const CHUNK_SIZE = 500
/** A larger thread is cloned in part: the copy is made and answered at once. */
const MOST_MESSAGES = 5000

type FullRow = Selectable<MessageTable>

function refuse(): never {
  throw new StorageError(
    'result_too_large',
    `A clone has at most ${MOST_MESSAGES} messages: limit it.`,
  )
}

/** The messages to copy, oldest first: found from the newest on, until there are enough. */
async function readMessages(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  options: CloneOptions,
): Promise<FullRow[]> {
  const limit = checkCount(options.messageLimit ?? Number.MAX_SAFE_INTEGER, 'messageLimit')
  const ids = options.messageIds && new Set(options.messageIds)
  const messages = createdBetween(messagesOf(tx, owner, threadId), options.createdAt ?? {})
  const budget = new ReadBudget()
  const found: FullRow[] = []
  for (let before = Number.MAX_SAFE_INTEGER; found.length < limit;) {
    const rows = await messages
      .selectAll()
      .where('signet_message.position', '<', before)
      .orderBy('signet_message.position', 'desc')
      .limit(CHUNK_SIZE)
      .execute()
    const last = rows.at(-1)
    if (last === undefined) break
    before = last.position
    for (const row of rows) {
      if (found.length === limit || ids?.has(row.id) === false) continue
      if (found.length === MOST_MESSAGES) refuse()
      budget.take(row.body)
      found.push(row)
    }
    // So long a transaction lets other work of this process pass between its parts.
    if (rows.length === CHUNK_SIZE) await setImmediate()
  }
  return found.toReversed()
}

function copy(row: FullRow, threadId: string, position: number): FullRow {
  const { owner, role, created_at, body, words, entries } = row
  return {
    owner,
    id: randomUUID(),
    thread_id: threadId,
    position,
    role,
    created_at,
    body,
    words,
    entries,
  }
}

/** See `MemoryStorage`. The working memory of the thread is copied too. */
export async function cloneThread(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  options: CloneOptions,
  now: number,
): Promise<ClonedThread | undefined> {
  const source = await holdThread(tx, owner, threadId)
  if (source === undefined) return undefined
  const metadata = mergeMetadata(source.metadata, options.metadata)
  const clone = {
    id: options.id,
    title: options.title ?? decodeText(source.title),
    metadata: metadata === null ? undefined : decodeObject(metadata),
  }
  const thread = await createThread(tx, owner, clone, now)
  const originals = await readMessages(tx, owner, threadId, options)
  const copies = originals.map((row, position) => copy(row, thread.id, position))
  await insertRows(tx, copies)
  await tx
    .updateTable('signet_thread')
    .set({
      working_memory: source.working_memory,
      next_position: copies.length,
      message_count: copies.length,
    })
    .where('owner', '=', owner)
    .where('id', '=', thread.id)
    .execute()
  const pairs = originals.map(({ id }, index) => [id, copies[index]?.id ?? ''] as const)
  return { thread, messages: copies.map(toMessage), messageIds: Object.fromEntries(pairs) }
}
