import type { Transaction } from 'kysely'
import type { NewRow } from './message-row.js'
import type { Schema } from '../schema.js'

/** Puts a row in the place of the one that has its id. */
export async function replaceRow(tx: Transaction<Schema>, row: NewRow): Promise<void> {
  const { owner, id, role, created_at, body, words, entries } = row
  await tx
    .updateTable('signet_message')
    .set({ role, created_at, body, words, entries })
    .where('owner', '=', owner)
    .where('id', '=', id)
    .execute()
}
