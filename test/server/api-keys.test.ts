import { DEFAULT_ROLES, type RoleTable } from '@signet/auth'
import { Agent, Mastra, Memory, type RevocationConfig } from '@signet/core'
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
import { hangingModel, textModel, type TestModel } from '@signet/test-support/application/model'
import { describeStores, type Stores } from '@signet/test-support/store/stores'

const auth = createTestAuth()
const sign = (claims: object) => auth.sign({ sub: 'alice', ...claims }, { expiresInSeconds: 3600 })
const owner = sign({ sub: 'root', role: 'owner' })
const revoked = { status: 401, code: 'token_revoked' }
/** Reads on more rarely than a test lasts. */
const DEAF = { pollMs: 600_000, staleAfterMs: 1_200_000 }
const HELLO = { messages: 'Hello' }

const apps: App[] = []

/** An instance of a server, with a store of its own on the database of all. */
function serve(
  store: Store,
  model: TestModel = textModel('Hi'),
  roles: RoleTable = {},
  revocation: RevocationConfig = {},
) {
  const agent = new Agent({
    id: 'agent',
    name: 'Agent',
    instructions: '',
    model,
    memory: new Memory(),
  })
  const { logger } = createLogRecorder()
  const server = { auth, access: { roles }, revocation }
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
      'what its maker was given is revoked',
      (here) => here('/api/auth/revocations', { token: owner, json: { subject: 'alice' } }),
    ],
  ])('end the answers that run on the other once %s', async (_case, revoke) => {
    const hanging = hangingModel(true)
    const [here, there] = await serveTwice(stores, hanging.model)
    const { key, id } = await make(here, sign({ role: 'owner' }), 'agents:execute')
    const other = await make(here, owner, 'agents:execute')
    const streaming = (await there('/api/agents/agent/stream', { token: key, json: HELLO })).text()
    const kept = (await there('/api/agents/agent/stream', { token: other.key, json: HELLO })).text()
    await hanging.started
    expect((await revoke(here, id)).status).toBeLessThan(300)
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

/** How many keys are asked for around a revocation. */
const KEYS_AROUND = 60

/** An instance that hears of no revocation by itself for as long as a test takes. */
function serveDeaf(store: Store): Ask {
  const { append, readAfter, lastSequence } = store.revocations
  return serve({ ...store, revocations: { append, readAfter, lastSequence } }, undefined, {}, DEAF)
}

describeStores('API keys that are made around a revocation', (stores) => {
  afterEach(async () => {
    vi.useRealTimers()
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })

  /** Two instances, neither of which hears of the other, and one that begins when it is asked for. */
  async function serveDeafTwice() {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    const begin = async () => serve(await stores.open(options))
    return { here: serveDeaf(first), there: serveDeaf(second), begin, log: first.revocations }
  }

  const maker = { role: 'owner', jti: 'made-them', sid: 'session' }

  const revocations: readonly [string, (token: string) => object][] = [
    ['of all that the subject was given', () => ({ subject: 'alice' })],
    ['of the token itself', (token) => ({ token })],
    ['of its jti', () => ({ jti: 'made-them' })],
    ['of its session', () => ({ session: 'session' })],
  ]

  /** The key that is given out; undefined where the token is revoked. */
  async function tryToMake(ask: Ask, token: string): Promise<string | undefined> {
    const json = { name: 'machine', scopes: ['agents:read'], expiresInDays: null }
    const response = await ask('/api/auth/api-keys', { token, json })
    if (response.status === 201) return ((await response.json()) as { readonly key: string }).key
    expect(await readRefusal(response)).toMatchObject(revoked)
    return undefined
  }

  it.each(revocations)('are none of them good after it: %s', async (_case, body) => {
    const { here, there, begin } = await serveDeafTwice()
    const token = sign(maker)
    const other = await make(there, owner, 'agents:read')
    const making: Promise<string | undefined>[] = []
    let revoking: Promise<Response> | undefined
    for (let count = 0; count < KEYS_AROUND; count++) {
      making.push(tryToMake(count % 2 === 0 ? here : there, token))
      if (count === KEYS_AROUND / 2) {
        revoking = here('/api/auth/revocations', { token: owner, json: body(token) })
      }
      // Some are answered before the revocation, and some run beside it.
      if (count < KEYS_AROUND / 3) await making.at(-1)
    }
    expect((await revoking)?.status).toBe(201)
    const keys = (await Promise.all(making)).filter((key) => key !== undefined)
    expect(keys.length).toBeGreaterThanOrEqual(KEYS_AROUND / 3)
    const later = await begin()
    for (const key of keys) {
      expect(await readRefusal(await here('/api/agents', { token: key }))).toMatchObject(revoked)
      expect(await readRefusal(await later('/api/agents', { token: key }))).toMatchObject(revoked)
    }
    expect(await isLetIn(later, other.key)).toBe(true)
  })

  it.each(revocations)('are not given out by one that has not heard of it: %s', async (_, body) => {
    const { here, there } = await serveDeafTwice()
    const token = sign(maker)
    expect(await isLetIn(there, token)).toBe(true)
    await here('/api/auth/revocations', { token: owner, json: body(token) })
    vi.setSystemTime(Date.now() + 5000)
    expect(await tryToMake(there, token)).toBeUndefined()
    const other = { sub: 'bob', role: 'owner', jti: 'other', sid: 'another' }
    expect(await tryToMake(there, sign(other))).toBeDefined()
  })

  it.each([
    ['issuer', { iat: Math.floor(Date.now() / 1000) + 50 }, 0],
    ['instance that made them', {}, 5000],
    ['issuer and of that instance', { iat: Math.floor(Date.now() / 1000) + 50 }, 5000],
  ])('end with their subject though the clock is ahead of the %s', async (_case, claims, ahead) => {
    const { here, there, begin } = await serveDeafTwice()
    const token = sign({ ...maker, ...claims })
    vi.setSystemTime(Date.now() + ahead)
    const key = await tryToMake(there, token)
    vi.useRealTimers()
    await here('/api/auth/revocations', { token: owner, json: { subject: 'alice' } })
    const later = await begin()
    const refusal = await readRefusal(await later('/api/agents', { token: key }))
    expect(refusal).toMatchObject(revoked)
  })

  it('are good where their maker was let in again before', async () => {
    const { here, there, begin } = await serveDeafTwice()
    await here('/api/auth/revocations', { token: owner, json: { subject: 'alice' } })
    vi.setSystemTime(Date.now() + 2000)
    const key = await tryToMake(there, sign(maker))
    expect(await isLetIn(await begin(), key ?? '')).toBe(true)
  })

  it('end with the token that logs out, for good, and no others of its subject', async () => {
    const { here, there, begin, log } = await serveDeafTwice()
    const [token, elsewhere] = [sign(maker), sign({ role: 'owner' })]
    const [key, kept] = [await tryToMake(there, token), await tryToMake(there, elsewhere)]
    await here('/api/auth/logout', { method: 'POST', token })
    const later = await begin()
    const refusal = await readRefusal(await later('/api/agents', { token: key }))
    expect(refusal).toMatchObject(revoked)
    expect(await isLetIn(later, kept ?? '')).toBe(true)
    // What may be forgotten once the token has expired would come back.
    const [last] = (await log.readAfter(0, 100)).slice(-1)
    expect(last?.revocation).toStrictEqual({
      kind: 'token-id',
      issuer: 'local',
      tokenId: maker.jti,
    })
  })
})
