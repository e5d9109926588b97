import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEAR_RUNS } from '@signet/test-support/time/property-runs'
import { createDpopClient, type ProofChanges } from '@signet/test-support/token/dpop-client'
import { ALPHABET } from '@signet/test-support/token/token-arbitraries'
import { TokenError } from '../error.js'
import { createTestKeyPair } from '../test/key-pair.js'
import { checkProof, type CheckedProof, type ProofExpectation } from './proof.js'
import { MemoryProofRegister, proofKey } from './proof-register.js'

/** A property that takes too long on a busy machine ends with the runs that it has made. */
const BOUNDS = { numRuns: DEAR_RUNS, interruptAfterTimeLimit: 10_000 }
/** The clock, in seconds since 1970. */
const NOW = 1_900_000_000
const WINDOW_SECONDS = 60
const TOKEN = 'header.payload.signature'
const METHOD = 'POST'
const URL = 'https://agents.example/api/agents/clerk'

const clients = (['ES256', 'Ed25519', 'PS256'] as const).map((name) => createDpopClient(name))
const strangers = (['ES256', 'Ed25519', 'PS256'] as const).map((name) => createTestKeyPair(name))

const request = { token: TOKEN, method: METHOD, url: URL, now: NOW }

function expectationOf({ cnf }: (typeof clients)[number]): ProofExpectation {
  return {
    token: TOKEN,
    thumbprint: cnf.jkt,
    method: METHOD,
    urls: [URL],
    now: NOW * 1000,
    windowSeconds: WINDOW_SECONDS,
  }
}

/** What a proof says, or the code of its refusal. Whatever is not a refusal is thrown on. */
function outcomeOf(proof: string, expected: ProofExpectation): CheckedProof | string {
  try {
    return checkProof(proof, expected)
  } catch (error) {
    if (TokenError.isInstance(error)) return error.code
    throw error
  }
}

const anyClient = fc.nat({ max: clients.length - 1 }).map((index) => ({
  client: clients[index] ?? createDpopClient(),
  stranger: strangers[index] ?? createTestKeyPair('ES256'),
}))

const character = fc.oneof(
  fc.constantFrom(...ALPHABET, '.', '=', ' ', ',', '"', '{', '\0', 'é'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)

/** Changes a text somewhere; where is told as a part of its length. */
const textChange = fc
  .record({
    kind: fc.constantFrom('replace', 'insert', 'remove', 'cut', 'double', 'swap', 'without'),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    length: fc.integer({ min: 1, max: 5 }),
    text: fc.array(character, { minLength: 1, maxLength: 4 }).map((each) => each.join('')),
  })
  .map(({ kind, place, length, text }) => (proof: string): string => {
    const at = Math.floor(place * proof.length)
    const parts = proof.split('.')
    switch (kind) {
      case 'replace':
        return proof.slice(0, at) + text + proof.slice(at + text.length)
      case 'insert':
        return proof.slice(0, at) + text + proof.slice(at)
      case 'remove':
        return proof.slice(0, at) + proof.slice(at + length)
      case 'cut':
        return proof.slice(0, at)
      case 'double':
        return `${proof}${text}${proof}`
      case 'swap':
        return [parts[1], parts[0], parts[2]].join('.')
      default:
        return `${parts[0]}.${parts[1]}.`
    }
  })

/** Any value but one. */
const otherThan = (value: unknown) =>
  fc
    .oneof(
      fc.constantFrom<unknown>(undefined, null, true, 0, '', [], {}, [value], { value }),
      fc.constantFrom<unknown>(
        `${String(value)} `,
        `${String(value)}\0`,
        String(value).toLowerCase(),
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    .filter((other) => other !== value)

const outsideWindow = fc.oneof(
  fc.double({ max: NOW - WINDOW_SECONDS, noNaN: true }),
  fc.double({ min: NOW + 5, minExcluded: true, noNaN: true }),
  fc.constantFrom(NOW * 1000, -NOW, 0),
)

const otherUrl = fc.oneof(
  otherThan(URL),
  fc.constantFrom(
    'http://agents.example/api/agents/clerk',
    'https://agents.example:4111/api/agents/clerk',
    'https://agents.example.evil.example/api/agents/clerk',
    'https://evil.example/https://agents.example/api/agents/clerk',
    'https://agents.example@evil.example/api/agents/clerk',
    'https://user@agents.example/api/agents/clerk',
    'https://agents.example/api/agents/clerk/',
    'https://agents.example/api/agents/Clerk',
    'https://agents.example/api/agents/clerk%2F',
    'https://agents.example/api/agents',
    '//agents.example/api/agents/clerk',
    '/api/agents/clerk',
  ),
)

const named = <Value>(name: string, values: fc.Arbitrary<Value>) =>
  values.map((value) => ({ [name]: value }))

/** A header that no good proof has, whatever the rest says. */
const badHeader = fc.oneof(
  named('typ', otherThan('dpop+jwt')),
  named('jwk', otherThan(undefined)),
  named('crit', fc.jsonValue({ maxDepth: 1 })),
  named('b64', fc.jsonValue({ maxDepth: 1 })),
  named(
    'alg',
    fc.constantFrom<unknown>('none', 'HS256', 'es256', 'RS1', '', null, undefined, ['ES256']),
  ),
)

/** Claims that no good proof has, whatever the rest says. */
const badClaims = fc.oneof(
  named('htm', otherThan(METHOD)),
  named('htu', otherUrl),
  named('ath', otherThan(undefined)),
  named('ath', fc.constant(undefined)),
  named('iat', outsideWindow),
  named(
    'iat',
    fc.jsonValue({ maxDepth: 1 }).filter((value) => typeof value !== 'number'),
  ),
  named('iat', fc.constant(undefined)),
  named('exp', fc.double({ max: NOW, noNaN: true })),
  named('nbf', fc.double({ min: NOW + 5, minExcluded: true, noNaN: true })),
  named(
    'jti',
    fc.oneof(
      fc.jsonValue({ maxDepth: 1 }).filter((value) => typeof value !== 'string' || value === ''),
      fc.constantFrom<unknown>(undefined, 'j'.repeat(513)),
    ),
  ),
)

const badStatement: fc.Arbitrary<ProofChanges> = fc.oneof(
  badHeader.map((header) => ({ header })),
  badClaims.map((claims) => ({ claims })),
)

const extraMembers = fc.dictionary(
  fc.string({ maxLength: 8 }).map((name) => `x ${name}`),
  fc.jsonValue({ maxDepth: 1 }),
  { maxKeys: 3 },
)

describe('a good proof (RFC 9449 section 4.3)', () => {
  it('passes, whatever else it says and whenever it was made in the window', () => {
    const when = fc.double({ min: NOW - WINDOW_SECONDS + 0.001, max: NOW + 5, noNaN: true })
    fc.assert(
      fc.property(anyClient, when, extraMembers, fc.uuid(), ({ client }, iat, extra, jti) => {
        const proof = client.prove(request, { header: extra, claims: { ...extra, iat, jti } })
        expect(outcomeOf(proof, expectationOf(client))).toMatchObject({ id: jti })
      }),
      BOUNDS,
    )
  })

  it('does not pass with any other text', () => {
    fc.assert(
      fc.property(anyClient, textChange, ({ client }, change) => {
        const proof = client.prove(request)
        const changed = change(proof)
        fc.pre(changed !== proof)
        expect(outcomeOf(changed, expectationOf(client))).toBe('proof_invalid')
      }),
      BOUNDS,
    )
  })

  it('does not pass for another request, token, key or time', () => {
    const other = fc.oneof(
      named('method', fc.constantFrom('GET', 'post', 'POST ', '')),
      named('urls', fc.constantFrom([], [`${URL}/`], ['https://evil.example/api/agents/clerk'])),
      named('token', fc.string({ maxLength: 30 })),
      named('thumbprint', fc.string({ maxLength: 50 })),
      named('now', fc.constantFrom((NOW + WINDOW_SECONDS) * 1000, (NOW - 6) * 1000, 0, NaN)),
    )
    fc.assert(
      fc.property(anyClient, other, ({ client }, facts) => {
        const expected = { ...expectationOf(client), ...facts }
        expect(outcomeOf(client.prove(request), expected)).toBe('proof_invalid')
      }),
      BOUNDS,
    )
  })
})

describe('a proof that the right key has signed, but that says something else', () => {
  it('never passes', () => {
    fc.assert(
      fc.property(anyClient, badStatement, extraMembers, ({ client }, changes, extra) => {
        const proof = client.prove(request, {
          header: { ...extra, ...changes.header },
          claims: { ...extra, ...changes.claims },
        })
        expect(outcomeOf(proof, expectationOf(client))).toBe('proof_invalid')
      }),
      BOUNDS,
    )
  })
})

describe('a proof that another key has signed', () => {
  it('never passes, whichever key it names', () => {
    fc.assert(
      fc.property(anyClient, fc.boolean(), ({ client, stranger }, namesItself) => {
        const header = namesItself ? { jwk: stranger.publicJwk } : {}
        const proof = client.prove(request, { signer: stranger, header })
        expect(outcomeOf(proof, expectationOf(client))).toBe('proof_invalid')
      }),
      { ...BOUNDS, numRuns: Math.ceil(DEAR_RUNS / 4) },
    )
  })
})

describe('a second signature of ECDSA that anybody can make of the first', () => {
  /** The order of P-256. */
  const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

  it('is no second proof: its jti is the same', () => {
    const client = createDpopClient('ES256')
    const proof = client.prove(request)
    const [header, payload, signature = ''] = proof.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    const s = ORDER - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    const second = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ])
    const register = new MemoryProofRegister({ now: () => NOW * 1000 })
    const use = (text: string) => {
      const checked = outcomeOf(text, expectationOf(client))
      return typeof checked === 'string'
        ? checked
        : register.register(proofKey(client.cnf.jkt, checked.id), checked.expiresAt)
    }
    expect(use(proof)).toBe(true)
    expect(use(`${header}.${payload}.${second.toString('base64url')}`)).toBe(false)
  })
})
