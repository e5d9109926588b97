import { beforeEach, describe, expect, it } from 'vitest'
import { readRefusal } from '@signet/test-support/application/application'
import {
  idsOf,
  secondsLater,
  setClock,
  START,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'

const LIST = '/api/memory/threads/t/messages'
const SAVE = '/api/memory/save-messages'

const memory = useMemoryApplication()
const { ask, read, createThread, saveTexts } = memory

const save = (...messages: readonly object[]) => read(SAVE, { json: { messages } })
const saving = async (...messages: readonly object[]) =>
  readRefusal(await ask(SAVE, { json: { messages } }))

beforeEach(async () => {
  await createThread('t')
})

describe('POST /memory/save-messages', () => {
  const parts = [
    { type: 'text', text: 'Hello' },
    { type: 'tool-invocation', toolInvocation: { state: 'call', args: { deep: [1] } } },
  ]

  it.each<[string, unknown, object]>([
    ['a text', 'Hello', { format: 2, parts: [{ type: 'text', text: 'Hello' }], content: 'Hello' }],
    ['an empty text', '', { format: 2, parts: [{ type: 'text', text: '' }], content: '' }],
    ['a list of parts', parts, { format: 2, parts }],
    ['an empty list', [], { format: 2, parts: [] }],
    ['format 2', { format: 2, parts, content: 'Hello' }, { format: 2, parts, content: 'Hello' }],
    ['parts without a format', { parts }, { format: 2, parts }],
    [
      'format 2 with more beside',
      { format: 2, parts, metadata: { a: 1 }, reasoning: 'x', toolInvocations: [] },
      { format: 2, parts, metadata: { a: 1 }, reasoning: 'x', toolInvocations: [] },
    ],
  ])('stores content that is %s, as format 2', async (_, content, stored) => {
    const message = { id: 'm', role: 'assistant', threadId: 't', createdAt: secondsLater(-60) }
    const view = { ...message, type: 'text', resourceId: 'alice', content: stored }
    expect(await save({ ...message, content })).toStrictEqual({ messages: [view] })
    expect(await read(LIST)).toMatchObject({ messages: [view], total: 1 })
  })

  it('stores nothing that would reach the provider of a model as its own', async () => {
    const part = { type: 'text', text: 'Hello', providerState: { openai: { itemId: 'msg_1' } } }
    const message = { id: 'm', role: 'assistant', threadId: 't' }
    for (const content of [[part], { format: 2, parts: [part] }]) {
      const saved = JSON.stringify(await save({ ...message, content }))
      expect(saved).toContain('Hello')
      expect(saved).not.toContain('msg_1')
    }
  })

  it('stores nothing that Signet alone says of a message or a thread', async () => {
    const metadata = { a: 1, signet: { answer: 'failed' } }
    const content = { format: 2, parts: [{ type: 'text', text: 'Hello' }], metadata }
    const stored = { messages: [{ content: { ...content, metadata: { a: 1 } } }] }
    const saved = await save({ id: 'm', role: 'user', threadId: 't', content })
    expect(saved).toMatchObject(stored)
    expect(JSON.stringify(saved)).not.toContain('signet')
    expect(JSON.stringify(await read(LIST))).not.toContain('signet')
    const thread = await read('/api/memory/threads', { json: { threadId: 'u', metadata } })
    expect(thread).toMatchObject({ metadata: { a: 1 } })
    expect(JSON.stringify(thread)).not.toContain('signet')
  })

  it('makes id and time where they are not given', async () => {
    setClock(7)
    const answer = await save({ role: 'user', threadId: 't', content: 'Hello' })
    expect(answer).toStrictEqual({
      messages: [
        {
          id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          role: 'user',
          type: 'text',
          createdAt: secondsLater(7),
          threadId: 't',
          resourceId: 'alice',
          content: { format: 2, parts: [{ type: 'text', text: 'Hello' }], content: 'Hello' },
        },
      ],
    })
  })

  it('keeps type, role and time of every kind', async () => {
    const roles = ['user', 'assistant', 'system', 'tool']
    const messages = roles.map((role, index) => ({
      id: role,
      role,
      type: `kind-${index}`,
      threadId: 't',
      createdAt: `203${index}-01-01T01:00:00.5+01:00`,
      content: 'x',
    }))
    const stored = roles.map((role, index) => ({
      role,
      type: `kind-${index}`,
      createdAt: `203${index}-01-01T00:00:00.500Z`,
    }))
    expect(await save(...messages)).toMatchObject({ messages: stored })
    expect(await read(LIST)).toMatchObject({ messages: stored })
  })

  it('shows the caller as the owner, whoever the message names', async () => {
    const message = { id: 'm', role: 'user', threadId: 't', content: 'x', resourceId: 'bob' }
    expect(await save(message)).toMatchObject({ messages: [{ resourceId: 'alice' }] })
  })

  it('stores nothing where there is nothing to store', async () => {
    expect(await save()).toStrictEqual({ messages: [] })
  })

  it('stores into several threads at once, in their order', async () => {
    await createThread('u')
    const message = (id: string, threadId: string) => ({ id, threadId, role: 'user', content: id })
    const answer = await save(message('a', 'u'), message('b', 't'), message('c', 'u'))
    expect(idsOf(answer, 'messages')).toStrictEqual(['a', 'b', 'c'])
    expect(idsOf(await read(LIST), 'messages')).toStrictEqual(['b'])
    const other = await read('/api/memory/threads/u/messages')
    expect(idsOf(other, 'messages')).toStrictEqual(['a', 'c'])
  })

  it('says when the thread was changed', async () => {
    setClock(30)
    await saveTexts('t', ['a'])
    expect(await read('/api/memory/threads/t')).toMatchObject({
      createdAt: START,
      updatedAt: secondsLater(30),
    })
  })

  it('replaces a message of the thread that has the id, in its place', async () => {
    await saveTexts('t', ['a', 'b'])
    await save({ id: 'a', role: 'assistant', threadId: 't', content: 'New' })
    const listed = await read(LIST)
    expect(listed).toMatchObject({
      messages: [{ id: 'a', role: 'assistant', content: { content: 'New' } }, { id: 'b' }],
      total: 2,
    })
  })

  it('does no harm when the same is saved again', async () => {
    await saveTexts('t', ['a', 'b'])
    const before = await read(LIST)
    await saveTexts('t', ['a', 'b'])
    expect(await read(LIST)).toStrictEqual(before)
  })

  it('answers 409 message_exists to an id of another thread, and stores none of them', async () => {
    await createThread('u')
    await saveTexts('u', ['taken'])
    const message = { role: 'user', threadId: 't', content: 'x' }
    const refusal = await saving({ ...message, id: 'free' }, { ...message, id: 'taken' })
    expect(refusal).toStrictEqual({
      status: 409,
      code: 'message_exists',
      text: 'Another thread has a message with this id, or the request has the id twice.',
      challenge: null,
      issues: undefined,
    })
    expect(await read(LIST)).toMatchObject({ total: 0 })
    const other = await read('/api/memory/threads/u/messages')
    expect(other).toMatchObject({ messages: [{ id: 'taken', content: { content: 'taken' } }] })
  })

  it('answers 409 message_exists to an id that is given twice, and stores neither', async () => {
    const message = { id: 'm', role: 'user', threadId: 't', content: 'x' }
    expect(await saving(message, message)).toMatchObject({ status: 409, code: 'message_exists' })
    expect(await read(LIST)).toMatchObject({ total: 0 })
  })

  it('answers 404 where one thread is missing, and stores none of them', async () => {
    const message = { role: 'user', content: 'x' }
    const refusal = await saving({ ...message, threadId: 't' }, { ...message, threadId: 'u' })
    expect(refusal).toMatchObject({ status: 404, code: 'not_found', text: 'Not found.' })
    expect(await read(LIST)).toMatchObject({ total: 0 })
  })

  it('answers 413 message_too_large to a message that is too large to be stored, and stores none', async () => {
    const message = { role: 'user', threadId: 't' }
    const large = { ...message, content: 'x'.repeat(2.1 * 1024 * 1024) }
    const refusal = await saving({ ...message, content: 'x' }, large)
    expect(refusal).toMatchObject({ status: 413, code: 'message_too_large' })
    expect(refusal.text).toMatch(/^A stored message has at most \d+ parts and \d+ bytes of JSON\.$/)
    expect(await read(LIST)).toMatchObject({ total: 0 })
    await save({ ...large, content: large.content.slice(0, 1024 * 1024) })
    expect(await read(LIST)).toMatchObject({ total: 1 })
  })

  it('takes a thousand messages and no more', async () => {
    const message = { role: 'user', threadId: 't', content: 'x' }
    const thousand = Array.from({ length: 1000 }, () => message)
    await save(...thousand)
    expect(await read(LIST)).toMatchObject({ total: 1000 })
    const refusal = await saving(...thousand, message)
    expect(refusal).toMatchObject({ status: 400, issues: [{ field: 'messages' }] })
    expect(await read(LIST)).toMatchObject({ total: 1000 })
  })
})
