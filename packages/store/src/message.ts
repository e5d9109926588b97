import type {
  CreatedBetween,
  MemoryMessage,
  MessageFilter,
  MessagePage,
  MessageQuery,
  MessageRequest,
} from '@signet/core'
import type { SelectQueryBuilder, Transaction } from 'kysely'
import { ReadBudget } from './budget.js'
import { MESSAGE_COLUMNS, toMessage, type MessageRow } from './message-row.js'
import { checkPage, pageInfo, pageSpan, type Span } from './page.js'
import type { Schema } from './schema.js'
import { findThread } from './thread.js'
import { checkCount, checkId, checkTime, encodeObject, hashEntries } from './value.js'

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
  // A list of none is no SQL; no message has the role "".
  const named = createdBetween(query, createdAt).$if(roles !== undefined, (query) =>
    query.where('role', 'in', ['', ...(roles ?? [])]),
  )
  return entries.reduce((query, entry) => query.where('entries', 'like', `%${entry}%`), named)
}

/** How many rows are read at once: what follows is not read where there is too much already. */
const CHUNK_SIZE = 64

/** Rows one after the other, from a position on, in groups. */
async function* readRows(
  query: Messages<object>,
  direction: Direction,
  skip: number,
  take: number,
): AsyncGenerator<MessageRow> {
  let last: MessageRow | undefined
  for (let left = take; left > 0;) {
    const position = last?.position
    const rows: MessageRow[] = await query
      .select(MESSAGE_COLUMNS)
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
  }
}

/**
 * The rows of a span, read from the end of the index that is nearer: the last page of a long thread is
 * as near as its first.
 */
async function readSpan(
  query: Messages<object>,
  direction: Direction,
  { skip, take }: Span,
  total: number,
): Promise<MessageRow[]> {
  const isBackward = skip > total - skip - take
  const isDescending = (direction === 'desc') !== isBackward
  const start = isBackward ? total - skip - take : skip
  const budget = new ReadBudget()
  const rows: MessageRow[] = []
  for await (const row of readRows(query, isDescending ? 'desc' : 'asc', start, take)) {
    budget.take(row.body)
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
  const rows = await readSpan(some ?? all, direction, pageSpan(wanted, total), total)
  return { messages: rows.map(toMessage), ...pageInfo(wanted, total) }
}

/** See `MemoryStorage`. */
export async function lastMessages(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  count: number,
): Promise<readonly MemoryMessage[]> {
  const messages = messagesOf(tx, owner, threadId)
  const budget = new ReadBudget()
  const rows: MessageRow[] = []
  for await (const row of readRows(messages, 'desc', 0, checkCount(count, 'count'))) {
    if (!budget.fits(row.body)) break
    rows.push(row)
  }
  return rows.toReversed().map(toMessage)
}

async function neighbours(
  tx: Transaction<Schema>,
  owner: string,
  row: MessageRow,
  direction: Direction,
  count: number,
): Promise<MessageRow[]> {
  if (count === 0) return []
  return await messagesOf(tx, owner, row.thread_id)
    .select(MESSAGE_COLUMNS)
    .where('signet_message.position', direction === 'asc' ? '>' : '<', row.position)
    .orderBy('signet_message.position', direction)
    .limit(count)
    .execute()
}

function compareRows(a: MessageRow, b: MessageRow): number {
  if (a.thread_id === b.thread_id) return a.position - b.position
  return a.thread_id < b.thread_id ? -1 : 1
}

/** See `MemoryStorage`. */
export async function getMessages(
  tx: Transaction<Schema>,
  owner: string,
  requests: readonly MessageRequest[],
): Promise<readonly MemoryMessage[]> {
  const budget = new ReadBudget()
  const found = new Map<string, MessageRow>()
  for (const request of requests) {
    const previous = checkCount(request.previous ?? 0, 'previous')
    const next = checkCount(request.next ?? 0, 'next')
    const row = await tx
      .selectFrom('signet_message')
      .select(MESSAGE_COLUMNS)
      .where('owner', '=', owner)
      .where('id', '=', checkId(request.id))
      .executeTakeFirst()
    if (row === undefined) continue
    const before = await neighbours(tx, owner, row, 'desc', previous)
    const after = await neighbours(tx, owner, row, 'asc', next)
    for (const each of [...before, row, ...after]) {
      if (!found.has(each.id)) budget.take(each.body)
      found.set(each.id, each)
    }
  }
  return [...found.values()].sort(compareRows).map(toMessage)
}
