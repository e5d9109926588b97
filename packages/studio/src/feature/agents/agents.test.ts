import type { AgentDetails, SearchResult } from '@signet/client-js'
import { describe, expect, it } from 'vitest'
import { filterAgents, modelName } from './agent-list.js'
import { answerFacts, shortDuration } from './chat/answer-facts.js'
import { excerptOf, findByMessages } from './thread/found-threads.js'
import { readMemoryUse } from './chat/memory-use.js'
import { leaveQuestion, takeQuestion, titleOf } from './chat/opening-question.js'

const agent = (name: string, tool: string): AgentDetails => ({
  name,
  description: 'Tells things',
  instructions: '',
  tools: { tool: { id: tool, description: '', requireApproval: false } },
  provider: 'signet',
  modelId: 'rehearsal',
  modelVersion: 'v3',
  supportsMemory: true,
})

const result = (threadId: string, content: string): SearchResult => ({
  id: 'm',
  role: 'user',
  createdAt: '2030-01-01T00:00:00Z',
  content,
  threadId,
  threadTitle: `Title of ${threadId}`,
  context: { before: [], after: [] },
})

describe('filterAgents', () => {
  const agents = [
    ['weather', agent('Weather', 'get-weather')],
    ['clerk', agent('Clerk', 'write-letter')],
  ] as const

  it.each([
    ['', ['weather', 'clerk']],
    ['WEATHER', ['weather']],
    ['letter tells', ['clerk']],
    ['weather letter', []],
  ])('for %j finds %j', (query, ids) => {
    expect(filterAgents(agents, query).map(([id]) => id)).toStrictEqual(ids)
  })

  it('names the model with its provider, where there is one', () => {
    expect(modelName(agent('a', 'b'))).toBe('signet/rehearsal')
    expect(modelName({ ...agent('a', 'b'), provider: '' })).toBe('rehearsal')
  })
})

describe('findByMessages', () => {
  it('finds each thread once, by its first message, with an excerpt', () => {
    const results = [result('b', 'To the moon and back'), result('b', 'moon'), result('c', 'Moons')]
    expect(findByMessages(results, 'moon')).toStrictEqual([
      { id: 'b', title: 'Title of b', excerpt: 'To the moon and back' },
      { id: 'c', title: 'Title of c', excerpt: 'Moons' },
    ])
    expect(findByMessages(results, ' ')).toStrictEqual([])
  })

  it('leaves out those whose title has the text, which the list has already', () => {
    expect(findByMessages([result('b', 'title'), result('c', 'x')], 'TITLE OF B')).toStrictEqual([
      { id: 'c', title: 'Title of c', excerpt: 'x' },
    ])
  })

  it('cuts a long message around the word', () => {
    const text = `${'before '.repeat(20)}needle${' after'.repeat(40)}`
    const excerpt = excerptOf(text, 'needle')
    expect(excerpt).toMatch(/^….*needle.*…$/)
    expect(excerpt.length).toBeLessThan(100)
  })
})

describe('titleOf', () => {
  it('is the question in one line, cut at a word', () => {
    expect(titleOf('  Weather\nin London ')).toBe('Weather in London')
    const title = titleOf('word '.repeat(40))
    expect(title).toMatch(/^(?:word )+word…$/)
    expect(title.length).toBeLessThanOrEqual(61)
    expect(titleOf('x'.repeat(200)).length).toBeLessThanOrEqual(61)
  })
})

describe('a first question', () => {
  it('is taken once', () => {
    leaveQuestion('a', 'Hello')
    expect(takeQuestion('b')).toBeUndefined()
    expect(takeQuestion('a')).toBe('Hello')
    expect(takeQuestion('a')).toBeUndefined()
  })
})

describe('readMemoryUse', () => {
  const allowing =
    (...granted: string[]) =>
    (permission: string) =>
      granted.includes(permission)

  it.each([
    ['remembers', true, allowing('memory:read', 'memory:write')],
    ['refused', true, allowing('memory:read')],
    ['refused', true, allowing()],
    ['none', false, allowing('memory:read', 'memory:write')],
    ['none', undefined, allowing('memory:read', 'memory:write')],
  ])('is %s where the agent’s memory is %s', (kind, supportsMemory, isAllowed) => {
    expect(readMemoryUse(supportsMemory, isAllowed).kind).toBe(kind)
  })

  it('names the first that is missing', () => {
    expect(readMemoryUse(true, allowing('memory:read'))).toMatchObject({ missing: 'memory:write' })
  })
})

describe('answerFacts', () => {
  it('tells what is known, and nothing else', () => {
    expect(answerFacts({ inputTokens: 1303, outputTokens: 5 }, 2440)).toStrictEqual([
      '1,303 tokens in',
      '5 tokens out',
      '2.4 s',
    ])
    expect(answerFacts({ outputTokens: 0 }, undefined)).toStrictEqual(['0 tokens out'])
    expect(answerFacts(undefined, undefined)).toStrictEqual([])
    expect(shortDuration(84.4)).toBe('84 ms')
    expect(shortDuration(72_000)).toBe('1 min 12 s')
  })
})
