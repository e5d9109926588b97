import type { MemoryStorage } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { countedDriver, type StatementResult } from '@signet/test-support/store/counted-driver'
import { ALICE, names } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { MAX_READ_BYTES } from './budget.js'
import { createDatabase } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'
import { createMemoryStorage } from './memory-storage.js'

const KIB = 1024
const tooLarge = { name: 'StorageError', code: 'result_too_large' }

/** The body of a message, of so many bytes. */
function bodyOf(bytes: number): string {
  const body = (text: string) =>
    JSON.stringify({ type: 'text', content: { format: 2, parts: [], content: text } })
  return body('x'.repeat(bytes - body('').length))
}

describeStores('what is read for one answer', (stores) => {
  /** A thread `t` of Alice with messages m0, m1 and so on of so many bytes each, larger than one may be saved. */
  async function open(count: number, bytes: number) {
    const options = await stores.locate()
    const store = await stores.open(options)
    await store.memory.createThread(ALICE, { id: 't' })
    const results: StatementResult[] = []
    const { databaseUrl, directory } = options
    const driver = databaseUrl === undefined ? libsqlDriver(directory) : postgresDriver(databaseUrl)
    const database = createDatabase(countedDriver(driver, (result) => void results.push(result)))
    const body = bodyOf(bytes)
    await database.write(async (tx) => {
      for (const [position, id] of names('m', count).entries()) {
        const message = { owner: ALICE, id, thread_id: 't', position, role: 'user', created_at: 1 }
        const row = { ...message, body, words: `${ALICE} word`, entries: '' }
        await tx.insertInto('signet_message').values(row).execute()
      }
      await tx
        .updateTable('signet_thread')
        .set({ next_position: count, message_count: count })
        .where('owner', '=', ALICE)
        .where('id', '=', 't')
        .execute()
    })
    const memory = createMemoryStorage(database, Date.now)
    /** The bytes that came into memory meanwhile, in all and by the largest statement. */
    const measure = async (work: (memory: MemoryStorage) => Promise<unknown>) => {
      results.length = 0
      await work(memory)
      const bytes = results.map((result) => result.bytes)
      return { all: bytes.reduce((sum, each) => sum + each, 0), largest: Math.max(...bytes) }
    }
    return { measure, close: () => database.close() }
  }

  describe('of messages of 3 MiB', () => {
    const SIZE = 3 * KIB * KIB
    const refusing =
      (work: (memory: MemoryStorage) => Promise<unknown>) => (memory: MemoryStorage) =>
        expect(work(memory)).rejects.toMatchObject(tooLarge)

    it('is not read at all where it is too much', async () => {
      const { measure, close } = await open(24, SIZE)
      const around = { id: 'm12', previous: 12, next: 12 }
      const asked: readonly ((memory: MemoryStorage) => Promise<unknown>)[] = [
        (memory) => memory.listMessages(ALICE, 't', { perPage: 24 }),
        (memory) => memory.getMessages(ALICE, [around]),
        (memory) =>
          memory.getMessages(
            ALICE,
            names('m', 24).map((id) => ({ id })),
          ),
        (memory) => memory.searchMessages(ALICE, { text: 'word', limit: 24 }),
        (memory) => memory.cloneThread(ALICE, 't', { id: 'u' }),
        (memory) => memory.cloneThread(ALICE, 't', { id: 'u', messageIds: names('m', 24) }),
      ]
      for (const work of asked) expect((await measure(refusing(work))).all).toBeLessThan(64 * KIB)
      const { all, largest } = await measure(async (memory) => {
        expect(await memory.getThread(ALICE, 'u')).toBeUndefined()
        expect(await memory.lastMessages(ALICE, 't', 1000)).toHaveLength(5)
        expect((await memory.listMessages(ALICE, 't', { perPage: 5 }))?.messages).toHaveLength(5)
        const clone = await memory.cloneThread(ALICE, 't', { id: 'u', messageLimit: 5 })
        expect(clone?.messages).toHaveLength(5)
      })
      expect(all).toBeLessThan(3 * (MAX_READ_BYTES + 64 * KIB))
      expect(largest).toBeLessThan(SIZE + 64 * KIB)
      await close()
    })
  })

  it('ends soon behind what fits, of messages that come with their rows', async () => {
    const { measure, close } = await open(700, 30 * KIB)
    const listed = await measure((memory) =>
      expect(memory.listMessages(ALICE, 't', { perPage: 700 })).rejects.toMatchObject(tooLarge),
    )
    const remembered = await measure(async (memory) => {
      const messages = await memory.lastMessages(ALICE, 't', 700)
      expect(messages).toHaveLength(Math.floor(MAX_READ_BYTES / (30 * KIB)))
    })
    for (const { all, largest } of [listed, remembered]) {
      expect(all).toBeLessThan(MAX_READ_BYTES + 2 * KIB * KIB)
      expect(largest).toBeLessThan(2 * KIB * KIB)
    }
    await close()
  })

  it('counts the metadata of threads', async () => {
    const { measure, close } = await open(0, KIB)
    const metadata = { text: 'x'.repeat(63 * KIB) }
    const listing = (perPage: number) => (memory: MemoryStorage) =>
      memory.listThreads(ALICE, { perPage })
    const created = await measure(async (memory) => {
      for (const id of names('large', 270)) await memory.createThread(ALICE, { id, metadata })
    })
    expect(created.all).toBeLessThan(64 * KIB)
    const refused = await measure((memory) =>
      expect(listing(271)(memory)).rejects.toMatchObject(tooLarge),
    )
    expect(refused.all).toBeLessThan(64 * KIB)
    const listed = await measure(async (memory) => {
      const { threads } = await listing(100)(memory)
      expect(threads.map((thread) => thread.metadata)).toStrictEqual(threads.map(() => metadata))
    })
    expect(listed.all).toBeGreaterThan(100 * 63 * KIB)
    expect(listed.largest).toBeLessThan(257 * KIB)
    await close()
  })

  it('does not read the working memory of threads for their list', async () => {
    const { measure, close } = await open(0, KIB)
    const { all } = await measure(async (memory) => {
      await memory.setWorkingMemory(ALICE, 'x'.repeat(90 * KIB), 't')
      const { threads } = await memory.listThreads(ALICE, { perPage: 9 })
      expect(threads).toMatchObject([{ id: 't' }])
    })
    expect(all).toBeLessThan(KIB)
    await close()
  })
})
