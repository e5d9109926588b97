import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createRsaSigner, signAs } from '@signet/test-support/token/signers'
import { AuthError } from '../error.js'
import { tokenDigest } from '../jws/digest.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const NOW = 1_700_000_000
const KEYS = 'https://issuer.example/keys'
const key = createRsaSigner()
const other = createRsaSigner()
const CLAIMS = {
  iss: 'a',
  sub: 'alice',
  jti: 'token-1',
  sid: 'session-1',
  iat: NOW,
  exp: NOW + 900,
}

let seconds = NOW
const now = () => seconds * 1000

beforeEach(() => {
  seconds = NOW
})

const create = (options: MastraJwtAuthOptions) =>
  new MastraJwtAuth({ publicKey: key.pem, audience: false, requireExpiry: true, now, ...options })

const refused = (code: string) => ({ name: 'TokenError', code })

/** Without a cache, with the usual one, and with one that holds a single token. */
const caches = [
  ['without a cache', { cache: false }],
  ['with the cache that it has by default', {}],
  ['with a cache of its own', { cache: { maxBytes: 8000 } }],
] as const

describe.each(caches)('revocation, %s', (_cache, options) => {
  const token = signAs(key, CLAIMS)

  it.each<[string, (list: MemoryRevocationList) => void]>([
    ['its jti (RFC 7519 section 4.1.7)', (list) => list.revokeTokenId('a', 'token-1')],
    ['its session', (list) => list.revokeSession('a', 'session-1')],
    ['its subject', (list) => list.revokeSubject('a', 'alice')],
    ['its digest', (list) => list.revokeToken(tokenDigest(token))],
  ])('by %s refuses a token from its next use on', async (_case, revoke) => {
    const revocation = new MemoryRevocationList(now)
    const provider = create({ ...options, revocation })
    for (let use = 0; use < 2; use++) {
      await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
    }
    revoke(revocation)
    for (let use = 0; use < 2; use++) {
      await expect(provider.authenticateToken(token)).rejects.toMatchObject(
        refused('token_revoked'),
      )
    }
  })

  it('of something else refuses nothing', async () => {
    const revocation = new MemoryRevocationList(now)
    const provider = create({ ...options, revocation })
    revocation.revokeTokenId('b', 'token-1')
    revocation.revokeTokenId('a', 'token-2')
    revocation.revokeSession('a', 'token-1')
    revocation.revokeSubject('a', 'alic')
    revocation.revokeSubject('a', 'alice', { at: NOW - 1 })
    revocation.revokeToken(tokenDigest(`A${token}`))
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
  })

  it('refuses everybody where the list cannot be trusted', async () => {
    let isStale = false
    const revocation = {
      isRevoked() {
        if (isStale) throw new AuthError('keys_unavailable', 'The list is old.')
        return false
      },
    }
    const provider = create({ ...options, revocation })
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
    isStale = true
    await expect(provider.authenticateToken(token)).rejects.toMatchObject({
      name: 'AuthError',
      code: 'keys_unavailable',
    })
  })

  it('is told by explainToken, and by nobody as another reason', async () => {
    const revocation = new MemoryRevocationList(now)
    const provider = create({ ...options, revocation })
    await provider.authenticateToken(token)
    revocation.revokeTokenId('a', 'token-1')
    const { code, steps } = await provider.explainToken(token)
    expect({ code, last: steps.at(-1) }).toStrictEqual({
      code: 'token_revoked',
      last: { name: 'revocation', result: 'fail' },
    })
  })
})

describe.each(caches)('time and keys, %s', (_cache, options) => {
  it('a token is refused from its exp on (RFC 7519 section 4.1.4), or once it is too old', async () => {
    const rules = { maxTokenAgeSeconds: 100, clockToleranceSeconds: 5 }
    const plain = create(options)
    const aging = create({ ...options, ...rules })
    const token = signAs(key, CLAIMS)
    const cases = [
      [plain, NOW + 899, true],
      [plain, NOW + 900, false],
      [aging, NOW + 105, true],
      [aging, NOW + 106, false],
    ] as const
    for (const [provider, at, isGood] of cases) {
      seconds = NOW
      await provider.authenticateToken(token)
      seconds = at
      const verdict = provider.authenticateToken(token)
      if (isGood) await expect(verdict).resolves.toStrictEqual(CLAIMS)
      else await expect(verdict).rejects.toMatchObject(refused('token_expired'))
    }
  })

  it('a token is refused once its key has left the set', async () => {
    let keys = [key.jwk]
    const fetch: typeof globalThis.fetch = async () => Response.json({ keys })
    const remote = { jwksUri: KEYS, issuer: 'a', audience: false as const }
    const provider = new MastraJwtAuth({ ...remote, ...options, fetch, now })
    const token = signAs(key, CLAIMS)
    await expect(provider.authenticateToken(token)).resolves.toStrictEqual(CLAIMS)
    keys = [{ ...other.jwk, kid: 'new' }]
    seconds = NOW + 601
    const renewing = signAs(other, CLAIMS, { kid: 'new' })
    await expect(provider.authenticateToken(renewing)).resolves.toStrictEqual(CLAIMS)
    await expect(provider.authenticateToken(token)).rejects.toMatchObject(
      refused('token_key_unknown'),
    )
  })

  it('only the token that was accepted is remembered: no other spelling, no other signature', async () => {
    const provider = create(options)
    const token = signAs(key, CLAIMS)
    await provider.authenticateToken(token)
    const [header, payload] = token.split('.')
    const foreign = signAs(other, CLAIMS)
    for (const mutant of [`${token}=`, ` ${token}`, `${header}.${payload}.`, foreign]) {
      await expect(provider.authenticateToken(mutant)).rejects.toMatchObject({
        name: 'TokenError',
        code: expect.stringMatching(/^token_(?:malformed|signature)$/),
      })
    }
  })
})

describe('cache', () => {
  it('gives the same claims again, and without it new ones', async () => {
    const token = signAs(key, CLAIMS)
    const twice = async (provider: MastraJwtAuth) =>
      Promise.all([1, 2].map(() => provider.authenticateToken(token)))
    const remembering = create({})
    const first = await remembering.authenticateToken(token)
    expect(await remembering.authenticateToken(token)).toBe(first)
    const [one, two] = await twice(create({ cache: false }))
    expect(one).not.toBe(two)
    expect(one).toStrictEqual(two)
  })

  it('asks authorizeUser again for every request', async () => {
    const authorizeUser = vi.fn<() => boolean>(() => true)
    const provider = create({ authorizeUser })
    const headers = { authorization: `Bearer ${signAs(key, CLAIMS)}` }
    for (let count = 0; count < 2; count++) {
      const request = new Request('http://localhost/', { headers })
      await expect(provider.getCurrentUser(request)).resolves.toHaveProperty('id', 'alice')
    }
    expect(authorizeUser).toHaveBeenCalledTimes(2)
  })

  it.each([
    { maxBytes: 1023 },
    { maxBytes: 0 },
    { maxBytes: Infinity },
    { maxBytes: '1' },
    {},
    true,
  ])('is refused at construction as %j', (cache) => {
    const options: MastraJwtAuthOptions = Object({ cache })
    const refusal = expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' })
    expect(() => create(options)).toThrow(refusal)
  })
})
