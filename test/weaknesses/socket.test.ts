import { readUnanswered, type NewMemoryMessage } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { describe, expect, it } from 'vitest'
import { hangingModel, failingModel, textModel } from '@signet/test-support/application/model'
import {
  chunkTypes,
  EXECUTE,
  forge,
  GENERATE,
  readEvents,
  STREAM,
  tokenFor,
  useApplications,
  type RememberingApplication,
} from '@signet/test-support/application/remembering-application'

// The numbers are those of the weaknesses of Mastra; each group shows one closed.

const create = useApplications()
const TOKEN = tokenFor('alice')
const AUTHORIZATION = `Authorization: Bearer ${TOKEN}`
const THREAD = '/api/memory/threads/mine'
const QUESTION = JSON.stringify({ messages: 'Hello', memory: { thread: 'mine' } })
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }

/** Who wrote what the thread has, and why it has no answer. */
async function readStored(ask: RememberingApplication['ask']): Promise<unknown> {
  const { body } = await ask(`${THREAD}/messages`, { token: TOKEN })
  const { messages } = body as { readonly messages: readonly NewMemoryMessage[] }
  return messages.map(({ role, content }) => [role, readUnanswered(content)])
}

/** Lets everything else have its turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate)
}

describe('21: a stream that was cut cannot be taken for one that is finished', () => {
  const request = [
    'Host: localhost',
    AUTHORIZATION,
    'Content-Type: application/json',
    `Content-Length: ${QUESTION.length}`,
  ]

  it('a finished one says finish and [DONE], in this order, and is stored', async () => {
    const application = await create()
    const { connect } = await application.serve()
    const client = connect().sendHead(`POST ${STREAM} HTTP/1.1`, [...request, 'Connection: close'])
    const received = await client.send(QUESTION).readToEnd()
    expect(received.split('"type":"finish"')).toHaveLength(2)
    expect(received.indexOf('[DONE]')).toBeGreaterThan(received.indexOf('"type":"finish"'))
    expect(received.endsWith('\r\n0\r\n\r\n')).toBe(true)
    const thread = await application.ask(`${THREAD}/messages`, { token: TOKEN })
    expect(thread.body).toMatchObject({ total: 2 })
  })

  it('a cut one says neither, has no last chunk, and stored the question alone', async () => {
    const hanging = hangingModel()
    const application = await create({ model: hanging.model })
    const { connect, server } = await application.serve()
    const client = connect().sendHead(`POST ${STREAM} HTTP/1.1`, request).send(QUESTION)
    await client.waitFor(/"text-delta"/)
    await server.close(0)
    const received = await client.readToEnd()
    expect(received).toContain('First')
    expect(received).not.toContain('"type":"finish"')
    expect(received).not.toContain('[DONE]')
    expect(received.endsWith('\r\n0\r\n\r\n')).toBe(false)
    await hanging.aborted
    await application.app.close()
    expect(await readStored(application.ask)).toStrictEqual([['user', 'stopped']])
  })

  it('a client that reads by fetch is told of the cut', async () => {
    const hanging = hangingModel()
    const { url, server } = await (await create({ model: hanging.model })).serve()
    const response = await fetch(url + STREAM, { method: 'POST', headers: HEADERS, body: QUESTION })
    await hanging.started
    await server.close(0)
    await expect(response.text()).rejects.toThrow(TypeError)
  })

  it('one that the server ends says abort and not finish, and stored the question alone', async () => {
    const { model, release } = hangingModel(true)
    const { ask } = await create({ model, server: { timeout: 200 } })
    const request = { token: TOKEN, json: JSON.parse(QUESTION) as object }
    const types = chunkTypes((await ask(STREAM, request)).text)
    expect(types).toContain('abort')
    expect(types).not.toContain('finish')
    release()
    await turns()
    expect(await readStored(ask)).toStrictEqual([['user', 'stopped']])
  })

  it('one of an answer that failed says error, and never that it stopped well', async () => {
    const { ask } = await create({ model: failingModel(new Error('down')) })
    const { text } = await ask(STREAM, { token: TOKEN, json: JSON.parse(QUESTION) as object })
    expect(chunkTypes(text)).toContain('error')
    const last = readEvents(text).find((event) => event.includes('"type":"finish"'))
    expect(last).toContain('"stepResult":{"reason":"error"')
    expect(await readStored(ask)).toStrictEqual([['user', 'failed']])
  })

  it('one of an answer that cannot be stored says error, and not that it is finished', async () => {
    const { ask } = await create({
      wrap: (storage) => ({
        ...storage,
        commitExchange: () => Promise.reject(new Error('full')),
      }),
    })
    const { text } = await ask(STREAM, { token: TOKEN, json: JSON.parse(QUESTION) as object })
    expect(chunkTypes(text)).not.toContain('finish')
    const [last, done] = readEvents(text).slice(-2)
    expect(last).toContain('"code":"answer_unstored"')
    expect(done).toBe('[DONE]')
    expect(await ask(THREAD, { token: TOKEN })).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('finish comes only after the exchange is stored', async () => {
    const events: string[] = []
    const { serve } = await create({
      model: textModel('One', ' two.'),
      wrap: (storage) => ({
        ...storage,
        async commitExchange(owner, exchange) {
          // Long enough for a chunk that did not wait to be seen first.
          await turns()
          const thread = await storage.commitExchange(owner, exchange)
          events.push('stored')
          return thread
        },
      }),
    })
    const { url } = await serve()
    const init = { method: 'POST', headers: HEADERS, body: QUESTION }
    const response = await fetch(url + STREAM, init)
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      for (const word of piece.matchAll(/"type":"(?:text-delta|finish)"|\[DONE\]/g)) {
        events.push(word[0])
      }
    }
    const delta = '"type":"text-delta"'
    expect(events).toStrictEqual([delta, delta, 'stored', '"type":"finish"', '[DONE]'])
  })
})

describe('23: nothing of a body is read before the caller is known', () => {
  const SIZE = 60 * 1024 * 1024
  const head = (type: string, ...headers: readonly string[]) => [
    'Host: localhost',
    `Content-Type: ${type}`,
    ...headers,
  ]
  const LENGTHS = [`Content-Length: ${SIZE}`, 'Transfer-Encoding: chunked']
  const TYPES = ['application/json', 'text/plain', 'multipart/form-data; boundary=x']

  it.each(LENGTHS)('a stranger is 401 before a byte has come: %s', async (length) => {
    const { connect } = await (await create()).serve()
    for (const path of [GENERATE, STREAM, EXECUTE, '/api/memory/threads', '/api/nope']) {
      for (const type of TYPES) {
        const client = connect().sendHead(`POST ${path} HTTP/1.1`, head(type, length))
        expect(await client.status()).toBe(401)
        await client.waitFor(/"code":"token_missing"/)
      }
    }
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('so is one with a bad token: %s', async (method) => {
    const { connect } = await (await create()).serve()
    const bad = `Authorization: Bearer ${forge(TOKEN)}`
    const headers = head('application/json', `Content-Length: ${SIZE}`, bad)
    const client = connect().sendHead(`${method} ${THREAD} HTTP/1.1`, headers)
    expect(await client.status()).toBe(401)
    await client.waitFor(/"code":"token_signature"/)
  })

  it('half a body makes nobody wait, where no route would read the other half', async () => {
    const { connect } = await (await create()).serve()
    const headers = head('application/json', 'Content-Length: 1000')
    for (const path of ['/nope', '/health', '/__refresh']) {
      const client = connect().sendHead(`POST ${path} HTTP/1.1`, headers).send('{"messages":')
      expect(await client.status()).toBe(404)
      await client.waitFor(/"code":"not_found"/)
    }
    const known = connect().sendHead('POST /api/nope HTTP/1.1', [...headers, AUTHORIZATION])
    expect(await known.send('{"messages":').status()).toBe(404)
    await known.waitFor(/"code":"not_found"/)
  })

  it('a caller without the right is 403 before a byte has come', async () => {
    const { connect } = await (await create()).serve()
    const viewer = `Authorization: Bearer ${tokenFor('alice', { role: 'viewer' })}`
    const headers = head('application/json', `Content-Length: ${SIZE}`, viewer)
    const client = connect().sendHead(`POST ${GENERATE} HTTP/1.1`, headers)
    expect(await client.status()).toBe(403)
    await client.waitFor(/"code":"scope_insufficient"/)
  })

  it('a known caller is 413 before a byte of what is declared too large has come', async () => {
    const { connect } = await (await create()).serve()
    for (const type of TYPES) {
      const headers = head(type, `Content-Length: ${SIZE}`, AUTHORIZATION)
      const client = connect().sendHead(`POST ${GENERATE} HTTP/1.1`, headers)
      expect(await client.status()).toBe(413)
      await client.waitFor(/"code":"body_too_large"/)
    }
  })

  it('what is too large or no JSON is told to a known caller alone', async () => {
    const { ask, app } = await create()
    const large = ' '.repeat(5 * 1024 * 1024)
    const cases = [
      [large, 413, 'body_too_large'],
      ['{', 400, 'request_invalid'],
    ] as const
    for (const [body, status, code] of cases) {
      expect(await ask(GENERATE, { token: TOKEN, body })).toMatchObject({ status, code })
      expect(await ask(GENERATE, { body })).toMatchObject({ status: 401, code: 'token_missing' })
    }
    let pulls = 0
    const body = new ReadableStream({ pull: () => void (pulls += 1) }, { highWaterMark: 0 })
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
    const response = await app.fetch(new Request(`http://localhost${GENERATE}`, init))
    expect(response.status).toBe(401)
    expect(pulls).toBe(0)
  })

  it('a public route of the application reads no more than the limit', async () => {
    const echo = registerApiRoute('/open', {
      method: 'POST',
      requiresAuth: false,
      handler: async (c) => c.json({ length: (await c.req.text()).length }),
    })
    const { ask, serve } = await create({ server: { apiRoutes: [echo] } })
    const { connect } = await serve()
    const headers = head('application/json', `Content-Length: ${SIZE}`)
    const client = connect().sendHead('POST /open HTTP/1.1', headers)
    expect(await client.status()).toBe(413)
    const large = await ask('/open', { body: ' '.repeat(5 * 1024 * 1024) })
    expect(large).toMatchObject({ status: 413, code: 'body_too_large' })
    expect(await ask('/open', { body: 'abc' })).toMatchObject({ status: 200, body: { length: 3 } })
  })

  it('a known caller with a good body is answered', async () => {
    const { url } = await (await create()).serve()
    const init = { method: 'POST', headers: HEADERS, body: QUESTION }
    const response = await fetch(url + GENERATE, init)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ text: 'Hello there.' })
  })
})
