import type { AgentDetails, SearchResult, Thread } from '@signet/client-js'
import { describe, expect, it } from 'vitest'
import { filterAgents, modelName } from './agent-list.js'
import { answerFacts, shortDuration } from './answer-facts.js'
import { excerptOf, findThreads } from './found-threads.js'
import { readMemoryUse } from './memory-use.js'
import { leaveQuestion, takeQuestion, titleOf } from './opening-question.js'

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

const thread = (id: string, title: string): Thread => ({
  id,
  title,
  resourceId: 'alice',
  createdAt: '2030-01-01T00:00:00Z',
  updatedAt: '2030-01-01T00:00:00Z',
  metadata: null,
})

const result = (threadId: string, content: string): SearchResult => ({
  id: 'm',
  role: 'user',
  createdAt: '2030-01-01T00:00:00Z',
  content,
  threadId,
  threadTitle: '',
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

describe('findThreads', () => {
  const threads = [thread('a', 'The moon'), thread('b', '')]

  it('finds by title, else by message with an excerpt, in the order of the list', () => {
    const found = findThreads(threads, [result('b', 'To the moon and back')], 'moon')
    expect(found).toStrictEqual([
      { thread: threads[0] },
      { thread: threads[1], excerpt: 'To the moon and back' },
    ])
    expect(findThreads(threads, [], 'moon')).toStrictEqual([{ thread: threads[0] }])
    expect(findThreads(threads, [], ' ')).toHaveLength(2)
  })

  it('does not show a thread that is not the caller’s to see', () => {
    expect(findThreads(threads, [result('c', 'moon')], 'moon')).toHaveLength(1)
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
  const may =
    (...granted: string[]) =>
    (permission: string) =>
      granted.includes(permission)

  it.each([
    ['remembers', true, may('memory:read', 'memory:write')],
    ['refused', true, may('memory:read')],
    ['refused', true, may()],
    ['none', false, may('memory:read', 'memory:write')],
    ['none', undefined, may('memory:read', 'memory:write')],
  ])('is %s where the agent’s memory is %s', (kind, supportsMemory, may) => {
    expect(readMemoryUse(supportsMemory, may).kind).toBe(kind)
  })

  it('names the first that is missing', () => {
    expect(readMemoryUse(true, may('memory:read'))).toMatchObject({ missing: 'memory:write' })
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
