import { ownId, type MemoryContent, type MessagePlace } from '@signet/core'
import type { Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { deleteFrom } from './delete-messages.js'
import { StorageError } from '../error.js'
import { findMessages, findPlaces, getMessages, messagesOf } from './message.js'
import { decodeBody, rowWeight, toRow, type NewRow } from './message-row.js'
import { replaceRow } from './replace-row.js'
import type { Schema } from '../schema.js'
import { unansweredOf, withMark } from './unanswered-row.js'

/** A message of a turn under the id that it is stored under, and where the thread has it already. */
interface PlacedRow {
  readonly row: NewRow
  readonly place: MessagePlace | undefined
}

/** What a message says to a reader: its text and its files, in whatever form these came. */
function readSaid({ parts }: MemoryContent): string {
  const texts = parts.map(({ type, text }) => (type === 'text' ? text : ''))
  const files = parts
    .filter(({ type }) => type === 'file')
    .map(({ data }) => (typeof data === 'string' ? data.replace(/^data:[^,]*,/u, '') : data))
  return JSON.stringify([texts.join(''), ...files])
}

/**
 * Finds the id that a message of a turn is stored under: that which its client sent, or its own where that is
 * of another message. What was said is neither changed nor lost, and the same comes to the same id.
 */
async function placeRow(
  tx: Transaction<Schema>,
  owner: string,
  given: NewRow,
  known: MessagePlace | undefined,
): Promise<PlacedRow> {
  const { thread_id: threadId, role } = given
  const isOther = (place: MessagePlace) =>
    place.threadId !== threadId || (place.role === 'user') !== (role === 'user')
  const rename = async (id: string): Promise<PlacedRow> => {
    const [place] = await findMessages(tx, owner, [id])
    return { row: { ...given, id }, place }
  }
  let placed: PlacedRow = { row: given, place: known }
  if (known !== undefined && isOther(known)) placed = await rename(ownId(threadId, given.id))
  const { row, place } = placed
  if (place !== undefined && !isOther(place) && place.unanswered === undefined) {
    const said = readSaid(decodeBody(row.body).content)
    const [stored] = await getMessages(tx, owner, [{ id: row.id }])
    if (stored === undefined || readSaid(stored.content) !== said) {
      placed = await rename(ownId(threadId, row.id, said))
    }
  }
  if (placed.place !== undefined && isOther(placed.place)) {
    throw new StorageError('message_exists', 'Another thread has a message of this id.')
  }
  return placed
}

/** How many messages before a question are looked at for those of its request. */
const MAX_BEFORE = 64

/**
 * Takes the mark from the messages that were asked in the same request as a question which now has an answer: they
 * stand directly before it, with its time and its mark.
 *
 * @param moved - the questions that now have an answer, still in their old places; the last one is looked at
 */
async function clearBefore(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  moved: readonly PlacedRow[],
): Promise<void> {
  const last = moved.at(-1)
  if (last === undefined) return
  const from = (await findPlaces(tx, owner, [last.row.id])).get(last.row.id)
  if (from === undefined) return
  const before = await messagesOf(tx, owner, threadId)
    .select(['id', 'role', 'created_at', 'entries'])
    .where('signet_message.position', '<', from.position)
    .orderBy('signet_message.position', 'desc')
    .limit(MAX_BEFORE)
    .execute()
  const movedIds = new Set(moved.map(({ row }) => row.id))
  for (const { id, role, created_at, entries } of before) {
    const isOfRequest = role === 'user' && created_at === from.created_at
    if (!isOfRequest || unansweredOf(entries) !== last.place?.unanswered) return
    if (movedIds.has(id)) continue
    const [message] = await getMessages(tx, owner, [{ id }])
    if (message !== undefined) {
      await replaceRow(tx, withMark(toRow(owner, threadId, message), undefined))
    }
  }
}

/**
 * Finds the places of those messages of a turn that the thread, which this transaction holds, has already.
 * @returns the rows that are still to be appended
 */
export async function placeSent(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  rows: readonly NewRow[],
  sent: readonly string[],
): Promise<readonly NewRow[]> {
  const asked = new Set(sent)
  const ids = rows.map(({ id }) => id).filter((id) => asked.has(id))
  const found = await findMessages(tx, owner, ids)
  const places = new Map(found.map((place) => [place.id, place]))
  const added: NewRow[] = []
  const moved: PlacedRow[] = []
  for await (const batch of batches(rows, rowWeight)) {
    for (const given of batch) {
      const placed = await placeRow(tx, owner, given, places.get(given.id))
      const { row, place } = placed
      if (place === undefined) added.push(row)
      else if (place.unanswered !== undefined) {
        if (unansweredOf(row.entries) === undefined) {
          moved.push(placed)
          added.push(row)
        } else await replaceRow(tx, row)
      }
    }
  }
  if (moved.length > 0) {
    await clearBefore(tx, owner, threadId, moved)
    const weighed = moved.map(({ row }) => ({ id: row.id, weight: rowWeight(row) }))
    await deleteFrom(tx, owner, threadId, weighed)
  }
  return added
}
