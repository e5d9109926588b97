import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { createDeferred, type Deferred } from '@signet/test-support/time/deferred'
import { ALICE, BOB, names, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import { postgresDriver } from './postgres.js'
import { OwnerQueue } from './owner-queue.js'
import { holdThread } from '../../memory/thread.js'

const unavailable = { name: 'StorageError', code: 'storage_unavailable' }

describe('a queue of owners', () => {
  /** A queue, what has begun in it, and what ends a piece of work. */
  function create(maxOfOwner: number, maxInAll: number) {
    const queue = new OwnerQueue({ maxOfOwner, maxInAll })
    const begun: string[] = []
    const ends = new Map<string, Deferred<void>>()
    const add = (owner: string, name: string, ...keys: readonly string[]) =>
      queue.run(owner, keys, async () => {
        begun.push(name)
        const end = createDeferred()
        ends.set(name, end)
        await end.promise
        return name
      })
    const end = async (name: string) => {
      ends.get(name)?.resolve()
      await setImmediate()
    }
    return { queue, begun, add, end }
  }

  it('does work on one thing one after the other, in its order, and other work at once', async () => {
    const { begun, add, end } = create(9, 9)
    const results = [
      add('a', 'a1', 't'),
      add('a', 'a2', 't'),
      add('a', 'a3', 't', 'u'),
      add('a', 'a4', 'u'),
      add('a', 'a5', 'v'),
      add('a', 'read'),
      add('b', 'b1', 't'),
    ]
    expect(begun).toStrictEqual(['a1', 'a5', 'read', 'b1'])
    await end('a1')
    expect(begun.slice(4)).toStrictEqual(['a2'])
    await end('a2')
    expect(begun.slice(5)).toStrictEqual(['a3'])
    await end('a3')
    expect(begun.slice(6)).toStrictEqual(['a4'])
    for (const name of begun) await end(name)
    expect(await Promise.all(results)).toStrictEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'read', 'b1'])
  })

  it('begins no more of one owner, and of all, than it may, and gives places round robin', async () => {
    const { begun, add, end } = create(2, 3)
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1'].map((name) => add(name.charAt(0), name))
    expect(begun).toStrictEqual(['a1', 'a2', 'b1'])
    await end('a1')
    await end('a2')
    await end('b1')
    expect(begun.slice(3).toSorted()).toStrictEqual(['a3', 'b2', 'c1'])
    for (const name of begun) await end(name)
    for (const name of begun) await end(name)
    expect(await Promise.all(all)).toHaveLength(7)
  })

  it('goes on behind work that fails', async () => {
    const { queue, add, begun, end } = create(1, 1)
    const failed = queue.run('a', ['t'], () => Promise.reject(new Error('no')))
    const next = add('a', 'next', 't')
    await expect(failed).rejects.toThrow('no')
    await setImmediate()
    expect(begun).toStrictEqual(['next'])
    await end('next')
    await next
  })

  it('refuses what is more than 200 that wait, of this owner alone', async () => {
    const { add, end, begun } = create(1, 2)
    const first = add('a', 'first')
    const waiting = names('w', 200).map((name) => add('a', name))
    await expect(add('a', 'more')).rejects.toMatchObject(unavailable)
    const other = add('b', 'other')
    expect(begun).toStrictEqual(['first', 'other'])
    await end('other')
    await end('first')
    const more = add('a', 'room')
    for (const name of begun) await end(name)
    expect(begun.at(-1)).toBe('room')
    await Promise.all([first, other, more, ...waiting])
  })
})

describeStores(
  'owners on a PostgreSQL server',
  (stores) => {
    /** A store, and threads of Alice that somebody else holds until they are let go. */
    async function open(threadIds: readonly string[]) {
      const options = await stores.locate()
      const { memory } = await stores.open(options)
      for (const id of threadIds) await memory.createThread(ALICE, { id })
      await memory.createThread(BOB, { id: 'of-bob' })
      const database = createDatabase(
        postgresDriver(options.databaseUrl ?? '', { isPatient: true }),
      )
      const areHeld = createDeferred()
      const mayEnd = createDeferred()
      const holding = database.write(async (tx) => {
        for (const id of threadIds) await holdThread(tx, ALICE, id)
        areHeld.resolve()
        await mayEnd.promise
      })
      await areHeld.promise
      /** How many connections wait for a lock. */
      const countWaiting = async () => {
        const waiting = sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
          where wait_event_type = 'Lock' and datname = current_database()`
        return (await database.read((tx) => waiting.execute(tx))).rows[0]?.count ?? 0
      }
      const letGo = async () => {
        mayEnd.resolve()
        await holding
        await database.close()
      }
      return { memory, countWaiting, letGo }
    }

    it('wait for one thread with one connection, and hold up nobody else', async () => {
      const { memory, countWaiting, letGo } = await open(['t'])
      const changes = names('c', 60).map((title) => memory.updateThread(ALICE, 't', { title }))
      const turn = { thread: { id: 't' }, messages: [textMessage('m')] }
      const committed = memory.commitExchange(ALICE, turn)
      while ((await countWaiting()) === 0) await setImmediate()
      for (let look = 0; look < 20; look++) {
        expect(await countWaiting()).toBeLessThanOrEqual(1)
        expect((await memory.listThreads(BOB, { perPage: 9 })).threads).toHaveLength(1)
        expect((await memory.listThreads(ALICE, { perPage: 9 })).threads).toHaveLength(1)
      }
      await letGo()
      await Promise.all([...changes, committed])
      expect(await memory.getThread(ALICE, 't')).toMatchObject({ title: 'c59' })
      expect(await memory.lastMessages(ALICE, 't', 9)).toHaveLength(1)
    })

    it('have no more than half of the connections, however many threads are waited for', async () => {
      const { memory, countWaiting, letGo } = await open(names('t', 40))
      const changes = names('t', 40).map((id) => memory.updateThread(ALICE, id, { title: id }))
      while ((await countWaiting()) < 10) await setImmediate()
      for (let look = 0; look < 20; look++) {
        expect(await countWaiting()).toBeLessThanOrEqual(10)
        expect((await memory.listThreads(BOB, { perPage: 9 })).threads).toHaveLength(1)
      }
      await letGo()
      expect(await Promise.all(changes)).toHaveLength(40)
    })
  },
  ['postgres'],
)
