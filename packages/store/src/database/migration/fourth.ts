import type { Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

/** DPoP proofs that were used, by their key; and in the order in which they end, to delete those that have. */
export async function createProofs({ schema }: Transaction<Schema>, driver: Driver): Promise<void> {
  await schema
    .createTable('signet_proof')
    .addColumn('key', driver.textType, (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('signet_proof_expiry').on('signet_proof').column('expires_at').execute()
}
