import {
  BOUNDS,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_PARTS,
  markUnanswered,
  readUnanswered,
  type MemoryRole,
  type MemoryStorage,
} from '@signet/core'
import { describe, expect, it } from 'vitest'
import { ALICE, BOB, names, savedMessage, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const fault = (code: string) => expect.objectContaining({ name: 'StorageError', code })
const idsOf = (messages: readonly { id: string }[] = []) => messages.map(({ id }) => id)

describeStores('messages', (stores) => {
  /** Threads `t` with m0 to m9, and `u`, of Alice; `t` of Bob. */
  const open = async (): Promise<MemoryStorage> => {
    const { memory } = await stores.open()
    await memory.createThread(ALICE, { id: 't' })
    await memory.createThread(ALICE, { id: 'u' })
    await memory.createThread(BOB, { id: 't' })
    const messages = names('m', 10).map((id, index) =>
      savedMessage('t', id, id, { createdAt: 100 - index }),
    )
    await memory.saveMessages(ALICE, messages)
    return memory
  }

  describe('list', () => {
    it('gives back what was stored', async () => {
      const memory = await open()
      const message = savedMessage('u', 'x', 'hello', { role: 'assistant', createdAt: 7 })
      const stored = { ...message, type: 'text' }
      expect(await memory.saveMessages(ALICE, [message])).toStrictEqual([stored])
      expect(await memory.listMessages(ALICE, 'u', { perPage: 40 })).toStrictEqual({
        messages: [stored],
        total: 1,
        page: 0,
        perPage: 40,
        hasMore: false,
      })
    })

    it('orders by when a message was stored, not by the time that it bears', async () => {
      const memory = await open()
      const page = await memory.listMessages(ALICE, 't', { perPage: 40 })
      expect(idsOf(page?.messages)).toStrictEqual(names('m', 10))
    })

    it.each([
      ['asc', 0, 4, 'm0 m1 m2 m3', true],
      ['asc', 1, 4, 'm4 m5 m6 m7', true],
      ['asc', 2, 4, 'm8 m9', false],
      ['asc', 3, 4, '', false],
      ['desc', 0, 4, 'm9 m8 m7 m6', true],
      ['desc', 1, 4, 'm5 m4 m3 m2', true],
      ['desc', 2, 4, 'm1 m0', false],
      ['desc', 9, 1, 'm0', false],
      ['asc', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, '', false],
    ] as const)('has, %s, of page %i with %i each: %s', async (...row) => {
      const [direction, page, perPage, ids, hasMore] = row
      const memory = await open()
      const found = await memory.listMessages(ALICE, 't', { page, perPage, direction })
      expect(idsOf(found?.messages).join(' ')).toBe(ids)
      expect(found).toMatchObject({ total: 10, page, perPage, hasMore })
    })

    it('shows only messages of a span of time, and counts those', async () => {
      const memory = await open()
      const query = { perPage: 2, page: 1, createdAt: { from: 95, to: 99 } }
      const found = await memory.listMessages(ALICE, 't', query)
      expect(idsOf(found?.messages)).toStrictEqual(['m3', 'm4'])
      expect(found).toMatchObject({ total: 5, hasMore: true })
    })

    it('shows only messages of some roles, and counts those', async () => {
      const memory = await open()
      await memory.saveMessages(ALICE, [
        savedMessage('u', 'q', 'q'),
        savedMessage('u', 'a', 'a', { role: 'assistant' }),
        savedMessage('u', 's', 's', { role: 'system' }),
      ])
      const list = async (...roles: readonly MemoryRole[]) => {
        const page = await memory.listMessages(ALICE, 'u', { perPage: 40, roles })
        return `${idsOf(page?.messages).join(' ')}: ${page?.total}`
      }
      expect(await list('user')).toBe('q: 1')
      expect(await list('assistant', 'system')).toBe('a s: 2')
      expect(await list('tool')).toBe(': 0')
      expect(await list()).toBe(': 0')
    })

    it.each([
      'plain',
      '',
      'with "quotes", \\backslashes\\ and \'apostrophes\'',
      'a NUL \0, a \n line and \u2028',
      'Zürich 天気 🌦',
      '\ud800',
      '1',
      1,
      0,
      -1.5,
      1e21,
      true,
      false,
      null,
    ])('finds messages by metadata that equals %j, and by no other', async (value) => {
      const memory = await open()
      const withMetadata = (id: string, metadata: Readonly<Record<string, unknown>>) => {
        const message = savedMessage('u', id)
        return { ...message, content: { ...message.content, metadata } }
      }
      await memory.saveMessages(ALICE, [
        withMetadata('x', { kind: value, other: [value] }),
        withMetadata('string', { kind: `${String(value)} ` }),
        withMetadata('nested', { kind: { kind: value } }),
        withMetadata('list', { kind: [value] }),
        withMetadata('elsewhere', { kinds: value }),
        savedMessage('u', 'none'),
      ])
      const page = await memory.listMessages(ALICE, 'u', { perPage: 9, metadata: { kind: value } })
      expect(idsOf(page?.messages)).toStrictEqual(['x'])
      expect(page).toMatchObject({ total: 1, hasMore: false })
    })

    it('tells a thread without messages from one that is missing or of another', async () => {
      const memory = await open()
      expect(await memory.listMessages(ALICE, 'u', { perPage: 1 })).toMatchObject({ total: 0 })
      expect(await memory.listMessages(ALICE, 'v', { perPage: 1 })).toBeUndefined()
      expect(await memory.listMessages(BOB, 'u', { perPage: 1 })).toBeUndefined()
      expect(await memory.listMessages(BOB, 't', { perPage: 1 })).toMatchObject({ total: 0 })
    })

    it.each([
      [-1, 1],
      [0, 0],
      [0.5, 1],
      [0, 1e300],
      [Number.NaN, 1],
    ])('refuses page %d with %d each', async (page, perPage) => {
      const memory = await open()
      const promise = memory.listMessages(ALICE, 't', { page, perPage })
      await expect(promise).rejects.toEqual(fault('value_invalid'))
    })
  })

  describe('last messages', () => {
    it('are the newest, the oldest of them first', async () => {
      const memory = await open()
      expect(idsOf(await memory.lastMessages(ALICE, 't', 3))).toStrictEqual(['m7', 'm8', 'm9'])
      expect(await memory.lastMessages(ALICE, 't', 0)).toStrictEqual([])
      expect(await memory.lastMessages(ALICE, 't', 99)).toHaveLength(10)
    })

    it('are none where the thread is missing or of another', async () => {
      const memory = await open()
      expect(await memory.lastMessages(ALICE, 'v', 3)).toStrictEqual([])
      expect(await memory.lastMessages(BOB, 't', 3)).toStrictEqual([])
    })

    it('are found behind questions that failed, of which only so many are looked at', async () => {
      const memory = await open()
      const fail = (ids: readonly string[]) => {
        const content = markUnanswered(textMessage('x').content, 'failed')
        return memory.saveMessages(
          ALICE,
          ids.map((id) => savedMessage('t', id, id, { content })),
        )
      }
      await fail(names('f', 53))
      expect(idsOf(await memory.lastMessages(ALICE, 't', 1))).toStrictEqual(['m9'])
      expect(idsOf(await memory.lastMessages(ALICE, 't', 4))).toStrictEqual([
        'm6',
        'm7',
        'm8',
        'm9',
      ])
      expect(await memory.lastMessages(ALICE, 't', 100)).toHaveLength(10)
      await fail(names('g', 1))
      expect(await memory.lastMessages(ALICE, 't', 1)).toStrictEqual([])
      expect(idsOf(await memory.lastMessages(ALICE, 't', 2))).toStrictEqual(['m8', 'm9'])
    })

    it('refuses a count that is none', async () => {
      const memory = await open()
      for (const count of [-1, 0.5, Number.NaN]) {
        const promise = memory.lastMessages(ALICE, 't', count)
        await expect(promise).rejects.toEqual(fault('value_invalid'))
      }
    })
  })

  describe('get by id', () => {
    it('finds messages with their neighbours, each once and in order', async () => {
      const memory = await open()
      await memory.saveMessages(ALICE, [savedMessage('u', 'n0'), savedMessage('u', 'n1')])
      const requests = [
        { id: 'n1' },
        { id: 'm5', previous: 2, next: 1 },
        { id: 'm4', next: 1 },
        { id: 'm9', next: 5 },
        { id: 'm0', previous: 5 },
      ]
      const found = await memory.getMessages(ALICE, requests)
      expect(idsOf(found)).toStrictEqual(['m0', 'm3', 'm4', 'm5', 'm6', 'm9', 'n1'])
    })

    it('leaves out what is missing or of another', async () => {
      const memory = await open()
      expect(await memory.getMessages(ALICE, [{ id: 'x', next: 3 }])).toStrictEqual([])
      expect(await memory.getMessages(BOB, [{ id: 'm5', next: 3 }])).toStrictEqual([])
    })

    it('refuses a number of neighbours that is none', async () => {
      const memory = await open()
      const promise = memory.getMessages(ALICE, [{ id: 'm5', next: -1 }])
      await expect(promise).rejects.toEqual(fault('value_invalid'))
    })
  })

  describe('what is large', () => {
    // Its text is in it twice.
    const large = 'x'.repeat(1.5 * 1024 * 1024)
    const openLarge = async () => {
      const memory = await open()
      for (const id of names('large', 7)) {
        await memory.saveMessages(ALICE, [savedMessage('u', id, large)])
      }
      return memory
    }

    it('is refused as a page, as neighbours and as a clone, and then asked for in parts', async () => {
      const memory = await openLarge()
      const tooLarge = fault('result_too_large')
      await expect(memory.listMessages(ALICE, 'u', { perPage: 7 })).rejects.toEqual(tooLarge)
      const all = memory.getMessages(ALICE, [{ id: 'large3', previous: 3, next: 3 }])
      await expect(all).rejects.toEqual(tooLarge)
      await expect(memory.cloneThread(ALICE, 'u', { id: 'v' })).rejects.toEqual(tooLarge)
      expect(await memory.getThread(ALICE, 'v')).toBeUndefined()
      const search = memory.searchMessages(ALICE, { text: large, limit: 9 })
      await expect(search).rejects.toEqual(tooLarge)
      const page = await memory.listMessages(ALICE, 'u', { perPage: 2, page: 2 })
      expect(idsOf(page?.messages)).toStrictEqual(['large4', 'large5'])
      const clone = await memory.cloneThread(ALICE, 'u', { id: 'v', messageLimit: 2 })
      expect(clone?.messages).toHaveLength(2)
    })

    it('is remembered as far as it fits, from the newest on', async () => {
      const memory = await openLarge()
      const found = await memory.lastMessages(ALICE, 'u', 7)
      expect(idsOf(found)).toStrictEqual(names('large', 7).slice(2))
    })
  })

  describe('save', () => {
    it('keeps the order given, over several threads', async () => {
      const memory = await open()
      const order = ['t', 'u', 't', 'u'].map((id, index) => savedMessage(id, `x${index}`))
      expect(idsOf(await memory.saveMessages(ALICE, order))).toStrictEqual(names('x', 4))
      expect(idsOf(await memory.lastMessages(ALICE, 't', 2))).toStrictEqual(['x0', 'x2'])
      expect(idsOf(await memory.lastMessages(ALICE, 'u', 9))).toStrictEqual(['x1', 'x3'])
    })

    it('saves more than one statement can hold', async () => {
      const memory = await open()
      const many = names('x', 1234).map((id) => savedMessage('u', id))
      await memory.saveMessages(ALICE, many)
      expect(await memory.listMessages(ALICE, 'u', { perPage: 1 })).toMatchObject({ total: 1234 })
      expect(await memory.deleteMessages(ALICE, names('x', 1234))).toBe(1234)
      expect(await memory.listMessages(ALICE, 'u', { perPage: 1 })).toMatchObject({ total: 0 })
    })

    it('replaces a message of the same id in its place, and can so be done again', async () => {
      const memory = await open()
      const changed = savedMessage('t', 'm3', 'changed', { role: 'assistant', createdAt: 5 })
      for (let run = 0; run < 2; run++) {
        await memory.saveMessages(ALICE, [changed, savedMessage('t', 'x')])
        const page = await memory.listMessages(ALICE, 't', { perPage: 40 })
        expect(idsOf(page?.messages)).toStrictEqual([...names('m', 10), 'x'])
        expect(page?.messages[3]).toStrictEqual({ ...changed, type: 'text' })
        expect(page?.total).toBe(11)
      }
      const search = (text: string) => memory.searchMessages(ALICE, { text, limit: 9 })
      expect(await search('changed')).toHaveLength(1)
      expect(await search('m3')).toHaveLength(0)
    })

    it('keeps the mark of a question without an answer that is saved again, and no other', async () => {
      const memory = await open()
      const content = markUnanswered(textMessage('x').content, 'failed')
      await memory.saveMessages(ALICE, [savedMessage('t', 'm3', 'x', { content })])
      const ids = ['m3', 'm4'] as const
      const saved = await memory.saveMessages(
        ALICE,
        ids.map((id) => savedMessage('t', id, 'new')),
      )
      expect(saved.map(({ content }) => readUnanswered(content))).toStrictEqual([
        'failed',
        undefined,
      ])
      const found = await memory.getMessages(
        ALICE,
        ids.map((id) => ({ id })),
      )
      expect(found).toStrictEqual(saved)
      const places = await memory.findMessages(ALICE, ['m3'])
      expect(places).toMatchObject([{ unanswered: 'failed' }])
      // An answer is not a question, whatever stood there.
      const answer = savedMessage('t', 'm3', 'new', { role: 'assistant' })
      const [replaced] = await memory.saveMessages(ALICE, [answer])
      expect(replaced?.content.metadata).toBeUndefined()
    })

    it('touches the thread', async () => {
      let time = 1
      const { memory } = await stores.open(undefined, { now: () => time })
      await memory.createThread(ALICE, { id: 't' })
      time = 2
      await memory.saveMessages(ALICE, [savedMessage('t', 'm')])
      expect(await memory.getThread(ALICE, 't')).toMatchObject({ createdAt: 1, updatedAt: 2 })
    })

    it.each([
      ['a thread that is missing', 'thread_not_found', savedMessage('v', 'y')],
      ['an id given twice', 'message_exists', savedMessage('t', 'x')],
      ['an id of a message in another thread', 'message_exists', savedMessage('u', 'm3')],
      ['an unknown role', 'value_invalid', { ...savedMessage('t', 'y'), role: 'root' as never }],
      ['a time that is none', 'value_invalid', { ...savedMessage('t', 'y'), createdAt: 0.5 }],
      [
        'content that is none',
        'value_invalid',
        { ...savedMessage('t', 'y'), content: null as never },
      ],
    ])('refuses %s, and then saves nothing', async (_, code, wrong) => {
      const memory = await open()
      const before = await memory.listMessages(ALICE, 't', { perPage: 40 })
      const promise = memory.saveMessages(ALICE, [
        savedMessage('t', 'x'),
        savedMessage('t', 'm0', 'changed'),
        wrong,
      ])
      await expect(promise).rejects.toEqual(fault(code))
      expect(await memory.listMessages(ALICE, 't', { perPage: 40 })).toStrictEqual(before)
    })

    /** A message with so many parts and, at least, so many bytes. */
    const sized = (id: string, parts: number, bytes: number) => {
      const part = { type: 'x', of: '' }
      const content = { format: 2, parts: Array.from({ length: parts }, () => part) } as const
      const message = { ...savedMessage('u', id), content }
      const { length } = JSON.stringify({ type: 'text', content })
      const text = 'x'.repeat(Math.max(bytes - length - ',"content":""'.length, 0))
      return { ...message, content: { ...content, content: text } }
    }

    it('takes a message with the most parts and bytes that one may have, and gives it back', async () => {
      const memory = await open()
      const largest = sized('x', MAX_MESSAGE_PARTS, MAX_MESSAGE_BYTES)
      await memory.saveMessages(ALICE, [largest])
      expect(await memory.lastMessages(ALICE, 'u', 1)).toStrictEqual([{ ...largest, type: 'text' }])
    })

    it.each([
      ['one part', sized('x', MAX_MESSAGE_PARTS + 1, 0)],
      ['one byte', sized('x', 1, MAX_MESSAGE_BYTES + 1)],
    ])('refuses a message that has %s more, and then saves nothing', async (_, message) => {
      const memory = await open()
      const promise = memory.saveMessages(ALICE, [savedMessage('u', 'y'), message])
      await expect(promise).rejects.toEqual(fault('message_too_large'))
      const turn = { thread: { id: 'u' }, messages: [textMessage('z'), message] }
      const commit = memory.commitExchange(ALICE, turn)
      await expect(commit).rejects.toEqual(fault('message_too_large'))
      expect(await memory.lastMessages(ALICE, 'u', 9)).toStrictEqual([])
    })

    it('saves nothing into a thread of another', async () => {
      const memory = await open()
      const promise = memory.saveMessages(BOB, [savedMessage('u', 'x')])
      await expect(promise).rejects.toEqual(fault('thread_not_found'))
      await memory.saveMessages(BOB, [savedMessage('t', 'm0', 'of Bob')])
      expect(idsOf(await memory.lastMessages(ALICE, 't', 99))).toStrictEqual(names('m', 10))
      const [mine] = await memory.getMessages(ALICE, [{ id: 'm0' }])
      expect(mine?.content.content).toBe('m0')
    })
  })

  describe('delete', () => {
    it('says how many there were', async () => {
      const memory = await open()
      await memory.saveMessages(ALICE, [savedMessage('u', 'n')])
      expect(await memory.deleteMessages(ALICE, ['m1', 'm1', 'n', 'x', 'm8'])).toBe(3)
      expect(await memory.deleteMessages(ALICE, ['m1', 'x'])).toBe(0)
      expect(await memory.deleteMessages(ALICE, [])).toBe(0)
      const page = await memory.listMessages(ALICE, 't', { perPage: 40 })
      expect(idsOf(page?.messages).join('')).toBe('m0m2m3m4m5m6m7m9')
      expect(page?.total).toBe(8)
    })

    it('never gives a position again', async () => {
      const memory = await open()
      await memory.deleteMessages(ALICE, ['m9', 'm8'])
      await memory.saveMessages(ALICE, [savedMessage('t', 'm9')])
      expect(idsOf(await memory.lastMessages(ALICE, 't', 2))).toStrictEqual(['m7', 'm9'])
    })

    it('deletes nothing of another', async () => {
      const memory = await open()
      expect(await memory.deleteMessages(BOB, names('m', 10))).toBe(0)
      expect(await memory.lastMessages(ALICE, 't', 99)).toHaveLength(10)
    })
  })

  describe('commit a turn', () => {
    const turn = (threadId: string, ...ids: string[]) => ({
      thread: { id: threadId, title: 'new', metadata: { k: 1 } },
      messages: ids.map((id) => textMessage(id)),
    })

    it('creates the thread where it is missing', async () => {
      const memory = await open()
      const thread = await memory.commitExchange(ALICE, turn('v', 'x', 'y'))
      expect(thread).toMatchObject({ id: 'v', title: 'new', metadata: { k: 1 } })
      expect(await memory.getThread(ALICE, 'v')).toStrictEqual(thread)
      expect(idsOf(await memory.lastMessages(ALICE, 'v', 9))).toStrictEqual(['x', 'y'])
      const found = await memory.listThreads(ALICE, { perPage: 1, metadata: { k: 1 } })
      expect(found.total).toBe(1)
    })

    it('appends to the thread that there is, and leaves its title', async () => {
      const memory = await open()
      await memory.updateThread(ALICE, 't', { title: 'old' })
      const thread = await memory.commitExchange(ALICE, turn('t', 'x', 'y'))
      expect(thread).toMatchObject({ id: 't', title: 'old' })
      expect(thread).not.toHaveProperty('metadata')
      expect(idsOf(await memory.lastMessages(ALICE, 't', 3))).toStrictEqual(['m9', 'x', 'y'])
    })

    it.each([
      ['an id given twice', ['x', 'x']],
      ['an id of a message of this thread', ['x', 'm3']],
    ])('stores nothing at all with %s', async (_, ids) => {
      const memory = await open()
      for (const threadId of ['t', 'v']) {
        const promise = memory.commitExchange(ALICE, turn(threadId, ...ids))
        await expect(promise).rejects.toEqual(fault('message_exists'))
      }
      expect(await memory.getThread(ALICE, 'v')).toBeUndefined()
      expect(idsOf(await memory.lastMessages(ALICE, 't', 99))).toStrictEqual(names('m', 10))
      expect((await memory.listThreads(ALICE, { perPage: 1, metadata: { k: 1 } })).total).toBe(0)
    })

    it('gives a title to a thread that has none', async () => {
      const memory = await open()
      const commit = (id: string, title: string) =>
        memory.commitExchange(ALICE, { thread: { id: 't', title }, messages: [textMessage(id)] })
      expect(await commit('x', 'First')).toMatchObject({ title: 'First' })
      expect(await commit('y', 'Second')).toMatchObject({ title: 'First' })
      expect(await memory.getThread(ALICE, 't')).toMatchObject({ title: 'First' })
    })

    it('puts results to their calls, unless the message is gone or elsewhere', async () => {
      const memory = await open()
      const call = (toolCallId: string, state = 'call') => ({
        type: 'tool-invocation',
        toolInvocation: {
          state,
          toolCallId,
          toolName: 'x',
          args: {},
          ...(state === 'result' && { result: 'old' }),
        },
      })
      const withCalls = (threadId: string, id: string) => {
        const parts = [{ type: 'text', text: id }, call('a'), call('b'), call('c', 'result')]
        return {
          ...savedMessage(threadId, id),
          content: { format: 2 as const, parts, content: id },
        }
      }
      await memory.saveMessages(ALICE, [withCalls('t', 'x'), withCalls('u', 'elsewhere')])
      await memory.saveMessages(BOB, [withCalls('t', 'of-bob')])
      const complete = (id: string, ...toolCallIds: readonly string[]) =>
        memory.commitExchange(ALICE, {
          thread: { id: 't' },
          messages: [textMessage(id)],
          completed: ['x', 'gone', 'elsewhere', 'of-bob'].flatMap((messageId) =>
            toolCallIds.map((toolCallId) => ({ messageId, toolCallId, result: { by: id } })),
          ),
        })
      const resultsOf = async (owner: string, id: string) => {
        const [message] = await memory.getMessages(owner, [{ id }])
        return message?.content.parts.map(({ toolInvocation }) => Object(toolInvocation).result)
      }
      await Promise.all([complete('first', 'a', 'c', 'd'), complete('second', 'b')])
      expect(await resultsOf(ALICE, 'x')).toStrictEqual([
        undefined,
        { by: 'first' },
        { by: 'second' },
        'old',
      ])
      await complete('third', 'a')
      expect((await resultsOf(ALICE, 'x'))?.[1]).toStrictEqual({ by: 'first' })
      for (const [owner, id] of [
        [ALICE, 'elsewhere'],
        [BOB, 'of-bob'],
      ] as const) {
        expect(await resultsOf(owner, id)).toStrictEqual([undefined, undefined, undefined, 'old'])
      }
    })

    it('sets the working memory of its scope with the messages, or not at all', async () => {
      const memory = await open()
      const commit = (id: string, scope: 'resource' | 'thread') =>
        memory.commitExchange(ALICE, {
          thread: { id: 't' },
          messages: [textMessage(id)],
          workingMemory: { text: `${scope} ${id}`, scope },
        })
      await commit('x', 'resource')
      await commit('y', 'thread')
      await expect(commit('y', 'resource')).rejects.toEqual(fault('message_exists'))
      expect(await memory.getWorkingMemory(ALICE)).toBe('resource x')
      expect(await memory.getWorkingMemory(ALICE, 't')).toBe('thread y')
      expect(await memory.getWorkingMemory(ALICE, 'u')).toBeUndefined()
      expect(await memory.getWorkingMemory(BOB)).toBeUndefined()
    })

    it('makes of the thread of another an own one of the same id', async () => {
      const memory = await open()
      await memory.commitExchange(BOB, turn('u', 'm0', 'm1'))
      expect(idsOf(await memory.lastMessages(BOB, 'u', 9))).toStrictEqual(['m0', 'm1'])
      expect(await memory.lastMessages(ALICE, 'u', 9)).toStrictEqual([])
    })
  })

  describe('working memory', () => {
    it('is kept per thread and per owner, apart from each other', async () => {
      const memory = await open()
      await memory.setWorkingMemory(ALICE, 'of the thread', 't')
      await memory.setWorkingMemory(ALICE, 'of Alice')
      expect(await memory.getWorkingMemory(ALICE, 't')).toBe('of the thread')
      expect(await memory.getWorkingMemory(ALICE)).toBe('of Alice')
      expect(await memory.getWorkingMemory(ALICE, 'u')).toBeUndefined()
      expect(await memory.getWorkingMemory(BOB, 't')).toBeUndefined()
      expect(await memory.getWorkingMemory(BOB)).toBeUndefined()
    })

    it('is replaced, emptied and cleared', async () => {
      const memory = await open()
      for (const threadId of [undefined, 't']) {
        for (const text of ['first', 'second', '', undefined, 'third']) {
          await memory.setWorkingMemory(ALICE, text, threadId)
          expect(await memory.getWorkingMemory(ALICE, threadId)).toBe(text)
        }
      }
    })

    it('has at most 100,000 characters', async () => {
      const memory = await open()
      const longest = 'x'.repeat(BOUNDS.workingMemoryCharacters.limit)
      await memory.setWorkingMemory(ALICE, longest)
      const promise = memory.setWorkingMemory(ALICE, `${longest}x`)
      await expect(promise).rejects.toEqual(fault('value_invalid'))
      expect(await memory.getWorkingMemory(ALICE)).toBe(longest)
    })

    it('is refused for a thread that is missing or of another', async () => {
      const memory = await open()
      for (const [owner, threadId] of [
        [ALICE, 'v'],
        [BOB, 'u'],
      ] as const) {
        const promise = memory.setWorkingMemory(owner, 'text', threadId)
        await expect(promise).rejects.toEqual(fault('thread_not_found'))
      }
      expect(await memory.getWorkingMemory(ALICE, 'u')).toBeUndefined()
    })
  })
})
