import type { Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

/** The events of runs: how many each has, and the events themselves, several in a row. */
export async function createRunEvents(
  { schema }: Transaction<Schema>,
  { textType: text }: Driver,
): Promise<void> {
  await schema
    .createTable('signet_run_stream')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('event_count', 'integer', (column) => column.notNull())
    .addColumn('characters', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('signet_run_stream_key', ['owner', 'run_id'])
    .addForeignKeyConstraint(
      'signet_run_stream_run',
      ['owner', 'run_id'],
      'signet_run',
      ['owner', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await schema
    .createIndex('signet_run_stream_expires_at')
    .on('signet_run_stream')
    .columns(['expires_at'])
    .execute()
  await schema
    .createTable('signet_run_event')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('last', 'integer', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('events', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('signet_run_event_key', ['owner', 'run_id', 'last'])
    .addForeignKeyConstraint(
      'signet_run_event_stream',
      ['owner', 'run_id'],
      'signet_run_stream',
      ['owner', 'run_id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
}
