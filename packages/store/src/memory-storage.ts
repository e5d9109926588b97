import type { MemoryStorage } from '@signet/core'
import { cloneThread } from './clone-thread.js'
import type { Database } from './database.js'
import { deleteMessages, deleteThread } from './delete-messages.js'
import { listThreads } from './list-threads.js'
import { getMessages, lastMessages, listMessages } from './message.js'
import { commitExchange, decodeRows, encodeMessages, saveRows } from './save-messages.js'
import { searchMessages } from './search.js'
import { createThread, getThread, updateThread } from './thread.js'
import { checkOwner } from './value.js'
import { getWorkingMemory, setWorkingMemory } from './working-memory.js'

/**
 * The storage of memory in a database: each method is one transaction.
 *
 * @param now - milliseconds since 1970
 */
export function createMemoryStorage(database: Database, now: () => number): MemoryStorage {
  const { driver, read, write } = database
  // Each method is async, so that an argument that is refused rejects, as anything else does.
  return {
    name: driver.name,
    createThread: async (given, thread) => {
      const owner = checkOwner(given)
      return await write((tx) => createThread(tx, owner, thread, now()))
    },
    getThread: async (given, threadId) => {
      const owner = checkOwner(given)
      return await read((tx) => getThread(tx, owner, threadId))
    },
    listThreads: async (given, query) => {
      const owner = checkOwner(given)
      return await read((tx) => listThreads(tx, owner, query))
    },
    updateThread: async (given, threadId, change) => {
      const owner = checkOwner(given)
      return await write((tx) => updateThread(tx, owner, threadId, change, now()))
    },
    deleteThread: async (given, threadId) => {
      const owner = checkOwner(given)
      return await write((tx) => deleteThread(tx, owner, threadId))
    },
    cloneThread: async (given, threadId, options) => {
      const owner = checkOwner(given)
      return await write((tx) => cloneThread(tx, driver, owner, threadId, options, now()))
    },
    listMessages: async (given, threadId, query) => {
      const owner = checkOwner(given)
      return await read((tx) => listMessages(tx, owner, threadId, query))
    },
    lastMessages: async (given, threadId, count) => {
      const owner = checkOwner(given)
      return await read((tx) => lastMessages(tx, owner, threadId, count))
    },
    getMessages: async (given, requests) => {
      const owner = checkOwner(given)
      return await read((tx) => getMessages(tx, owner, requests))
    },
    saveMessages: async (given, messages) => {
      const owner = checkOwner(given)
      const rows = await encodeMessages(owner, messages)
      await write((tx) => saveRows(tx, owner, rows, now()))
      return await decodeRows(rows)
    },
    deleteMessages: async (given, messageIds) => {
      const owner = checkOwner(given)
      return await write((tx) => deleteMessages(tx, owner, messageIds, now()))
    },
    searchMessages: async (given, query) => {
      const owner = checkOwner(given)
      return await read((tx) => searchMessages(tx, driver, owner, query))
    },
    getWorkingMemory: async (given, threadId) => {
      const owner = checkOwner(given)
      return await read((tx) => getWorkingMemory(tx, owner, threadId))
    },
    setWorkingMemory: async (given, text, threadId) => {
      const owner = checkOwner(given)
      await write((tx) => setWorkingMemory(tx, owner, text, threadId, now()))
    },
    commitExchange: async (given, exchange) => {
      const owner = checkOwner(given)
      const { id: threadId } = exchange.thread
      const messages = exchange.messages.map((message) => ({ ...message, threadId }))
      const rows = await encodeMessages(owner, messages)
      return await write((tx) => commitExchange(tx, owner, exchange, rows, now()))
    },
  }
}
