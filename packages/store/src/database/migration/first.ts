import type { Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

/**
 * Threads, messages and working memory. Every key begins with the owner, and a message belongs to a
 * thread of its owner, so that no row can ever name what is another's.
 */
export async function createTables(tx: Transaction<Schema>, driver: Driver): Promise<void> {
  const text = driver.textType
  const { schema } = tx
  await schema
    .createTable('signet_thread')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('metadata', 'text')
    .addColumn('working_memory', 'text')
    .addColumn('next_position', 'bigint', (column) => column.notNull())
    .addColumn('message_count', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('signet_thread_key', ['owner', 'id'])
    .execute()
  await schema
    .createIndex('signet_thread_created')
    .on('signet_thread')
    .columns(['owner', 'created_at', 'id'])
    .execute()
  await schema
    .createIndex('signet_thread_updated')
    .on('signet_thread')
    .columns(['owner', 'updated_at', 'id'])
    .execute()

  await schema
    .createTable('signet_thread_entry')
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('thread_id', text, (column) => column.notNull())
    .addColumn('entry', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('signet_thread_entry_key', ['owner', 'thread_id', 'entry'])
    .addForeignKeyConstraint(
      'signet_thread_entry_thread',
      ['owner', 'thread_id'],
      'signet_thread',
      ['owner', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()

  await driver
    .numberRows(schema.createTable('signet_message'))
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('thread_id', text, (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('words', 'text', (column) => column.notNull())
    .addColumn('entries', 'text', (column) => column.notNull())
    .addUniqueConstraint('signet_message_key', ['owner', 'id'])
    .addUniqueConstraint('signet_message_position', ['owner', 'thread_id', 'position'])
    .addForeignKeyConstraint(
      'signet_message_thread',
      ['owner', 'thread_id'],
      'signet_thread',
      ['owner', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await driver.createSearch(tx)

  await schema
    .createTable('signet_owner')
    .addColumn('owner', text, (column) => column.primaryKey())
    .addColumn('working_memory', 'text')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
}
