import { createTool, Mastra, Agent } from '@signet/core'
import { createApp, type App } from '@signet/server'
import type { Store } from '@signet/store'
import { afterEach, expect, it, vi } from 'vitest'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  readRefusal,
  type TestRequest,
} from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { hangingModel, toolModel, type TestModel } from '@signet/test-support/application/model'
import { describeStores, type Stores } from '@signet/test-support/store/stores'

const auth = createTestAuth()
const sign = (claims: object) =>
  auth.sign({ sub: 'alice', role: 'member', ...claims }, { expiresInSeconds: 3600 })
const admin = sign({ sub: 'admin', role: 'admin' })

const apps: App[] = []

let isStuck = createDeferred()
const stuckTool = createTool({
  id: 'stuck',
  description: 'Heeds no signal',
  async execute() {
    isStuck.resolve()
    return await new Promise<never>(() => {})
  },
})

/** An instance of a server, with a store of its own on the database of all. */
function serve(store: Store, model: TestModel) {
  const agent = new Agent({
    id: 'agent',
    name: 'Agent',
    instructions: '',
    model,
    tools: { stuck: stuckTool },
  })
  const { logger } = createLogRecorder()
  const app = createApp(new Mastra({ agents: { agent }, server: { auth }, logger }), {
    state: store,
  })
  apps.push(app)
  return (path: string, request: TestRequest) => app.fetch(makeRequest(path, request))
}

/** Two instances on one new database. */
async function serveTwice(stores: Stores, model: TestModel = hangingModel().model) {
  const options = await stores.locate()
  const [first, second] = [await stores.open(options), await stores.open(options)]
  return [serve(first, model), serve(second, model)] as const
}

const revoked = { status: 401, code: 'token_revoked' }

describeStores('two instances on one database', (stores) => {
  // Before the stores are closed.
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })

  it.each<[string, object, (token: string) => object]>([
    ['a token', {}, (token) => ({ token })],
    ['a jti', { jti: 'j' }, () => ({ jti: 'j' })],
    ['a session', { sid: 's' }, () => ({ session: 's' })],
    ['a subject', {}, () => ({ subject: 'alice' })],
  ])('obey both what one revokes: %s', async (_, claims, body) => {
    const [here, there] = await serveTwice(stores)
    const token = sign(claims)
    for (const ask of [here, there]) {
      expect((await ask('/api/agents', { token })).status).toBe(200)
    }
    const json = body(token)
    expect((await here('/api/auth/revocations', { token: admin, json })).status).toBe(201)
    expect(await readRefusal(await here('/api/agents', { token }))).toMatchObject(revoked)
    await vi.waitFor(async () => {
      expect(await readRefusal(await there('/api/agents', { token }))).toMatchObject(revoked)
    }, 10_000)
    expect((await there('/api/agents', { token: sign({ sub: 'bob' }) })).status).toBe(200)
  })

  it('obey what was revoked before one of them began', async () => {
    const options = await stores.locate()
    const first = await stores.open(options)
    const token = sign({})
    await serve(first, hangingModel().model)('/api/auth/logout', { method: 'POST', token })
    const later = serve(await stores.open(options), hangingModel().model)
    expect(await readRefusal(await later('/api/agents', { token }))).toMatchObject(revoked)
  })

  it('end the answers that run on the other, streamed and at once', async () => {
    const hanging = hangingModel(true)
    const [here, there] = await serveTwice(stores, hanging.model)
    const request = { token: sign({}), json: { messages: 'Hello' } }
    const stream = await there('/api/agents/agent/stream', request)
    const streaming = stream.text()
    const generating = there('/api/agents/agent/generate', request)
    await hanging.started
    await here('/api/auth/revocations', { token: admin, json: { subject: 'alice' } })
    expect(await streaming).toContain('"code":"token_revoked"')
    expect(await readRefusal(await generating)).toMatchObject(revoked)
  })

  it('end a tool call that obeys no signal', async () => {
    isStuck = createDeferred()
    const [here, there] = await serveTwice(stores, toolModel('stuck'))
    const request = { token: sign({}), json: { messages: 'Hello' } }
    const generating = there('/api/agents/agent/generate', request)
    await isStuck.promise
    await here('/api/auth/revocations', { token: admin, json: { subject: 'alice' } })
    expect(await readRefusal(await generating)).toMatchObject(revoked)
  })
})
