import { inspect } from 'node:util'
import { CompositeAuth, MastraJwtAuth, SimpleAuth } from '@signet/auth'
import { createTestIssuer, type TestIssuer } from '@signet/auth/test'
import { MastraClient } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { startOriginal, type OriginalServer } from './support/original-server.js'

const SECRET = 'a secret that is used by nothing but these tests'
const AUDIENCE = 'the original'
const auth = new MastraJwtAuth({ secret: SECRET, audience: AUDIENCE })
const WITHOUT_EXPIRY = {}
const FOR_A_MINUTE = { expiresInSeconds: 60 }

let model: ModelServer
let server: OriginalServer
const running: OriginalServer[] = []
const log: unknown[] = []

async function start(...options: Parameters<typeof startOriginal>): Promise<OriginalServer> {
  const started = await startOriginal(...options)
  running.push(started)
  return started
}

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => void log.push(...values))
  }
  model = await startModelServer()
  model.answerWith({ kind: 'text', pieces: ['Noted.'] })
  server = await start(auth, model)
})

afterAll(async () => {
  for (const each of running) await each.stop()
  await model?.stop()
  vi.restoreAllMocks()
})

const tokenOf = (sub: string, claims = {}) => auth.sign({ sub, ...claims }, FOR_A_MINUTE)

async function answer(path: string, token?: string, { url } = server) {
  const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]])
  const response = await fetch(url + path, { headers })
  const body: unknown = await response.json()
  return { status: response.status, body }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

const REFUSED = { status: 401, body: { error: 'Invalid or expired token' } }

describe('MastraJwtAuth as server.auth of Mastra', () => {
  it('lets a good token in', async () => {
    const { status, body } = await answer('/api/agents', tokenOf('alice'))
    expect(status).toBe(200)
    expect(body).toHaveProperty('assistant.name', 'Assistant')
  })

  const other = new MastraJwtAuth({ secret: SECRET.toUpperCase(), audience: AUDIENCE })
  const elsewhere = new MastraJwtAuth({ secret: SECRET, audience: 'another' })
  const lax = new MastraJwtAuth({ secret: SECRET, audience: AUDIENCE, requireExpiry: false })
  const eternal = { iss: undefined, sub: 'alice', aud: AUDIENCE, exp: 9_999_999_999 }
  it.each<[string, string | undefined]>([
    ['no token', undefined],
    ['what is no token', 'garbage'],
    ['the signature of another secret', other.sign({ sub: 'alice' }, FOR_A_MINUTE)],
    ['another audience (RFC 7519 section 4.1.3)', elsewhere.sign({ sub: 'alice' }, FOR_A_MINUTE)],
    ['a token that has expired (RFC 7519 section 4.1.4)', auth.sign({ sub: 'alice', exp: 1 })],
    ['a token that never expires', lax.sign({ sub: 'alice' }, WITHOUT_EXPIRY)],
    ['alg none (RFC 8725 section 2.1)', `${encode({ alg: 'none' })}.${encode(eternal)}.`],
  ])('refuses %s', async (_, token) => {
    expect(await answer('/api/agents', token)).toEqual(REFUSED)
  })

  it('shows who is there, and nobody for a token that it refuses', async () => {
    const token = tokenOf('alice', { name: 'Alice', email: 'alice@example.com' })
    expect(await answer('/api/auth/me', token)).toMatchObject({
      status: 200,
      body: { id: 'alice', name: 'Alice', email: 'alice@example.com' },
    })
    const refused = other.sign({ sub: 'alice' }, FOR_A_MINUTE)
    expect(await answer('/api/auth/me', refused)).toEqual({ status: 200, body: null })
  })

  it('writes no token to the log', async () => {
    const tokens = [tokenOf('alice'), other.sign({ sub: 'alice' }, FOR_A_MINUTE)]
    for (const token of tokens) await answer('/api/agents', token)
    expect(log).not.toHaveLength(0)
    for (const token of tokens) expect(inspect(log, { depth: Infinity })).not.toContain(token)
  })
})

describe('the owner that it names', () => {
  const connect = (sub: string, { url } = server, claims = {}) =>
    new MastraClient({
      baseUrl: url,
      headers: { authorization: `Bearer ${tokenOf(sub, claims)}` },
      retries: 0,
    })

  const threadsOf = async (client: MastraClient) => {
    const { threads } = await client.listMemoryThreads({ agentId: 'assistant' })
    return threads.map(({ id, resourceId }) => ({ id, resourceId }))
  }

  it('is the subject, whatever the caller writes', async () => {
    const thread = { threadId: 'notes', agentId: 'assistant', resourceId: 'bob' }
    const made = await connect('alice').createMemoryThread(thread)
    expect(made).toMatchObject({ id: 'notes', resourceId: 'alice' })
    expect(await threadsOf(connect('alice'))).toEqual([{ id: 'notes', resourceId: 'alice' }])
    expect(await threadsOf(connect('bob'))).toEqual([])
  })

  it('keeps the thread of an answer from everyone else', async () => {
    const question = { memory: { thread: 'talk', resource: 'alice' } }
    const reply = await connect('alice').getAgent('assistant').generate('Remember 42.', question)
    expect(reply.text).toBe('Noted.')
    const { messages } = await connect('alice')
      .getMemoryThread({ threadId: 'talk', agentId: 'assistant' })
      .listMessages()
    expect(JSON.stringify(messages)).toContain('Remember 42.')
    const refused = { status: 403 }
    const theirs = connect('bob').getMemoryThread({ threadId: 'talk', agentId: 'assistant' })
    await expect(theirs.listMessages()).rejects.toMatchObject(refused)
    await expect(theirs.delete()).rejects.toMatchObject(refused)
    const intrusion = connect('bob').getAgent('assistant').generate('What?', question)
    await expect(intrusion).rejects.toMatchObject(refused)
  })

  it('is what mapUserToResourceId says, so that two users may share one', async () => {
    const shared = new MastraJwtAuth({
      secret: SECRET,
      audience: AUDIENCE,
      mapUserToResourceId: ({ tenant }) => (typeof tenant === 'string' ? tenant : null),
    })
    const at = await start(shared, model)
    await connect('alice', at, { tenant: 'acme' }).createMemoryThread({
      threadId: 'plan',
      agentId: 'assistant',
      resourceId: 'alice',
    })
    const acme = [{ id: 'plan', resourceId: 'acme' }]
    expect(await threadsOf(connect('bob', at, { tenant: 'acme' }))).toEqual(acme)
    expect(await threadsOf(connect('carol', at, { tenant: 'other' }))).toEqual([])
    expect(await threadsOf(connect('carol', at))).toEqual([])
  })
})

describe('other ways to authenticate, in Mastra', () => {
  let issuer: TestIssuer

  beforeAll(async () => {
    issuer = await createTestIssuer({ audience: AUDIENCE })
  })

  afterAll(() => issuer.close())

  it('is authorizeUser, which turns a user away whose token is good', async () => {
    const picky = new MastraJwtAuth({
      secret: SECRET,
      audience: AUDIENCE,
      authorizeUser: ({ sub }) => sub === 'alice',
    })
    const at = await start(picky, model)
    expect(await answer('/api/agents', tokenOf('alice'), at)).toMatchObject({ status: 200 })
    expect(await answer('/api/agents', tokenOf('bob'), at)).toEqual({
      status: 403,
      body: { error: 'Access denied' },
    })
  })

  it('is an issuer with published keys, beside a secret and written tokens', async () => {
    const written = 'K7mQ2vX9pL4tR8wZ1nB5cJ6hD3fG0sYa'
    const all = new CompositeAuth([
      new MastraJwtAuth({ issuer: issuer.issuer, audience: AUDIENCE }),
      auth,
      new SimpleAuth({ tokens: { [written]: { sub: 'machine' } } }),
    ])
    const at = await start(all, model)
    for (const token of [issuer.sign({ sub: 'carol' }), tokenOf('alice'), written]) {
      expect(await answer('/api/agents', token, at)).toMatchObject({ status: 200 })
    }
    for (const token of [issuer.sign({ exp: 1 }), `${written}a`, undefined]) {
      expect(await answer('/api/agents', token, at)).toEqual(REFUSED)
    }
  })
})

// Signet answers in these shapes, too: its own tests say so.
describe('the wire of Mastra', () => {
  /** The client's own types of messages are too deep to be read by. */
  const idsOf = (list: readonly object[]) => list.map((item) => String(Reflect.get(item, 'id')))

  it('says of a clone which message became which', async () => {
    const headers = { authorization: `Bearer ${tokenOf('dora')}` }
    const client = new MastraClient({ baseUrl: server.url, headers, retries: 0 })
    const memory = { thread: 'shapes', resource: 'dora' }
    await client.getAgent('assistant').generate('Remember 42.', { memory })
    const thread = client.getMemoryThread({ threadId: 'shapes', agentId: 'assistant' })
    const { messages } = await thread.listMessages()
    const cloned = await thread.clone({ newThreadId: 'copy' })
    const copies = idsOf(cloned.clonedMessages)
    const pairs = idsOf(messages).map((id, index) => [id, copies[index]] as const)
    expect(pairs).toHaveLength(2)
    expect(Reflect.get(cloned, 'messageIdMap')).toEqual(Object.fromEntries(pairs))
  })

  it('refuses observations of an agent that does not observe', async () => {
    const path = '/api/memory/observational-memory?agentId=assistant&threadId=t'
    expect(await answer(path, tokenOf('dora'))).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/not enabled for this agent/) },
    })
  })
})
