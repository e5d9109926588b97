import { describe, expect, it } from 'vitest'
import type { ApiKeyRecord } from './api-key-store.js'
import { spellApiKey } from './form.js'
import { issueApiKey } from './issue.js'
import { apiKeyDigest, createApiKey } from './make.js'
import { OPERATOR, rememberMaker } from './maker.js'
import type { Principal } from '../access/principal.js'
import { DEFAULT_ROLES, type RoleTable } from '../access/role.js'
import { tokenDigest } from '../jws/digest.js'
import { API_KEY_ISSUER, ApiKeyAuth } from './api-key-auth.js'
import { admitUser, authenticate } from '../provider/authenticate.js'
import type { AuthProvider, AuthRequest } from '../provider/auth-provider.js'
import { MastraJwtAuth } from '../provider/jwt-auth.js'

/** The token that the makers had. */
const TOKEN = 'a token that is nowhere in their claims'

const NOW = Date.UTC(2030, 0, 1)
const DAY = 86_400_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'

const request: AuthRequest = {
  raw: new Request('http://localhost/'),
  headers: new Headers(),
  header: () => undefined,
}
const local = () => new MastraJwtAuth({ secret: SECRET, now: () => NOW })

/** Keys that are kept in memory, as JSON; counts how often one is looked up. */
class Keys {
  readonly records = new Map<string, ApiKeyRecord>()
  lookups = 0

  async findByDigest(digest: string): Promise<ApiKeyRecord | undefined> {
    this.lookups++
    return structuredClone(this.records.get(digest))
  }

  change(key: string, changes: Partial<ApiKeyRecord>): void {
    const record = this.records.get(apiKeyDigest(key))
    if (record === undefined) throw new Error('There is no such key.')
    this.records.set(record.digest, { ...record, ...changes })
  }
}

/** A key of the bearer of a token. */
async function make(
  keys: Keys,
  provider: AuthProvider,
  token: string,
  scopes: readonly string[] = ['*'],
): Promise<string> {
  const user = await provider.authenticateToken(token, request)
  if (!user) throw new Error('There is no user.')
  const maker = rememberMaker(provider, user, TOKEN)
  const { subject, issuer } = await admitUser(provider, user, request, DEFAULT_ROLES)
  const { key, record } = issueApiKey({
    name: 'nightly report',
    scopes,
    maker,
    makerIssuer: issuer,
    makerSubject: subject,
    createdAt: NOW,
    expiresAt: NOW + 90 * DAY,
  })
  keys.records.set(record.digest, record)
  return key
}

interface Use {
  readonly provider?: AuthProvider
  readonly roles?: RoleTable
  readonly now?: number
}

function use(keys: Keys, key: string, options: Use = {}): Promise<Principal> {
  const { provider = local(), roles = DEFAULT_ROLES, now = NOW } = options
  const auth = new ApiKeyAuth({ store: keys, provider, roles, now: () => now })
  return authenticate(auth, key, request, roles)
}

async function revocables(keys: Keys, key: string, provider: AuthProvider = local()) {
  const auth = new ApiKeyAuth({ store: keys, provider, roles: DEFAULT_ROLES, now: () => NOW })
  return auth.revocableOf(await auth.authenticateToken(key, request))
}

const grantsOf = async (principal: Promise<Principal>) =>
  [...(await principal).permissions.granted].sort()
const refused = (code: string) => expect.objectContaining({ code })

async function keyOf(claims: object, scopes?: readonly string[]) {
  const keys = new Keys()
  const token = local().sign({ sub: 'alice', ...claims }, { expiresInSeconds: 60 })
  return { keys, key: await make(keys, local(), token, scopes) }
}

describe('an API key: who it is', () => {
  it('is a subject of its own, of the issuer of keys, that owns what it stores', async () => {
    const { keys, key } = await keyOf({ role: 'member', act: { sub: 'robot' } })
    const [record] = keys.records.values()
    const principal = await use(keys, key)
    expect(principal).toMatchObject({
      subject: `key:${record?.id}`,
      issuer: 'signet:api-keys',
      resourceId: `key:${record?.id}`,
      roles: [],
      expiresAt: (NOW + 90 * DAY) / 1000,
      actor: undefined,
      tokenId: undefined,
    })
    expect(principal.claims).toStrictEqual({
      sub: `key:${record?.id}`,
      iss: API_KEY_ISSUER,
      name: 'nightly report',
      scope: '*',
      iat: NOW / 1000,
      exp: (NOW + 90 * DAY) / 1000,
      maker: { iss: 'local', sub: 'alice' },
    })
    expect(JSON.stringify([record, principal])).not.toContain(key)
  })

  it('owns what it stores, whatever the provider says of the owner of its maker', async () => {
    const { keys, key } = await keyOf({})
    const mapUserToResourceId = () => 'everyone'
    const provider = new MastraJwtAuth({ secret: SECRET, now: () => NOW, mapUserToResourceId })
    const { resourceId, subject } = await use(keys, key, { provider })
    expect(resourceId).toBe(subject)
  })

  it('is revoked by itself and by the token that made it, whatever names that', async () => {
    const { keys, key } = await keyOf({ jti: 'token-1', sid: 'session-1' })
    const [own, made, ...others] = await revocables(keys, key)
    expect(own).toMatchObject({ issuer: API_KEY_ISSUER, subject: expect.stringMatching(/^key:/) })
    expect(own?.digest()).toBe(apiKeyDigest(key))
    expect(made).toMatchObject({
      issuer: 'local',
      subject: 'alice',
      issuedAt: NOW / 1000,
      tokenId: 'token-1',
      sessionId: 'session-1',
    })
    expect(made?.digest()).toBe(tokenDigest(TOKEN))
    expect(others).toStrictEqual([])
  })

  it.each([
    ['the token was issued before the key was made', -100, -100],
    ['the clock of the issuer is ahead', 100, 0],
    ['the token says nothing of it', undefined, 0],
  ])('counts as issued at the earliest that is known: %s', async (_case, offset, expected) => {
    const { keys, key } = await keyOf({})
    const user = { sub: 'alice', ...(offset !== undefined && { iat: NOW / 1000 + offset }) }
    const [record] = keys.records.values()
    keys.change(key, { maker: { ...record?.maker, user } })
    const [, made] = await revocables(keys, key)
    expect(made?.issuedAt).toBe(NOW / 1000 + expected)
  })

  it('of a record without the digest of a token is revoked with its subject alone, and as early', async () => {
    const { keys, key } = await keyOf({ jti: 'token-1', sid: 'session-1', iat: NOW / 1000 - 50 })
    const [record] = keys.records.values()
    const { token: _, ...before } = { ...record?.maker }
    keys.change(key, { maker: before })
    const [, made] = await revocables(keys, key)
    expect(made).toMatchObject({
      subject: 'alice',
      issuedAt: NOW / 1000 - 50,
      tokenId: undefined,
      sessionId: undefined,
      judgedUpTo: undefined,
    })
    expect(made?.digest()).toBe('')
  })

  it('says how far its maker was judged, of itself and of the token that made it', async () => {
    const { keys, key } = await keyOf({})
    const [record] = keys.records.values()
    keys.change(key, { maker: { ...record?.maker, judgedUpTo: 41 } })
    const judged = (await revocables(keys, key)).map(({ judgedUpTo }) => judgedUpTo)
    expect(judged).toStrictEqual([41, 41])
  })

  it('is revoked by the name that its maker had, and by the one that they have now', async () => {
    const provider: AuthProvider = {
      name: 'directory',
      authenticateToken: () => ({ sub: 'alice' }),
      recallUser: () => ({ sub: 'alice-smith' }),
    }
    const keys = new Keys()
    const user = { sub: 'alice' }
    const { key, record } = issueApiKey({
      name: 'nightly report',
      scopes: ['*'],
      maker: rememberMaker(provider, user, TOKEN),
      makerIssuer: 'local',
      makerSubject: 'alice',
      createdAt: NOW,
      expiresAt: undefined,
    })
    keys.records.set(record.digest, record)
    const subjects = (await revocables(keys, key, provider)).map(({ subject }) => subject)
    expect(subjects.slice(1)).toStrictEqual(['alice', 'alice-smith'])
  })

  it('says nothing of a key that was not authenticated here', async () => {
    const { keys, key } = await keyOf({})
    const auth = new ApiKeyAuth({ store: keys, provider: local(), roles: DEFAULT_ROLES })
    const user = await auth.authenticateToken(key, request)
    expect(() => auth.revocableOf({ ...user })).toThrow(refused('access_denied'))
  })

  it('makes no keys', async () => {
    const { keys, key } = await keyOf({ role: 'owner' })
    const auth = new ApiKeyAuth({ store: keys, provider: local(), roles: DEFAULT_ROLES })
    const user = await auth.authenticateToken(key, request)
    expect(() => rememberMaker(auth, user, TOKEN)).toThrow(refused('access_denied'))
  })
})

describe('an API key: refusals', () => {
  it('refuses what is misspelt without a look at the store', async () => {
    const { keys, key } = await keyOf({})
    const other = key.endsWith('0') ? '1' : '0'
    for (const wrong of ['sgn_', `${key}0`, key.slice(0, -1), key.slice(0, -1) + other]) {
      await expect(use(keys, wrong)).rejects.toThrow(refused('token_malformed'))
    }
    expect(keys.lookups).toBe(0)
  })

  it('refuses one that is well spelt and not there', async () => {
    const { keys } = await keyOf({})
    await expect(use(keys, createApiKey())).rejects.toThrow(refused('token_key_unknown'))
    expect(keys.lookups).toBe(1)
  })

  it('refuses one from the millisecond in which it expires on, and says when', async () => {
    const { keys, key } = await keyOf({})
    const end = NOW + 90 * DAY
    await expect(use(keys, key, { now: end - 1 })).resolves.toBeDefined()
    const expired = expect.objectContaining({ code: 'token_expired', expiredAt: end / 1000 })
    for (const now of [end, end + 1, Number.NaN]) {
      await expect(use(keys, key, { now })).rejects.toThrow(expired)
    }
    keys.change(key, { expiresAt: undefined })
    const principal = await use(keys, key, { now: end * 2 })
    expect(principal.expiresAt).toBeUndefined()
    expect('exp' in principal.claims).toBe(false)
  })

  it('refuses one that was revoked, also where it has expired too', async () => {
    const { keys, key } = await keyOf({})
    keys.change(key, { revokedAt: NOW })
    for (const now of [NOW, NOW + 365 * DAY]) {
      await expect(use(keys, key, { now })).rejects.toThrow(refused('token_revoked'))
    }
  })

  it('passes on that the store does not answer', async () => {
    const error = Object.assign(new Error('away'), { code: 'storage_unavailable' })
    const findByDigest = () => Promise.reject(error)
    const options = { store: { findByDigest }, provider: local(), roles: DEFAULT_ROLES }
    const auth = new ApiKeyAuth(options)
    await expect(authenticate(auth, createApiKey(), request, DEFAULT_ROLES)).rejects.toBe(error)
  })

  it.each([
    {},
    { voucher: 'provider:x' },
    { voucher: 'provider:x', user: null },
    { voucher: 'provider:x', user: [] },
    { voucher: 7, user: { sub: 'alice' } },
    { voucher: '["any issuer","secret"]', user: { sub: 'alice' } },
    { sub: 'alice', role: 'owner' },
  ])('refuses one whose record does not say who made it: %j', async (maker) => {
    const { keys, key } = await keyOf({})
    keys.change(key, { maker })
    await expect(use(keys, key)).rejects.toThrow(refused('access_denied'))
  })

  it('says in no refusal what the key is', async () => {
    const { keys, key } = await keyOf({})
    keys.change(key, { revokedAt: NOW })
    const wrong = spellApiKey(Buffer.alloc(32, 7))
    for (const text of [key, wrong, `${key}0`]) {
      const error: unknown = await use(keys, text).catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(Error)
      expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain(text.slice(4))
    }
  })
})

describe('an API key: what it may do', () => {
  it('may do what it was given, as far as its maker may still', async () => {
    const { keys, key } = await keyOf({ scope: 'agents:* memory:read' }, [
      'agents:execute:a',
      'memory:*',
      'tools:read',
    ])
    expect(await grantsOf(use(keys, key))).toStrictEqual(['agents:execute:a', 'memory:read:*'])
  })

  it('goes on when the token of its maker has ended', async () => {
    const { keys, key } = await keyOf({ role: 'viewer' })
    const later = { now: NOW + 80 * DAY }
    expect(await grantsOf(use(keys, key, later))).toContain('agents:read:*')
  })

  it('loses a role that is taken out of the table', async () => {
    const { keys, key } = await keyOf({ role: ['reporter', 'viewer'] })
    const before = { ...DEFAULT_ROLES, reporter: ['audit:read'] }
    expect((await use(keys, key, { roles: before })).permissions.allows('audit:read')).toBe(true)
    const after = await use(keys, key, { roles: DEFAULT_ROLES })
    expect(after.permissions.allows('audit:read')).toBe(false)
    expect(after.permissions.allows('agents:read')).toBe(true)
  })

  it('loses what a role loses, and gains nothing beyond its scopes when the role gains', async () => {
    const { keys, key } = await keyOf({ role: 'viewer' }, ['agents:read', 'memory:read'])
    const table = (viewer: readonly string[]) => ({ roles: { ...DEFAULT_ROLES, viewer } })
    expect(await grantsOf(use(keys, key, table(['memory:read'])))).toStrictEqual(['memory:read:*'])
    expect(await grantsOf(use(keys, key, table(['agents:read:a'])))).toStrictEqual([
      'agents:read:a',
    ])
    expect(await grantsOf(use(keys, key, table(['*'])))).toStrictEqual([
      'agents:read:*',
      'memory:read:*',
    ])
    expect(await grantsOf(use(keys, key, table([])))).toStrictEqual([])
  })

  it('loses the default role when the provider has another, or none', async () => {
    const { keys, key } = await keyOf({}, ['agents:execute', 'agents:read'])
    const withDefault = (defaultRole: string | null) => ({
      provider: new MastraJwtAuth({ secret: SECRET, defaultRole }),
    })
    expect(await grantsOf(use(keys, key))).toHaveLength(2)
    expect(await grantsOf(use(keys, key, withDefault('viewer')))).toStrictEqual(['agents:read:*'])
    expect(await grantsOf(use(keys, key, withDefault(null)))).toStrictEqual([])
  })

  it('may call nothing once authorizeUser refuses its maker, or fails', async () => {
    const { keys, key } = await keyOf({ role: 'owner' })
    const fail = () => {
      throw new Error('down')
    }
    for (const authorizeUser of [() => false, async () => false, fail]) {
      const provider = new MastraJwtAuth({ secret: SECRET, authorizeUser })
      await expect(use(keys, key, { provider })).rejects.toThrow(refused('access_denied'))
    }
    const provider = new MastraJwtAuth({
      secret: SECRET,
      authorizeUser: ({ sub }, { raw }) => sub === 'alice' && raw === request.raw,
    })
    await expect(use(keys, key, { provider })).resolves.toBeDefined()
  })

  it('of the operator may do what the role owner may, by the table alone', async () => {
    const keys = new Keys()
    const { key, record } = issueApiKey({
      name: 'ci',
      scopes: ['agents:execute'],
      maker: OPERATOR,
      makerIssuer: 'local',
      makerSubject: 'operator',
      createdAt: NOW,
      expiresAt: undefined,
    })
    keys.records.set(record.digest, record)
    const provider = new MastraJwtAuth({
      secret: SECRET,
      issuer: 'somebody else',
      authorizeUser: () => false,
    })
    expect(await grantsOf(use(keys, key, { provider }))).toStrictEqual(['agents:execute:*'])
    const roles = { ...DEFAULT_ROLES, owner: ['agents:read'] }
    expect(await grantsOf(use(keys, key, { provider, roles }))).toStrictEqual([])
  })

  it('is not the operator’s where a token only says so', async () => {
    const { keys, key } = await keyOf({ sub: 'operator', iss: 'local', role: 'owner' })
    const provider = new MastraJwtAuth({ secret: SECRET, issuer: 'somebody else' })
    await expect(use(keys, key, { provider })).rejects.toThrow(refused('access_denied'))
  })
})
