import type { ThreadPage, ThreadQuery } from '@signet/core'
import { sql, type SelectQueryBuilder, type Transaction } from 'kysely'
import { batches } from './batch.js'
import { ReadBudget } from './budget.js'
import { StorageError } from './error.js'
import { checkPage, pageInfo, pageSpan } from './page.js'
import type { Schema } from './schema.js'
import { bytesOf, textWithin } from './stored-text.js'
import { toThread } from './thread.js'
import { encodeObject, hashEntries } from './value.js'

/** Title and metadata come with the row of a thread where they have so few bytes. */
const MAX_TEXT_WITH_ROW = 4096

const BYTES = sql<number>`${bytesOf('title')} + coalesce(${bytesOf('metadata')}, 0)`
const TEXT_COLUMNS = [
  BYTES.as('bytes'),
  textWithin('title', BYTES, MAX_TEXT_WITH_ROW).as('title'),
  textWithin('metadata', BYTES, MAX_TEXT_WITH_ROW).as('metadata'),
] as const

type Threads<O> = SelectQueryBuilder<Schema, 'signet_thread', O>

/** A thread that was found, and counted by its bytes before it is read. */
interface FoundThread {
  readonly id: string
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

/** See `MemoryStorage`. */
export async function listThreads(
  tx: Transaction<Schema>,
  owner: string,
  query: ThreadQuery,
): Promise<ThreadPage> {
  const wanted = checkPage(query)
  const metadata = encodeObject(query.metadata)
  const entries = metadata === null ? [] : hashEntries(metadata)
  const own = withEntries(tx.selectFrom('signet_thread').where('owner', '=', owner), entries)
  const counted = await own
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const info = pageInfo(wanted, counted.total)
  const { skip, take } = pageSpan(wanted, counted.total)
  if (take === 0) return { threads: [], ...info }
  const direction = query.orderBy?.direction === 'asc' ? 'asc' : 'desc'
  const found: readonly FoundThread[] = await own
    .select(['id', 'created_at', 'updated_at', ...TEXT_COLUMNS])
    .orderBy(query.orderBy?.field === 'updatedAt' ? 'updated_at' : 'created_at', direction)
    .orderBy('id', direction)
    .limit(take)
    .offset(skip)
    .execute()
  const budget = new ReadBudget()
  for (const thread of found) budget.take(thread.bytes)
  return { threads: await readThreads(tx, owner, found), ...info }
}
