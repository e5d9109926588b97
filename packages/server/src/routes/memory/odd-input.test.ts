import { beforeAll, describe, expect, it } from 'vitest'
import { readRefusal } from '@signet/test-support/application/application'
import { queryOf, useMemoryApplication } from '@signet/test-support/application/memory-application'

// What is unusual but legal is stored, and comes back exactly as it was.

const { ask, read, createThread, saveTexts } = useMemoryApplication('file')

const THREADS = '/api/memory/threads'
const SAVE = '/api/memory/save-messages'

/** Reads an answer of the server, whose `__proto__` is a name like any other. */
async function textOf(path: string, body?: string, method?: string): Promise<string> {
  const response = await ask(path, { body, method })
  expect(response.status).toBe(200)
  return await response.text()
}

let count = 0
/** An id that no other test has. */
const fresh = () => `fresh-${++count}`

/** Texts that some layer could take for more than a text. */
const TEXTS: readonly string[] = [
  "'; DROP TABLE signet_thread; --",
  `" OR ""="`,
  "Robert'); DELETE FROM signet_message WHERE ('1'='1",
  '%',
  '_',
  '%_\\%',
  '$1 ? :name @p1',
  '\\u0000 \\0 \\',
  '[object Object]',
  'null',
  'undefined',
  '-1',
  '0.5',
  'true',
  '{}',
  '[]',
  '"quoted"',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  ' ',
  '  blanks at both ends  ',
  '\t\r\n',
  'a/b/../c',
  '...',
  '%2e%2e',
  '%00',
  '?a=b&c=d#e',
  ':threadId',
  '*',
  'clone',
  'messages',
  '<script>alert(1)</script>',
  'ÅÅÅ',
  'A\u030aA\u030a',
  'ß ﬁ İ',
  '日本語',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '\u202eright to left',
  '\u2028\u2029\ufeff\u200b',
  '\u0001\u001f\u007f\u009f',
  '\uffff\ufffd\u{10ffff}',
  'x'.repeat(255),
  '日'.repeat(255),
  '😀'.repeat(127),
]

/** Texts that no id may be, but that anything else may. */
const WILD_TEXTS: readonly string[] = [
  ...TEXTS,
  '\0',
  'a\0b\0',
  '\ud800',
  '\udfff\ud800',
  'half \ud83d of a pair',
  'é'.repeat(800),
]

/** Names of objects. What is named `__proto__` has its own rules below. */
const NAMES = WILD_TEXTS.filter((text) => text !== '__proto__')

const described = (texts: readonly string[]) =>
  texts.map((text) => [JSON.stringify(text).slice(0, 60), text] as const)

describe.each(described(TEXTS))('the id %s', (_, id) => {
  it('can be the id of a thread', async () => {
    const path = `${THREADS}/${encodeURIComponent(id)}`
    expect(await createThread(id, { title: id })).toMatchObject({ id, title: id })
    expect(await read(path)).toMatchObject({ id })
    const changed = await read(path, { method: 'PATCH', json: { title: 'New' } })
    expect(changed).toMatchObject({ id, title: 'New' })
    const message = { id: fresh(), role: 'user', threadId: id, content: 'walnut' }
    await read(SAVE, { json: { messages: [message] } })
    expect(await read(`${path}/messages`)).toMatchObject({ messages: [{ threadId: id }], total: 1 })
    const query = queryOf({ searchQuery: 'walnut', threadId: id })
    expect(await read(`/api/memory/search?${query}`)).toMatchObject({
      results: [{ id: message.id, threadId: id }],
      count: 1,
    })
    const notes = `${path}/working-memory?agentId=thread-agent`
    await read(notes, { json: { workingMemory: id } })
    expect(await read(notes)).toMatchObject({ workingMemory: id, threadExists: true })
    expect(await read(`${path}/clone`, { json: { newThreadId: fresh() } })).toMatchObject({
      thread: { metadata: { clone: { sourceThreadId: id } } },
    })
    await read(path, { method: 'DELETE' })
    expect((await ask(path)).status).toBe(404)
  })

  it('can be the id of a message', async () => {
    const threadId = fresh()
    await createThread(threadId)
    const message = { id, role: 'user', threadId, content: 'x' }
    await read(SAVE, { json: { messages: [message] } })
    const query = queryOf({ perPage: '1', page: '1', include: JSON.stringify([{ id }]) })
    const included = await read(`${THREADS}/${threadId}/messages?${query}`)
    expect(included).toMatchObject({ messages: [{ id }], total: 1 })
    const cloned = await read(`${THREADS}/${threadId}/clone`, {
      json: { options: { messageFilter: { messageIds: [id] } } },
    })
    expect(cloned).toMatchObject({ clonedMessages: [{ role: 'user' }] })
    const json = { messageIds: [{ id }] }
    expect(await read('/api/memory/messages/delete', { json })).toMatchObject({
      message: '1 message deleted successfully',
    })
  })
})

describe.each(described(NAMES))('the name %s', (_, text) => {
  it('can be one of metadata, and its value the title', async () => {
    const id = fresh()
    // Made as text: of an object literal, the name __proto__ would be lost before it is sent.
    const metadata = `{${JSON.stringify(text)}:${JSON.stringify({ [text]: [text] })}}`
    const body = `{"threadId":"${id}","title":${JSON.stringify(text)},"metadata":${metadata}}`
    const created = await textOf(THREADS, body)
    expect(await textOf(`${THREADS}/${id}`)).toBe(created)
    expect(JSON.parse(created)).toMatchObject({ id, title: text })
    expect(created).toContain(`"metadata":${metadata}`)
    const changed = await textOf(`${THREADS}/${id}`, `{"metadata":${metadata}}`, 'PATCH')
    expect(changed).toContain(`"metadata":${metadata}`)
    const found = await textOf(`${THREADS}?${queryOf({ metadata })}`)
    expect(JSON.parse(found)).toMatchObject({ threads: [{ id }], total: 1 })
    await read(`${THREADS}/${id}`, { method: 'DELETE' })
  })

  it('can be one in the content of a message', async () => {
    const threadId = fresh()
    await createThread(threadId)
    const name = JSON.stringify(text.slice(0, 200))
    const part = `{"type":"text","text":"x",${name === '"text"' ? '"y"' : name}:1}`
    const content = `{"format":2,"parts":[${part}],"metadata":{${name}:[1]},${name}:{"a":1}}`
    const message = `{"role":"user","threadId":"${threadId}","content":${content}}`
    const saved = await textOf(SAVE, `{"messages":[${message}]}`)
    expect(saved).toContain(part)
    expect(saved).toContain(`"metadata":{${name}:[1]}`)
    expect(saved).toContain(`${name}:{"a":1}`)
  })
})

describe.each(described(WILD_TEXTS))('the text %s', (_, text) => {
  it('can be what a message says', async () => {
    const threadId = fresh()
    await createThread(threadId)
    const messages = [
      { id: fresh(), role: 'user', threadId, type: text.slice(0, 64), content: text },
      { id: fresh(), role: 'tool', threadId, content: [{ type: text, text, [`x${text}`]: text }] },
    ]
    const saved = await read(SAVE, { json: { messages } })
    expect(saved).toMatchObject({
      messages: [
        { type: text.slice(0, 64), content: { parts: [{ type: 'text', text }], content: text } },
        { content: { parts: messages[1]?.content } },
      ],
    })
    const listed = await read(`${THREADS}/${threadId}/messages`)
    expect(listed).toMatchObject({ ...Object(saved), total: 2 })
  })

  it('can be what an agent keeps in mind', async () => {
    const path = `${THREADS}/none/working-memory?agentId=notes-agent`
    await read(path, { json: { workingMemory: text } })
    expect(await read(path)).toMatchObject({ workingMemory: text })
  })

  it('can be looked for', async () => {
    const query = queryOf({ searchQuery: text })
    const answer = await read(`/api/memory/search?${query}`)
    expect(answer).toMatchObject({
      searchType: 'text',
      query: new URLSearchParams(query).get('searchQuery'),
    })
  })
})

describe('what is large', () => {
  const megabyte = 'x'.repeat(1024 * 1024)
  const words = Array.from({ length: 150_000 }, (_, index) => index.toString(36)).join(' ')

  beforeAll(async () => {
    await createThread('large')
  })

  it.each([
    ['a text of one word of 1 MB', megabyte],
    ['a text of 150,000 words', words],
    ['a text of 1 MB of half pairs', '\ud800'.repeat(150_000)],
  ])('comes back whole: %s', async (_, content) => {
    await read(SAVE, {
      json: { messages: [{ id: 'l', role: 'user', threadId: 'large', content }] },
    })
    const listed = await read(`${THREADS}/large/messages`)
    const [message] = (Object(listed) as { messages: readonly { content: { content: string } }[] })
      .messages
    expect(message?.content.content === content).toBe(true)
  })

  it.each([
    ['metadata of 60 KB', { large: megabyte.slice(0, 60_000) }],
    [
      'metadata of 256 names',
      Object.fromEntries(words.split(' ', 256).map((name) => [name, name])),
    ],
    ['metadata nested 98 deep', { deep: JSON.parse('['.repeat(98) + ']'.repeat(98)) as unknown }],
  ])('comes back whole: %s', async (_, metadata) => {
    const id = fresh()
    await createThread(id, { metadata })
    expect(await read(`${THREADS}/${id}`)).toMatchObject({ metadata })
  })

  it('has room for 256 names of metadata and 64 KiB, however they come together', async () => {
    const id = fresh()
    const named = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, index) => [prefix + index, index]))
    await createThread(id, { metadata: named('a') })
    for (const metadata of [named('b'), { large: 'x'.repeat(70_000) }]) {
      const json = { metadata }
      const refusal = await readRefusal(await ask(`${THREADS}/${id}`, { method: 'PATCH', json }))
      expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    }
    expect(await read(`${THREADS}/${id}`)).toMatchObject({ metadata: named('a') })
  })
})

describe('ids that look alike', () => {
  it.each([
    ['é', 'e\u0301'],
    ['t', 'T'],
    ['a', 'a '],
    ['ﬁ', 'fi'],
    ['ß', 'ss'],
    ['\u212b', '\u00c5'],
  ])('are two: %j and %j', async (one, other) => {
    await createThread(one, { title: 'one' })
    await createThread(other, { title: 'other' })
    expect(await read(`${THREADS}/${encodeURIComponent(one)}`)).toMatchObject({ title: 'one' })
    await read(`${THREADS}/${encodeURIComponent(one)}`, { method: 'DELETE' })
    expect(await read(`${THREADS}/${encodeURIComponent(other)}`)).toMatchObject({ title: 'other' })
  })
})

describe('the name __proto__', () => {
  const metadata = '{"__proto__":{"a":1}}'

  /** Expects that a body is refused, or that what it has comes back. */
  async function expectKept(path: string, body: string, kept: string, method?: string) {
    const response = await ask(path, { body, method })
    const text = await response.text()
    if (response.status === 200) expect(text).toContain(kept)
    else expect({ status: response.status, text }).toMatchObject({ status: 400 })
  }

  it('is not lost as one of the metadata of a thread', async () => {
    const id = fresh()
    await expectKept(THREADS, `{"threadId":"${id}","metadata":${metadata}}`, metadata)
    const other = fresh()
    await createThread(other)
    await expectKept(`${THREADS}/${other}`, `{"metadata":${metadata}}`, metadata, 'PATCH')
  })

  it.each([
    ['its metadata', `{"parts":[],"metadata":${metadata}}`, `"metadata":${metadata}`],
    ['a part', '[{"type":"x","__proto__":{"a":1}}]', '{"type":"x","__proto__":{"a":1}}'],
    ['its content', '{"parts":[],"__proto__":{"a":1}}', '"__proto__":{"a":1}'],
    ['what is deep in it', `[{"type":"x","data":${metadata}}]`, `"data":${metadata}`],
  ])('is not lost from a message, as one of %s', async (_, content, kept) => {
    const threadId = fresh()
    await createThread(threadId)
    const message = `{"role":"user","threadId":"${threadId}","content":${content}}`
    await expectKept(SAVE, `{"messages":[${message}]}`, kept)
  })

  it('does not find threads that have none', async () => {
    await createThread(fresh(), { metadata: { a: 1 } })
    const response = await ask(`${THREADS}?${queryOf({ metadata })}`)
    if (response.status === 200) expect(await response.json()).toMatchObject({ total: 0 })
    else expect(response.status).toBe(400)
  })

  it('does not find messages that have none', async () => {
    const threadId = fresh()
    await createThread(threadId)
    await saveTexts(threadId, [fresh()])
    const query = queryOf({ filter: `{"metadata":${metadata}}` })
    const response = await ask(`${THREADS}/${threadId}/messages?${query}`)
    if (response.status === 200) expect(await response.json()).toMatchObject({ total: 0 })
    else expect(response.status).toBe(400)
  })

  it('pollutes nothing', () => {
    expect(Reflect.get({}, 'a')).toBeUndefined()
  })
})

describe('what JSON cannot give back', () => {
  it.each(['1e999', '-1e999'])('is refused, as the number %s', async (number) => {
    const id = fresh()
    const body = `{"threadId":"${id}","metadata":{"n":${number}}}`
    const response = await ask(THREADS, { body })
    expect(response.status).toBe(400)
    await createThread(id)
    const message = `{"role":"user","threadId":"${id}","content":[{"type":"x","n":${number}}]}`
    expect((await ask(SAVE, { body: `{"messages":[${message}]}` })).status).toBe(400)
  })
})

describe('a time', () => {
  it.each([
    '0000-01-01T00:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999Z',
    '2030-01-01T00:00Z',
    '2030-01-01T00:00:00.123456789Z',
    '2030-01-01T12:00:00-11:59',
    '2028-02-29T00:00:00Z',
    '0000-01-01T00:00:00+23:59',
    '9999-12-31T23:59:59-23:59',
  ])('that a client may save, it may save again as it was read: %s', async (createdAt) => {
    const threadId = fresh()
    await createThread(threadId)
    const message = { id: fresh(), role: 'user', threadId, content: 'x', createdAt }
    const response = await ask(SAVE, { json: { messages: [message] } })
    if (response.status === 400) return
    const saved: unknown = await response.json()
    expect(await read(SAVE, { json: saved })).toStrictEqual(saved)
    expect(saved).toMatchObject({ messages: [{ createdAt: new Date(createdAt).toISOString() }] })
  })
})

describe('after all of this', () => {
  it('the server goes on', async () => {
    await createThread('last', { title: 'Last' })
    expect(await read(`${THREADS}/last`)).toMatchObject({ title: 'Last' })
    expect(await read(`${THREADS}?perPage=1`)).toMatchObject({ perPage: 1, hasMore: true })
  })
})
