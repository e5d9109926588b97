import { beforeAll, describe, expect, it } from 'vitest'
import { readRefusal, type TestRequest } from '@signet/test-support/application/application'
import { useMemoryApplication } from '@signet/test-support/application/memory-application'

const { ask, read, createThread, saveTexts } = useMemoryApplication('file')

const CREATE = '/api/memory/threads'
const THREAD = '/api/memory/threads/t'
const CLONE = `${THREAD}/clone`
const SAVE = '/api/memory/save-messages'
const DELETE = '/api/memory/messages/delete'
const NOTES = `${THREAD}/working-memory?agentId=thread-agent`

/** Every route that takes a body, with its method. */
const ROUTES = [
  [CREATE, 'POST'],
  [THREAD, 'PATCH'],
  [CLONE, 'POST'],
  [SAVE, 'POST'],
  [DELETE, 'POST'],
  [NOTES, 'POST'],
] as const

async function everything(): Promise<unknown> {
  return await Promise.all([read(CREATE), read(THREAD), read(`${THREAD}/messages`), read(NOTES)])
}

/** Expects that a request is refused, that nothing of it is stored, and that the server goes on. */
async function expectRefused(path: string, request: TestRequest, field: string): Promise<void> {
  const before = await everything()
  const refusal = await readRefusal(await ask(path, request))
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
  expect(await everything()).toStrictEqual(before)
}

beforeAll(async () => {
  await createThread('t', { title: 'Title', metadata: { a: 1 } })
  await saveTexts('t', ['m'])
})

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const long = (length: number): string => 'x'.repeat(length)
const manyNames = Object.fromEntries(
  Array.from({ length: 257 }, (_, index) => [`n${index}`, index]),
)

describe.each(ROUTES)('a body of %s (%s)', (path, method) => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, field: string]>([
    ['null', 'null', 'root'],
    ['a list', '[]', 'root'],
    ['a text', '"x"', 'root'],
    ['a number', '1', 'root'],
    ['true', 'true', 'root'],
    ['only white space', ' \n', 'root'],
    ['cut off', '{"title":', 'body'],
    ['no JSON', 'title=x', 'body'],
    ['JSON with a comma too many', '{"title":"x",}', 'body'],
    ['JSON with a name twice', '{"title":"x","title":"y"}', 'body'],
    ['nested 101 deep', `{"metadata":${nested(100)}}`, 'body'],
    ['nested very deep', nested(100_000), 'body'],
    ['no UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), 'body'],
    ['JSON behind two byte order marks', '\ufeff\ufeff{}', 'body'],
  ])('is answered 400 where it is %s', async (_, body, field) => {
    await expectRefused(path, { method, body }, field)
  })

  it('is answered 400 where there is none', async () => {
    await expectRefused(path, { method }, 'root')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'json'])(
    'is answered 400 as %s',
    async (type) => {
      await expectRefused(path, { method, body: '{}', headers: { 'content-type': type } }, 'body')
    },
  )

  it('is answered 413 over the limit', async () => {
    const body = JSON.stringify({ title: long(4 * 1024 * 1024) })
    const refusal = await readRefusal(await ask(path, { method, body }))
    expect(refusal).toMatchObject({ status: 413, code: 'body_too_large', issues: undefined })
    expect(await read(THREAD)).toMatchObject({ title: 'Title' })
  })
})

/** What no id of a thread or a message can be. */
const BAD_IDS: readonly unknown[] = [
  '',
  '.',
  '..',
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00b',
  long(256),
  'é'.repeat(256),
  long(1024 * 1024),
  1,
  null,
  true,
  [],
  ['t'],
  {},
]

const BAD_TITLES: readonly unknown[] = [1, null, true, [], {}, long(1001), long(1024 * 1024)]
const BAD_METADATA: readonly unknown[] = [1, null, true, 'x', '{}', [], [{}], manyNames]
const BAD_TIMES: readonly unknown[] = [
  1,
  null,
  {},
  '',
  'yesterday',
  '2030-01-01',
  '2030-01-01T00:00:00',
  '2030-02-30T00:00:00Z',
  '2030-13-01T00:00:00Z',
  '2030-01-01T24:00:00Z',
  '2030-01-01T00:00:60Z',
  '+010000-01-01T00:00:00Z',
  "2030-01-01T00:00:00Z' OR '1'='1",
]

const described = (values: readonly unknown[]) =>
  values.map((value) => [JSON.stringify(value).slice(0, 40), value] as const)

describe('an id', () => {
  const message = { id: 'n', role: 'user', threadId: 't', content: 'x' }

  it.each(described(BAD_IDS))('is not %s', async (_, id) => {
    await expectRefused(CREATE, { json: { threadId: id } }, 'threadId')
    await expectRefused(CLONE, { json: { newThreadId: id } }, 'newThreadId')
    const ids = { messageFilter: { messageIds: ['m', id] } }
    await expectRefused(CLONE, { json: { options: ids } }, 'options.messageFilter.messageIds.1')
    for (const name of ['id', 'threadId']) {
      const messages = [message, { ...message, [name]: id }]
      await expectRefused(SAVE, { json: { messages } }, `messages.1.${name}`)
    }
    const field = 'messageIds'
    await expectRefused(DELETE, { json: { messageIds: { id } } }, field)
    await expectRefused(DELETE, { json: { messageIds: ['m', { id }] } }, field)
    await expectRefused(DELETE, { json: { messageIds: ['m', id] } }, field)
  })
})

describe('a title', () => {
  it.each(described(BAD_TITLES))('is not %s', async (_, title) => {
    await expectRefused(CREATE, { json: { threadId: 'u', title } }, 'title')
    await expectRefused(THREAD, { method: 'PATCH', json: { title } }, 'title')
    await expectRefused(CLONE, { json: { title } }, 'title')
  })
})

describe('metadata', () => {
  it.each(described(BAD_METADATA))('is not %s', async (_, metadata) => {
    await expectRefused(CREATE, { json: { threadId: 'u', metadata } }, 'metadata')
    await expectRefused(THREAD, { method: 'PATCH', json: { metadata } }, 'metadata')
    await expectRefused(CLONE, { json: { metadata } }, 'metadata')
    const content = { format: 2, parts: [], metadata }
    const messages = [{ role: 'user', threadId: 't', content }]
    await expectRefused(SAVE, { json: { messages } }, 'messages.0.content')
  })
})

describe('a time', () => {
  it.each(described(BAD_TIMES))('is not %s', async (_, time) => {
    const messages = [{ role: 'user', threadId: 't', content: 'x', createdAt: time }]
    await expectRefused(SAVE, { json: { messages } }, 'messages.0.createdAt')
    for (const name of ['startDate', 'endDate']) {
      const options = { messageFilter: { [name]: time } }
      await expectRefused(CLONE, { json: { options } }, `options.messageFilter.${name}`)
    }
  })
})

describe('options of a clone', () => {
  it.each<[unknown, field: string]>([
    [1, 'options'],
    [null, 'options'],
    ['x', 'options'],
    [[], 'options'],
    [{ messageLimit: -1 }, 'options.messageLimit'],
    [{ messageLimit: 1.5 }, 'options.messageLimit'],
    [{ messageLimit: 1e300 }, 'options.messageLimit'],
    [{ messageLimit: '1' }, 'options.messageLimit'],
    [{ messageLimit: null }, 'options.messageLimit'],
    [{ messageFilter: 1 }, 'options.messageFilter'],
    [{ messageFilter: [] }, 'options.messageFilter'],
    [{ messageFilter: { messageIds: 'm' } }, 'options.messageFilter.messageIds'],
    [{ messageFilter: { messageIds: null } }, 'options.messageFilter.messageIds'],
    [
      { messageFilter: { messageIds: Array.from({ length: 10_001 }, () => 'm') } },
      'options.messageFilter.messageIds',
    ],
  ])('are not %j', async (options, field) => {
    await expectRefused(CLONE, { json: { newThreadId: 'u', options } }, field)
  })
})

describe('a message', () => {
  const good = { role: 'user', threadId: 't', content: 'x' }

  it.each<[unknown, field: string]>([
    [undefined, 'messages'],
    [null, 'messages'],
    [{}, 'messages'],
    ['x', 'messages'],
    [[null], 'messages.0'],
    [['x'], 'messages.0'],
    [[[good]], 'messages.0'],
    [[good, 1], 'messages.1'],
  ])('is not to be found in %j', async (messages, field) => {
    await expectRefused(SAVE, { json: { messages } }, field)
  })

  it.each<[string, unknown]>([
    ['role', undefined],
    ['role', null],
    ['role', ''],
    ['role', 'wizard'],
    ['role', '__proto__'],
    ['role', ['user']],
    ['role', 'USER'],
    ['threadId', undefined],
    ['type', 1],
    ['type', null],
    ['type', long(65)],
    ['content', undefined],
    ['content', null],
    ['content', 1],
    ['content', true],
    ['content', {}],
    ['content', { format: 2 }],
    ['content', { format: 1, parts: [] }],
    ['content', { format: '2', parts: [] }],
    ['content', { parts: {} }],
    ['content', { parts: 'x' }],
    ['content', { parts: [{}] }],
    ['content', { parts: [], content: 1 }],
    ['content', { parts: [], content: null }],
    ['content', { parts: [], metadata: 'x' }],
    ['content', [{}]],
    ['content', [null]],
    ['content', ['x']],
    ['content', [{ type: 1 }]],
    ['content', [{ type: 'text' }, [{ type: 'text' }]]],
    ['content', Array.from({ length: 10_001 }, () => ({ type: 'x' }))],
  ])('has no %s that is %j', async (name, value) => {
    const messages = [good, { ...good, [name]: value }]
    await expectRefused(SAVE, { json: { messages } }, `messages.1.${name}`)
  })
})

describe('messages to delete', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['an object without an id', {}],
    ['a list in a list', [['m']]],
    ['10,001 ids', Array.from({ length: 10_001 }, () => 'x')],
  ])('are not %s', async (_, messageIds) => {
    await expectRefused(DELETE, { json: { messageIds } }, 'messageIds')
  })
})

describe('working memory', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['an object', {}],
    ['a list', ['x']],
    ['100,001 characters', long(100_001)],
  ])('is not %s', async (_, workingMemory) => {
    await expectRefused(NOTES, { json: { workingMemory } }, 'workingMemory')
  })
})
