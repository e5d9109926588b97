import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompositeAuth, type AuthProvider, type Revocation } from '@signet/auth'
import { createApiKey, STAMPED_AHEAD, tokenDigest } from '@signet/auth/internal'
import {
  nextFireAt,
  ownerKey,
  type Mastra,
  type NewSchedule,
  type RunBeginning,
} from '@signet/core'
import { openStore, type Store } from '@signet/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  invalidToken,
  makeRequest,
  readRefusal,
  tokenWith,
  type TestRequest,
} from '@signet/test-support/application/application'
import { recordAt } from '@signet/test-support/http/audit-record'
import { createApp, type App } from '../../app.js'

const REVOCATIONS = '/api/auth/revocations'
const LOGOUT = '/api/auth/logout'
const AGENTS = '/api/agents'

const auth = createTestAuth()
const directory = mkdtempSync(join(tmpdir(), 'signet-revocations-'))
let store: Store
let app: App
let log: ReturnType<typeof createTestApplication>['log']

beforeAll(async () => {
  store = await openStore({ directory })
})

beforeEach(() => {
  const application = createTestApplication()
  log = application.log
  app = createApp(application.mastra, { state: store })
  return () => app.close()
})

afterAll(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

let count = 0

/** A token of a caller of its own, unless its claims say otherwise. */
function sign(claims: object = {}): string {
  const usual = { sub: `caller-${count++}`, permissions: ['agents:read'] }
  return auth.sign({ ...usual, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
}

const admin = () => sign({ permissions: ['tokens:write'] })
const ask = (path: string, request: TestRequest) => app.fetch(makeRequest(path, request))
const revoke = (json: unknown, token = admin()) => ask(REVOCATIONS, { token, json })
const logOut = (token: string) => ask(LOGOUT, { method: 'POST', token })
const statusOf = async (token: string) => (await ask(AGENTS, { token })).status

const revoked = {
  status: 401,
  code: 'token_revoked',
  text: 'The token has been revoked.',
  challenge: invalidToken('The token has been revoked.'),
}

const SCHEDULE: NewSchedule = {
  id: 'nightly',
  target: { kind: 'agent', id: 'weather-agent' },
  cron: '@yearly',
  timezone: 'UTC',
  overlap: 'skip',
  job: { prompt: 'Report.' },
  caller: {},
  ttlMs: 86_400_000,
}
const AT_WORK: RunBeginning = { status: 'running', holder: 'here', ttlMs: 60_000 }

function createRun(mastra: Mastra, owner: string, beginning: RunBeginning): Promise<unknown> {
  return mastra.getRuns().create(owner, { id: 'r', kind: 'workflow', target: 'report' }, beginning)
}

/** What the log has of the last revocation. */
async function lastRevocation(): Promise<Revocation | undefined> {
  return (await store.revocations.readAfter(0, 10_000)).at(-1)?.revocation
}

describe(`POST ${REVOCATIONS}`, () => {
  it.each<[string, object, (token: string) => object, string]>([
    ['token', {}, (token) => ({ token }), 'token'],
    ['jti', { jti: 'j-1' }, () => ({ jti: 'j-1' }), 'token-id'],
    ['session', { sid: 's-1' }, () => ({ session: 's-1' }), 'session'],
    ['subject', { sub: 'leaver' }, () => ({ subject: 'leaver' }), 'subject'],
    ['token, where it has a jti', { jti: 'j-2' }, (token) => ({ token }), 'token'],
  ])('revokes by %s, at once, and says so', async (_, claims, body, kind) => {
    const token = sign(claims)
    expect(await statusOf(token)).toBe(200)
    const response = await revoke(body(token))
    expect(response.status).toBe(201)
    const answer: unknown = await response.json()
    expect(answer).toStrictEqual({
      sequence: expect.any(Number),
      kind,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    expect(await readRefusal(await ask(AGENTS, { token }))).toMatchObject(revoked)
    expect(await statusOf(sign())).toBe(200)
  })

  it.each([
    [61_000, true],
    [30_000, false],
  ])('says in the log where its time lies %d ms ahead: %s', async (ahead, isTold) => {
    const place = mkdtempSync(join(tmpdir(), 'signet-ahead-'))
    const own = await openStore({ directory: place })
    const { mastra, log } = createTestApplication()
    const server = createApp(mastra, { state: own })
    await own.audit.append([recordAt(Date.now() + ahead)])
    const body = { token: admin(), json: { subject: 'locked-out' } }
    expect((await server.fetch(makeRequest(REVOCATIONS, body))).status).toBe(201)
    await server.close()
    await own.close()
    rmSync(place, { recursive: true })
    const told = log.filter(({ message }) => message === STAMPED_AHEAD)
    expect(told.map(({ level }) => level)).toStrictEqual(isTold ? ['warn'] : [])
  })

  it('names the issuer of the caller where the body names none, and no other', async () => {
    const caller = sign({ iss: 'here', permissions: ['tokens:write'] })
    expect((await revoke({ jti: 'of-issuer' }, caller)).status).toBe(201)
    expect(await statusOf(sign({ iss: 'here', jti: 'of-issuer' }))).toBe(401)
    expect(await statusOf(sign({ iss: 'there', jti: 'of-issuer' }))).toBe(200)
    expect(await statusOf(sign({ jti: 'of-issuer' }))).toBe(200)
    expect((await revoke({ jti: 'of-issuer', issuer: 'there' }, caller)).status).toBe(201)
    expect(await statusOf(sign({ iss: 'there', jti: 'of-issuer' }))).toBe(401)
    expect((await revoke({ jti: 'of-issuer' })).status).toBe(201)
    expect(await statusOf(sign({ jti: 'of-issuer' }))).toBe(401)
  })

  it('revokes what a subject was given until now, and not what they are given later', async () => {
    const now = Math.floor(Date.now() / 1000)
    await revoke({ subject: 'returner' })
    expect(await statusOf(sign({ sub: 'returner', iat: now - 10 }))).toBe(401)
    expect(await statusOf(sign({ sub: 'returner', iat: now + 60 }))).toBe(200)
  })

  it('revokes a token of another signer, too: what it says need not be true', async () => {
    const stranger = `${sign().slice(0, -4)}AAAA`
    expect((await revoke({ token: stranger })).status).toBe(201)
    expect(await lastRevocation()).toStrictEqual({ kind: 'token', digest: tokenDigest(stranger) })
  })

  it('forgets a token a day after its end, but only one that verifies', async () => {
    const exp = Math.floor(Date.now() / 1000) + 1000
    const good = sign({ exp })
    await revoke({ token: good })
    const forgetAt = exp + 86_400
    expect(await lastRevocation()).toStrictEqual({
      kind: 'token',
      digest: tokenDigest(good),
      forgetAt,
    })
    const [header, payload] = sign({ exp: 1 }).split('.')
    for (const bad of [`${header}.${payload}.AAAA`, sign({ exp: 1 })]) {
      await revoke({ token: bad })
      expect(await lastRevocation()).toStrictEqual({ kind: 'token', digest: tokenDigest(bad) })
    }
  })

  it('never forgets a token of a provider that does not say when it ends', async () => {
    const opaque: AuthProvider = {
      authenticateToken: (token) => ({
        sub: token,
        exp: 10_000_000_000,
        permissions: ['tokens:write'],
      }),
    }
    const { mastra } = createTestApplication({ server: { auth: opaque } })
    const other = createApp(mastra, { state: store })
    const request = makeRequest(REVOCATIONS, { token: 'opaque', json: { token: 'opaque-2' } })
    expect((await other.fetch(request)).status).toBe(201)
    expect(await lastRevocation()).toStrictEqual({ kind: 'token', digest: tokenDigest('opaque-2') })
    await other.close()
  })

  it.each<[string, (mastra: Mastra, owner: string) => Promise<unknown>, isKept: boolean]>([
    [
      'a schedule',
      (mastra, owner) =>
        mastra.getScheduleStorage().create(owner, SCHEDULE, { limit: 1, next: nextFireAt }),
      true,
    ],
    ['a run at work', (mastra, owner) => createRun(mastra, owner, AT_WORK), true],
    [
      'a run that goes on by a request alone',
      (mastra, owner) => createRun(mastra, owner, { status: 'suspended' }),
      false,
    ],
    [
      'nothing, where another owner has a schedule',
      (mastra) =>
        mastra
          .getScheduleStorage()
          .create(ownerKey({ resourceId: 'another' }), SCHEDULE, { limit: 1, next: nextFireAt }),
      false,
    ],
  ])('says when a token may be forgotten whose bearer has %s', async (_case, leave, isKept) => {
    const { mastra } = createTestApplication()
    const other = createApp(mastra, { state: store })
    const exp = Math.floor(Date.now() / 1000) + 1000
    const token = sign({ sub: 'worker', exp })
    await leave(mastra, ownerKey({ resourceId: 'worker' }))
    const least = Math.floor(Date.now() / 1000) + 367 * 86_400
    const request = makeRequest(REVOCATIONS, { token: admin(), json: { token } })
    expect((await other.fetch(request)).status).toBe(201)
    const { forgetAt = 0 } = (await lastRevocation()) ?? {}
    if (isKept) expect(forgetAt).toBeGreaterThanOrEqual(least)
    else expect(forgetAt).toBe(exp + 86_400)
    await other.close()
  })

  it('forgets a token later where the application does not say what its bearer owns', async () => {
    const refusing = createTestAuth()
    const provider: AuthProvider = {
      authenticateToken: (token) => refusing.authenticateToken(token),
      expiryOf: () => Math.floor(Date.now() / 1000) + 1000,
      authorizeUser: (user) => Reflect.get(user, 'sub') !== 'stranger',
    }
    const { mastra } = createTestApplication({ server: { auth: provider } })
    const other = createApp(mastra, { state: store })
    const least = Math.floor(Date.now() / 1000) + 367 * 86_400
    const json = { token: sign({ sub: 'stranger' }) }
    await other.fetch(makeRequest(REVOCATIONS, { token: admin(), json }))
    expect((await lastRevocation())?.forgetAt).toBeGreaterThanOrEqual(least)
    await other.close()
  })

  it('knows the end of a token through CompositeAuth', async () => {
    const provider = new CompositeAuth([createTestAuth()])
    const { mastra } = createTestApplication({ server: { auth: provider } })
    const other = createApp(mastra, { state: store })
    const token = sign()
    await other.fetch(makeRequest(REVOCATIONS, { token: admin(), json: { token } }))
    expect(await lastRevocation()).toHaveProperty('forgetAt')
    await other.close()
  })

  it('revokes an API key, and revokes it in the list of keys', async () => {
    const key = createApiKey()
    await store.apiKeys.create({
      id: 'key-1',
      name: 'robot',
      digest: tokenDigest(key),
      scopes: ['agents:read'],
      maker: {},
      makerIssuer: 'local',
      makerSubject: 'alice',
      createdAt: Date.now(),
      expiresAt: undefined,
      lastUsedAt: undefined,
      revokedAt: undefined,
    })
    expect((await revoke({ token: key })).status).toBe(201)
    expect((await store.apiKeys.find('key-1'))?.revokedAt).toBeTypeOf('number')
    expect((await revoke({ token: createApiKey() })).status).toBe(201)
  })

  it('tells callers who revoke their own token that it was done', async () => {
    const token = admin()
    expect((await revoke({ token }, token)).status).toBe(201)
    expect(await readRefusal(await revoke({ token }, token))).toMatchObject(revoked)
  })

  it.each(['agents:write', 'tokens:read', 'api-keys:write'] as const)(
    'is not for who holds only %s',
    async (permission) => {
      const token = sign()
      const refusal = await readRefusal(await revoke({ token }, tokenWith(permission)))
      expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
      expect(await statusOf(token)).toBe(200)
    },
  )

  it('keeps no token: neither log, nor answer, nor what is stored has it', async () => {
    const token = sign()
    const answers = await Promise.all([
      revoke({ token }).then((response) => response.text()),
      revoke({ token: `${token} x` }).then((response) => response.text()),
      revoke({ token, issuer: 'x' }).then((response) => response.text()),
    ])
    const stored = await store.revocations.readAfter(0, 10_000)
    const all = JSON.stringify([answers, log, stored])
    for (const part of token.split('.').slice(1)) expect(all).not.toContain(part)
  })
})

describe(`a body of POST ${REVOCATIONS}`, () => {
  const long = (length: number) => 'x'.repeat(length)

  it.each<[unknown, field: string]>([
    [{}, 'root'],
    [null, 'root'],
    [[], 'root'],
    ['x', 'root'],
    [{ issuer: 'a' }, 'root'],
    [{ jti: 'a', subject: 'b' }, 'root'],
    [{ token: 'a', session: 'b' }, 'root'],
    [{ jti: 'a', more: 1 }, 'root'],
    [{ token: 'a', issuer: 'b' }, 'issuer'],
    [{ jti: 'a', issuer: '' }, 'issuer'],
    [{ jti: 'a', issuer: 1 }, 'issuer'],
    [{ jti: 'a', issuer: null }, 'issuer'],
    ...['jti', 'subject', 'session'].flatMap((name): [unknown, string][] =>
      ['', '\0', '\ud800', long(2001), 1, null, [], {}, true].map((value) => [
        { [name]: value },
        name,
      ]),
    ),
    ...['', ' ', 'a b', 'Bearer a', 'a\n', 'ä', 'a,b', long(65_537), 1, null, {}].map(
      (token): [unknown, string] => [{ token }, 'token'],
    ),
  ])('is not %j', async (json, field) => {
    const before = await store.revocations.readAfter(0, 10_000)
    const refusal = await readRefusal(await revoke(json))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(refusal.issues).toMatchObject([{ field, message: expect.stringMatching(/\S/) }])
    expect(await store.revocations.readAfter(0, 10_000)).toStrictEqual(before)
  })

  it.each(['', 'null', '{"jti":', '{"jti":"a","jti":"b"}', '\ufeff{}', '['.repeat(200)])(
    'is no such text: %j',
    async (body) => {
      const refusal = await readRefusal(await ask(REVOCATIONS, { token: admin(), body }))
      expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    },
  )

  it('is not larger than the limit', async () => {
    const body = `{"jti":"${long(4 * 1024 * 1024)}"}`
    const refusal = await readRefusal(await ask(REVOCATIONS, { token: admin(), body }))
    expect(refusal).toMatchObject({ status: 413, code: 'body_too_large' })
  })
})

describe(`POST ${LOGOUT}`, () => {
  it('revokes the token that it is called with, and no other of its subject', async () => {
    const [token, other] = [sign({ sub: 'leaving' }), sign({ sub: 'leaving', n: 2 })]
    const response = await logOut(token)
    expect(response.status).toBe(200)
    expect(await response.json()).toStrictEqual({ success: true })
    expect(await readRefusal(await ask(AGENTS, { token }))).toMatchObject(revoked)
    expect(await readRefusal(await logOut(token))).toMatchObject(revoked)
    expect(await statusOf(other)).toBe(200)
    expect(await lastRevocation()).toMatchObject({ kind: 'token', digest: tokenDigest(token) })
  })

  it('revokes every copy of a token that has a jti (RFC 7519 section 4.1.7)', async () => {
    const [token, copy] = [sign({ jti: 'mine' }), sign({ jti: 'mine' })]
    expect((await logOut(token)).status).toBe(200)
    expect(await statusOf(copy)).toBe(401)
    expect(await lastRevocation()).toStrictEqual({
      kind: 'token-id',
      issuer: 'local',
      tokenId: 'mine',
      forgetAt: expect.any(Number),
    })
  })

  it('revokes by digest where the jti cannot be kept', async () => {
    const token = sign({ jti: 'a\0b' })
    expect((await logOut(token)).status).toBe(200)
    expect(await statusOf(token)).toBe(401)
  })

  it('needs no permission, but a good token', async () => {
    expect((await logOut(sign({ permissions: [] }))).status).toBe(200)
    const stranger = await readRefusal(await ask(LOGOUT, { method: 'POST' }))
    expect(stranger).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it('is not to be found where nobody is told apart', async () => {
    const { mastra } = createTestApplication({ server: { auth: false } })
    const open = createApp(mastra)
    const refusal = await readRefusal(await open.fetch(makeRequest(LOGOUT, { method: 'POST' })))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
  })
})

describe('a server that shares nothing', () => {
  it('revokes for itself, and counts what it has revoked', async () => {
    const alone = createApp(createTestApplication().mastra)
    const token = sign()
    const send = (path: string, request: TestRequest) => alone.fetch(makeRequest(path, request))
    for (const sequence of [1, 2]) {
      const response = await send(REVOCATIONS, { token: admin(), json: { token } })
      expect(await response.json()).toMatchObject({ sequence, kind: 'token' })
    }
    expect((await send(AGENTS, { token })).status).toBe(401)
    expect(await statusOf(token)).toBe(200)
  })
})
