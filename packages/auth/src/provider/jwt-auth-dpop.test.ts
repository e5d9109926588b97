import { createHmac } from 'node:crypto'
import { generateKeyPair, generateProof, calculateThumbprint } from 'dpop'
import { describe, expect, it } from 'vitest'
import { startIntrospectionServer } from '@signet/test-support/token/introspection-server'
import { createDpopClient, type ProofChanges } from '@signet/test-support/token/dpop-client'
import { MemoryProofRegister, type ProofRegister } from '../dpop/proof-register.js'
import { AuthError, type TokenError } from '../error.js'
import { signToken } from '../jwt/sign.js'
import { createTestKeyPair } from '../test/key-pair.js'
import type { AuthRequest } from './auth-provider.js'
import { CompositeAuth } from './composite-auth.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import { SimpleAuth } from './simple-auth.js'

const NOW = 1_900_000_000
const ISSUER = 'https://issuer.example'
const URL_OF_REQUEST = 'https://api.example/api/agents?page=1'
const HTU = 'https://api.example/api/agents'
const SECRET = 'a secret of the tests, with bytes enough for HS256'

const issuerKey = createTestKeyPair('ES256', { keyId: 'one' })
const client = createDpopClient()
const thief = createDpopClient()

const base = {
  jwks: { keys: [issuerKey.publicJwk] },
  issuer: ISSUER,
  audience: 'api',
  now: () => NOW * 1000,
} satisfies MastraJwtAuthOptions

const provider = (options: MastraJwtAuthOptions = {}) => new MastraJwtAuth({ ...base, ...options })

function tokenWith(claims: object = {}): string {
  const all = { iss: ISSUER, aud: 'api', sub: 'alice', exp: NOW + 600, ...claims }
  return signToken(all, issuerKey.signingKey)
}

const BOUND = tokenWith({ cnf: client.cnf })
const UNBOUND = tokenWith()

interface Sent {
  readonly token?: string
  readonly scheme?: string
  readonly method?: string
  readonly url?: string
  /** The header `DPoP`; null for none. */
  readonly proof?: string | readonly string[] | null
  readonly publicUrl?: string
  readonly proofs?: ProofRegister
}

function proofOf(changes?: ProofChanges, token = BOUND): string {
  return client.prove({ token, method: 'GET', url: HTU, now: NOW }, changes)
}

function requestOf(sent: Sent): AuthRequest {
  const { token = BOUND, scheme = 'DPoP', method = 'GET', url = URL_OF_REQUEST } = sent
  const { proof = proofOf({}, token), publicUrl, proofs } = sent
  const headers = new Headers({ authorization: `${scheme} ${token}` })
  for (const each of [proof ?? []].flat()) headers.append('dpop', each)
  const raw = new Request(url, { method, headers })
  return {
    raw,
    headers,
    header: (name) => headers.get(name) ?? undefined,
    proof: { publicUrl, proofs },
  }
}

async function refusalOf(
  auth: MastraJwtAuth | CompositeAuth,
  sent: Sent = {},
): Promise<TokenError | undefined> {
  try {
    await auth.authenticateToken(sent.token ?? BOUND, requestOf(sent))
    return undefined
  } catch (error) {
    return error as TokenError
  }
}

/** The code, and why. */
async function outcomeOf(sent: Sent = {}, auth: MastraJwtAuth | CompositeAuth = provider()) {
  const refusal = await refusalOf(auth, sent)
  return refusal === undefined ? 'accepted' : `${refusal.code}: ${refusal.message}`
}

describe('a token that is bound to a key (RFC 9449)', () => {
  it.each([
    ['left out', {}],
    ['optional', { dpop: 'optional' }],
    ['required', { dpop: 'required' }],
  ] as const)(
    'is accepted with the proof of its client, and refused without it: dpop %s',
    async (_, options) => {
      expect(await outcomeOf({}, provider(options))).toBe('accepted')
      expect(await outcomeOf({ proof: null }, provider(options))).toMatch(/^proof_missing/)
    },
  )

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'PS256'] as const)(
    'may have a key for %s',
    async (algorithm) => {
      const holder = createDpopClient(algorithm)
      const token = tokenWith({ cnf: holder.cnf })
      const proof = holder.prove({ token, method: 'GET', url: HTU, now: NOW })
      expect(await outcomeOf({ token, proof })).toBe('accepted')
      const stolen = thief.prove({ token, method: 'GET', url: HTU, now: NOW })
      expect(await outcomeOf({ token, proof: stolen })).toMatch(/^proof_invalid/)
    },
  )

  it.each(['ES256', 'Ed25519', 'RS256', 'PS256'] as const)(
    'is accepted with a proof of the package dpop: %s',
    async (algorithm) => {
      const keys = await generateKeyPair(algorithm)
      const jkt = await calculateThumbprint(keys.publicKey)
      const now = Math.floor(Date.now() / 1000)
      const token = tokenWith({ cnf: { jkt }, exp: now + 600 })
      const proof = await generateProof(keys, HTU, 'GET', undefined, token)
      const auth = provider({ now: Date.now })
      expect(await outcomeOf({ token, proof }, auth)).toBe('accepted')
      expect(await outcomeOf({ token, proof }, auth)).toBe(
        'proof_invalid: The proof was used before.',
      )
    },
  )

  it('needs a proof on each request, also once the token is remembered', async () => {
    const auth = provider()
    for (let time = 0; time < 3; time++) {
      expect(await outcomeOf({}, auth)).toBe('accepted')
      expect(await outcomeOf({ proof: null }, auth)).toMatch(/^proof_missing/)
    }
  })

  it('is refused by a provider that is given no request', async () => {
    await expect(provider().authenticateToken(BOUND)).rejects.toMatchObject({
      code: 'proof_missing',
    })
    await expect(provider().authenticateToken(UNBOUND)).resolves.toMatchObject({ sub: 'alice' })
  })

  it('has no current user in a request without a proof', async () => {
    const asked = (proof: string | null) => provider().getCurrentUser(requestOf({ proof }).raw)
    expect(await asked(null)).toBeNull()
    expect(await asked(proofOf())).toMatchObject({ id: 'alice' })
  })

  it.each(['Bearer', 'bearer', 'BEARER'])(
    'is refused as %s, with a proof and without',
    async (scheme) => {
      expect(await outcomeOf({ scheme })).toMatch(/^proof_missing: .* bearer token/)
      expect(await outcomeOf({ scheme, proof: null })).toMatch(/^proof_missing/)
    },
  )

  it.each(['DPoP', 'dpop', 'DPOP'])('is accepted as %s (RFC 9110 section 11.1)', async (scheme) => {
    expect(await outcomeOf({ scheme })).toBe('accepted')
  })

  it('needs its proof also in a header that a proxy sets', async () => {
    const auth = provider({ tokenHeader: 'x-token' })
    expect(await outcomeOf({ scheme: 'Basic' }, auth)).toBe('accepted')
    expect(await outcomeOf({ scheme: 'Basic', proof: null }, auth)).toMatch(/^proof_missing/)
  })

  it.each([
    ['x5t#S256 (RFC 8705)', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
    ['jwk (RFC 7800)', { jwk: client.pair.publicJwk }],
    ['kid', { kid: 'one' }],
    [
      'jkt and x5t#S256',
      { ...client.cnf, 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' },
    ],
    ['nothing', {}],
    ['a jkt that is a list', { jkt: [client.cnf.jkt] }],
    ['an empty jkt', { jkt: '' }],
    ['a padded jkt', { jkt: `${client.cnf.jkt}=` }],
    ['a longer jkt', { jkt: `${client.cnf.jkt}A` }],
    ['null', null],
    ['a text', client.cnf.jkt],
    ['a list', [client.cnf]],
    ['false', false],
    ['members of a prototype', JSON.parse(`{"__proto__":{"jkt":"${client.cnf.jkt}"}}`)],
  ])('is refused where cnf has %s, with a proof and without', async (_, cnf) => {
    const token = tokenWith({ cnf })
    for (const dpop of ['optional', 'required'] as const) {
      const auth = provider({ dpop })
      expect(await outcomeOf({ token }, auth)).toMatch(/^token_binding/)
      expect(await outcomeOf({ token, scheme: 'Bearer', proof: null }, auth)).toMatch(
        /^token_binding/,
      )
    }
  })
})

describe('a token that is not bound', () => {
  it('is a bearer token, unless every token must be bound', async () => {
    const sent = { token: UNBOUND, scheme: 'Bearer', proof: null }
    expect(await outcomeOf(sent)).toBe('accepted')
    expect(await outcomeOf(sent, provider({ dpop: 'optional' }))).toBe('accepted')
    expect(await outcomeOf(sent, provider({ dpop: 'required' }))).toMatch(/^token_binding/)
    expect(await outcomeOf({ token: UNBOUND }, provider({ dpop: 'required' }))).toMatch(
      /^token_binding/,
    )
  })

  it('is refused of one issuer that requires it, and accepted of another', async () => {
    const { now, ...strict } = base
    const other = createTestKeyPair('ES256')
    const auth = new MastraJwtAuth({
      now,
      issuers: [
        { ...strict, dpop: 'required' },
        { ...strict, issuer: 'https://other.example', jwks: { keys: [other.publicJwk] } },
      ],
    })
    const sent = { scheme: 'Bearer', proof: null }
    expect(await outcomeOf({ ...sent, token: UNBOUND }, auth)).toMatch(/^token_binding/)
    const claims = { iss: 'https://other.example', aud: 'api', sub: 'bob', exp: NOW + 60 }
    const token = signToken(claims, other.signingKey)
    expect(await outcomeOf({ ...sent, token }, auth)).toBe('accepted')
    expect(auth.dpop).toBe('optional')
  })
})

describe('the proof (RFC 9449 section 4.3)', () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [head = '', body = '', signature = ''] = proofOf().split('.')
  const { d } = client.pair.privateJwk
  const jwk = (JSON.parse(Buffer.from(head, 'base64url').toString()) as { readonly jwk: object })
    .jwk
  const hs256 = () => {
    const input = `${encode({ typ: 'dpop+jwt', alg: 'HS256', jwk })}.${body}`
    return `${input}.${createHmac('sha256', JSON.stringify(jwk)).update(input).digest('base64url')}`
  }

  it.each<[string, string | readonly string[]]>([
    ['two headers DPoP', [proofOf(), proofOf()]],
    ['the same proof in two headers', [proofOf(), '']],
    ['a text', 'proof'],
    ['two parts', `${head}.${body}`],
    ['more than 8192 bytes', proofOf({ claims: { more: 'x'.repeat(8192) } })],
    ['the access token as its proof', BOUND],
    [
      'another payload than was signed',
      `${head}.${encode({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), htm: 'POST' })}.${signature}`,
    ],
    ['the typ of a token', proofOf({ header: { typ: 'JWT' } })],
    ['a typ in upper case', proofOf({ header: { typ: 'DPOP+JWT' } })],
    ['a list as typ', proofOf({ header: { typ: ['dpop+jwt'] } })],
    ['typ left out', proofOf({ header: { typ: undefined } })],
    ['alg none', `${encode({ typ: 'dpop+jwt', alg: 'none', jwk })}.${body}.`],
    ['alg HS256 over the public key', hs256()],
    ['alg left out', proofOf({ header: { alg: undefined } })],
    ['an alg that does not fit its key', proofOf({ header: { alg: 'ES384' } })],
    ['an alg in lower case', proofOf({ header: { alg: 'es256' } })],
    ['crit', proofOf({ header: { crit: ['exp'], exp: 1 } })],
    ['b64', proofOf({ header: { b64: true } })],
    ['jwk left out', proofOf({ header: { jwk: undefined } })],
    ['a jwk that is null', proofOf({ header: { jwk: null } })],
    ['a jwk that is a list', proofOf({ header: { jwk: [jwk] } })],
    ['a private jwk', proofOf({ header: { jwk: { ...jwk, d } } })],
    ['a jwk with k', proofOf({ header: { jwk: { ...jwk, k: 'AAAA' } } })],
    ['a jwk for encryption', proofOf({ header: { jwk: { ...jwk, use: 'enc' } } })],
    ['a jwk for another alg', proofOf({ header: { jwk: { ...jwk, alg: 'ES384' } } })],
    ['a symmetric jwk', proofOf({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
    ['a key by kid alone', proofOf({ header: { jwk: undefined, kid: client.cnf.jkt } })],
    ['the key of another', thief.prove({ token: BOUND, method: 'GET', url: HTU, now: NOW })],
    ['the key of its client, and the signature of another', proofOf({ signer: thief.pair })],
    ['jti left out', proofOf({ claims: { jti: undefined } })],
    ['an empty jti', proofOf({ claims: { jti: '' } })],
    ['a number as jti', proofOf({ claims: { jti: 1 } })],
    ['a jti of 513 characters', proofOf({ claims: { jti: 'x'.repeat(513) } })],
    ['htm left out', proofOf({ claims: { htm: undefined } })],
    ['another htm', proofOf({ claims: { htm: 'POST' } })],
    ['an htm in lower case', proofOf({ claims: { htm: 'get' } })],
    ['a list as htm', proofOf({ claims: { htm: ['GET'] } })],
    ['htu left out', proofOf({ claims: { htu: undefined } })],
    ['the path of another', proofOf({ claims: { htu: 'https://api.example/api/tools' } })],
    ['a longer path', proofOf({ claims: { htu: `${HTU}/` } })],
    ['a shorter path', proofOf({ claims: { htu: 'https://api.example/api' } })],
    ['a path in upper case', proofOf({ claims: { htu: 'https://api.example/API/agents' } })],
    ['another host', proofOf({ claims: { htu: 'https://evil.example/api/agents' } })],
    [
      'a host that only begins so',
      proofOf({ claims: { htu: 'https://api.example.evil/api/agents' } }),
    ],
    ['another scheme', proofOf({ claims: { htu: 'http://api.example/api/agents' } })],
    ['another port', proofOf({ claims: { htu: 'https://api.example:8443/api/agents' } })],
    ['a path alone', proofOf({ claims: { htu: '/api/agents' } })],
    ['a user in htu', proofOf({ claims: { htu: 'https://a@api.example/api/agents' } })],
    ['a backslash in htu', proofOf({ claims: { htu: 'https:\\\\api.example/api/agents' } })],
    ['a tab in htu', proofOf({ claims: { htu: 'https://api.example/api/ag\tents' } })],
    ['a blank before htu', proofOf({ claims: { htu: ` ${HTU}` } })],
    ['an encoded slash in htu', proofOf({ claims: { htu: 'https://api.example/api%2Fagents' } })],
    ['iat left out', proofOf({ claims: { iat: undefined } })],
    ['a text as iat', proofOf({ claims: { iat: String(NOW) } })],
    ['an iat 60 seconds ago', proofOf({ claims: { iat: NOW - 60 } })],
    ['an iat of 1970', proofOf({ claims: { iat: 0 } })],
    ['an iat 6 seconds ahead', proofOf({ claims: { iat: NOW + 6 } })],
    ['an iat in milliseconds', proofOf({ claims: { iat: NOW * 1000 } })],
    ['an exp that is over', proofOf({ claims: { exp: NOW } })],
    ['a text as exp', proofOf({ claims: { exp: 'never' } })],
    ['an nbf to come', proofOf({ claims: { nbf: NOW + 60 } })],
    ['ath left out', proofOf({ claims: { ath: undefined } })],
    ['the ath of another token', proofOf({}, UNBOUND)],
    ['an ath with padding', proofOf({ claims: { ath: `${'A'.repeat(43)}=` } })],
    ['a number as nonce', proofOf({ claims: { nonce: 1 } })],
    ['content_digest', proofOf({ claims: { content_digest: 'sha-256=:AAAA:' } })],
  ])('is refused with %s', async (_, proof) => {
    expect(await outcomeOf({ proof })).toMatch(/^proof_invalid/)
    expect(await outcomeOf()).toBe('accepted')
  })

  it('is refused with a header whose member is named twice', async () => {
    const twice = Buffer.from(
      `{"typ":"dpop+jwt","typ":"dpop+jwt","alg":"ES256","jwk":${JSON.stringify(jwk)}}`,
    )
    const input = `${twice.toString('base64url')}.${body}`
    const signed = client.pair.signingKey.sign(input).toString('base64url')
    expect(await outcomeOf({ proof: `${input}.${signed}` })).toMatch(/^proof_invalid/)
  })

  it('may have a key that was private before only with its public half, also where the key is remembered', async () => {
    expect(await outcomeOf()).toBe('accepted')
    expect(await outcomeOf({ proof: proofOf({ header: { jwk: { ...jwk, d } } }) })).toMatch(
      /^proof_invalid/,
    )
  })

  it('is refused with a key of RSA with 1024 bits, which an issuer has bound', async () => {
    const weak = { kty: 'RSA', n: Buffer.alloc(128, 0xab).toString('base64url'), e: 'AQAB' }
    const { createHash } = await import('node:crypto')
    const text = JSON.stringify({ e: weak.e, kty: weak.kty, n: weak.n })
    const token = tokenWith({ cnf: { jkt: createHash('sha256').update(text).digest('base64url') } })
    const proof = proofOf({ header: { jwk: weak, alg: 'RS256' } }, token)
    expect(await outcomeOf({ token, proof })).toMatch(
      /^proof_invalid: The jwk of the proof is private, weak/,
    )
  })

  it.each([
    ['with a query and a fragment', `${HTU}?page=2#top`],
    ['with the default port', 'https://api.example:443/api/agents'],
    ['with scheme and host in upper case', 'HTTPS://API.EXAMPLE/api/agents'],
    ['with an unreserved character encoded', 'https://api.example/api/%61gents'],
    ['with segments of dots', 'https://api.example/x/../api/agents'],
  ])('may name the same URL %s', async (_, htu) => {
    expect(await outcomeOf({ proof: proofOf({ claims: { htu } }) })).toBe('accepted')
  })

  it.each([
    ['59 seconds old', { iat: NOW - 59 }],
    ['5 seconds ahead', { iat: NOW + 5 }],
    ['with claims that nobody knows', { more: { of: 'it' } }],
    ['with an end and a beginning', { exp: NOW + 10, nbf: NOW - 10 }],
    ['with a jti of 512 characters', { jti: 'x'.repeat(512) }],
  ])('may be %s', async (_, claims) => {
    expect(await outcomeOf({ proof: proofOf({ claims }) })).toBe('accepted')
  })

  it('is for one method', async () => {
    const proof = proofOf({ claims: { htm: 'POST' } })
    expect(await outcomeOf({ proof, method: 'POST' })).toBe('accepted')
    expect(await outcomeOf({ proof: proofOf(), method: 'POST' })).toMatch(/^proof_invalid/)
  })

  it('is accepted once', async () => {
    const auth = provider()
    const proof = proofOf()
    expect(await outcomeOf({ proof }, auth)).toBe('accepted')
    expect(await outcomeOf({ proof }, auth)).toBe('proof_invalid: The proof was used before.')
    expect(await outcomeOf({}, auth)).toBe('accepted')
  })

  it('is not used up by a request that is refused', async () => {
    const auth = provider()
    const proof = proofOf()
    expect(await outcomeOf({ proof, method: 'POST' }, auth)).toMatch(/^proof_invalid/)
    expect(await outcomeOf({ proof }, auth)).toBe('accepted')
  })

  it('is accepted at most once, however many come at the same time', async () => {
    const auth = provider()
    const proof = proofOf()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf({ proof }, auth)))
    expect(outcomes.filter((each) => each === 'accepted')).toHaveLength(1)
  })

  it('may have an age that the option says', async () => {
    const auth = provider({ dpop: { mode: 'optional', windowSeconds: 300 } })
    expect(await outcomeOf({ proof: proofOf({ claims: { iat: NOW - 299 } }) }, auth)).toBe(
      'accepted',
    )
    expect(await outcomeOf({ proof: proofOf({ claims: { iat: NOW - 300 } }) }, auth)).toMatch(
      /^proof_invalid/,
    )
  })
})

describe('the URL that a proof is for', () => {
  const url = 'http://10.0.0.7:4111/api/agents'

  it.each([
    ['https://api.example', HTU],
    ['https://api.example/', HTU],
    ['https://api.example/tools', 'https://api.example/tools/api/agents'],
    ['https://api.example/tools/', 'https://api.example/tools/api/agents'],
    ['https://api.example/tools', HTU],
  ])('is below the public URL %s: %s', async (publicUrl, htu) => {
    const proof = () => proofOf({ claims: { htu } })
    expect(await outcomeOf({ url, publicUrl, proof: proof() })).toBe('accepted')
    expect(await outcomeOf({ url, proof: proof() })).toMatch(/^proof_invalid: The htu/)
  })

  it('is not what the request says, where there is a public URL', async () => {
    const proof = () => proofOf({ claims: { htu: url } })
    expect(await outcomeOf({ url, proof: proof() })).toBe('accepted')
    expect(await outcomeOf({ url, publicUrl: 'https://api.example', proof: proof() })).toMatch(
      /^proof_invalid: The htu/,
    )
  })
})

describe('the register of used proofs', () => {
  it('is the one of the request, unless the option names another', async () => {
    const proof = proofOf()
    const shared = new MemoryProofRegister({ now: base.now })
    expect(await outcomeOf({ proof, proofs: shared })).toBe('accepted')
    expect(await outcomeOf({ proof, proofs: shared })).toMatch(/used before/)
    const named = provider({ dpop: { mode: 'optional', proofs: shared } })
    const empty = new MemoryProofRegister({ now: base.now })
    expect(await outcomeOf({ proof, proofs: empty }, named)).toMatch(/used before/)
  })

  it('is told when the proof is too old', async () => {
    const told: unknown[] = []
    const proofs: ProofRegister = {
      async register(...all) {
        told.push(all)
        return true
      },
    }
    await outcomeOf({ proofs, proof: proofOf({ claims: { iat: NOW - 10 } }) })
    expect(told).toEqual([[expect.stringMatching(/^[\w-]{43}$/), (NOW + 50) * 1000]])
  })

  it.each<[string, () => unknown]>([
    ['fails', () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('full')
      },
    ],
    ['says nothing', () => undefined],
    ['says 1', () => 1],
    ['says OK', () => 'OK'],
  ])('refuses all where it %s', async (_, register) => {
    const proofs = { register } as ProofRegister
    const refusal = await refusalOf(provider(), { proofs })
    expect(refusal).toBeInstanceOf(AuthError)
    expect(refusal?.code).toBe('proofs_unavailable')
  })
})

describe('the nonce of the server (RFC 9449 section 9)', () => {
  const options = { dpop: { mode: 'optional', nonce: SECRET } } as const
  const withNonce = (nonce: unknown) => proofOf({ claims: { nonce } })

  it('is given out with the refusal of a proof that has none, and makes the next one good', async () => {
    const auth = provider(options)
    const refusal = await refusalOf(auth)
    expect(refusal).toMatchObject({
      code: 'proof_nonce',
      nonce: expect.stringMatching(/^[\w.-]+$/),
    })
    expect(await outcomeOf({ proof: withNonce(refusal?.nonce) }, auth)).toBe('accepted')
    expect(await outcomeOf({ proof: withNonce(refusal?.nonce) }, provider(options))).toBe(
      'accepted',
    )
  })

  it.each(['x', '', 'a.b', '1.', `${NOW.toString(36)}.${'A'.repeat(43)}`])(
    'is not %j',
    async (nonce) => {
      expect(await outcomeOf({ proof: withNonce(nonce) }, provider(options))).toMatch(
        /^proof_(?:nonce|invalid)/,
      )
    },
  )

  it('is good for 300 seconds, and not before it was made', async () => {
    const refusal = await refusalOf(provider(options))
    const outcomeIn = (seconds: number) => {
      const now = NOW + seconds
      const proof = client.prove(
        { token: BOUND, method: 'GET', url: HTU, now },
        { claims: { nonce: refusal?.nonce } },
      )
      return outcomeOf({ proof }, provider({ ...options, now: () => now * 1000 }))
    }
    expect(await outcomeIn(299)).toBe('accepted')
    expect(await outcomeIn(300)).toMatch(/^proof_nonce/)
    expect(await outcomeIn(-5)).toBe('accepted')
    expect(await outcomeIn(-6)).toMatch(/^proof_nonce/)
  })

  it('is of a secret of the list, and not of another one', async () => {
    const other = `not ${SECRET}`
    const of = (nonce: string | readonly string[]) =>
      provider({ dpop: { mode: 'optional', nonce } })
    const { nonce } = (await refusalOf(of(SECRET))) ?? {}
    expect(await outcomeOf({ proof: withNonce(nonce) }, of([other, SECRET]))).toBe('accepted')
    expect(await outcomeOf({ proof: withNonce(nonce) }, of(other))).toMatch(/^proof_nonce/)
  })

  it('is not given to whoever cannot sign', async () => {
    const refusal = await refusalOf(provider(options), { proof: proofOf({ signer: thief.pair }) })
    expect(refusal).toMatchObject({ code: 'proof_invalid', nonce: undefined })
  })
})

describe('an opaque token (RFC 9449 section 6.2)', () => {
  const good = { active: true, token_type: 'DPoP', sub: 'alice', aud: 'api', exp: NOW + 600 }
  const token = 'an-opaque-token'

  it.each<[string, object, RegExp, RegExp]>([
    ['bound, with the type DPoP', { cnf: client.cnf }, /^accepted/, /^proof_missing/],
    [
      'bound, with the type Bearer',
      { cnf: client.cnf, token_type: 'Bearer' },
      /^accepted/,
      /^proof_missing/,
    ],
    ['of the type DPoP without a key', {}, /^token_type/, /^token_type/],
    [
      'bound to a certificate',
      { cnf: { 'x5t#S256': 'x' }, token_type: 'Bearer' },
      /^token_binding/,
      /^token_binding/,
    ],
  ])('that is %s', async (_, said, withProof, without) => {
    const server = await startIntrospectionServer(() => ({ body: { ...good, ...said } }))
    try {
      const introspection = { endpoint: server.url, clientId: 'agents', clientSecret: SECRET }
      const auth = provider({ introspection })
      expect(await outcomeOf({ token }, auth)).toMatch(withProof)
      expect(await outcomeOf({ token, proof: null }, auth)).toMatch(without)
      expect(await outcomeOf({ token, scheme: 'Bearer', proof: null }, auth)).toMatch(without)
    } finally {
      await server.close()
    }
  })
})

describe('several providers', () => {
  it('ask for the proof through CompositeAuth', async () => {
    const robot = new SimpleAuth({ tokens: { ['r0bot-'.repeat(8)]: { id: 'robot' } } })
    const auth = new CompositeAuth([provider({ dpop: 'required' }), robot])
    expect(await outcomeOf({}, auth)).toBe('accepted')
    expect(await outcomeOf({ proof: null }, auth)).toMatch(/^proof_missing/)
    expect(auth.dpop).toBe('optional')
  })

  it.each([
    [undefined, {}, {}],
    ['optional', { dpop: 'optional' }, {}],
    ['optional', { dpop: 'required' }, {}],
    ['required', { dpop: 'required' }, { dpop: { mode: 'required' } }],
  ] as const)('say %s of these together', (mode, one, other) => {
    const second = { ...base, issuer: 'https://other.example', ...other }
    expect(new CompositeAuth([provider(one), new MastraJwtAuth(second)]).dpop).toBe(mode)
  })
})

describe('the option dpop', () => {
  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'dpop'],
    ['an empty text', '', 'dpop'],
    ['null', null, 'dpop'],
    ['true', true, 'dpop'],
    ['another case', 'Required', 'dpop'],
    ['a list', ['required'], 'dpop'],
    ['an empty object', {}, 'dpop.mode'],
    ['an undefined mode', { mode: undefined }, 'dpop.mode'],
    ['another mode', { mode: 'off' }, 'dpop.mode'],
    ['an undefined window', { mode: 'optional', windowSeconds: undefined }, 'dpop.windowSeconds'],
    ['a window of 0', { mode: 'optional', windowSeconds: 0 }, 'dpop.windowSeconds'],
    ['a window of 601', { mode: 'optional', windowSeconds: 601 }, 'dpop.windowSeconds'],
    ['a window of text', { mode: 'optional', windowSeconds: '60' }, 'dpop.windowSeconds'],
    ['a window of NaN', { mode: 'optional', windowSeconds: Number.NaN }, 'dpop.windowSeconds'],
    ['an undefined nonce', { mode: 'optional', nonce: undefined }, 'dpop.nonce'],
    ['an empty nonce', { mode: 'optional', nonce: '' }, 'dpop.nonce'],
    ['a short nonce', { mode: 'optional', nonce: 'short' }, 'dpop.nonce'],
    ['an empty list of nonces', { mode: 'optional', nonce: [] }, 'dpop.nonce'],
    ['a nonce that is true', { mode: 'optional', nonce: true }, 'dpop.nonce'],
    ['undefined proofs', { mode: 'optional', proofs: undefined }, 'dpop.proofs'],
    ['proofs without a method', { mode: 'optional', proofs: {} }, 'dpop.proofs'],
    ['a misspelt option', { mode: 'optional', window: 60 }, 'dpop.window'],
  ])('cannot be %s', (_, dpop, name) => {
    const make = () => provider({ dpop } as MastraJwtAuthOptions)
    expect(make).toThrow(expect.objectContaining({ message: expect.stringContaining(name) }))
    expect(make).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(?:option|secret)_/) }),
    )
  })
})

describe('a bound token under a server that is not ours', () => {
  const proof = proofOf()
  const authorization = `DPoP ${BOUND}`
  const url = URL_OF_REQUEST
  const request = (headers: HeadersInit = { authorization, dpop: proof }) =>
    new Request(url, { headers })

  it.each([
    ['a Request', request()],
    [
      'a request in the form of Hono',
      { raw: request(), header: (name: string) => request().headers.get(name) ?? undefined },
    ],
    ['a request without a function for headers', { raw: request(), headers: request().headers }],
    [
      'a request in the form of Express',
      { method: 'GET', url, headers: { authorization, dpop: proof } },
    ],
  ])('is accepted with its proof in %s', async (_, asked) => {
    expect(await provider().authenticateToken(BOUND, asked)).toMatchObject({ sub: 'alice' })
  })

  it.each([
    ['a Request without the proof', request({ authorization }), 'proof_missing'],
    [
      'a Request with the scheme Bearer',
      request({ authorization: `Bearer ${BOUND}`, dpop: proof }),
      'proof_missing',
    ],
    [
      'two proofs in the form of Express',
      { method: 'GET', url, headers: { authorization, dpop: [proof, proof] } },
      'proof_invalid',
    ],
    [
      'a request that says neither method nor URL',
      { headers: { authorization, dpop: proof } },
      'proof_missing',
    ],
    [
      'a path in place of the URL',
      { method: 'GET', url: '/api/agents', headers: { authorization, dpop: proof } },
      'proof_invalid',
    ],
    [
      'headers of another object',
      { method: 'GET', url, headers: Object.create({ authorization, dpop: proof }) },
      'proof_missing',
    ],
    ['an empty object', {}, 'proof_missing'],
  ])('is refused with %s', async (_, asked, code) => {
    await expect(provider().authenticateToken(BOUND, asked)).rejects.toMatchObject({ code })
  })
})
