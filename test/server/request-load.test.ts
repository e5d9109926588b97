import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { THREAD } from '@signet/test-support/http/bound-requests'
import { useMeasuredServer } from '@signet/test-support/process/measured-server'
import { RawClient } from '@signet/test-support/http/raw-client'

const server = useMeasuredServer()

/** Work that is taken, and so is done; with another status where its result is refused. */
const taken =
  (path: string, json: unknown, status = 200) =>
  async () =>
    expect(await server.post(path, json)).toBe(status)
const shown =
  (path: string, status = 200) =>
  async () =>
    expect(await server.send({ path })).toBe(status)
/** Work that is refused, and so is not done. */
const refused =
  (path: string, json: unknown, status = 400) =>
  async () =>
    expect(await server.post(path, json)).toBe(status)

/** Saves messages of a new thread, one by one. */
async function fill(threadId: string, count: number, message: (index: number) => object) {
  await server.post('/api/memory/threads', { threadId })
  for (let index = 0; index < count; index++) {
    const facts = { role: 'user', threadId, ...message(index) }
    expect(await server.post('/api/memory/save-messages', { messages: [facts] })).toBe(200)
  }
}

describe('what once held the process for everybody no longer does', { timeout: 600_000 }, () => {
  const GENERATE = '/api/agents/clerk/generate'
  const STREAM = '/api/agents/clerk/stream'
  const memory = { thread: THREAD }
  const list = <Value>(length: number, make: (index: number) => Value) =>
    Array.from({ length }, (_, index) => make(index))

  it.each([GENERATE, STREAM])(
    '%s of a million messages, or of as many as are taken',
    async (path) => {
      const million = `{"messages":[${list(1e6, () => '"a"').join()}],"memory":{"thread":"${THREAD}"}}`
      await server.expectQuick('a million messages', async () =>
        expect(await server.send({ path, body: million })).toBe(400),
      )
      const messages = list(1000, () => 'a'.repeat(4000))
      await server.expectQuick('1,000 messages', taken(path, { messages }))
      await server.expectQuick('1,000 messages to remember', taken(path, { messages, memory }))
      const content = list(1000, () => ({ type: 'text', text: 'a'.repeat(390) }))
      const parts = list(10, () => ({ role: 'user', content }))
      await server.expectQuick('10,000 parts', taken(path, { messages: parts }))
      await server.expectQuick('10,000 parts to remember', taken(path, { messages: parts, memory }))
      const chat = list(10, () => ({ role: 'user', parts: content }))
      await server.expectQuick('10,000 parts of a chat', taken(path, { messages: chat }))
      const calls = list(500, (index) => ({
        type: 'tool-call',
        toolCallId: `c${index}`,
        toolName: 'listWords',
        input: { words: ['a'] },
      }))
      const results = list(500, (index) => ({
        type: 'tool-result',
        toolCallId: `c${index}`,
        toolName: 'listWords',
        output: { type: 'json', value: { count: 1 } },
      }))
      const turns = list(5, () => [
        { role: 'assistant', content: calls },
        { role: 'tool', content: results },
      ]).flat()
      const answered = ['a', ...turns]
      await server.expectQuick('2,500 tool calls', taken(path, { messages: answered }))
      await server.expectQuick(
        '2,500 tool calls to remember',
        taken(path, { messages: answered, memory }),
      )
    },
  )

  it('a list, a clone and a question about messages that are as large as can be', async () => {
    const thread = 'large'
    await fill(thread, 24, (index) => ({
      id: `l${index}`,
      content: [{ type: 'text', text: 'x'.repeat(4_000_000) }],
    }))
    const messages = `/api/memory/threads/${thread}/messages`
    const include = JSON.stringify([
      { id: 'l12', withPreviousMessages: 100, withNextMessages: 100 },
    ])
    const lastMessages = { thread, options: { lastMessages: 1000 } }
    await server.expectQuick('a list', shown(`${messages}?perPage=1000`, 413))
    await server.expectQuick(
      'neighbours',
      shown(`${messages}?perPage=1&include=${encodeURIComponent(include)}`, 413),
    )
    await server.expectQuick('a search', shown('/api/memory/search?searchQuery=xx'))
    await server.expectQuick('a question', taken(GENERATE, { messages: 'a', memory: lastMessages }))
    await server.expectQuick('a clone', refused(`/api/memory/threads/${thread}/clone`, {}, 413))
  })

  it('a question about messages of as many parts as can be', async () => {
    const thread = 'parts'
    const part = { type: 'text', text: 'a' }
    const content = list(1000, () => part)
    await fill(thread, 48, () => ({ role: 'assistant', content }))
    const lastMessages = { thread, options: { lastMessages: 1000 } }
    await server.expectQuick('a question', taken(GENERATE, { messages: 'a', memory: lastMessages }))
  })

  it('client tools and active tools, as many as a body has room for', async () => {
    const names = list(60_000, (index) => `tool-${index}`)
    const clientTools = Object.fromEntries(names.map((name) => [name, {}]))
    await server.expectQuick(
      '60,000 tools',
      refused(GENERATE, { messages: 'a', clientTools, activeTools: names }),
    )
    const few = names.slice(0, 128)
    const fewTools = Object.fromEntries(few.map((name) => [name, {}]))
    await server.expectQuick(
      '128 tools',
      taken(GENERATE, {
        messages: 'a',
        clientTools: fewTools,
        activeTools: list(1000, () => few[0]),
      }),
    )
  })

  it('a query of thousands of names, eight at once', async () => {
    const path = `/api/agents?${list(4000, (index) => index.toString(36)).join('&')}`
    await server.expectQuick('names', () => Promise.all(list(8, () => server.send({ path }))))
  })

  it('answers that nobody reads to their end', async () => {
    const clients: RawClient[] = []
    while (clients.length < 60) {
      await server.expectQuick('a list', async () => {
        const client = new RawClient(server.port)
        clients.push(client)
        client.sendHead('GET /api/memory/threads/large/messages?perPage=3 HTTP/1.1', [
          'Host: localhost',
          `Authorization: Bearer ${server.token}`,
        ])
        expect(await client.status()).toBe(200)
        client.socket.pause()
      })
    }
    for (const client of clients) client.destroy()
    await Promise.all(clients.map(({ socket }) => socket.closed || once(socket, 'close')))
  })

  describe('the rehearsal model', () => {
    const ask = (options: object, status?: number) =>
      taken('/api/agents/rehearser/generate', options, status)
    const words = 'weather in a1@b.example on 2030-01-01 '.repeat(100_000)

    it('with a schema of as many properties as can be', async () => {
      const names = list(1100, (index) => `mail${index}`)
      const properties = Object.fromEntries(
        names.map((name) => [name, { type: 'string', format: 'email' }]),
      )
      const schema = { type: 'object', properties, required: names }
      const structuredOutput = { schema }
      await server.expectQuick('e-mails', ask({ messages: 'a@'.repeat(70_000), structuredOutput }))
      await server.expectQuick('words', ask({ messages: words, structuredOutput }))
    })

    it('with a schema that holds itself', async () => {
      const self = { $ref: '#/$defs/node' }
      const members = { a: self, b: self, c: self }
      const node = { type: 'object', properties: members, required: ['a', 'b', 'c'] }
      const schema = { ...self, $defs: { node } }
      // A finite object never satisfies it: the answer is of another form, and is said so.
      const question = { messages: 'a', structuredOutput: { schema } }
      await server.expectQuick('itself', ask(question, 424))
    })

    it('with as many words and tools as can be', async () => {
      const tools = list(128, (index) => [
        `tool-${index}`,
        { description: 'weather of a place '.repeat(800) },
      ])
      const clientTools = Object.fromEntries(tools)
      await server.expectQuick('tools', ask({ messages: words.slice(0, 1_500_000), clientTools }))
      await server.expectQuick('words', ask({ messages: words }))
      const messages = list(1000, () => words.slice(0, 4000))
      await server.expectQuick('messages', ask({ messages }))
    })
  })

  it('a clone of as many messages as can be, and a save of as many', async () => {
    const threadId = 'many'
    const clone = `/api/memory/threads/${threadId}/clone`
    const messagesOf = (thread: string, words: number) =>
      list(1000, () => ({
        role: 'user',
        threadId: thread,
        content: '天気は晴れです '.repeat(words),
      }))
    for (const id of [threadId, 'large']) await server.post('/api/memory/threads', { threadId: id })
    const large = { messages: messagesOf('large', 130) }
    await server.expectQuick('a large save', taken('/api/memory/save-messages', large))
    // A clone tells its messages, which may come to 16 MiB.
    const messages = messagesOf(threadId, 75)
    for (let count = 0; count < 4; count++) {
      await server.expectQuick('a save', taken('/api/memory/save-messages', { messages }))
    }
    await server.expectQuick('a clone', taken(clone, {}))
  })
})
