import { beforeAll, describe, expect, it } from 'vitest'
import { readRefusal, type TestRequest } from '@signet/test-support/application/application'
import { queryOf, useMemoryApplication } from '@signet/test-support/application/memory-application'

const { ask, read, createThread, saveTexts } = useMemoryApplication('file')

const THREADS = '/api/memory/threads'
const MESSAGES = '/api/memory/threads/t/messages'
const SEARCH = '/api/memory/search'

beforeAll(async () => {
  await createThread('t')
  await saveTexts('t', ['m'])
})

/** Expects that a query is refused, and that the same route goes on. */
async function expectRefused(path: string, query: string, field: string): Promise<void> {
  const refusal = await readRefusal(await ask(`${path}?${query}`))
  expect(refusal).toMatchObject({
    status: 400,
    code: 'request_invalid',
    text: 'The request is not valid.',
    challenge: null,
  })
  const issues = refusal.issues as readonly { field: string; message: string }[]
  for (const { message } of issues) expect(message).toMatch(/\S/)
  const isNamed = (name: string) => name === field || name.startsWith(`${field}.`)
  expect(issues).toSatisfy(() => issues.some((issue) => isNamed(issue.field)))
  const good = path === SEARCH ? 'searchQuery=m' : ''
  expect((await ask(`${path}?${good}`)).status).toBe(200)
}

/** Texts, each with as much of it as fits into a name. */
const described = (texts: readonly string[]) =>
  texts.map((text) => [JSON.stringify(text).slice(0, 60), text] as const)

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const manyNames = JSON.stringify(
  Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`n${index}`, index])),
)

const NO_NUMBER = ['', ' ', '-1', '+1', '1.5', '1.0', '1e3', '0x10', 'abc', 'NaN', 'Infinity', '1 ']
const TOO_LARGE = ['1000000001', '99999999999', '9007199254740993', '1'.repeat(400), '١', '1;--']

describe.each([THREADS, MESSAGES])('%s', (path) => {
  it.each([...NO_NUMBER, ...TOO_LARGE])('has no page %j', async (page) => {
    await expectRefused(path, queryOf({ page }), 'page')
  })

  it.each([...NO_NUMBER, ...TOO_LARGE, '0', '1001', '2147483648'])(
    'has not %j on a page',
    async (perPage) => {
      await expectRefused(path, queryOf({ perPage }), 'perPage')
    },
  )

  it.each(['page', 'perPage', 'orderBy', 'orderBy[field]', 'orderBy[direction]'])(
    'takes %s once',
    async (name) => {
      const once = queryOf({ [name]: '1' })
      await expectRefused(path, `${once}&${once}`, name)
    },
  )

  it.each<[string, string]>([
    ['orderBy[field]', ''],
    ['orderBy[field]', 'title'],
    ['orderBy[field]', 'created_at'],
    ['orderBy[field]', 'createdAt; DROP TABLE signet_thread'],
    ['orderBy[field]', '__proto__'],
    ['orderBy[direction]', ''],
    ['orderBy[direction]', 'up'],
    ['orderBy[direction]', 'Asc'],
    ['orderBy[direction]', 'asc, (SELECT 1)'],
    ['orderBy', ''],
    ['orderBy', '{'],
    ['orderBy', 'createdAt'],
    ['orderBy', 'null'],
    ['orderBy', '[]'],
    ['orderBy', '"createdAt"'],
    ['orderBy', '1'],
    ['orderBy', '{"field":"id"}'],
    ['orderBy', '{"field":null}'],
    ['orderBy', '{"direction":"up"}'],
    ['orderBy', '{"direction":1}'],
    ['orderBy', '{"direction":"ASC","direction":"DESC"}'],
    ['orderBy', `{"x":${nested(100)}}`],
  ])('is not ordered by %s=%s', async (name, value) => {
    await expectRefused(path, queryOf({ [name]: value }), name)
  })

  it('does not quote what it was asked', async () => {
    const secret = 'hunter2-hunter2'
    const names = ['page', 'orderBy', 'orderBy[field]']
    const query = queryOf(Object.fromEntries(names.map((name) => [name, secret])))
    expect(await (await ask(`${path}?${query}`)).text()).not.toContain(secret)
  })
})

describe('GET /memory/threads', () => {
  it.each(
    described([
      '',
      '{',
      'x',
      'null',
      '[]',
      '"x"',
      '1',
      'true',
      '{"a":1,"a":2}',
      "{'a':1}",
      `{"a":${nested(100)}}`,
      manyNames,
    ]),
  )('is not filtered by metadata=%s', async (_, metadata) => {
    await expectRefused(THREADS, queryOf({ metadata }), 'metadata')
  })

  it('is not updated by a field of messages alone', async () => {
    await expectRefused(MESSAGES, queryOf({ 'orderBy[field]': 'updatedAt' }), 'orderBy[field]')
  })
})

describe('GET /memory/threads/:threadId/messages', () => {
  it.each(
    described([
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{"roles":"user"}',
      '{"roles":["wizard"]}',
      '{"roles":[null]}',
      '{"roles":["user\' OR 1=1 --"]}',
      '{"metadata":[]}',
      '{"metadata":1}',
      `{"metadata":${manyNames}}`,
      '{"dateRange":1}',
      '{"dateRange":[]}',
      '{"dateRange":{"start":"yesterday"}}',
      '{"dateRange":{"start":1}}',
      '{"dateRange":{"start":null}}',
      '{"dateRange":{"end":"2030-01-01"}}',
      '{"dateRange":{"end":"2030-02-30T00:00:00Z"}}',
      '{"dateRange":{"end":"2030-01-01T00:00:00"}}',
      '{"dateRange":{"startExclusive":"yes"}}',
      '{"dateRange":{"endExclusive":1}}',
      '{"roles":["user"],"roles":[]}',
      `{"x":${nested(100)}}`,
    ]),
  )('is not filtered by %s', async (_, filter) => {
    await expectRefused(MESSAGES, queryOf({ filter }), 'filter')
  })

  it.each(
    described([
      '',
      '[',
      'null',
      '{}',
      '"m"',
      '["m"]',
      '[1]',
      '[null]',
      '[[]]',
      '[{}]',
      '[{"id":1}]',
      '[{"id":""}]',
      '[{"id":".."}]',
      String.raw`[{"id":"\u0000"}]`,
      String.raw`[{"id":"\ud800"}]`,
      `[{"id":"${'x'.repeat(256)}"}]`,
      '[{"id":"m","withPreviousMessages":-1}]',
      '[{"id":"m","withPreviousMessages":101}]',
      '[{"id":"m","withPreviousMessages":1.5}]',
      '[{"id":"m","withPreviousMessages":"1"}]',
      '[{"id":"m","withNextMessages":-1}]',
      '[{"id":"m","withNextMessages":1e300}]',
      '[{"id":"m","withNextMessages":null}]',
      JSON.stringify(Array.from({ length: 101 }, () => ({ id: 'm' }))),
    ]),
  )('includes nothing for %s', async (_, include) => {
    await expectRefused(MESSAGES, queryOf({ include }), 'include')
  })
})

describe('GET /memory/search', () => {
  it.each<[string, string, field: string]>([
    ['no text', '', 'searchQuery'],
    ['a text of another name', 'query=x', 'query'],
    ['two texts', 'searchQuery=a&searchQuery=b', 'searchQuery'],
    ['a text of 10,001 characters', `searchQuery=${'x'.repeat(10_001)}`, 'searchQuery'],
    ['an empty thread id', 'searchQuery=x&threadId=', 'threadId'],
    ['the thread ..', 'searchQuery=x&threadId=..', 'threadId'],
    ['a thread id with NUL', 'searchQuery=x&threadId=%00', 'threadId'],
    ['a thread id that is too long', `searchQuery=x&threadId=${'x'.repeat(256)}`, 'threadId'],
    ['two threads', 'searchQuery=x&threadId=t&threadId=u', 'threadId'],
    ...[...NO_NUMBER, '0', '101', '1000000000000'].map((limit): [string, string, string] => [
      `the limit ${JSON.stringify(limit)}`,
      queryOf({ searchQuery: 'x', limit }),
      'limit',
    ]),
  ])('is not asked with %s', async (_, query, field) => {
    await expectRefused(SEARCH, query, field)
  })
})

/** Every route with the id of a thread in its path. */
const PATHS: readonly [suffix: string, request: TestRequest][] = [
  ['', {}],
  ['', { method: 'PATCH', json: { title: 'x' } }],
  ['', { method: 'DELETE' }],
  ['/clone', { json: {} }],
  ['/messages', {}],
  ['/working-memory?agentId=notes-agent', {}],
  ['/working-memory?agentId=notes-agent', { json: { workingMemory: 'x' } }],
]

describe.each(PATHS)('/memory/threads/…%s %j', (suffix, request) => {
  it.each(
    described([
      '%00',
      't%00',
      '%ff',
      '%ed%a0%80',
      '%c0%ae%c0%ae',
      '%',
      '%zz',
      '..',
      '.',
      '%2e%2e',
      '%2E',
      'x'.repeat(256),
      'x'.repeat(8000),
      '%F0%9F%98%80'.repeat(128),
    ]),
  )('has no thread %s', async (_, id) => {
    const refusal = await readRefusal(await ask(`/api/memory/threads/${id}${suffix}`, request))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found', challenge: null })
    const { threads } = Object(await read(THREADS)) as { threads: unknown }
    expect(threads).toMatchObject([{ id: 't', title: '' }])
    expect(await read('/api/memory/threads/t/working-memory?agentId=notes-agent')).toMatchObject({
      workingMemory: null,
    })
  })
})
