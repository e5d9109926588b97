import { sql, type Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

/** Schedules, and what became of their fires. */
export async function createSchedules(
  { schema }: Transaction<Schema>,
  driver: Driver,
): Promise<void> {
  const text = driver.textType
  await schema
    .createTable('signet_schedule')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('target', text, (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('thread_id', text)
    .addColumn('resource_id', 'text')
    .addColumn('cron', text, (column) => column.notNull())
    .addColumn('timezone', text, (column) => column.notNull())
    .addColumn('overlap', text, (column) => column.notNull())
    .addColumn('job', 'text', (column) => column.notNull())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('paused_by', 'text')
    .addColumn('next_at', 'bigint')
    .addColumn('running_id', text)
    .addColumn('lease_until', 'bigint')
    .addColumn('pending_id', text)
    .addColumn('due_at', 'bigint')
    .addColumn('fires', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint')
    .addColumn('last_run_id', text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('signet_schedule_key', ['owner', 'id'])
    .execute()
  // Only where something is to be done then.
  await schema
    .createIndex('signet_schedule_due')
    .on('signet_schedule')
    .columns(['due_at'])
    .where(sql.ref('due_at'), 'is not', null)
    .execute()
  await schema
    .createTable('signet_schedule_trigger')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('schedule_id', text, (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('outcome', text, (column) => column.notNull())
    .addColumn('is_suspended', 'integer', (column) => column.notNull())
    .addColumn('failure', 'text')
    .addColumn('scheduled_at', 'bigint', (column) => column.notNull())
    .addColumn('fired_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('signet_schedule_trigger_key', ['owner', 'schedule_id', 'position'])
    .addForeignKeyConstraint(
      'signet_schedule_trigger_schedule',
      ['owner', 'schedule_id'],
      'signet_schedule',
      ['owner', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
}
