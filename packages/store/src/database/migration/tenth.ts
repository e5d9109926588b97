import type { Transaction } from 'kysely'
import type { Schema } from '../../schema.js'

/** How often something was recorded of a run: who watches it reads it again only then. */
export async function addRevisions({ schema }: Transaction<Schema>): Promise<void> {
  await schema
    .alterTable('signet_run')
    .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
