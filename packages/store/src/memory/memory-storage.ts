import type { Turn, MemoryStorage } from '@signet/core'
import type { Transaction } from 'kysely'
import { cloneThread } from './clone-thread.js'
import type { Database } from '../database/database.js'
import { deleteMessages, deleteThread } from './delete-messages.js'
import { listThreads } from './list-threads.js'
import { StorageError } from '../error.js'
import { findMessages, getMessages, lastMessages, listMessages } from './message.js'
import { OwnerQueue } from '../database/driver/owner-queue.js'
import { commitTurn } from './commit-turn.js'
import { decodeRows, encodeMessages, saveRows } from './save-messages.js'
import type { Schema } from '../schema.js'
import { searchMessages } from './search.js'
import { createThread, getThread, updateThread } from './thread.js'
import { checkOwner } from '../database/value.js'
import { getWorkingMemory, setWorkingMemory } from './working-memory.js'

/** What of an owner is theirs apart from threads; no thread has this id. */
const OWN_NOTES = ''
/** Copies and deletes, whose work grows with what is stored already: one of an owner after the other. */
const LONG = '\0'

/** How often a turn is tried to be stored whose ids other transactions take meanwhile. */
const MAX_TRIES = 3

/** What nobody else of an owner may work on while a turn is stored. */
function keysOf({ thread, workingMemory }: Turn): readonly string[] {
  return workingMemory?.scope === 'resource' ? [thread.id, OWN_NOTES] : [thread.id]
}

/**
 * The storage of memory in a database: each method is one transaction, which begins when its owner has a place in the queue.
 *
 * @param now - milliseconds since 1970
 */
export function createMemoryStorage(database: Database, now: () => number): MemoryStorage {
  const { driver, requireAnswers, read, write } = database
  const writes = new OwnerQueue(driver.places)
  const reads = driver.reads ? new OwnerQueue(driver.reads.places) : writes

  // Both are async, so that an argument that is refused rejects, as anything else does.
  async function reading<T>(
    given: string,
    work: (tx: Transaction<Schema>, owner: string) => Promise<T>,
  ): Promise<T> {
    const owner = checkOwner(given)
    requireAnswers('read')
    return await reads.run(owner, [], () => read((tx) => work(tx, owner)))
  }

  async function writing<T>(
    given: string,
    keys: readonly string[],
    work: (tx: Transaction<Schema>, owner: string) => Promise<T>,
  ): Promise<T> {
    const owner = checkOwner(given)
    requireAnswers('write')
    return await writes.run(owner, keys, () => write((tx) => work(tx, owner)))
  }

  return {
    name: driver.name,
    createThread: (given, thread) =>
      writing(given, [thread.id], (tx, owner) => createThread(tx, owner, thread, now())),
    getThread: (given, threadId) => reading(given, (tx, owner) => getThread(tx, owner, threadId)),
    listThreads: (given, query) => reading(given, (tx, owner) => listThreads(tx, owner, query)),
    updateThread: (given, threadId, change) =>
      writing(given, [threadId], (tx, owner) => updateThread(tx, owner, threadId, change, now())),
    deleteThread: (given, threadId) =>
      writing(given, [threadId, LONG], (tx, owner) => deleteThread(tx, owner, threadId)),
    cloneThread: (given, threadId, options) =>
      writing(given, [threadId, options.id, LONG], (tx, owner) =>
        cloneThread(tx, driver, owner, threadId, options, now()),
      ),
    listMessages: (given, threadId, query) =>
      reading(given, (tx, owner) => listMessages(tx, owner, threadId, query)),
    lastMessages: (given, threadId, count) =>
      reading(given, (tx, owner) => lastMessages(tx, owner, threadId, count)),
    getMessages: (given, requests) =>
      reading(given, (tx, owner) => getMessages(tx, owner, requests)),
    findMessages: (given, ids) => reading(given, (tx, owner) => findMessages(tx, owner, ids)),
    saveMessages: async (given, messages) => {
      const rows = await encodeMessages(checkOwner(given), messages)
      const threadIds = [...new Set(rows.map(({ thread_id }) => thread_id))]
      return await decodeRows(
        await writing(given, threadIds, (tx, owner) => saveRows(tx, owner, rows, now())),
      )
    },
    deleteMessages: (given, messageIds) =>
      writing(given, [LONG], (tx, owner) => deleteMessages(tx, owner, messageIds, now())),
    searchMessages: (given, query) =>
      reading(given, (tx, owner) => searchMessages(tx, driver, owner, query)),
    getWorkingMemory: (given, threadId) =>
      reading(given, (tx, owner) => getWorkingMemory(tx, owner, threadId)),
    setWorkingMemory: (given, text, threadId) =>
      writing(given, [threadId ?? OWN_NOTES], (tx, owner) =>
        setWorkingMemory(tx, owner, text, threadId, now()),
      ),
    commitExchange: async (given, turn) => {
      const { id: threadId } = turn.thread
      const messages = turn.messages.map((message) => ({ ...message, threadId }))
      const rows = await encodeMessages(checkOwner(given), messages)
      const isSent = (turn.sent ?? []).length > 0
      for (let tries = 1; ; tries++) {
        try {
          return await writing(given, keysOf(turn), (tx, owner) =>
            commitTurn(tx, owner, turn, rows, now()),
          )
        } catch (error) {
          // Another transaction has stored a sent id in another thread meanwhile: now it is found there.
          const isTaken = error instanceof StorageError && error.code === 'message_exists'
          if (!isSent || !isTaken || tries === MAX_TRIES) throw error
        }
      }
    },
  }
}
