import { beforeEach, describe, expect, it } from 'vitest'
import { BOB } from '@signet/test-support/store/memory'
import {
  idsOf,
  queryOf,
  secondsLater,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'

const SEARCH = '/api/memory/search'
const memory = useMemoryApplication()
const { read, createThread, saveTexts } = memory

const search = (parameters: Record<string, string>) => read(`${SEARCH}?${queryOf(parameters)}`)

/** Threads of alice: `tea` with messages t1 to t6, `sea` with s1; each said a second after the other. */
beforeEach(async () => {
  await createThread('tea', { title: 'About tea' })
  await createThread('sea', { title: 'About the sea' })
  const texts = [
    'Good morning',
    'Green tea',
    'How much?',
    'A cup of black TEA',
    'Why?',
    'It is Café',
  ]
  const messages = texts.map((content, index) => ({
    id: `t${index + 1}`,
    role: index % 2 === 0 ? 'assistant' : 'user',
    threadId: 'tea',
    createdAt: secondsLater(index),
    content,
  }))
  const other = {
    id: 's1',
    role: 'user',
    threadId: 'sea',
    createdAt: secondsLater(60),
    content: [
      { type: 'text', text: 'The sea is ' },
      { type: 'step' },
      { type: 'text', text: 'green' },
    ],
  }
  await read('/api/memory/save-messages', { json: { messages: [...messages, other] } })
})

/** A message in few words. */
function excerpt(number: number, content: string) {
  const role = number % 2 === 1 ? 'assistant' : 'user'
  return { id: `t${number}`, role, content, createdAt: secondsLater(number - 1) }
}

describe('GET /memory/search', () => {
  it('has of each hit every field, with two messages before and behind it', async () => {
    const parameters = { searchQuery: 'black tea', resourceId: 'bob', agentId: 'notes-agent' }
    expect(await search(parameters)).toStrictEqual({
      results: [
        {
          ...excerpt(4, 'A cup of black TEA'),
          threadId: 'tea',
          threadTitle: 'About tea',
          context: {
            before: [excerpt(2, 'Green tea'), excerpt(3, 'How much?')],
            after: [excerpt(5, 'Why?'), excerpt(6, 'It is Café')],
          },
        },
      ],
      count: 1,
      query: 'black tea',
      searchScope: 'resource',
      searchType: 'text',
    })
  })

  it('joins the texts of a message of parts, and shows nothing of another thread beside it', async () => {
    expect(await search({ searchQuery: 'sea' })).toMatchObject({
      results: [
        {
          id: 's1',
          content: 'The sea is green',
          threadTitle: 'About the sea',
          context: { before: [], after: [] },
        },
      ],
    })
  })

  it('shows each of two hits that are near with its own neighbours', async () => {
    const answer = await search({ searchQuery: 'tea' })
    expect(answer).toMatchObject({
      results: [
        {
          id: 't4',
          context: { before: [{ id: 't2' }, { id: 't3' }], after: [{ id: 't5' }, { id: 't6' }] },
        },
        { id: 't2', context: { before: [{ id: 't1' }], after: [{ id: 't3' }, { id: 't4' }] } },
      ],
      count: 2,
    })
  })

  it.each<[Record<string, string>, readonly string[]]>([
    [{ searchQuery: 'green' }, ['s1', 't2']],
    [{ searchQuery: 'GREEN' }, ['s1', 't2']],
    [{ searchQuery: 'tea green' }, ['t2']],
    [{ searchQuery: 'tea, green!' }, ['t2']],
    [{ searchQuery: 'café' }, ['t6']],
    [{ searchQuery: 'CAFE\u0301' }, ['t6']],
    [{ searchQuery: 'green', limit: '1' }, ['s1']],
    [{ searchQuery: 'green', limit: '100' }, ['s1', 't2']],
    [{ searchQuery: 'green', threadId: 'tea' }, ['t2']],
    [{ searchQuery: 'green', threadId: 'unknown' }, []],
    [{ searchQuery: 'gree' }, []],
    [{ searchQuery: 'coffee' }, []],
    [{ searchQuery: '' }, []],
    [{ searchQuery: '?!' }, []],
    [{ searchQuery: "' OR 1=1 --" }, []],
    [{ searchQuery: 'green"*' }, ['s1', 't2']],
    [{ searchQuery: 'green OR coffee' }, []],
    [{ searchQuery: 'NOT coffee' }, []],
    [{ searchQuery: 'content:green NEAR(tea)' }, []],
    [{ searchQuery: '%' }, []],
    [{ searchQuery: 'tea\0green' }, ['t2']],
    [{ searchQuery: 'x'.repeat(10_000) }, []],
  ])('finds for %j, the newest first, %j', async (parameters, ids) => {
    const answer = await search(parameters)
    expect(idsOf(answer, 'results')).toStrictEqual(ids)
    const searchScope = parameters['threadId'] === undefined ? 'resource' : 'thread'
    const query = parameters['searchQuery']
    expect(answer).toMatchObject({ count: ids.length, query, searchScope, searchType: 'text' })
  })

  it('finds twenty where no limit is given', async () => {
    const texts = Array.from({ length: 25 }, (_, index) => `walnut ${index}`)
    await saveTexts('sea', texts)
    expect(await search({ searchQuery: 'walnut' })).toMatchObject({ count: 20 })
    expect(await search({ searchQuery: 'walnut', limit: '100' })).toMatchObject({ count: 25 })
  })

  it('does not find by title, id or role', async () => {
    for (const searchQuery of ['about', 't1', 'assistant', 'alice']) {
      expect(await search({ searchQuery })).toMatchObject({ count: 0 })
    }
  })

  it('finds only what belongs to the caller, whoever the query names', async () => {
    await createThread('tea', { title: 'Of bob' }, 'bob')
    await saveTexts('tea', ['green heliotrope'], 'bob')
    expect(await search({ searchQuery: 'heliotrope', resourceId: 'bob' })).toMatchObject({
      count: 0,
    })
    const found = await read(`${SEARCH}?searchQuery=green`, { as: 'bob' })
    expect(found).toMatchObject({ count: 1, results: [{ id: 'green heliotrope' }] })
  })

  it('finds nothing of another owner by the key that the store has for them', async () => {
    await createThread('tea', {}, 'bob')
    await saveTexts('tea', ['green heliotrope'], 'bob')
    expect(await search({ searchQuery: BOB })).toMatchObject({ count: 0 })
    expect(await search({ searchQuery: `${BOB} heliotrope` })).toMatchObject({ count: 0 })
  })
})
