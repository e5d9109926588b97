import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { createClaimMap } from '../claim/claim-map.js'
import { AuthError, ConfigurationError } from '../error.js'
import type { KeySource } from '../keys/key-source.js'
import { readKeySet } from '../keys/key-set.js'
import { publicKeys } from '../keys/public-keys.js'
import { createRemoteKeySet } from '../keys/remote-key-set.js'
import { secretKeys } from '../keys/secret.js'
import { MemoryRevocationList } from '../revocation/memory.js'
import { explainToken } from './explain-token.js'
import type { SinglePolicy, VerificationPolicy } from './policy.js'
import { signToken, type SignOptions } from './sign.js'
import { createVerifier } from './verify.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const { signingKey, ...keys } = secretKeys(SECRET)
const now = () => NOW * 1000
const CLAIMS = { iss: 'issuer', aud: 'api', sub: 'alice', iat: NOW - 10, exp: NOW + 10 }

const STEPS = [
  'size',
  'form',
  'header',
  'policy',
  'algorithm',
  'key',
  'signature',
  'payload',
  'claim types',
  'expiry',
  'not before',
  'issuer',
  'audience',
  'type',
  'required claims',
  'required values',
  'client',
  'subject',
  'actor',
  'binding',
  'revocation',
]

const policy: SinglePolicy = {
  keys,
  now,
  issuer: 'issuer',
  audience: 'api',
  typ: 'JWT',
  requiredClaims: ['sub'],
  revocation: new MemoryRevocationList(now),
}

const requiredValues = { use: ['access', true] }
const claimMap = createClaimMap({ subject: 'oid' })

/** Steps as far as a name, where it fails. */
const failingAt = (name: string) =>
  STEPS.map((step, index) => {
    const distance = index - STEPS.indexOf(name)
    return { name: step, result: distance < 0 ? 'pass' : distance > 0 ? 'not reached' : 'fail' }
  })

const sign = (claims: object = {}, options: SignOptions = {}) =>
  signToken({ ...CLAIMS, ...claims }, signingKey, { now, ...options })

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The verdict of the verifier, in the words of an explanation. */
async function verdictOf(token: unknown, rules: VerificationPolicy): Promise<object> {
  try {
    await createVerifier(rules).verify(token)
    return { accepted: true }
  } catch (error) {
    if (!AuthError.isInstance(error)) throw error
    return { accepted: false, code: error.code }
  }
}

describe('explainToken', () => {
  it('says of a good token that every step passed', async () => {
    await expect(explainToken(sign(), policy)).resolves.toStrictEqual({
      accepted: true,
      steps: STEPS.map((name) => ({ name, result: 'pass' })),
    })
  })

  const forged = `${sign().slice(0, -4)}AAAA`
  const revocation = new MemoryRevocationList(now)
  revocation.revokeSubject('issuer', 'alice')
  const cases: readonly [string, unknown, string, string, Partial<SinglePolicy>?][] = [
    ['what is no text', 5, 'size', 'token_malformed'],
    ['8193 bytes', 'a'.repeat(8193), 'size', 'token_too_large'],
    ['two parts', 'a.b', 'form', 'token_malformed'],
    ['crit', `${encode({ alg: 'HS256', crit: ['b64'] })}.e30.AA`, 'header', 'token_malformed'],
    ['alg none', `${encode({ alg: 'none' })}.e30.`, 'algorithm', 'token_algorithm'],
    ['a key that does not fit', `${encode({ alg: 'ES256' })}.e30.AA`, 'key', 'token_algorithm'],
    ['a forged signature', forged, 'signature', 'token_signature'],
    ['the end of its time', sign({ exp: NOW }), 'expiry', 'token_expired'],
    ['a start to come', sign({ nbf: NOW + 1 }), 'not before', 'token_not_active'],
    ['another issuer', sign({ iss: 'other' }), 'issuer', 'token_issuer'],
    ['another audience', sign({ aud: ['other'] }), 'audience', 'token_audience'],
    ['another type', sign({}, { typ: 'at+jwt' }), 'type', 'token_type'],
    ['no subject', sign({ sub: undefined }), 'required claims', 'token_claim'],
    ['another value', sign({ use: 'id' }), 'required values', 'token_claim', { requiredValues }],
    ['another client', sign({ azp: 'evil' }), 'client', 'token_claim', { clients: ['web'] }],
    ['a client of no name', sign(), 'client', 'token_claim', { clients: ['web'] }],
    ['no mapped subject', sign(), 'subject', 'token_claim', { claimMap }],
    ['an actor', sign({ act: { sub: 'bob' } }), 'actor', 'token_claim', { actors: false }],
    ['a subject that was revoked', sign(), 'revocation', 'token_revoked', { revocation }],
    ['no key', sign(), 'key', 'token_key_unknown', { keys: { find: () => [] } }],
  ]

  it('tells of quotes around a token only where the verifier would look at its form', async () => {
    const quoted = `"${sign()}"`
    await expect(explainToken(quoted, policy)).resolves.toHaveProperty('code', 'token_malformed')
    const short = { ...policy, maxTokenBytes: 20 }
    await expect(explainToken(quoted, short)).resolves.toHaveProperty('code', 'token_too_large')
    await expect(verdictOf(quoted, short)).resolves.toHaveProperty('code', 'token_too_large')
  })

  it.each(cases)(
    'says where a token fails, and what was not reached: %s',
    async (_case, token, step, code, rules = {}) => {
      const explanation = await explainToken(token, { ...policy, ...rules })
      expect(explanation).toMatchObject({
        accepted: false,
        steps: failingAt(step),
        code,
        reason: expect.stringMatching(/\w.*\.$/),
        remedy: expect.stringMatching(/\w/),
      })
      expect(explanation).toMatchObject(await verdictOf(token, { ...policy, ...rules }))
    },
  )

  it.each<[string, object, Partial<SinglePolicy>, string]>([
    [
      'another value',
      { use: 'id' },
      { requiredValues },
      'use is "id"; this server expects "access" or true (set in requiredValues).',
    ],
    [
      'a value that is missing',
      {},
      { requiredValues },
      'use is missing; this server expects "access" or true (set in requiredValues).',
    ],
    [
      'another client',
      { client_id: 'evil' },
      { clients: ['web', 'cli'] },
      'azp or client_id is "evil"; this server expects "web" or "cli" (set in clients).',
    ],
    [
      'a client that stands elsewhere',
      { azp: 'web' },
      { clients: ['web'], claimMap: createClaimMap({ client: ['app', 'id'] }) },
      'app.id is missing; this server expects "web" (set in clients).',
    ],
    [
      'a subject that stands elsewhere',
      { oid: 7 },
      { claimMap },
      'It does not say who calls: oid is missing, blank or not a text (set in claims.subject).',
    ],
    [
      'a subject at its own place',
      { sub: undefined },
      { claimMap: createClaimMap({ roles: 'groups' }) },
      'It does not say who calls: the claim sub is missing.',
    ],
    [
      'an actor where nobody may act',
      { act: { sub: 'bob' } },
      { actors: false },
      'The token has the actor "bob"; this server lets nobody act for another (set in actors).',
    ],
    [
      'an actor that is not on the list',
      { act: {} },
      { actors: ['helper'] },
      'The token has an actor without a name; this server lets only "helper" act for another (set in actors).',
    ],
  ])('says what stands at a place, and what must: %s', async (_case, claims, rules, reason) => {
    const explanation = await explainToken(sign(claims), { ...policy, ...rules })
    expect(explanation).toMatchObject({ accepted: false, code: 'token_claim', reason })
  })

  it('says that keys cannot be had', async () => {
    const remote = createRemoteKeySet('https://issuer.example/jwks', {
      now,
      fetch: async () => new Response(null, { status: 500 }),
    })
    const explanation = await explainToken(sign(), { ...policy, keys: remote })
    expect(explanation).toMatchObject({ steps: failingAt('key'), code: 'keys_unavailable' })
  })

  it('chooses among issuers as the verifier does', async () => {
    const issuers = { now, issuers: [{ keys, issuer: 'issuer' }] }
    await expect(explainToken(sign(), issuers)).resolves.toHaveProperty('accepted', true)
    const other = await explainToken(sign({ iss: 'other' }), issuers)
    expect(other).toMatchObject({ steps: failingAt('policy'), code: 'token_issuer' })
  })

  it('asks no cache, and fills none', async () => {
    let asked = 0
    const counted: KeySource = {
      find(header) {
        asked++
        return keys.find(header)
      },
    }
    const rules = { ...policy, keys: counted, cache: { maxBytes: 2 ** 20 } }
    await explainToken(sign(), rules)
    await explainToken(sign(), rules)
    expect(asked).toBe(2)
  })

  it('throws what is no refusal on', async () => {
    const broken: KeySource = {
      find() {
        throw new RangeError('a bug')
      },
    }
    await expect(explainToken(sign(), { ...policy, keys: broken })).rejects.toThrow('a bug')
    const wrong = { ...policy, maxTokenBytes: -1 }
    await expect(explainToken(sign(), wrong)).rejects.toThrow(ConfigurationError)
  })
})

/** One line of the vectors, as far as it is read here; all is in `test/vectors/README.md`. */
interface Vector {
  readonly id: string
  readonly key: {
    readonly kind: 'secret' | 'pem' | 'jwk' | 'jwks'
    readonly value: string
    readonly encoding: BufferEncoding
    readonly jwk: { readonly kty: string }
    readonly jwks: unknown
  }
  readonly options: Omit<SinglePolicy, 'keys' | 'now'> & {
    readonly now: number
    readonly maxAge?: number
    readonly clockTolerance?: number
    readonly rawPayload?: boolean
  }
  readonly token: unknown
}

function keysOf({ key, options: { algorithms } }: Vector): KeySource {
  switch (key.kind) {
    case 'secret':
      return secretKeys(Buffer.from(key.value, key.encoding), { algorithms })
    case 'jwk':
      return key.jwk.kty === 'oct'
        ? secretKeys(Object({ secret: key.jwk }).secret, { algorithms })
        : publicKeys(key.jwk)
    case 'pem':
      return publicKeys(key.value)
    case 'jwks':
      return readKeySet(key.jwks)
  }
}

/** The policy of a vector; undefined where its key is refused, or its payload is none of a token. */
function policyOf(vector: Vector): SinglePolicy | undefined {
  const { algorithms, issuer, audience, typ, requiredClaims, ...rest } = vector.options
  if (rest.rawPayload === true) return undefined
  try {
    return {
      keys: keysOf(vector),
      algorithms,
      issuer,
      audience,
      typ,
      requiredClaims,
      maxTokenAgeSeconds: rest.maxAge,
      clockToleranceSeconds: rest.clockTolerance,
      now: () => rest.now * 1000,
    }
  } catch (error) {
    if (!ConfigurationError.isInstance(error)) throw error
    return undefined
  }
}

/** All texts of a value, also in its lists and objects, but for the names of keys, which are no secret. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => (name === 'kid' ? [] : textsOf(each)))
}

describe('explainToken on the vectors', () => {
  const url = new URL('../../../../test/vectors/visible.jsonl', import.meta.url)
  const cases: { vector: Vector; rules: SinglePolicy }[] = []

  beforeAll(() => {
    for (const line of readFileSync(url, 'utf8').split('\n')) {
      if (line === '') continue
      const vector: Vector = JSON.parse(line)
      const rules = policyOf(vector)
      if (rules !== undefined) cases.push({ vector, rules })
    }
  })

  it('says of each what the verifier says, and passes every step before the one that fails', async () => {
    const verdicts = new Set<unknown>()
    for (const { vector, rules } of cases) {
      const { steps, reason, remedy, ...verdict } = await explainToken(vector.token, rules)
      const { id } = vector
      expect({ id, ...verdict }).toMatchObject({ id, ...(await verdictOf(vector.token, rules)) })
      const fails = steps.find(({ result }) => result === 'fail')
      const expected =
        fails === undefined
          ? STEPS.map((name) => ({ name, result: 'pass' }))
          : failingAt(fails.name)
      expect({ id, steps }).toStrictEqual({ id, steps: expected })
      expect([fails, reason, remedy].map((each) => each === undefined)).toStrictEqual(
        Array(3).fill(verdict.accepted),
      )
      verdicts.add(verdict.code)
    }
    expect(cases.length).toBeGreaterThanOrEqual(590)
    expect(verdicts.size).toBeGreaterThanOrEqual(9)
  })

  it('holds nothing of the token, the key or the secret', async () => {
    for (const { vector, rules } of cases) {
      const text = JSON.stringify(await explainToken(vector.token, rules))
      const parts = typeof vector.token === 'string' ? vector.token.split('.') : []
      const secrets = [...parts, vector.key.value, ...textsOf([vector.key.jwk, vector.key.jwks])]
      const told = secrets.filter((each) => each?.length > 16 && text.includes(each))
      expect({ id: vector.id, told }).toStrictEqual({ id: vector.id, told: [] })
    }
  })
})
