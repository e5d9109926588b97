import { randomUUID } from 'node:crypto'
import type { ClonedThread, CloneOptions, MemoryMessage } from '@signet/core'
import { sql, type Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { ReadBudget } from './budget.js'
import type { Driver } from '../database/driver/driver.js'
import { StorageError } from '../error.js'
import { PLACE_COLUMNS, readFound, type FoundMessage } from './found-message.js'
import { createdBetween, messagesOf } from './message.js'
import { storedWeight } from './message-row.js'
import type { Schema } from '../schema.js'
import { createThread, holdThread, mergeMetadata } from './thread.js'
import { checkCount, checkId, decodeObject, decodeText } from '../database/value.js'

const CHUNK_SIZE = 500
/** A larger thread is cloned in part: the copy is made and answered at once. */
const MAX_MESSAGES = 5000

/** A message to copy, and what that weighs, in bytes. */
interface Original extends FoundMessage {
  readonly weight: number
}

/** Where a message is copied to. */
interface Copy {
  readonly original: Original
  readonly id: string
  readonly position: number
}

function refuse(): never {
  throw new StorageError(
    'result_too_large',
    `A clone may have at most ${MAX_MESSAGES} messages. Copy fewer of them.`,
  )
}

/** Messages of a thread, from the newest on, in groups. */
async function* findNewest(
  messages: ReturnType<typeof messagesOf>,
): AsyncGenerator<readonly Original[]> {
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const rows = await messages
      .select([...PLACE_COLUMNS, storedWeight().as('weight')])
      .where('signet_message.position', '<', before)
      .orderBy('signet_message.position', 'desc')
      .limit(CHUNK_SIZE)
      .execute()
    for await (const batch of batches(rows)) yield batch.map((row) => ({ ...row, body: null }))
    if (rows.length < CHUNK_SIZE) return
    before = rows.at(-1)?.position ?? 0
  }
}

/** Messages of a thread that are named, from the newest on. */
async function findNamed(
  messages: ReturnType<typeof messagesOf>,
  ids: readonly string[],
): Promise<readonly Original[]> {
  const found: Original[] = []
  for await (const batch of batches(new Set(ids.map(checkId)))) {
    const rows = await messages
      .select([...PLACE_COLUMNS, storedWeight().as('weight')])
      .where('signet_message.id', 'in', batch)
      .execute()
    for (const row of rows) found.push({ ...row, body: null })
  }
  return found.sort((a, b) => b.position - a.position)
}

/** The messages to copy, oldest first: found from the newest on, until there are enough. */
async function findOriginals(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  { messageLimit = Number.MAX_SAFE_INTEGER, messageIds, createdAt = {} }: CloneOptions,
): Promise<readonly Original[]> {
  const limit = checkCount(messageLimit, 'messageLimit')
  const messages = createdBetween(messagesOf(tx, owner, threadId), createdAt)
  const groups =
    messageIds === undefined ? findNewest(messages) : [await findNamed(messages, messageIds)]
  const budget = new ReadBudget()
  const originals: Original[] = []
  for await (const group of limit === 0 ? [] : groups) {
    for (const original of group) {
      if (originals.length === limit) return originals.toReversed()
      if (originals.length === MAX_MESSAGES) refuse()
      budget.take(original.bytes)
      originals.push(original)
    }
  }
  return originals.toReversed()
}

/** Copies messages within the database. */
async function insertCopies(
  tx: Transaction<Schema>,
  driver: Driver,
  owner: string,
  threadId: string,
  copies: readonly Copy[],
): Promise<void> {
  const places = copies.map(({ original, id, position }) => [original.id, id, position])
  const columns = ['role', 'created_at', 'body', 'words', 'entries'] as const
  const place = (index: number) => sql`value ->> ${sql.lit(index)}`
  await sql`insert into ${sql.table('signet_message')} (${sql.join(
    ['owner', 'id', 'thread_id', 'position', ...columns].map((name) => sql.ref(name)),
  )})
    with copies as materialized (
      select ${place(0)} as original, ${place(1)} as copy, cast(${place(2)} as integer) as place
      from ${driver.elements(JSON.stringify(places))}
    )
    select ${owner}, copies.copy, ${threadId}, copies.place, ${sql.join(columns.map((name) => sql.ref(name)))}
    from copies cross join signet_message
    where "signet_message"."owner" = ${owner} and signet_message.id = copies.original`.execute(tx)
}

/** See `MemoryStorage`. The working memory of the thread is copied too. */
export async function cloneThread(
  tx: Transaction<Schema>,
  driver: Driver,
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
    agentId: source.agent ?? undefined,
  }
  const thread = await createThread(tx, owner, clone, now)
  const originals = await findOriginals(tx, owner, threadId, options)
  const copies = originals.map((original, position) => ({ original, id: randomUUID(), position }))
  for await (const batch of batches(copies, ({ original }) => original.weight)) {
    await insertCopies(tx, driver, owner, thread.id, batch)
  }
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
  const read = await readFound(tx, owner, originals)
  const messages = read.map((message, index): MemoryMessage => {
    return { ...message, id: copies[index]?.id ?? '', threadId: thread.id }
  })
  const pairs = copies.map(({ original, id }) => [original.id, id] as const)
  return { thread, messages, messageIds: Object.fromEntries(pairs) }
}
