import { setImmediate } from 'node:timers/promises'
import {
  type CreatedBetween,
  type MemoryMessage,
  type MessageFilter,
  type MessagePage,
  type MessagePlace,
  type MessageQuery,
  type MessageRequest,
} from '@signet/core'
import type { SelectQueryBuilder, Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { ReadBudget } from './budget.js'
import { FOUND_COLUMNS, PLACE_COLUMNS, readFound, type FoundMessage } from './found-message.js'
import { checkRole } from './message-row.js'
import { checkPage, pageInfo, pageSpan, type Span } from './page.js'
import type { Schema } from '../schema.js'
import { findThread } from './thread.js'
import { unansweredOf } from './unanswered-row.js'
import { checkCount, checkId, checkTime, encodeObject, hashEntries } from '../database/value.js'

/** The messages of a thread, in one order. */
type Direction = 'asc' | 'desc'

type Messages<O> = SelectQueryBuilder<Schema, 'signet_message', O>

/** A query for the messages of one thread. */
export function messagesOf(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
): Messages<object> {
  return tx
    .selectFrom('signet_message')
    .where('signet_message.owner', '=', owner)
    .where('signet_message.thread_id', '=', checkId(threadId))
}

/** Leaves only the messages of a span of time. */
export function createdBetween<O>(query: Messages<O>, { from, to }: CreatedBetween): Messages<O> {
  return query
    .$if(from !== undefined, (query) => query.where('created_at', '>=', checkTime(from ?? 0)))
    .$if(to !== undefined, (query) => query.where('created_at', '<=', checkTime(to ?? 0)))
}

/** Leaves only the messages that a filter names; undefined for a filter that names no rule. */
function filtered<O>(
  query: Messages<O>,
  { createdAt = {}, roles, metadata }: MessageFilter,
): Messages<O> | undefined {
  const entries = hashEntries(encodeObject(metadata) ?? '{}')
  const isSilent =
    createdAt.from === undefined &&
    createdAt.to === undefined &&
    roles === undefined &&
    entries.length === 0
  if (isSilent) return undefined
  // A list of none is not SQL; no message has the role "".
  const named = createdBetween(query, createdAt).$if(roles !== undefined, (query) =>
    query.where('role', 'in', ['', ...(roles ?? [])]),
  )
  return entries.reduce((query, entry) => query.where('entries', 'like', `%${entry}%`), named)
}

/** How many rows are found at once: what follows is not looked for where there is too much already. */
const CHUNK_SIZE = 64

/** Rows one after the other, from a position on, in groups. */
async function* findRows(
  query: Messages<object>,
  direction: Direction,
  skip: number,
  take: number,
): AsyncGenerator<FoundMessage> {
  let last: FoundMessage | undefined
  for (let left = take; left > 0;) {
    const position = last?.position
    const rows: FoundMessage[] = await query
      .select(FOUND_COLUMNS)
      .$if(position !== undefined, (query) =>
        query.where('signet_message.position', direction === 'asc' ? '>' : '<', position ?? 0),
      )
      .orderBy('signet_message.position', direction)
      .limit(Math.min(left, CHUNK_SIZE))
      .$if(position === undefined && skip > 0, (query) => query.offset(skip))
      .execute()
    yield* rows
    last = rows.at(-1)
    left = rows.length < CHUNK_SIZE ? 0 : left - rows.length
    // Between two groups other work of this process has its turn.
    if (left > 0) await setImmediate()
  }
}

/**
 * The rows of a span, found from the end of the index that is nearer: the last page of a long thread is
 * as near as its first.
 */
async function findSpan(
  query: Messages<object>,
  direction: Direction,
  { skip, take }: Span,
  total: number,
): Promise<FoundMessage[]> {
  const isBackward = skip > total - skip - take
  const isDescending = (direction === 'desc') !== isBackward
  const start = isBackward ? total - skip - take : skip
  const budget = new ReadBudget()
  const rows: FoundMessage[] = []
  for await (const row of findRows(query, isDescending ? 'desc' : 'asc', start, take)) {
    budget.take(row.bytes)
    rows.push(row)
  }
  return isBackward ? rows.toReversed() : rows
}

/** See `MemoryStorage`. */
export async function listMessages(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  query: MessageQuery,
): Promise<MessagePage | undefined> {
  const wanted = checkPage(query)
  const thread = await findThread(tx, owner, threadId)
  if (thread === undefined) return undefined
  const all = messagesOf(tx, owner, threadId)
  const some = filtered(all, query)
  const counted = await some
    ?.select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const total = counted?.total ?? thread.message_count
  const direction = query.direction === 'desc' ? 'desc' : 'asc'
  const found = await findSpan(some ?? all, direction, pageSpan(wanted, total), total)
  return { messages: await readFound(tx, owner, found), ...pageInfo(wanted, total) }
}

/** How many rows are looked at for the newest messages: those of failed answers are many in few threads only. */
function maxRows(count: number): number {
  return 4 * count + 50
}

/** See `MemoryStorage`. */
export async function lastMessages(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  count: number,
): Promise<readonly MemoryMessage[]> {
  const messages = messagesOf(tx, owner, threadId).select([...FOUND_COLUMNS, 'entries'])
  const wanted = checkCount(count, 'count')
  const most = maxRows(wanted)
  const budget = new ReadBudget()
  const rows: FoundMessage[] = []
  let last: FoundMessage | undefined
  for (let seen = 0; rows.length < wanted && seen < most;) {
    const position = last?.position
    // Where there are many that are left out, more are looked at in one statement.
    const limit = Math.min(Math.max(wanted - rows.length, seen), CHUNK_SIZE, most - seen)
    const group = await messages
      .$if(position !== undefined, (query) =>
        query.where('signet_message.position', '<', position ?? 0),
      )
      .orderBy('signet_message.position', 'desc')
      .limit(limit)
      .execute()
    for (const { entries, ...row } of group) {
      if (rows.length === wanted || unansweredOf(entries) === 'failed') continue
      if (!budget.fits(row.bytes)) return await readFound(tx, owner, rows.toReversed())
      rows.push(row)
    }
    seen += group.length
    last = group.at(-1)
    if (group.length < limit) break
    // Between two groups other work of this process has its turn.
    if (rows.length < wanted) await setImmediate()
  }
  return await readFound(tx, owner, rows.toReversed())
}

/** Messages by their ids, in no order, without their bodies. Unknown ids are left out. */
export async function findPlaces(
  tx: Transaction<Schema>,
  owner: string,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, FoundMessage>> {
  const places = new Map<string, FoundMessage>()
  for await (const batch of batches(ids)) {
    const rows = await tx
      .selectFrom('signet_message')
      .select(PLACE_COLUMNS)
      .where('signet_message.owner', '=', owner)
      .where('signet_message.id', 'in', batch)
      .execute()
    for (const row of rows) places.set(row.id, { ...row, body: null })
  }
  return places
}

/** See `MemoryStorage`. */
export async function findMessages(
  tx: Transaction<Schema>,
  owner: string,
  ids: readonly string[],
): Promise<readonly MessagePlace[]> {
  const places: MessagePlace[] = []
  for await (const batch of batches(new Set(ids.map(checkId)))) {
    const rows = await tx
      .selectFrom('signet_message')
      .select(['id', 'thread_id', 'role', 'entries'])
      .where('signet_message.owner', '=', owner)
      .where('signet_message.id', 'in', batch)
      .execute()
    for (const { id, thread_id: threadId, role, entries } of rows) {
      places.push({ id, threadId, role: checkRole(role), unanswered: unansweredOf(entries) })
    }
  }
  return places
}

/** The messages next to one in its thread, without their bodies. */
async function findNeighbours(
  tx: Transaction<Schema>,
  owner: string,
  { thread_id, position }: FoundMessage,
  direction: Direction,
  count: number,
): Promise<FoundMessage[]> {
  if (count === 0) return []
  const rows = await messagesOf(tx, owner, thread_id)
    .select(PLACE_COLUMNS)
    .where('signet_message.position', direction === 'asc' ? '>' : '<', position)
    .orderBy('signet_message.position', direction)
    .limit(count)
    .execute()
  return rows.map((row) => ({ ...row, body: null }))
}

function compareRows(a: FoundMessage, b: FoundMessage): number {
  if (a.thread_id === b.thread_id) return a.position - b.position
  return a.thread_id < b.thread_id ? -1 : 1
}

/** What finding one neighbour weighs, in bytes. */
const NEIGHBOUR_BYTES = 512

/** See `MemoryStorage`. Each message is counted once, and read once. */
export async function getMessages(
  tx: Transaction<Schema>,
  owner: string,
  requests: readonly MessageRequest[],
): Promise<readonly MemoryMessage[]> {
  const places = await findPlaces(tx, owner, new Set(requests.map(({ id }) => checkId(id))))
  const found = new Map(places)
  const weight = ({ previous = 0, next = 0 }: MessageRequest) => (previous + next) * NEIGHBOUR_BYTES
  for await (const batch of batches(requests, weight)) {
    for (const { id, previous = 0, next = 0 } of batch) {
      const counts = [checkCount(previous, 'previous'), checkCount(next, 'next')] as const
      const place = places.get(id)
      if (place === undefined) continue
      const before = await findNeighbours(tx, owner, place, 'desc', counts[0])
      const after = await findNeighbours(tx, owner, place, 'asc', counts[1])
      for (const each of [...before, ...after]) found.set(each.id, each)
    }
  }
  const budget = new ReadBudget()
  for (const { bytes } of found.values()) budget.take(bytes)
  return await readFound(tx, owner, [...found.values()].sort(compareRows))
}
