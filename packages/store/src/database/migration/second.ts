import { sql, type Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

async function createRevocations(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  await driver
    .addSequence(tx.schema.createTable('signet_revocation'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('issuer', 'text')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('issued_until', 'double precision')
    .addColumn('forget_at', 'double precision')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await tx.schema
    .createIndex('signet_revocation_forget')
    .on('signet_revocation')
    .column('forget_at')
    .execute()
}

async function createApiKeys(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  const text = driver.textType
  await tx.schema
    .createTable('signet_api_key')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('digest', text, (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('maker', 'text', (column) => column.notNull())
    .addColumn('maker_issuer', 'text', (column) => column.notNull())
    .addColumn('maker_subject', 'text', (column) => column.notNull())
    .addColumn('maker_key', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute()
  await tx.schema
    .createIndex('signet_api_key_created')
    .on('signet_api_key')
    .columns(['created_at', 'id'])
    .execute()
  await tx.schema
    .createIndex('signet_api_key_maker')
    .on('signet_api_key')
    .columns(['maker_key', 'created_at', 'id'])
    .execute()
}

async function createAudit(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  const text = driver.textType
  await driver
    .addSequence(tx.schema.createTable('signet_audit'))
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('request_id', text)
    .addColumn('issuer', text)
    .addColumn('subject', text)
    .addColumn('actor', text)
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('resource', text)
    .addColumn('is_allowed', 'integer', (column) => column.notNull())
    .addColumn('code', text)
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('address', text)
    .addColumn('duration_ms', 'double precision', (column) => column.notNull())
    .addColumn('input_tokens', 'bigint')
    .addColumn('output_tokens', 'bigint')
    .addColumn('count', 'bigint', (column) => column.notNull())
    .execute()
  // The newest first, of all or of one subject, is a walk through an index that ends with the time asked for.
  await tx.schema
    .createIndex('signet_audit_at')
    .on('signet_audit')
    .columns(['at', 'sequence'])
    .execute()
  for (const column of ['subject', 'resource', 'address', 'request_id'] as const) {
    await tx.schema
      .createIndex(`signet_audit_${column}`)
      .on('signet_audit')
      .columns([column, 'at', 'sequence'])
      .execute()
  }
  // Of the codes, and of the refused, only those that are.
  await tx.schema
    .createIndex('signet_audit_code')
    .on('signet_audit')
    .columns(['code', 'at', 'sequence'])
    .where('code', 'is not', null)
    .execute()
  await tx.schema
    .createIndex('signet_audit_refused')
    .on('signet_audit')
    .columns(['at', 'sequence'])
    .where(sql.ref('is_allowed'), '=', sql.lit(0))
    .execute()
}

/**
 * The log of revocations, API keys, and audit records. Whatever a token or a client words is JSON text, so
 * that each of them comes back as it was.
 */
export async function createStateTables(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  await createRevocations(tx, driver)
  await createApiKeys(tx, driver)
  await createAudit(tx, driver)
}
