import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, createTool, Mastra, type ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { openStore } from '@signet/store'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  invalidToken,
  makeRequest,
  readRefusal,
  type TestRequest,
} from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { hangingModel, toolModel } from '@signet/test-support/application/model'
import { createApp, type App } from '../app.js'

const GENERATE = '/api/agents/weather-agent/generate'
const STREAM = '/api/agents/weather-agent/stream'
const HELLO = { messages: 'Hello' }

const auth = createTestAuth()
const sign = (sub: string) =>
  auth.sign({ sub, role: 'member', jti: `of ${sub}` }, { expiresInSeconds: 3600 })
const [alice, bob] = [sign('alice'), sign('bob')]
const admin = auth.sign({ sub: 'admin', role: 'admin' }, { expiresInSeconds: 3600 })

const revoked = {
  status: 401,
  code: 'token_revoked',
  challenge: invalidToken('The token has been revoked.'),
}

let app: App
const ask = (path: string, request: TestRequest) => app.fetch(makeRequest(path, request))

async function revokeAlice(): Promise<void> {
  const response = await ask('/api/auth/revocations', { token: admin, json: { subject: 'alice' } })
  expect(response.status).toBe(201)
}

afterEach(async () => {
  await app.close()
})

/** The events of a stream, as far as they have come or come yet. */
async function readRest(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += value
  }
}

function readerOf(response: Response): ReadableStreamDefaultReader<string> {
  if (response.body === null) throw new Error('The answer has no body.')
  return response.body.pipeThrough(new TextDecoderStream()).getReader()
}

describe('an answer whose token is revoked while it runs', () => {
  it('ends as a stream with an error that has the code, and stops its model', async () => {
    const hanging = hangingModel()
    app = createApp(createTestApplication({ model: hanging.model }).mastra)
    const reader = readerOf(await ask(STREAM, { token: alice, json: HELLO }))
    await reader.read()
    await hanging.started
    await revokeAlice()
    const [error, done, end] = (await readRest(reader)).split('\n\n').slice(-3)
    expect(JSON.parse(error?.replace('data: ', '') ?? '')).toStrictEqual({
      type: 'error',
      runId: expect.any(String),
      from: 'AGENT',
      payload: {
        error: { name: 'Error', message: 'The token has been revoked.', code: 'token_revoked' },
      },
    })
    expect([done, end]).toStrictEqual(['data: [DONE]', ''])
    await hanging.aborted
    await app.idle()
  })

  it.each([
    ['a model that obeys the signal', false],
    ['a model that does not', true],
  ])('is 401 where it was to come at once, of %s', async (_, isDeaf) => {
    const hanging = hangingModel(isDeaf)
    app = createApp(createTestApplication({ model: hanging.model }).mastra)
    const answering = ask(GENERATE, { token: alice, json: HELLO })
    await hanging.started
    await revokeAlice()
    expect(await readRefusal(await answering)).toMatchObject(revoked)
    await hanging.aborted
  })

  it('ends while a tool runs that obeys no signal, streamed or at once, or called directly', async () => {
    const calls = [createDeferred(), createDeferred(), createDeferred()]
    let count = 0
    const stuck = createTool({
      id: 'stuck',
      description: 'Never ends',
      async execute() {
        calls[count++]?.resolve()
        return await new Promise<never>(() => {})
      },
    })
    const agent = (id: string) =>
      new Agent({ id, name: id, instructions: '', model: toolModel('stuck'), tools: { stuck } })
    const agents = { one: agent('one'), two: agent('two') }
    app = createApp(new Mastra({ agents, tools: { stuck }, server: { auth } }))
    const generating = ask('/api/agents/one/generate', { token: alice, json: HELLO })
    const stream = await ask('/api/agents/two/stream', { token: alice, json: HELLO })
    const streaming = stream.text()
    const executing = ask('/api/tools/stuck/execute', { token: alice, json: { data: {} } })
    await Promise.all(calls.map(({ promise }) => promise))
    await revokeAlice()
    expect(await readRefusal(await generating)).toMatchObject(revoked)
    expect(await readRefusal(await executing)).toMatchObject(revoked)
    expect(await streaming).toContain('"code":"token_revoked"')
    await app.idle()
  })

  it('goes on where it is of another caller', async () => {
    const hanging = hangingModel()
    app = createApp(createTestApplication({ model: hanging.model }).mastra)
    const answering = ask(GENERATE, { token: bob, json: HELLO })
    const reader = readerOf(await ask(STREAM, { token: bob, json: HELLO }))
    await hanging.started
    await revokeAlice()
    hanging.release()
    expect(await (await answering).json()).toMatchObject({ text: 'First last.' })
    expect(await readRest(reader)).not.toContain('token_revoked')
  })

  it('ends while its body is still coming, and is not begun then', async () => {
    const hanging = hangingModel()
    app = createApp(createTestApplication({ model: hanging.model }).mastra)
    const asked = createDeferred()
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"messages":')),
      pull: () => asked.resolve(),
    })
    const answering = ask(GENERATE, { token: alice, body })
    await asked.promise
    await revokeAlice()
    expect(await readRefusal(await answering)).toMatchObject(revoked)
    expect(hanging.model.calls).toStrictEqual([])
  })

  it('ends as an answer of a route of the application, however it streams', async () => {
    const cancelled = createDeferred<unknown>()
    const begun = createDeferred()
    const ticks = registerApiRoute('/ticks', {
      method: 'GET',
      handler: () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode('tick')),
            cancel: (reason) => cancelled.resolve(reason),
          }),
        ),
    })
    const waits = registerApiRoute('/waits', {
      method: 'GET',
      async handler() {
        begun.resolve()
        return await new Promise<never>(() => {})
      },
    })
    const server: ServerConfig = { auth, apiRoutes: [ticks, waits] }
    app = createApp(createTestApplication({ server }).mastra)
    const reader = readerOf(await ask('/ticks', { token: alice }))
    expect((await reader.read()).value).toBe('tick')
    const waiting = ask('/waits', { token: alice })
    await begun.promise
    await revokeAlice()
    await expect(reader.read()).rejects.toMatchObject({ code: 'token_revoked' })
    expect(await cancelled.promise).toMatchObject({ code: 'token_revoked' })
    expect(await readRefusal(await waiting)).toMatchObject(revoked)
    await app.idle()
  })

  it('is told to the caller who revokes it themselves: that was done', async () => {
    app = createApp(createTestApplication().mastra)
    expect((await ask('/api/auth/logout', { method: 'POST', token: alice })).status).toBe(200)
    expect(await readRefusal(await ask('/api/agents', { token: alice }))).toMatchObject(revoked)
  })

  it('is recorded as refused for that reason', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-running-'))
    const store = await openStore({ directory })
    try {
      const hanging = hangingModel()
      const { mastra } = createTestApplication({ model: hanging.model })
      app = createApp(mastra, { state: store })
      const reader = readerOf(await ask(STREAM, { token: alice, json: HELLO }))
      const answering = ask(GENERATE, { token: alice, json: HELLO })
      await hanging.started
      await revokeAlice()
      await readRest(reader)
      await answering
      await app.idle()
      await app.close()
      const records = await store.audit.list({ subject: 'alice', limit: 10 })
      const told = records.map(({ code, status, isAllowed }) => ({ code, status, isAllowed }))
      expect(told.toSorted((a, b) => a.status - b.status)).toMatchObject([
        { code: 'token_revoked', status: 200 },
        { code: 'token_revoked', status: 401, isAllowed: false },
      ])
    } finally {
      await store.close()
      rmSync(directory, { recursive: true })
    }
  })
})
