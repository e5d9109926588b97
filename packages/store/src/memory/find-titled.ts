import { setImmediate } from 'node:timers/promises'
import { BOUNDS, type PageQuery } from '@signet/core'
import type { SelectQueryBuilder } from 'kysely'
import { ReadBudget } from './budget.js'
import { StorageError } from '../error.js'
import type { Schema } from '../schema.js'
import { decodeText } from '../database/value.js'

/** A query for threads of one owner. */
export type Threads<O> = SelectQueryBuilder<Schema, 'signet_thread', O>

/** In which order threads are listed; those of the same time by their ids. */
export interface ThreadOrder {
  readonly field: 'created_at' | 'updated_at'
  readonly direction: 'asc' | 'desc'
}

/** How many titles are read at once. Between two groups other work of this process has its turn. */
const CHUNK_SIZE = 256

/** The ids and titles of threads in an order, all of them, in groups. */
async function* readTitles(threads: Threads<object>, { field, direction }: ThreadOrder) {
  const group = threads
    .select(['id', 'title', `${field} as time`])
    .orderBy(field, direction)
    .orderBy('id', direction)
    .limit(CHUNK_SIZE)
  for (let query = group; ;) {
    const rows = await query.execute()
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK_SIZE) return
    await setImmediate()
    query = group.where(
      ({ refTuple }) => refTuple(field, 'id'),
      direction === 'asc' ? '>' : '<',
      ({ tuple }) => tuple(last.time, last.id),
    )
  }
}

/** Letters of one kind: of every script alike, in whatever database. */
function fold(text: string): string {
  return text.toLowerCase()
}

/**
 * Finds threads by a text in their titles. Every title is looked at here: the databases do not agree on what a
 * capital letter is, and no index of theirs finds what stands within a word.
 *
 * @param title - nothing in it is a wildcard; of the empty text all titles have one
 * @returns how many have it, and the ids of a page of them
 * @throws {StorageError} `value_invalid`; `result_too_large` where the owner has more titles than one answer may read
 */
export async function findTitled(
  threads: Threads<object>,
  order: ThreadOrder,
  title: string,
  { page, perPage }: Required<PageQuery>,
): Promise<{ readonly total: number; readonly ids: readonly string[] }> {
  if (typeof title !== 'string' || title.length > BOUNDS.soughtTitleCharacters.limit) {
    throw new StorageError('value_invalid', 'The text to find in titles is too long.')
  }
  const sought = fold(title)
  const first = page * perPage
  const budget = new ReadBudget()
  const ids: string[] = []
  let total = 0
  for await (const rows of readTitles(threads, order)) {
    for (const row of rows) {
      budget.take(row.title.length)
      if (!fold(decodeText(row.title)).includes(sought)) continue
      if (total >= first && ids.length < perPage) ids.push(row.id)
      total++
    }
  }
  return { total, ids }
}
