import { randomBytes } from 'node:crypto'
import type { Turn } from '@signet/core'
import type { Transaction } from 'kysely'
import { toRow } from './message-row.js'
import { commitTurn } from './commit-turn.js'
import type { Schema } from '../schema.js'

/** An owner that no hash of a principal is. */
const NOBODY = '0'.repeat(64)
const THREAD = 'trial'
/** Larger than the room that is left in a page, so that the database needs more of its disk. */
const TRIAL_BYTES = 32 * 1024

/**
 * Stores a turn as an answer does: in the same tables, by the same statements. It replaces the one of the trial
 * before. What it holds is random, so that no database makes it smaller.
 */
export async function storeTrialTurn(tx: Transaction<Schema>, now: number): Promise<void> {
  const turn: Turn = { thread: { id: THREAD }, messages: [] }
  const row = toRow(NOBODY, THREAD, {
    id: THREAD,
    role: 'assistant',
    createdAt: now,
    content: {
      format: 2,
      parts: [{ type: 'data', data: randomBytes(TRIAL_BYTES).toString('base64') }],
    },
  })
  await tx.deleteFrom('signet_message').where('owner', '=', NOBODY).execute()
  await commitTurn(tx, NOBODY, turn, [row], now)
}
