import type { Transaction } from 'kysely'
import type { Driver } from '../driver/driver.js'
import type { Schema } from '../../schema.js'

/**
 * Threads know the agent that they were begun with. Those that are there stay as they are, without one, so that
 * no row is written anew. The indexes that lists walk hold the agent too: to leave out the threads of others needs
 * no look at their rows.
 */
export async function addAgents({ schema }: Transaction<Schema>, driver: Driver): Promise<void> {
  await schema.alterTable('signet_thread').addColumn('agent', driver.textType).execute()
  for (const time of ['created', 'updated'] as const) {
    const index = `signet_thread_${time}`
    await schema.dropIndex(index).execute()
    await schema
      .createIndex(index)
      .on('signet_thread')
      .columns(['owner', `${time}_at`, 'id', 'agent'])
      .execute()
  }
}
