import { sql, type Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

async function createRun({ schema }: Transaction<Schema>, text: Driver['textType']): Promise<void> {
  await schema
    .createTable('signet_run')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('target', text, (column) => column.notNull())
    .addColumn('thread_id', text)
    .addColumn('resource_id', 'text')
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('caller', 'text')
    .addColumn('snapshot', 'text')
    .addColumn('result', 'text')
    .addColumn('failure', 'text')
    .addColumn('holder', text)
    .addColumn('lease_until', 'bigint')
    .addColumn('is_cancel_asked', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('suspended_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('due_at', 'bigint')
    .addColumn('expires_at', 'bigint')
    .addPrimaryKeyConstraint('signet_run_key', ['owner', 'id'])
    .execute()
  await schema
    .createIndex('signet_run_created')
    .on('signet_run')
    .columns(['owner', 'kind', 'status', 'created_at', 'id'])
    .execute()
  // Each of these times is there only where something is to be done then.
  for (const column of ['due_at', 'lease_until', 'expires_at', 'ended_at'] as const) {
    await schema
      .createIndex(`signet_run_${column}`)
      .on('signet_run')
      .columns([column])
      .where(sql.ref(column), 'is not', null)
      .execute()
  }
}

/** Runs that wait or go on, what their steps came to, and the calls that somebody has to approve. */
export async function createRuns(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  const text = driver.textType
  const { schema } = tx
  await createRun(tx, text)
  await schema
    .createTable('signet_run_step')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('step', text, (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('signet_run_step_key', ['owner', 'run_id', 'step'])
    .addForeignKeyConstraint(
      'signet_run_step_run',
      ['owner', 'run_id'],
      'signet_run',
      ['owner', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await schema
    .createTable('signet_run_approval')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('target', text, (column) => column.notNull())
    .addColumn('call_id', text, (column) => column.notNull())
    .addColumn('tool_id', text, (column) => column.notNull())
    .addColumn('tool_name', 'text', (column) => column.notNull())
    .addColumn('args', 'text', (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('by_other', 'integer', (column) => column.notNull())
    .addColumn('asker', 'text', (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('decider', 'text')
    .addColumn('decided_at', 'bigint')
    .addPrimaryKeyConstraint('signet_run_approval_key', ['owner', 'run_id', 'position'])
    .addUniqueConstraint('signet_run_approval_id', ['id'])
    .addForeignKeyConstraint(
      'signet_run_approval_run',
      ['owner', 'run_id'],
      'signet_run',
      ['owner', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  // What waits for somebody else than who asked, of all owners.
  await schema
    .createIndex('signet_run_approval_waiting')
    .on('signet_run_approval')
    .columns(['tool_id', 'created_at', 'id'])
    .where(({ and, eb }) =>
      and([
        eb(sql.ref('state'), '=', sql.lit('waiting')),
        eb(sql.ref('by_other'), '=', sql.lit(1)),
      ]),
    )
    .execute()
}
