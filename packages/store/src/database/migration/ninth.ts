import type { Transaction } from 'kysely'
import type { Schema } from '../../schema.js'

/** What a tool said when it suspended a call, beside the calls that somebody has to approve. */
export async function addSuspensions({ schema }: Transaction<Schema>): Promise<void> {
  await schema.alterTable('signet_run_approval').addColumn('suspension', 'text').execute()
}
