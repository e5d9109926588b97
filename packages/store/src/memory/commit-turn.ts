import type { MemoryThread, NewMemoryThread, Turn } from '@signet/core'
import type { Selectable, Transaction } from 'kysely'
import type { Schema, ThreadTable } from '../schema.js'
import { decodeText } from '../database/value.js'
import { completeCalls } from './complete-call.js'
import type { NewRow } from './message-row.js'
import { placeSent } from './place-sent.js'
import { append } from './save-messages.js'
import { encodeTitle, holdThread, insertThread, toThread } from './thread.js'
import { setWorkingMemory } from './working-memory.js'

/** The thread of a turn, held: made where it is missing, with a title where it has none. */
async function holdNewThread(
  tx: Transaction<Schema>,
  owner: string,
  thread: NewMemoryThread,
  now: number,
): Promise<Selectable<ThreadTable>> {
  // Another process may create or delete the thread between two statements, but not for ever.
  for (;;) {
    await insertThread(tx, owner, thread, now)
    const held = await holdThread(tx, owner, thread.id, now)
    if (held === undefined) continue
    const title = thread.title ? encodeTitle(thread.title) : undefined
    if (title === undefined || decodeText(held.title) !== '') return held
    await tx
      .updateTable('signet_thread')
      .set({ title })
      .where('owner', '=', owner)
      .where('id', '=', thread.id)
      .execute()
    return { ...held, title }
  }
}

/** Commits a turn whose messages `encodeMessages` has made into rows. See `MemoryStorage`. */
export async function commitTurn(
  tx: Transaction<Schema>,
  owner: string,
  { thread, sent = [], completed = [], workingMemory }: Turn,
  rows: readonly NewRow[],
  now: number,
): Promise<MemoryThread> {
  const held = await holdNewThread(tx, owner, thread, now)
  await completeCalls(tx, owner, thread.id, completed)
  const added = sent.length === 0 ? rows : await placeSent(tx, owner, thread.id, rows, sent)
  await append(tx, owner, thread.id, held.next_position, added)
  if (workingMemory !== undefined) {
    const { text, scope } = workingMemory
    const threadId = scope === 'thread' ? thread.id : undefined
    await setWorkingMemory(tx, owner, text, threadId, now)
  }
  return toThread(held)
}
