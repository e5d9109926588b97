import type { Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

/** Ids that owners chose for new things; and in the order in which they end, to delete those that have. */
export async function createNewIds({ schema }: Transaction<Schema>, driver: Driver): Promise<void> {
  await schema
    .createTable('signet_new_id')
    .addColumn('id', driver.textType, (column) => column.primaryKey())
    .addColumn('owner', driver.textType, (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createIndex('signet_new_id_expiry')
    .on('signet_new_id')
    .column('expires_at')
    .execute()
}
