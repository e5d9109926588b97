import { beforeEach, describe, expect, it } from 'vitest'
import type { KeySource, VerificationKey } from '../keys/key-source.js'
import { createRemoteKeySet } from '../keys/remote-key-set.js'
import { secretKeys } from '../keys/secret.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { createTestKeyPair } from '../test/key-pair.js'
import type { Claims } from './claims.js'
import type { TokenHeader } from '../jws/compact.js'
import { isConstant } from '../lib/constant.js'
import type { SinglePolicy } from './policy.js'
import { signToken } from './sign.js'
import { createVerifier } from './verify.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const OTHER_SECRET = 'another horse battery staple, twice: another horse battery staple'
const { signingKey, find } = secretKeys(SECRET)
const MEBIBYTE = 1024 * 1024

let clock = NOW * 1000
const now = () => clock

beforeEach(() => {
  clock = NOW * 1000
})

/** Keys that count how often they are asked for, and how often a signature is checked. */
class CountingKeys implements KeySource {
  generation = 1
  endsAt = Infinity
  isTrusted = () => clock < this.endsAt
  source: KeySource['find'] = find
  found = 0
  checked = 0
  kept = 0

  async find(header: TokenHeader): Promise<readonly VerificationKey[]> {
    this.found++
    return (await this.source(header)).map((key) => ({
      algorithms: key.algorithms,
      verify: (algorithm, signingInput, signature) => {
        this.checked++
        return key.verify(algorithm, signingInput, signature)
      },
    }))
  }

  keepFresh(): void {
    this.kept++
  }
}

function create(policy: Partial<SinglePolicy> = {}) {
  const keys = new CountingKeys()
  const verifier = createVerifier({ keys, now, cache: { maxBytes: MEBIBYTE }, ...policy })
  return { keys, verifier, verify: (token: string) => verifier.verify(token) }
}

const sign = (claims: Claims = {}) =>
  signToken({ sub: 'alice', iat: NOW, ...claims }, signingKey, { now })

const refusal = (code: string) => ({ name: 'TokenError', code })

describe('the cache: a token that is remembered', () => {
  it('costs no cryptography, and no question for keys', async () => {
    const { keys, verifier } = create()
    const token = sign({ exp: NOW + 60 })
    const verified = await verifier.verify(token)
    for (let count = 0; count < 10; count++) {
      expect(verifier.verifySync(token)).toBe(verified)
    }
    expect([keys.found, keys.checked]).toStrictEqual([1, 1])
  })

  it('is not remembered unless the policy says so', async () => {
    for (const cache of [undefined, false] as const) {
      const { keys, verify } = create({ cache })
      const token = sign()
      await verify(token)
      await verify(token)
      expect([keys.found, keys.checked]).toStrictEqual([2, 2])
    }
  })

  it('is known by its whole text: one sign changed is another token', async () => {
    const { verify } = create()
    const token = sign({ a: 'aaaa' })
    await verify(token)
    const [header = '', , signature = ''] = token.split('.')
    const payload = Buffer.from(JSON.stringify({ sub: 'mallory' })).toString('base64url')
    const twins = [
      `${header}.${payload}.${signature}`,
      `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`,
    ]
    for (const twin of twins)
      await expect(verify(twin)).rejects.toMatchObject(refusal('token_signature'))
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
  })

  it('does not remember a token that was refused', async () => {
    const { keys, verify } = create({ audience: 'api' })
    const token = sign({ aud: 'other' })
    await expect(verify(token)).rejects.toMatchObject(refusal('token_audience'))
    await expect(verify(token)).rejects.toMatchObject(refusal('token_audience'))
    expect(keys.checked).toBe(2)
  })

  it('counts as constant from its second use on, and its claims are frozen through and through', async () => {
    const { verifier } = create()
    const token = sign({ roles: ['member'], act: { sub: 'bob' } })
    const { claims } = await verifier.verify(token)
    expect(isConstant(claims)).toBe(false)
    await verifier.verify(token)
    expect(isConstant(claims)).toBe(true)
    const parts = [claims, claims['roles'], claims['act']]
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true)
  })

  it('keeps its keys fresh although they are not asked for', async () => {
    const { keys, verify } = create()
    const token = sign()
    await verify(token)
    expect(keys.kept).toBe(0)
    await verify(token)
    expect(keys.kept).toBe(1)
  })
})

describe('the cache: time is looked at on each hit', () => {
  it.each([
    ['exp, which is exclusive (RFC 7519 section 4.1.4)', { exp: NOW + 60 }, {}, 60_000],
    ['exp and the tolerance', { exp: NOW + 60 }, { clockToleranceSeconds: 5 }, 65_000],
    ['a fraction of a second', { exp: NOW + 0.5 }, {}, 500],
    ['the oldest age', {}, { maxTokenAgeSeconds: 30 }, 30_001],
    [
      'the oldest age before exp',
      { exp: NOW + 60 },
      { maxTokenAgeSeconds: 30, clockToleranceSeconds: 5 },
      35_001,
    ],
    ['exp before the oldest age', { exp: NOW + 20 }, { maxTokenAgeSeconds: 30 }, 20_000],
  ])('refuses a remembered token at %s', async (_case, claims, policy, lastsMs) => {
    const { keys, verify } = create(policy)
    const token = sign(claims)
    await verify(token)
    clock += lastsMs - 1
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    const before = keys.checked
    clock += 1
    await expect(verify(token)).rejects.toMatchObject(refusal('token_expired'))
    await expect(verify(token)).rejects.toMatchObject(refusal('token_expired'))
    expect(keys.checked).toBe(before + 2)
  })

  it('refuses a remembered token before nbf, where the clock was set back', async () => {
    const { verify } = create()
    const token = sign({ nbf: NOW - 5 })
    await verify(token)
    clock -= 5000
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    clock -= 1
    await expect(verify(token)).rejects.toMatchObject(refusal('token_not_active'))
    clock += 1
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
  })

  it('refuses a remembered token of the future, where its age counts', async () => {
    const { verify } = create({ maxTokenAgeSeconds: 60 })
    const token = sign()
    await verify(token)
    clock -= 1
    await expect(verify(token)).rejects.toMatchObject(refusal('token_not_active'))
  })

  it('takes no remembered token by a clock that gives no number', async () => {
    const { verify } = create()
    const token = sign({ exp: NOW + 60 })
    await verify(token)
    clock = Number.NaN
    await expect(verify(token)).rejects.toMatchObject(refusal('token_expired'))
  })
})

describe('the cache: keys', () => {
  it('asks anew once other keys are in force', async () => {
    const { keys, verify } = create()
    const token = sign()
    await verify(token)
    keys.generation++
    keys.source = secretKeys(OTHER_SECRET).find
    await expect(verify(token)).rejects.toMatchObject(refusal('token_signature'))
    expect(keys.found).toBe(2)
  })

  it('asks anew where the clock was set back to before the token was issued', async () => {
    const { keys, verify } = create({ issuedAheadSeconds: 60 })
    const token = sign({ iat: NOW })
    await verify(token)
    clock -= 60_000
    await verify(token)
    expect(keys.found).toBe(1)
    clock -= 1000
    await expect(verify(token)).rejects.toMatchObject(refusal('token_not_active'))
  })

  it('asks anew once the keys can be trusted no longer', async () => {
    const { keys, verify } = create()
    keys.endsAt = NOW * 1000 + 500
    const token = sign({ exp: NOW + 60 })
    await verify(token)
    clock += 499
    await verify(token)
    expect(keys.found).toBe(1)
    clock += 1
    await verify(token)
    expect(keys.found).toBe(2)
  })

  it('does not remember a token whose keys were replaced while it was verified', async () => {
    const { keys, verify } = create()
    keys.source = async (header) => {
      const old = await find(header)
      keys.generation++
      keys.source = secretKeys(OTHER_SECRET).find
      return old
    }
    const token = sign()
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verify(token)).rejects.toMatchObject(refusal('token_signature'))
    expect(keys.found).toBe(2)
  })

  it('does not remember it either where they were replaced after they were given', async () => {
    let generation = 1
    const keys: KeySource = {
      get generation() {
        return generation
      },
      find: (header) => {
        const found = generation === 1 ? find(header) : secretKeys(OTHER_SECRET).find(header)
        return Promise.resolve(found).then((old) =>
          old.map((key) => ({
            algorithms: key.algorithms,
            verify(algorithm, signingInput, signature) {
              generation = 2
              return key.verify(algorithm, signingInput, signature)
            },
          })),
        )
      },
    }
    const { verify } = create({ keys })
    const token = sign()
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verify(token)).rejects.toMatchObject(refusal('token_signature'))
  })

  it('refuses a remembered token once a refresh has taken its key out of the set', async () => {
    const pair = createTestKeyPair('ES256')
    let jwks: readonly object[] = [pair.publicJwk]
    let fetched = 0
    const keys = createRemoteKeySet('https://issuer.example/jwks', {
      now,
      fetch: async () => {
        fetched++
        return Response.json({ keys: jwks })
      },
    })
    const { verify } = create({ keys })
    const token = signToken({ sub: 'alice' }, pair.signingKey, { now })
    await verify(token)
    await verify(token)
    await verify(token)
    expect(fetched).toBe(1)
    jwks = []
    clock += 600_000
    // The one that starts the fetch is still served by the old set.
    await verify(token)
    await keys.refresh()
    expect(fetched).toBe(2)
    await expect(verify(token)).rejects.toMatchObject(refusal('token_key_unknown'))
  })
})

describe('the cache: revocation and bounds', () => {
  it('looks at the revocation of a remembered token', async () => {
    const revocation = new MemoryRevocationList(now)
    const { keys, verify } = create({ revocation })
    const token = sign({ jti: 'token-1' })
    const other = sign({ jti: 'token-2' })
    await verify(token)
    await verify(other)
    revocation.revokeTokenId('local', 'token-1')
    await expect(verify(token)).rejects.toMatchObject(refusal('token_revoked'))
    await expect(verify(other)).resolves.toHaveProperty('claims.jti', 'token-2')
    expect(keys.checked).toBe(2)
  })

  it('lets nobody in on a list that cannot be trusted', async () => {
    let isOld = false
    const revocation = {
      isRevoked: () => {
        if (isOld) throw new Error('The list is old.')
        return false
      },
    }
    const { verify } = create({ revocation })
    const token = sign()
    await verify(token)
    isOld = true
    await expect(verify(token)).rejects.toThrow('The list is old.')
  })

  it('holds no more than its bytes: the token used longest ago goes first', async () => {
    const tokens = ['a', 'b', 'c'].map((sub) => sign({ sub }))
    const [first = '', second = '', third = ''] = tokens
    const size = 1024 + 8 * first.length
    const { keys, verify } = create({ cache: { maxBytes: 2 * size } })
    await verify(first)
    await verify(second)
    await verify(first)
    expect(keys.checked).toBe(2)
    await verify(third)
    await verify(first)
    expect(keys.checked).toBe(3)
    await verify(second)
    expect(keys.checked).toBe(4)
  })

  it('does not remember a token that is larger than all of it', async () => {
    const { keys, verify } = create({ cache: { maxBytes: 2048 } })
    const token = sign({ padding: 'x'.repeat(200) })
    await verify(token)
    await verify(token)
    expect(keys.checked).toBe(2)
  })

  it.each([0, 1023, 1024.5, Number.NaN, Number.POSITIVE_INFINITY, -1])(
    'refuses maxBytes of %d',
    (maxBytes) => {
      const refused = { name: 'ConfigurationError', code: 'option_invalid' }
      expect(() => create({ cache: { maxBytes } })).toThrow(expect.objectContaining(refused))
    },
  )
})
