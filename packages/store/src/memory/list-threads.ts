import type { ThreadPage, ThreadQuery } from '@signet/core'
import { sql, type Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { ReadBudget } from './budget.js'
import { StorageError } from '../error.js'
import { findTitled, type ThreadOrder, type Threads } from './find-titled.js'
import { ofAgent } from './of-agent.js'
import { checkPage, pageInfo, pageSpan, type Span } from './page.js'
import type { Schema } from '../schema.js'
import { bytesOf, textWithin } from './stored-text.js'
import { toThread } from './thread.js'
import { checkId, encodeObject, hashEntries } from '../database/value.js'

/** Title and metadata come with the row of a thread where they have so few bytes. */
const MAX_TEXT_WITH_ROW = 4096

const BYTES = sql<number>`${bytesOf('title')} + coalesce(${bytesOf('metadata')}, 0)`
const FOUND_COLUMNS = [
  'id',
  'agent',
  'created_at',
  'updated_at',
  BYTES.as('bytes'),
  textWithin('title', BYTES, MAX_TEXT_WITH_ROW).as('title'),
  textWithin('metadata', BYTES, MAX_TEXT_WITH_ROW).as('metadata'),
] as const

/** A thread that was found, and counted by its bytes before it is read. */
interface FoundThread {
  readonly id: string
  readonly agent: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly bytes: number
  /** Null where title and metadata are still to be read. */
  readonly title: string | null
  readonly metadata: string | null
}

function withEntries<O>(query: Threads<O>, entries: readonly string[]): Threads<O> {
  return entries.reduce(
    (filtered, entry) =>
      filtered.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('signet_thread_entry')
            .select('signet_thread_entry.entry')
            .whereRef('signet_thread_entry.owner', '=', 'signet_thread.owner')
            .whereRef('signet_thread_entry.thread_id', '=', 'signet_thread.id')
            .where('signet_thread_entry.entry', '=', entry),
        ),
      ),
    query,
  )
}

/** What is too large to come with its row, by the ids of threads. */
async function readTexts(
  tx: Transaction<Schema>,
  owner: string,
  found: readonly FoundThread[],
): Promise<ReadonlyMap<string, { readonly title: string; readonly metadata: string | null }>> {
  const ids = found.filter(({ title }) => title === null).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('signet_thread')
    .select(['id', 'title', 'metadata'])
    .where('owner', '=', owner)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function readThreads(
  tx: Transaction<Schema>,
  owner: string,
  found: readonly FoundThread[],
): Promise<ThreadPage['threads']> {
  const threads: ReturnType<typeof toThread>[] = []
  for await (const batch of batches(found, ({ bytes }) => bytes)) {
    const texts = await readTexts(tx, owner, batch)
    for (const row of batch) {
      const { title, metadata } = texts.get(row.id) ?? row
      if (title === null) throw new StorageError('storage_failed', 'A thread is gone.')
      threads.push(toThread({ ...row, title, metadata }))
    }
  }
  return threads
}

/** The threads of an owner that a query names, whatever their titles are. */
function threadsOf(
  tx: Transaction<Schema>,
  owner: string,
  { metadata, agentId }: ThreadQuery,
): Threads<object> {
  const json = encodeObject(metadata)
  const own = tx.selectFrom('signet_thread').where('owner', '=', owner)
  const found = withEntries(own, json === null ? [] : hashEntries(json))
  if (agentId === undefined) return found
  return found.where(ofAgent('agent', checkId(agentId)))
}

async function count(threads: Threads<object>): Promise<number> {
  const counted = await threads
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return counted.total
}

/** The threads of a span in an order. */
async function findSpan(
  threads: Threads<object>,
  { field, direction }: ThreadOrder,
  { skip, take }: Span,
): Promise<readonly FoundThread[]> {
  if (take === 0) return []
  return await threads
    .select(FOUND_COLUMNS)
    .orderBy(field, direction)
    .orderBy('id', direction)
    .limit(take)
    .offset(skip)
    .execute()
}

/** The threads of these ids, in the order of the ids. */
async function findByIds(
  tx: Transaction<Schema>,
  owner: string,
  ids: readonly string[],
): Promise<readonly FoundThread[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('signet_thread')
    .select(FOUND_COLUMNS)
    .where('owner', '=', owner)
    .where('id', 'in', ids)
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** See `MemoryStorage`. */
export async function listThreads(
  tx: Transaction<Schema>,
  owner: string,
  query: ThreadQuery,
): Promise<ThreadPage> {
  const wanted = checkPage(query)
  const order: ThreadOrder = {
    field: query.orderBy?.field === 'updatedAt' ? 'updated_at' : 'created_at',
    direction: query.orderBy?.direction === 'asc' ? 'asc' : 'desc',
  }
  const threads = threadsOf(tx, owner, query)
  let total: number
  let found: readonly FoundThread[]
  if (query.title === undefined) {
    total = await count(threads)
    found = await findSpan(threads, order, pageSpan(wanted, total))
  } else {
    const titled = await findTitled(threads, order, query.title, wanted)
    total = titled.total
    found = await findByIds(tx, owner, titled.ids)
  }
  const budget = new ReadBudget()
  for (const thread of found) budget.take(thread.bytes)
  return { threads: await readThreads(tx, owner, found), ...pageInfo(wanted, total) }
}
