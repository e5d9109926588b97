import type { MemoryMessage } from '@signet/core'
import type { AliasedRawBuilder, Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { StorageError } from '../error.js'
import { toMessage, type MessageRow } from './message-row.js'
import type { Schema } from '../schema.js'
import { bytesOf, textWithin } from './stored-text.js'

/** The body of a message comes with its row where it has so few bytes. */
const MAX_BODY_WITH_ROW = 32 * 1024

/** A message that was found, and counted by its bytes before it is read. */
export interface FoundMessage extends Omit<MessageRow, 'body'> {
  /** Null where it is still to be read. */
  readonly body: string | null
  readonly bytes: number
}

/** The columns of a message but its body, named with their table. */
const PLAIN_COLUMNS = [
  'signet_message.id',
  'signet_message.thread_id',
  'signet_message.position',
  'signet_message.role',
  'signet_message.created_at',
] as const

const BYTES = bytesOf('signet_message.body')

/** The columns of a `FoundMessage` whose body is not looked at yet. */
export const PLACE_COLUMNS: readonly [...typeof PLAIN_COLUMNS, AliasedRawBuilder<number, 'bytes'>] =
  [...PLAIN_COLUMNS, BYTES.as('bytes')]

/** The columns of a `FoundMessage`. */
export const FOUND_COLUMNS: readonly [
  ...typeof PLACE_COLUMNS,
  AliasedRawBuilder<string | null, 'body'>,
] = [...PLACE_COLUMNS, textWithin('signet_message.body', BYTES, MAX_BODY_WITH_ROW).as('body')]

/** The bodies of messages that came without, by their ids. */
async function readBodies(
  tx: Transaction<Schema>,
  owner: string,
  found: readonly FoundMessage[],
): Promise<ReadonlyMap<string, string>> {
  const ids = found.filter(({ body }) => body === null).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('signet_message')
    .select(['id', 'body'])
    .where('owner', '=', owner)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map(({ id, body }) => [id, body]))
}

/** Reads messages that were found and counted, in their order, as the contract has them. */
export async function readFound(
  tx: Transaction<Schema>,
  owner: string,
  found: readonly FoundMessage[],
): Promise<MemoryMessage[]> {
  const messages: MemoryMessage[] = []
  for await (const batch of batches(found, ({ bytes }) => bytes)) {
    const bodies = await readBodies(tx, owner, batch)
    for (const row of batch) {
      const body = row.body ?? bodies.get(row.id)
      if (body === undefined) throw new StorageError('storage_failed', 'A message is gone.')
      messages.push(toMessage(row, body))
    }
  }
  return messages
}
