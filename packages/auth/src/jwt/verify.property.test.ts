import { createHmac } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { NUM_RUNS } from '@signet/test-support/time/property-runs'
import {
  ALPHABET,
  claimsText,
  headerText,
  lenientRules,
  name,
  NOW,
  OPTIONAL,
  toJoseOptions,
} from '@signet/test-support/token/token-arbitraries'
import { AuthError, TokenError } from '../error.js'
import { readBearerToken } from '../bearer/header.js'
import { secretKeys } from '../keys/secret.js'
import type { HmacAlgorithm } from '../jws/algorithm.js'
import { createVerifier } from './verify.js'
import type { VerifiedToken } from './verified-token.js'

const numRuns = NUM_RUNS
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const SECRET_BYTES = Buffer.from(SECRET)
const keys = secretKeys(SECRET)
const now = () => NOW * 1000
const HASHES: Readonly<Record<HmacAlgorithm, string>> = {
  HS256: 'sha256',
  HS384: 'sha384',
  HS512: 'sha512',
}

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url')

function sign(
  header: string,
  payload: string | Uint8Array,
  algorithm: HmacAlgorithm = 'HS256',
): string {
  const signingInput = `${encode(header)}.${encode(payload)}`
  const mac = createHmac(HASHES[algorithm], SECRET_BYTES).update(signingInput)
  return `${signingInput}.${mac.digest('base64url')}`
}

const verifier = createVerifier({ keys, now })

/** The verified token, or the code of its refusal. Whatever is no `TokenError` is thrown on. */
async function outcome(token: unknown, engine = verifier): Promise<VerifiedToken | string> {
  try {
    return await engine.verify(token)
  } catch (error) {
    if (error instanceof TokenError) return error.code
    throw error
  }
}

const wasAccepted = (verdict: VerifiedToken | string) => typeof verdict !== 'string'

const algorithm = fc.constantFrom<HmacAlgorithm>('HS256', 'HS384', 'HS512')

const validToken = fc
  .tuple(
    algorithm,
    fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
  )
  .map(([alg, extra]) => {
    const claims = {
      ...extra,
      iss: 'i',
      aud: 'a',
      sub: 'alice',
      jti: 't',
      iat: NOW,
      nbf: NOW,
      exp: NOW + 60,
    }
    return sign(JSON.stringify({ alg, typ: 'JWT' }), JSON.stringify(claims), alg)
  })

describe('no mutation of a valid token is accepted (RFC 7515 section 5.2)', () => {
  it('flipping any one bit of one token refuses it: all of them, one after the other', async () => {
    const token = sign('{"alg":"HS256"}', `{"sub":"alice","exp":${NOW + 60}}`)
    const original = Buffer.from(token)
    const accepted: string[] = []
    for (let bit = 0; bit < original.length * 8; bit++) {
      const bytes = Buffer.from(original)
      const index = bit >> 3
      bytes[index] = (original[index] ?? 0) ^ (1 << (bit & 7))
      const mutant = bytes.toString('latin1')
      if (wasAccepted(await outcome(mutant))) accepted.push(mutant)
    }
    expect(wasAccepted(await outcome(token))).toBe(true)
    expect(accepted).toStrictEqual([])
  })

  it('writing any other character of base64url in any place of one token refuses it: all of them', async () => {
    const token = sign('{"alg":"HS256"}', '{"sub":"alice"}')
    const accepted: string[] = []
    for (let index = 0; index < token.length; index++) {
      for (const character of `${ALPHABET}.=`) {
        const mutant = token.slice(0, index) + character + token.slice(index + 1)
        if (mutant !== token && wasAccepted(await outcome(mutant))) accepted.push(mutant)
      }
    }
    expect(accepted).toStrictEqual([])
  })

  const character = fc.oneof(
    fc.constantFrom(...ALPHABET, ...'.=+/ \n\t\0%,"{}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  const mutation = fc.record({
    at: fc.nat(),
    removed: fc.oneof(fc.constantFrom(0, 1), fc.nat({ max: 8 })),
    inserted: fc.array(character, { maxLength: 3 }).map((all) => all.join('')),
  })

  it('changing, deleting or inserting characters of any token refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(validToken, mutation, async (token, { at, removed, inserted }) => {
        const index = at % (token.length + 1)
        const mutant = token.slice(0, index) + inserted + token.slice(index + removed)
        fc.pre(mutant !== token)
        expect(wasAccepted(await outcome(mutant))).toBe(false)
      }),
      { numRuns },
    )
  })

  it('flipping any bit of header, payload or signature, encoded anew, refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(validToken, fc.nat(2), fc.nat(), async (token, part, at) => {
        const parts = token.split('.')
        const bytes = Buffer.from(parts[part] ?? '', 'base64url')
        const bit = at % (bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(wasAccepted(await outcome(parts.with(part, encode(bytes)).join('.')))).toBe(false)
      }),
      { numRuns },
    )
  })

  it('mixing the parts of two valid tokens refuses them', async () => {
    const choice = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(validToken, validToken, choice, async (one, other, isOther) => {
        const parts = other.split('.')
        const mixed = one
          .split('.')
          .map((part, index) => (isOther[index] === true ? parts[index] : part))
        const mutant = mixed.join('.')
        fc.pre(mutant !== one && mutant !== other)
        expect(wasAccepted(await outcome(mutant))).toBe(false)
      }),
      { numRuns },
    )
  })

  it('and the same tokens unchanged are accepted', async () => {
    await fc.assert(
      fc.asyncProperty(validToken, async (token) => {
        expect(wasAccepted(await outcome(token))).toBe(true)
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    )
  })
})

const HMAC_NAMES: readonly HmacAlgorithm[] = ['HS256', 'HS384', 'HS512']
const anyHeader = headerText(HMAC_NAMES)
const lenient = lenientRules(HMAC_NAMES)

const isHmac = (value: unknown): value is HmacAlgorithm => Object.hasOwn(HASHES, String(value))

function signAsHeaderSays(header: string, payload: string): string {
  const { alg }: { alg: unknown } = JSON.parse(header)
  return sign(header, payload, isHmac(alg) ? alg : 'HS256')
}

/** What jose says of a token under the same rules. */
function oracle(token: string, rules: Parameters<typeof toJoseOptions>[0]) {
  return jwtVerify(token, SECRET_BYTES, toJoseOptions({ algorithms: HMAC_NAMES, ...rules }))
}

describe('jose as the oracle', () => {
  it('accepts what we accept, with the same header and claims', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(anyHeader, claimsText, lenient, async (header, claims, rules) => {
        const token = signAsHeaderSays(header, claims)
        const verdict = await outcome(token, createVerifier({ keys, now, ...rules }))
        if (typeof verdict === 'string') return
        accepted++
        const { payload, protectedHeader } = await oracle(token, rules)
        const isSame = isDeepStrictEqual(
          [verdict.header, verdict.claims],
          [protectedHeader, payload],
        )
        expect(isSame).toBe(true)
      }),
      { numRuns: numRuns * 3 },
    )
    // Else the property would hold of a verifier that refuses everything.
    expect(accepted).toBeGreaterThan(numRuns / 10)
  })

  it('accepts ordinary claims with any private ones, as we do', async () => {
    const ordinary = fc.record(
      {
        iss: name,
        sub: name,
        jti: name,
        aud: fc.oneof(name, fc.array(name)),
        exp: fc.integer({ min: NOW + 1, max: NOW + 8 }),
        nbf: fc.integer({ min: NOW - 8, max: NOW }),
        iat: fc.integer({ min: NOW - 8, max: NOW + 8 }),
      },
      OPTIONAL,
    )
    await fc.assert(
      fc.asyncProperty(ordinary, fc.jsonValue({ maxDepth: 4 }), async (claims, member) => {
        const token = sign('{"alg":"HS256"}', JSON.stringify({ ...claims, member }))
        const verdict = await outcome(token)
        const { payload } = await oracle(token, {})
        expect(isDeepStrictEqual(Object(verdict).claims, payload)).toBe(true)
      }),
      { numRuns },
    )
  })

  it('is agreed with on the second of exp, nbf and iat, for any tolerance and age', async () => {
    const second = fc.integer({ min: NOW - 6, max: NOW + 6 })
    const claims = fc.record({ exp: second, nbf: second, iat: second }, OPTIONAL)
    const rules = fc.record(
      {
        clockToleranceSeconds: fc.integer({ min: 0, max: 6 }),
        maxTokenAgeSeconds: fc.integer({ min: 0, max: 6 }),
      },
      OPTIONAL,
    )
    await fc.assert(
      fc.asyncProperty(claims, rules, async (times, limits) => {
        const token = sign('{"alg":"HS256"}', JSON.stringify(times))
        const ours = wasAccepted(await outcome(token, createVerifier({ keys, now, ...limits })))
        const theirs = await oracle(token, limits).then(
          () => true,
          () => false,
        )
        expect(ours).toBe(theirs)
      }),
      { numRuns },
    )
  })
})

describe('whatever comes, only a TokenError comes of it', () => {
  const strict = createVerifier({
    keys,
    now,
    issuer: 'a',
    audience: ['a', 'b'],
    typ: 'at+jwt',
    requiredClaims: ['sub', 'exp', 'jti'],
    maxTokenAgeSeconds: 5,
  })

  it('for signed claims of any type, in any header', async () => {
    await fc.assert(
      fc.asyncProperty(anyHeader, claimsText, async (header, claims) => {
        const token = signAsHeaderSays(header, claims)
        await expect(outcome(token, strict)).resolves.toBeDefined()
      }),
      { numRuns },
    )
  })

  it('for any signed JSON, text or bytes as the payload', async () => {
    const payload = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(payload, async (content) => {
        const verdict = await outcome(sign('{"alg":"HS256"}', content))
        const isCode = typeof verdict === 'string' && verdict.startsWith('token_')
        expect(
          isCode || isDeepStrictEqual(Object(verdict).claims, JSON.parse(String(content))),
        ).toBe(true)
      }),
      { numRuns },
    )
  })

  it('for any value in place of a token', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.anything({ withNullPrototype: true, withBigInt: true }),
        async (value) => {
          expect(await outcome(value)).toMatch(/^token_malformed$/)
        },
      ),
      { numRuns },
    )
  })

  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 30 }),
    fc.json().map(encode),
    anyHeader.map(encode),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 5 }).map((all) => all.join('.')),
  )

  it('for any text in place of a token', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect(await outcome(token)).toMatch(/^token_/)
      }),
      { numRuns },
    )
  })

  it('and an AuthError for any text in place of the Authorization header', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Bearer ', 'bearer', ''),
        text,
        async (scheme, credential) => {
          const error: unknown = await Promise.resolve()
            .then(() => verifier.verify(readBearerToken(scheme + credential)))
            .catch((reason: unknown) => reason)
          expect(AuthError.isInstance(error)).toBe(true)
        },
      ),
      { numRuns },
    )
  })
})
