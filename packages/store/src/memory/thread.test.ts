import { describe, expect, it } from 'vitest'
import { ALICE, BOB, names, savedMessage, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const exists = expect.objectContaining({ name: 'StorageError', code: 'thread_exists' })
const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })

/** A clock that goes on by one with each look at it. */
function countingClock(): () => number {
  let time = 0
  return () => ++time
}

describeStores('threads', (stores) => {
  const open = async () => (await stores.open(undefined, { now: countingClock() })).memory

  describe('create and get', () => {
    it('gives back what was stored, with its times', async () => {
      const memory = await open()
      const thread = { id: 't1', title: 'My thread', metadata: { k: 1 } }
      const stored = { ...thread, createdAt: 1, updatedAt: 1 }
      expect(await memory.createThread(ALICE, thread)).toStrictEqual(stored)
      expect(await memory.getThread(ALICE, 't1')).toStrictEqual(stored)
    })

    it('has an empty title and no metadata unless they are given', async () => {
      const memory = await open()
      const stored = { id: 't1', title: '', createdAt: 1, updatedAt: 1 }
      expect(await memory.createThread(ALICE, { id: 't1' })).toStrictEqual(stored)
      expect(await memory.getThread(ALICE, 't1')).toStrictEqual(stored)
    })

    it('refuses an id that the owner has, and changes nothing', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't1', title: 'first', metadata: { k: 1 } })
      const again = { id: 't1', title: 'second', metadata: { k: 2 } }
      await expect(memory.createThread(ALICE, again)).rejects.toEqual(exists)
      expect(await memory.getThread(ALICE, 't1')).toMatchObject({ title: 'first' })
      const found = await memory.listThreads(ALICE, { perPage: 10, metadata: { k: 2 } })
      expect(found.total).toBe(0)
    })

    it('takes the same id of another owner for another thread', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't1', title: 'of Alice' })
      await memory.createThread(BOB, { id: 't1', title: 'of Bob' })
      expect(await memory.getThread(ALICE, 't1')).toMatchObject({ title: 'of Alice' })
      expect(await memory.getThread(BOB, 't1')).toMatchObject({ title: 'of Bob' })
    })

    it('knows no thread that is missing or of another', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't1' })
      expect(await memory.getThread(ALICE, 't2')).toBeUndefined()
      expect(await memory.getThread(BOB, 't1')).toBeUndefined()
    })

    it('refuses an owner that is no owner key', async () => {
      const memory = await open()
      for (const owner of ['', 'alice', ALICE.toUpperCase(), `${ALICE} `, '%']) {
        await expect(memory.getThread(owner, 't1')).rejects.toEqual(invalid)
        await expect(memory.createThread(owner, { id: 't1' })).rejects.toEqual(invalid)
      }
    })
  })

  describe('list', () => {
    const list = async (query: Parameters<Awaited<ReturnType<typeof open>>['listThreads']>[1]) => {
      const memory = await open()
      for (const id of ['b', 'a', 'd', 'c']) {
        await memory.createThread(ALICE, { id, metadata: { isEven: id === 'b' || id === 'd', id } })
      }
      await memory.updateThread(ALICE, 'a', { title: 'changed' })
      await memory.createThread(BOB, { id: 'z', metadata: { isEven: true } })
      const page = await memory.listThreads(ALICE, query)
      return { ...page, threads: page.threads.map(({ id }) => id).join('') }
    }

    it('shows the newest first', async () => {
      const expected = { threads: 'cdab', total: 4, page: 0, perPage: 100, hasMore: false }
      expect(await list({ perPage: 100 })).toStrictEqual(expected)
    })

    it.each([
      ['createdAt', 'asc', 'badc'],
      ['createdAt', 'desc', 'cdab'],
      ['updatedAt', 'asc', 'bdca'],
      ['updatedAt', 'desc', 'acdb'],
    ] as const)('orders by %s, %s', async (field, direction, threads) => {
      expect(await list({ perPage: 9, orderBy: { field, direction } })).toMatchObject({ threads })
    })

    it.each([
      [0, 3, 'cda', true],
      [1, 3, 'b', false],
      [2, 3, '', false],
      [0, 4, 'cdab', false],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, '', false],
    ])('has of page %i with %i each: %s', async (page, perPage, threads, hasMore) => {
      const expected = { threads, total: 4, page, perPage, hasMore }
      expect(await list({ page, perPage })).toStrictEqual(expected)
    })

    it.each([
      [-1, 10],
      [0, 0],
      [0, -1],
      [0.5, 10],
      [0, 1.5],
      [Number.NaN, 10],
      [0, Number.POSITIVE_INFINITY],
      [1e300, 10],
    ])('refuses page %d with %d each', async (page, perPage) => {
      await expect(list({ page, perPage })).rejects.toEqual(invalid)
    })

    it('orders threads of the same time by id, so that pages never overlap', async () => {
      const { memory } = await stores.open(undefined, { now: () => 5 })
      for (const id of ['b', 'c', 'a']) await memory.createThread(ALICE, { id })
      const pages = [0, 1, 2].map((page) => memory.listThreads(ALICE, { page, perPage: 1 }))
      const ids = (await Promise.all(pages)).flatMap(({ threads }) => threads.map(({ id }) => id))
      expect(ids).toStrictEqual(['c', 'b', 'a'])
    })

    it('finds by metadata, all of it', async () => {
      expect(await list({ perPage: 9, metadata: { isEven: true } })).toMatchObject({
        threads: 'db',
        total: 2,
      })
      const both = { isEven: true, id: 'b' }
      expect(await list({ perPage: 9, metadata: both })).toMatchObject({ threads: 'b', total: 1 })
    })

    it('does not find by metadata that differs in value, type or name', async () => {
      for (const metadata of [{ isEven: 'true' }, { isEven: 1 }, { isOdd: true }, { id: 'z' }]) {
        expect(await list({ perPage: 9, metadata })).toMatchObject({ threads: '', total: 0 })
      }
    })

    it('compares values of metadata as JSON, whatever the order of their names', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't', metadata: { at: { x: 1, y: [{ a: 1, b: 2 }] } } })
      const find = (at: unknown) => memory.listThreads(ALICE, { perPage: 1, metadata: { at } })
      expect((await find({ y: [{ b: 2, a: 1 }], x: 1 })).total).toBe(1)
      for (const other of [{ x: 1 }, { x: 1, y: [{ a: 1 }] }, [['x', 1]], null]) {
        expect((await find(other)).total).toBe(0)
      }
    })
  })

  describe('update', () => {
    it('changes what is given and merges metadata', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't', title: 'old', metadata: { a: 1, b: { c: 1 } } })
      const metadata = { b: { d: 2 }, e: 3 }
      const changed = await memory.updateThread(ALICE, 't', { metadata })
      const expected = { title: 'old', metadata: { a: 1, b: { d: 2 }, e: 3 }, updatedAt: 2 }
      expect(changed).toStrictEqual({ id: 't', createdAt: 1, ...expected })
      expect(await memory.getThread(ALICE, 't')).toStrictEqual(changed)
      expect(await memory.updateThread(ALICE, 't', { title: 'new' })).toStrictEqual({
        ...changed,
        title: 'new',
        updatedAt: 3,
      })
    })

    it('changed never before it changed last, also where the clock was set back', async () => {
      let now = 5000
      const { memory } = await stores.open(undefined, { now: () => now })
      await memory.createThread(ALICE, { id: 't' })
      now = 1000
      expect(await memory.updateThread(ALICE, 't', { title: 'new' })).toMatchObject({
        createdAt: 5000,
        updatedAt: 5000,
      })
      now = 6000
      expect(await memory.updateThread(ALICE, 't', {})).toMatchObject({ updatedAt: 6000 })
    })

    it('is found by its new metadata only', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't', metadata: { k: 1 } })
      await memory.updateThread(ALICE, 't', { metadata: { k: 2 } })
      expect((await memory.listThreads(ALICE, { perPage: 1, metadata: { k: 1 } })).total).toBe(0)
      expect((await memory.listThreads(ALICE, { perPage: 1, metadata: { k: 2 } })).total).toBe(1)
    })

    it('changes nothing of what is missing or of another', async () => {
      const memory = await open()
      const thread = await memory.createThread(ALICE, { id: 't', title: 'mine' })
      expect(await memory.updateThread(BOB, 't', { title: 'pwned' })).toBeUndefined()
      expect(await memory.updateThread(ALICE, 'u', { title: 'none' })).toBeUndefined()
      expect(await memory.getThread(ALICE, 't')).toStrictEqual(thread)
    })
  })

  describe('delete', () => {
    it('takes the messages along, and frees their ids', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't', metadata: { k: 1 } })
      await memory.saveMessages(ALICE, [savedMessage('t', 'm', 'needle')])
      expect(await memory.deleteThread(ALICE, 't')).toBe(true)
      expect(await memory.getThread(ALICE, 't')).toBeUndefined()
      expect(await memory.getMessages(ALICE, [{ id: 'm' }])).toStrictEqual([])
      expect(await memory.searchMessages(ALICE, { text: 'needle', limit: 5 })).toStrictEqual([])
      await memory.commitExchange(ALICE, { thread: { id: 't' }, messages: [textMessage('m')] })
      expect(await memory.lastMessages(ALICE, 't', 5)).toHaveLength(1)
    })

    it('leaves what is missing or of another', async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't' })
      expect(await memory.deleteThread(BOB, 't')).toBe(false)
      expect(await memory.deleteThread(ALICE, 'u')).toBe(false)
      expect(await memory.getThread(ALICE, 't')).toBeDefined()
    })
  })

  describe('clone', () => {
    const openWithThread = async () => {
      const memory = await open()
      await memory.createThread(ALICE, { id: 't', title: 'source', metadata: { a: 1, b: 1 } })
      const messages = names('m', 5).map((id, index) =>
        savedMessage('t', id, `text ${id}`, { createdAt: index }),
      )
      await memory.saveMessages(ALICE, messages)
      await memory.setWorkingMemory(ALICE, 'notes', 't')
      return memory
    }

    it('copies thread and messages under new ids, and says which became which', async () => {
      const memory = await openWithThread()
      const source = await memory.getThread(ALICE, 't')
      const clone = await memory.cloneThread(ALICE, 't', { id: 'c' })
      expect(clone?.thread).toMatchObject({ id: 'c', title: 'source', metadata: { a: 1, b: 1 } })
      expect(Object.keys(clone?.messageIds ?? {})).toStrictEqual(names('m', 5))
      expect(Object.values(clone?.messageIds ?? {})).toStrictEqual(
        clone?.messages.map(({ id }) => id),
      )
      expect(await memory.lastMessages(ALICE, 'c', 10)).toStrictEqual(clone?.messages)
      expect(clone?.messages.map(({ content }) => content.content)).toStrictEqual(
        names('text m', 5),
      )
      expect((await memory.listMessages(ALICE, 'c', { perPage: 1 }))?.total).toBe(5)
      expect(await memory.getWorkingMemory(ALICE, 'c')).toBe('notes')
      expect(await memory.getThread(ALICE, 't')).toStrictEqual(source)
      expect(await memory.lastMessages(ALICE, 't', 10)).toHaveLength(5)
    })

    it('takes another title and merges metadata', async () => {
      const memory = await openWithThread()
      const options = { id: 'c', title: 'copy', metadata: { b: 2, c: 3 } }
      expect((await memory.cloneThread(ALICE, 't', options))?.thread).toMatchObject({
        title: 'copy',
        metadata: { a: 1, b: 2, c: 3 },
      })
    })

    it.each([
      [{ messageLimit: 2 }, ['m3', 'm4']],
      [{ messageLimit: 0 }, []],
      [{ createdAt: { from: 1, to: 3 } }, ['m1', 'm2', 'm3']],
      [{ createdAt: { to: 3 }, messageLimit: 1 }, ['m3']],
      [{ messageIds: ['m4', 'm0', 'other'] }, ['m0', 'm4']],
      [{ messageIds: ['m0', 'm1'], messageLimit: 1 }, ['m1']],
    ])('copies only the messages of %j', async (options, expected) => {
      const memory = await openWithThread()
      const clone = await memory.cloneThread(ALICE, 't', { id: 'c', ...options })
      expect(Object.keys(clone?.messageIds ?? {})).toStrictEqual(expected)
      expect((await memory.listMessages(ALICE, 'c', { perPage: 9 }))?.total).toBe(expected.length)
    })

    it('goes on in the clone where the copies end', async () => {
      const memory = await openWithThread()
      await memory.cloneThread(ALICE, 't', { id: 'c', messageLimit: 1 })
      await memory.saveMessages(ALICE, [savedMessage('c', 'new')])
      const texts = (await memory.lastMessages(ALICE, 'c', 9)).map(({ content }) => content.content)
      expect(texts).toStrictEqual(['text m4', 'new'])
    })

    it('refuses an id that the owner has, and copies nothing', async () => {
      const memory = await openWithThread()
      await memory.createThread(ALICE, { id: 'c' })
      for (const id of ['c', 't']) {
        await expect(memory.cloneThread(ALICE, 't', { id })).rejects.toEqual(exists)
      }
      expect(await memory.lastMessages(ALICE, 'c', 9)).toStrictEqual([])
      expect(await memory.lastMessages(ALICE, 't', 9)).toHaveLength(5)
    })

    it('clones nothing that is missing or of another', async () => {
      const memory = await openWithThread()
      expect(await memory.cloneThread(BOB, 't', { id: 'c' })).toBeUndefined()
      expect(await memory.cloneThread(ALICE, 'u', { id: 'c' })).toBeUndefined()
      expect(await memory.getThread(BOB, 'c')).toBeUndefined()
      expect(await memory.getThread(ALICE, 'c')).toBeUndefined()
    })
  })
})
