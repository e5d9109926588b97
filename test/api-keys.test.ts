import { DEFAULT_ROLES, type RoleTable } from '@signet/auth'
import { Agent, Mastra, Memory } from '@signet/core'
import { createApp, type App } from '@signet/server'
import type { Store } from '@signet/store'
import { afterEach, expect, it, vi } from 'vitest'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  readRefusal,
  type TestRequest,
} from './support/application.js'
import { hangingModel, textModel, type TestModel } from './support/model.js'
import { describeStores, type Stores } from './support/stores.js'

const auth = createTestAuth()
const sign = (claims: object) => auth.sign({ sub: 'alice', ...claims }, { expiresInSeconds: 3600 })
const owner = sign({ sub: 'root', role: 'owner' })
const revoked = { status: 401, code: 'token_revoked' }
const HELLO = { messages: 'Hello' }

const apps: App[] = []

/** An instance of a server, with a store of its own on the database of all. */
function serve(store: Store, model: TestModel = textModel('Hi'), roles: RoleTable = {}) {
  const agent = new Agent({
    id: 'agent',
    name: 'Agent',
    instructions: '',
    model,
    memory: new Memory(),
  })
  const { logger } = createLogRecorder()
  const server = { auth, access: { roles } }
  const mastra = new Mastra({ agents: { agent }, server, storage: store.memory, logger })
  const app = createApp(mastra, { state: store })
  apps.push(app)
  return (path: string, request: TestRequest) => app.fetch(makeRequest(path, request))
}

type Ask = ReturnType<typeof serve>

/** Two instances on one new database. */
async function serveTwice(stores: Stores, model?: TestModel) {
  const options = await stores.locate()
  const [first, second] = [await stores.open(options), await stores.open(options)]
  return [serve(first, model), serve(second, model)] as const
}

async function make(ask: Ask, token: string, ...scopes: readonly string[]) {
  const json = { name: 'machine', scopes }
  const response = await ask('/api/auth/api-keys', { token, json })
  expect(response.status).toBe(201)
  return (await response.json()) as { readonly key: string; readonly id: string }
}

const isLetIn = async (ask: Ask, token: string) =>
  (await ask('/api/agents', { token })).status === 200

describeStores('API keys of two instances on one database', (stores) => {
  // Before the stores are closed.
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })

  it('are good at both, and end at both', async () => {
    const [here, there] = await serveTwice(stores)
    const { key, id } = await make(here, owner, 'agents:read')
    expect([await isLetIn(here, key), await isLetIn(there, key)]).toStrictEqual([true, true])
    await here(`/api/auth/api-keys/${id}`, { token: owner, method: 'DELETE' })
    for (const ask of [here, there]) {
      expect(await readRefusal(await ask('/api/agents', { token: key }))).toMatchObject(revoked)
    }
  })

  it.each<[string, (here: Ask, id: string) => Promise<Response>]>([
    [
      'the key is revoked',
      (here, id) => here(`/api/auth/api-keys/${id}`, { token: owner, method: 'DELETE' }),
    ],
    [
      'what its maker was given is withdrawn',
      (here) => here('/api/auth/revocations', { token: owner, json: { subject: 'alice' } }),
    ],
  ])('end the answers that run on the other once %s', async (_case, withdraw) => {
    const hanging = hangingModel(true)
    const [here, there] = await serveTwice(stores, hanging.model)
    const { key, id } = await make(here, sign({ role: 'owner' }), 'agents:execute')
    const other = await make(here, owner, 'agents:execute')
    const streaming = (await there('/api/agents/agent/stream', { token: key, json: HELLO })).text()
    const kept = (await there('/api/agents/agent/stream', { token: other.key, json: HELLO })).text()
    await hanging.started
    expect((await withdraw(here, id)).status).toBeLessThan(300)
    expect(await streaming).toContain('"code":"token_revoked"')
    await vi.waitFor(async () => {
      const refusal = await readRefusal(await there('/api/agents', { token: key }))
      expect(refusal).toMatchObject(revoked)
    }, 10_000)
    hanging.release()
    expect(await kept).toContain(' last.')
  })

  it('have a memory of their own, which nobody else reaches', async () => {
    const [here, there] = await serveTwice(stores)
    const { key, id } = await make(here, owner, 'agents:execute', 'memory:*')
    const second = await make(here, owner, 'memory:*')
    const json = { ...HELLO, memory: { thread: 'notes' } }
    expect((await here('/api/agents/agent/generate', { token: key, json })).status).toBe(200)
    const read = (token: string) => there('/api/memory/threads/notes', { token })
    expect(await (await read(key)).json()).toMatchObject({ resourceId: `key:${id}` })
    // Neither its maker, another key, nor whoever is called like it.
    for (const token of [owner, second.key, sign({ sub: `key:${id}`, role: 'owner' })]) {
      expect((await read(token)).status).toBe(404)
    }
  })

  it('lose a role with their maker, where the table of one instance has changed', async () => {
    const options = await stores.locate()
    const [first, second, third] = [
      await stores.open(options),
      await stores.open(options),
      await stores.open(options),
    ]
    const table = (clerk: readonly string[]) => ({ ...DEFAULT_ROLES, clerk })
    const before = serve(first, undefined, table(['agents:read', 'api-keys:write']))
    const { key } = await make(before, sign({ role: 'clerk' }), 'agents:read')
    const read = (ask: Ask) => ask('/api/agents/agent', { token: key })
    expect((await read(before)).status).toBe(200)
    const missing = { status: 403, code: 'scope_insufficient' }
    const narrowed = serve(second, undefined, table(['api-keys:write']))
    expect(await readRefusal(await read(narrowed))).toMatchObject(missing)
    expect(await readRefusal(await read(serve(third)))).toMatchObject(missing)
    expect((await read(before)).status).toBe(200)
  })
})
