import { beforeEach, describe, expect, it } from 'vitest'
import { readRefusal } from '@signet/test-support/application/application'
import {
  idsOf,
  secondsLater,
  setClock,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'

const THREADS = '/api/memory/threads'
const memory = useMemoryApplication()
const { ask, read, createThread } = memory

interface Cloned {
  readonly thread: { readonly id: string }
  readonly messageIdMap: object
  readonly clonedMessages: readonly { readonly id: string; readonly content: object }[]
}

async function clone(json: object): Promise<Cloned> {
  return Object(await read(`${THREADS}/t/clone`, { json }))
}

const textsOf = ({ clonedMessages }: Cloned): unknown[] =>
  clonedMessages.map(({ content }): unknown => Reflect.get(content, 'content'))

/** Messages m1 to m4, said in the seconds 1 to 4. */
beforeEach(async () => {
  await createThread('t', { title: 'Title', metadata: { a: 1, b: 2 } })
  const messages = [1, 2, 3, 4].map((second) => ({
    id: `m${second}`,
    role: second % 2 === 0 ? 'assistant' : 'user',
    threadId: 't',
    createdAt: secondsLater(second),
    content: `text ${second}`,
  }))
  await read('/api/memory/save-messages', { json: { messages } })
  setClock(60)
})

describe('POST /memory/threads/:threadId/clone', () => {
  it('copies the thread with all of its messages, and says of what it is a copy', async () => {
    const cloned = await clone({})
    const { id } = cloned.thread
    const origin = { sourceThreadId: 't', clonedAt: secondsLater(60) }
    expect(cloned.thread).toStrictEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: 'Title',
      resourceId: 'alice',
      createdAt: secondsLater(60),
      updatedAt: secondsLater(60),
      metadata: { a: 1, b: 2, clone: origin },
    })
    expect(cloned.clonedMessages).toStrictEqual(
      [1, 2, 3, 4].map((second) => ({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        role: second % 2 === 0 ? 'assistant' : 'user',
        type: 'text',
        createdAt: secondsLater(second),
        threadId: id,
        resourceId: 'alice',
        content: {
          format: 2,
          parts: [{ type: 'text', text: `text ${second}` }],
          content: `text ${second}`,
        },
      })),
    )
    expect(await read(`${THREADS}/${id}/messages`)).toMatchObject({
      messages: cloned.clonedMessages,
      total: 4,
    })
  })

  it('says which message became which', async () => {
    const cloned = await clone({ options: { messageLimit: 2 } })
    const { messages } = (await read(`${THREADS}/t/messages`)) as { messages: { id: string }[] }
    const sources = messages.slice(-2).map(({ id }) => id)
    const copies = cloned.clonedMessages.map(({ id }) => id)
    expect(cloned.messageIdMap).toStrictEqual(
      Object.fromEntries(sources.map((id, index) => [id, copies[index]])),
    )
  })

  it('leaves the source as it was', async () => {
    const before = [await read(`${THREADS}/t`), await read(`${THREADS}/t/messages`)]
    await clone({ title: 'Copy', metadata: { a: 9 }, options: { messageLimit: 1 } })
    expect([await read(`${THREADS}/t`), await read(`${THREADS}/t/messages`)]).toStrictEqual(before)
  })

  it('takes the id, the title and further metadata that are asked for', async () => {
    const json = { newThreadId: 'u', title: 'Copy', metadata: { b: 3, c: 4, clone: 'mine' } }
    const { thread } = await clone({ ...json, resourceId: 'bob' })
    expect(thread).toMatchObject({
      id: 'u',
      title: 'Copy',
      resourceId: 'alice',
      metadata: { a: 1, b: 3, c: 4, clone: { sourceThreadId: 't' } },
    })
    expect(await read(`${THREADS}/u`)).toStrictEqual(thread)
    expect((await ask(`${THREADS}/u`, { as: 'bob' })).status).toBe(404)
  })

  it.each<[object, readonly number[]]>([
    [{ messageLimit: 2 }, [3, 4]],
    [{ messageLimit: 0 }, []],
    [{ messageLimit: 99 }, [1, 2, 3, 4]],
    [{ messageFilter: {} }, [1, 2, 3, 4]],
    [{ messageFilter: { startDate: secondsLater(2) } }, [2, 3, 4]],
    [{ messageFilter: { endDate: secondsLater(2) } }, [1, 2]],
    [{ messageFilter: { startDate: secondsLater(2), endDate: secondsLater(3) } }, [2, 3]],
    [{ messageFilter: { startDate: secondsLater(3), endDate: secondsLater(2) } }, []],
    [{ messageFilter: { messageIds: ['m3', 'm1', 'unknown'] } }, [1, 3]],
    [{ messageFilter: { messageIds: [] } }, []],
    [{ messageLimit: 1, messageFilter: { messageIds: ['m1', 'm2'] } }, [2]],
    [{ messageLimit: 1, messageFilter: { endDate: secondsLater(3) } }, [3]],
    [{ messageFilter: { startDate: '2030-01-01T02:00:03+02:00' } }, [3, 4]],
  ])('copies with options %j the messages %j', async (options, seconds) => {
    const cloned = await clone({ newThreadId: 'u', options })
    expect(textsOf(cloned)).toStrictEqual(seconds.map((second) => `text ${second}`))
    const listed = await read(`${THREADS}/u/messages`)
    expect(idsOf(listed, 'messages')).toStrictEqual(cloned.clonedMessages.map(({ id }) => id))
    expect(listed).toMatchObject({ total: seconds.length })
  })

  it('copies what the agent keeps in mind of the thread', async () => {
    const json = { workingMemory: 'Likes tea.' }
    await read(`${THREADS}/t/working-memory?agentId=thread-agent`, { json })
    await clone({ newThreadId: 'u' })
    const notes = await read(`${THREADS}/u/working-memory?agentId=thread-agent`)
    expect(notes).toMatchObject({ workingMemory: 'Likes tea.', source: 'thread' })
  })

  it.each(['t', 'u'])(
    'answers 409 thread_exists to the new id %s, and copies nothing',
    async (id) => {
      await createThread('u')
      const refusal = await readRefusal(
        await ask(`${THREADS}/t/clone`, { json: { newThreadId: id } }),
      )
      expect(refusal).toMatchObject({ status: 409, code: 'thread_exists', challenge: null })
      expect(await read(THREADS)).toMatchObject({ total: 2 })
      expect(await read(`${THREADS}/u/messages`)).toMatchObject({ total: 0 })
    },
  )

  it('may take an id that a thread of another has', async () => {
    await createThread('u', { title: 'Of bob' }, 'bob')
    await clone({ newThreadId: 'u' })
    expect(await read(`${THREADS}/u`, { as: 'bob' })).toMatchObject({ title: 'Of bob' })
    expect(await read(`${THREADS}/u/messages`, { as: 'bob' })).toMatchObject({ total: 0 })
  })

  it('answers 404 for a thread that is not there, and makes none', async () => {
    const refusal = await ask(`${THREADS}/nothing/clone`, { json: { newThreadId: 'u' } })
    expect(await readRefusal(refusal)).toMatchObject({ status: 404, code: 'not_found' })
    expect((await ask(`${THREADS}/u`)).status).toBe(404)
  })
})
