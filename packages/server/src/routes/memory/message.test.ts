import { describe, expect, it } from 'vitest'
import { readRefusal } from '@signet/test-support/application/application'
import {
  idsOf,
  queryOf,
  secondsLater,
  START,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'

const LIST = '/api/memory/threads/t/messages'
const SAVE = '/api/memory/save-messages'
const DELETE = '/api/memory/messages/delete'

const memory = useMemoryApplication()
const { ask, read, createThread, saveTexts } = memory

async function listIds(parameters: Record<string, string> = {}): Promise<string[]> {
  return idsOf(await read(`${LIST}?${queryOf(parameters)}`), 'messages')
}

const ROLES = ['user', 'assistant', 'system', 'tool'] as const

/** A thread with messages a, b, c and d, said in the seconds 0 to 3, each by another role. */
async function createFour(): Promise<void> {
  await createThread('t')
  const messages = ['a', 'b', 'c', 'd'].map((id, index) => ({
    id,
    role: ROLES[index],
    threadId: 't',
    createdAt: secondsLater(index),
    content: {
      format: 2,
      parts: [{ type: 'text', text: id }],
      metadata: { place: index, odd: index % 2 === 1 },
    },
  }))
  await read(SAVE, { json: { messages } })
}

describe('GET /memory/threads/:threadId/messages', () => {
  it('is an empty page of a thread without messages', async () => {
    await createThread('t')
    expect(await read(LIST)).toStrictEqual({
      messages: [],
      total: 0,
      page: 0,
      perPage: 40,
      hasMore: false,
      uiMessages: null,
    })
  })

  it('has every field of the wire', async () => {
    await createThread('t')
    await saveTexts('t', ['hello'])
    expect(await read(`${LIST}?agentId=notes-agent&resourceId=bob`)).toStrictEqual({
      messages: [
        {
          id: 'hello',
          role: 'user',
          type: 'text',
          createdAt: START,
          threadId: 't',
          resourceId: 'alice',
          content: { format: 2, parts: [{ type: 'text', text: 'hello' }], content: 'hello' },
        },
      ],
      total: 1,
      page: 0,
      perPage: 40,
      hasMore: false,
      uiMessages: null,
    })
  })

  it('answers 404 for a thread that is not there', async () => {
    const refusal = await readRefusal(await ask(LIST))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found', text: 'Not found.' })
  })

  it.each<[readonly string[], Record<string, string>]>([
    [['a', 'b', 'c', 'd'], {}],
    [['a', 'b', 'c', 'd'], { 'orderBy[field]': 'createdAt' }],
    [['d', 'c', 'b', 'a'], { 'orderBy[direction]': 'DESC' }],
    [['d', 'c', 'b', 'a'], { 'orderBy[field]': 'createdAt', 'orderBy[direction]': 'desc' }],
    [['a', 'b', 'c', 'd'], { orderBy: '{}' }],
    [['d', 'c', 'b', 'a'], { orderBy: '{"field":"createdAt","direction":"DESC"}' }],
    [['a', 'b', 'c', 'd'], { orderBy: '{"direction":"ASC"}' }],
  ])('orders them as %j for %j', async (ids, parameters) => {
    await createFour()
    expect(await listIds(parameters)).toStrictEqual(ids)
  })

  it('orders them as they were saved, whatever time they bear', async () => {
    await createThread('t')
    const messages = [9, 3, 6].map((second) => ({
      id: `m${second}`,
      role: 'user',
      threadId: 't',
      createdAt: secondsLater(second),
      content: 'text',
    }))
    await read(SAVE, { json: { messages } })
    expect(await listIds()).toStrictEqual(['m9', 'm3', 'm6'])
  })

  it.each([
    [0, 3, 'ASC', ['a', 'b', 'c'], true],
    [1, 3, 'ASC', ['d'], false],
    [0, 4, 'ASC', ['a', 'b', 'c', 'd'], false],
    [0, 1, 'DESC', ['d'], true],
    [3, 1, 'DESC', ['a'], false],
    [4, 1, 'ASC', [], false],
    [1_000_000_000, 1000, 'ASC', [], false],
  ])('has on page %i of %i each, %s, %j', async (page, perPage, direction, ids, hasMore) => {
    await createFour()
    const query = queryOf({
      page: String(page),
      perPage: String(perPage),
      'orderBy[direction]': direction,
    })
    const answer = await read(`${LIST}?${query}`)
    expect(answer).toMatchObject({ total: 4, page, perPage, hasMore })
    expect(idsOf(answer, 'messages')).toStrictEqual(ids)
  })

  const at = secondsLater
  it.each<[object, readonly string[]]>([
    [{}, ['a', 'b', 'c', 'd']],
    [{ dateRange: {} }, ['a', 'b', 'c', 'd']],
    [{ dateRange: { start: at(1) } }, ['b', 'c', 'd']],
    [{ dateRange: { start: at(1), startExclusive: false } }, ['b', 'c', 'd']],
    [{ dateRange: { start: at(1), startExclusive: true } }, ['c', 'd']],
    [{ dateRange: { end: at(2) } }, ['a', 'b', 'c']],
    [{ dateRange: { end: at(2), endExclusive: true } }, ['a', 'b']],
    [{ dateRange: { start: at(1), end: at(2) } }, ['b', 'c']],
    [{ dateRange: { start: at(1), end: at(2), startExclusive: true, endExclusive: true } }, []],
    [{ dateRange: { startExclusive: true, endExclusive: true } }, ['a', 'b', 'c', 'd']],
    [{ dateRange: { start: '2030-01-01T01:00:02+01:00' } }, ['c', 'd']],
    [{ dateRange: { start: at(3), end: at(0) } }, []],
    [{ roles: ['user'] }, ['a']],
    [{ roles: ['tool', 'user', 'user'] }, ['a', 'd']],
    [{ roles: [] }, []],
    [{ metadata: { odd: true } }, ['b', 'd']],
    [{ metadata: { odd: true, place: 3 } }, ['d']],
    [{ metadata: { place: '3' } }, []],
    [{ metadata: { none: null } }, []],
    [{ metadata: {} }, ['a', 'b', 'c', 'd']],
    [{ roles: ['user', 'assistant'], dateRange: { start: at(1) }, metadata: { odd: true } }, ['b']],
    [{}, ['a', 'b', 'c', 'd']],
  ])('filters by %j', async (filter, ids) => {
    await createFour()
    const answer = await read(`${LIST}?${queryOf({ filter: JSON.stringify(filter) })}`)
    expect(idsOf(answer, 'messages')).toStrictEqual(ids)
    expect(answer).toMatchObject({ total: ids.length, hasMore: false })
  })

  it('filters before it counts pages', async () => {
    await createFour()
    const filter = JSON.stringify({ metadata: { odd: true } })
    const answer = await read(`${LIST}?${queryOf({ filter, perPage: '1', page: '1' })}`)
    expect(answer).toMatchObject({ total: 2, page: 1, perPage: 1, hasMore: false })
    expect(idsOf(answer, 'messages')).toStrictEqual(['d'])
  })

  it.each<[readonly object[], readonly string[]]>([
    [[], ['a']],
    [[{ id: 'c' }], ['a', 'c']],
    [[{ id: 'a' }], ['a']],
    [[{ id: 'c', withPreviousMessages: 1 }], ['a', 'b', 'c']],
    [[{ id: 'c', withNextMessages: 1 }], ['a', 'c', 'd']],
    [[{ id: 'c', withPreviousMessages: 9, withNextMessages: 9 }], ['a', 'b', 'c', 'd']],
    [
      [{ id: 'd' }, { id: 'c' }, { id: 'd' }],
      ['a', 'c', 'd'],
    ],
    [[{ id: 'elsewhere', withPreviousMessages: 9 }], ['a']],
    [[{ id: 'unknown', withNextMessages: 9 }], ['a']],
  ])('adds to a page what include names: %j', async (include, ids) => {
    await createFour()
    await createThread('u')
    await saveTexts('u', ['before', 'elsewhere'])
    const answer = await read(
      `${LIST}?${queryOf({ perPage: '1', include: JSON.stringify(include) })}`,
    )
    expect(idsOf(answer, 'messages')).toStrictEqual(ids)
    expect(answer).toMatchObject({ total: 4, perPage: 1, hasMore: true })
  })
})

describe('POST /memory/messages/delete', () => {
  const remove = (messageIds: unknown) => read(DELETE, { json: { messageIds } })
  const deleted = (message: string) => ({ success: true, message })

  it.each<[string, unknown, readonly string[], string]>([
    ['an id', 'a', ['b', 'c', 'd'], '1 message deleted successfully'],
    ['an object with an id', { id: 'b' }, ['a', 'c', 'd'], '1 message deleted successfully'],
    ['a list of ids', ['a', 'd'], ['b', 'c'], '2 messages deleted successfully'],
    [
      'a list of objects',
      [{ id: 'a' }, { id: 'b' }],
      ['c', 'd'],
      '2 messages deleted successfully',
    ],
    ['a list of both', ['a', { id: 'c' }], ['b', 'd'], '2 messages deleted successfully'],
    ['an id twice', ['a', 'a', { id: 'a' }], ['b', 'c', 'd'], '1 message deleted successfully'],
    ['an empty list', [], ['a', 'b', 'c', 'd'], '0 messages deleted successfully'],
    [
      'a message as it was read',
      { id: 'a', role: 'x' },
      ['b', 'c', 'd'],
      '1 message deleted successfully',
    ],
  ])('deletes by %s', async (_, messageIds, rest, message) => {
    await createFour()
    expect(await remove(messageIds)).toStrictEqual(deleted(message))
    expect(await listIds()).toStrictEqual(rest)
    expect(await read(LIST)).toMatchObject({ total: rest.length })
  })

  it('counts only what there was (weakness 22)', async () => {
    await createFour()
    expect(await remove(['unknown', 'a', '__proto__'])).toStrictEqual(
      deleted('1 message deleted successfully'),
    )
    expect(await remove('a')).toStrictEqual(deleted('0 messages deleted successfully'))
  })

  it('deletes in several threads at once', async () => {
    await createFour()
    await createThread('u')
    await saveTexts('u', ['e', 'f'])
    expect(await remove(['a', 'e'])).toStrictEqual(deleted('2 messages deleted successfully'))
    expect(await listIds()).toStrictEqual(['b', 'c', 'd'])
    expect(idsOf(await read('/api/memory/threads/u/messages'), 'messages')).toStrictEqual(['f'])
  })

  it('takes a message out of the search too', async () => {
    await createThread('t')
    await saveTexts('t', ['heliotrope'])
    await remove('heliotrope')
    expect(await read('/api/memory/search?searchQuery=heliotrope')).toMatchObject({ count: 0 })
  })
})
