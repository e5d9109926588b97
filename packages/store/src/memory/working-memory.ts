import { BOUNDS } from '@signet/core'
import type { Transaction } from 'kysely'
import { StorageError } from '../error.js'
import type { Schema } from '../schema.js'
import { findThread, holdThread } from './thread.js'
import { decodeText, encodeShortText } from '../database/value.js'

/** See `MemoryStorage`. */
export async function getWorkingMemory(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string | undefined,
): Promise<string | undefined> {
  const row =
    threadId === undefined
      ? await tx
          .selectFrom('signet_owner')
          .select('working_memory')
          .where('owner', '=', owner)
          .executeTakeFirst()
      : await findThread(tx, owner, threadId)
  const text = row?.working_memory ?? null
  return text === null ? undefined : decodeText(text)
}

/** See `MemoryStorage`. */
export async function setWorkingMemory(
  tx: Transaction<Schema>,
  owner: string,
  text: string | undefined,
  threadId: string | undefined,
  now: number,
): Promise<void> {
  const working_memory =
    text === undefined
      ? null
      : encodeShortText(text, 'A working memory', BOUNDS.workingMemoryCharacters.limit)
  const set = { working_memory, updated_at: now }
  if (threadId === undefined) {
    await tx
      .insertInto('signet_owner')
      .values({ owner, ...set })
      .onConflict((conflict) => conflict.column('owner').doUpdateSet(set))
      .execute()
    return
  }
  if ((await holdThread(tx, owner, threadId, now)) === undefined) {
    throw new StorageError('thread_not_found', 'There is no such thread.')
  }
  await tx
    .updateTable('signet_thread')
    .set(set)
    .where('owner', '=', owner)
    .where('id', '=', threadId)
    .execute()
}
