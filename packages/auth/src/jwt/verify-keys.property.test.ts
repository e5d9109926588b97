import type { KeyObject } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  craftToken,
  createEcSigner,
  createEdSigner,
  createPssSigner,
  createRsaSigner,
  hmacSigner,
  type KeySigner,
  type SignsTokens,
} from '@signet/test-support/token/signers'
import { DEAR_RUNS } from '@signet/test-support/time/property-runs'
import {
  claimsText,
  headerText,
  lenientRules,
  NOW,
  toJoseOptions,
} from '@signet/test-support/token/token-arbitraries'
import { TokenError } from '../error.js'
import type { KeySource } from '../keys/key-source.js'
import { readKeySet } from '../keys/key-set.js'
import { publicKeys } from '../keys/public-keys.js'
import { secretKeys } from '../keys/secret.js'
import type { Algorithm } from '../jws/algorithm.js'
import { createVerifier, type Verifier } from './verify.js'
import type { VerifiedToken } from './verified-token.js'

/** A signature with a private key costs far more than one with a secret. */
const numRuns = DEAR_RUNS
const now = () => NOW * 1000
const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

/** Who signs with one algorithm, and how it is checked here and by jose. */
interface Signer extends SignsTokens {
  readonly name: string
  readonly algorithm: Algorithm
  readonly keys: KeySource
  readonly theirs: KeyObject | Uint8Array
}

const SECRET = Buffer.from('correct horse battery staple, twice: correct horse battery staple')

const withKeys = (signer: KeySigner, keys: KeySource): Signer => ({
  ...signer,
  keys,
  theirs: signer.publicKey,
})

const [rsa, pss, ec, ed, ed25519] = [
  createRsaSigner(),
  createPssSigner(),
  createEcSigner(),
  createEdSigner(),
  createEdSigner('Ed25519'),
]
const others = [createEcSigner('ES384'), createEcSigner('ES512')]

/** Keys in every form that they can be given in. */
const signers: readonly Signer[] = [
  {
    ...hmacSigner(SECRET),
    name: 'HS256',
    algorithm: 'HS256',
    keys: secretKeys(SECRET, { algorithms: ['HS256'] }),
    theirs: SECRET,
  },
  withKeys(rsa, publicKeys({ ...rsa.jwk })),
  withKeys(pss, publicKeys([pss.jwk])),
  withKeys(ec, readKeySet({ keys: [ec.jwk] })),
  withKeys(ed, publicKeys(ed.pem)),
  withKeys(ed25519, publicKeys([ed25519.jwk])),
  ...others.map((each) => withKeys(each, readKeySet({ keys: [each.jwk] }))),
]

/** ES384 and ES512 are ES256 with longer numbers, and take ten to forty times as long: each is drawn five times less often. */
const isDear = ({ name }: Signer) => name === 'ES384' || name === 'ES512'
const anySigner = fc.oneof(
  ...signers.map((each) => ({ weight: isDear(each) ? 1 : 5, arbitrary: fc.constant(each) })),
)

/** The verified token, or the code of its refusal. Whatever is no `TokenError` is thrown on. */
async function outcome(token: unknown, verifier: Verifier): Promise<VerifiedToken | string> {
  try {
    return await verifier.verify(token)
  } catch (error) {
    if (error instanceof TokenError) return error.code
    throw error
  }
}

const wasAccepted = (verdict: VerifiedToken | string) => typeof verdict !== 'string'

const verifierOf = new Map(signers.map((each) => [each, createVerifier({ keys: each.keys, now })]))

async function isAccepted(token: string, signer: Signer): Promise<boolean> {
  const verifier = verifierOf.get(signer)
  if (verifier === undefined) throw new Error('There is no such signer.')
  return wasAccepted(await outcome(token, verifier))
}

function flipBit(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes)
  const bit = at % (bytes.length * 8)
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return flipped
}

const quick = signers.filter((each) => !isDear(each))

describe.each(quick)('no mutation of a valid token of $name is accepted', (signer) => {
  const header = JSON.stringify({ alg: signer.algorithm, kid: signer.name })
  const payload = `{"sub":"alice","exp":${NOW + 60}}`

  it('flipping any one bit of its text refuses it: all of them, one after the other', async () => {
    const token = craftToken(signer, header, payload)
    const original = Buffer.from(token)
    const accepted: string[] = []
    for (let bit = 0; bit < original.length * 8; bit++) {
      const mutant = flipBit(original, bit).toString('latin1')
      if (await isAccepted(mutant, signer)) accepted.push(mutant)
    }
    expect(await isAccepted(token, signer)).toBe(true)
    expect(accepted).toStrictEqual([])
  })

  it('flipping any one bit of its signature refuses it: all of them, one after the other', async () => {
    const [head = '', body = '', last = ''] = craftToken(signer, header, payload).split('.')
    const signature = Buffer.from(last, 'base64url')
    const accepted: number[] = []
    for (let bit = 0; bit < signature.length * 8; bit++) {
      const mutant = `${head}.${body}.${encode(flipBit(signature, bit))}`
      if (await isAccepted(mutant, signer)) accepted.push(bit)
    }
    expect(accepted).toStrictEqual([])
  })
})

/** A token that its signer's verifier accepts, whatever private claims it has. */
const validToken = fc
  .tuple(
    anySigner,
    fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
    fc.boolean(),
  )
  .map(([signer, extra, hasKeyId]) => {
    const header = { alg: signer.algorithm, kid: hasKeyId ? signer.name : undefined }
    const claims = { ...extra, iss: 'i', aud: 'a', sub: 's', jti: 't' }
    const times = { iat: NOW, nbf: NOW, exp: NOW + 60 }
    const payload = JSON.stringify({ ...claims, ...times })
    return { signer, token: craftToken(signer, JSON.stringify(header), payload) }
  })

describe('tokens of any kind of key', () => {
  it('are accepted by their own key, and by no other', async () => {
    await fc.assert(
      fc.asyncProperty(validToken, anySigner, async ({ token, signer }, other) => {
        expect(await isAccepted(token, signer)).toBe(true)
        expect(await isAccepted(token, other)).toBe(signer === other)
      }),
      { numRuns },
    )
  })

  it('are refused once any bit of header, payload or signature is flipped, encoded anew', async () => {
    await fc.assert(
      fc.asyncProperty(validToken, fc.nat(2), fc.nat(), async ({ token, signer }, part, at) => {
        const parts = token.split('.')
        const flipped = flipBit(Buffer.from(parts[part] ?? '', 'base64url'), at)
        expect(await isAccepted(parts.with(part, encode(flipped)).join('.'), signer)).toBe(false)
      }),
      { numRuns },
    )
  })

  it('are refused with the signature of any other bytes of any length', async () => {
    const signature = fc.oneof(
      fc.uint8Array({ maxLength: 140 }),
      fc.constantFrom(0, 32, 64, 96, 132, 256).map((length) => new Uint8Array(length)),
    )
    await fc.assert(
      fc.asyncProperty(validToken, signature, async ({ token, signer }, bytes) => {
        const signingInput = token.slice(0, token.lastIndexOf('.'))
        expect(await isAccepted(`${signingInput}.${encode(bytes)}`, signer)).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('jose as the oracle of public keys', () => {
  const cases = anySigner.chain((signer) =>
    fc.record({
      signer: fc.constant(signer),
      header: fc.oneof(
        fc
          .constantFrom(signer.name, undefined)
          .map((kid) => JSON.stringify({ alg: signer.algorithm, kid, typ: 'JWT' })),
        headerText([signer.algorithm]),
      ),
      claims: claimsText,
      rules: lenientRules([signer.algorithm]),
    }),
  )

  it('accepts what we accept, with the same header and claims', async () => {
    const accepted = new Map<Signer, number>()
    await fc.assert(
      fc.asyncProperty(cases, async ({ signer, header, claims, rules }) => {
        const token = craftToken(signer, header, claims)
        const verifier = createVerifier({ keys: signer.keys, now, ...rules })
        const verdict = await outcome(token, verifier)
        if (typeof verdict === 'string') return
        accepted.set(signer, (accepted.get(signer) ?? 0) + 1)
        const { payload, protectedHeader } = await jwtVerify(
          token,
          signer.theirs,
          toJoseOptions(rules),
        )
        const ours = [verdict.header, verdict.claims]
        expect(isDeepStrictEqual(ours, [protectedHeader, payload])).toBe(true)
      }),
      { numRuns: numRuns * 2 },
    )
    // Else the property would hold of a verifier that refuses everything, or every key of a kind.
    expect(accepted.size).toBe(signers.length)
    for (const [signer, count] of accepted) {
      // With the fewest runs some twelve tokens of a dear curve are accepted, of any other some sixty.
      expect(count).toBeGreaterThan(numRuns / (isDear(signer) ? 2000 : 50))
    }
  })

  it('agrees with us on the second of exp, nbf and iat, for any tolerance and age', async () => {
    const second = fc.integer({ min: NOW - 6, max: NOW + 6 })
    const times = fc.record({ exp: second, nbf: second, iat: second }, { requiredKeys: [] })
    const seconds = fc.integer({ min: 0, max: 6 })
    const limits = fc.record(
      { clockToleranceSeconds: seconds, maxTokenAgeSeconds: seconds },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(anySigner, times, limits, async (signer, claims, rules) => {
        const header = JSON.stringify({ alg: signer.algorithm })
        const token = craftToken(signer, header, JSON.stringify(claims))
        const verifier = createVerifier({ keys: signer.keys, now, ...rules })
        const theirs = await jwtVerify(token, signer.theirs, toJoseOptions(rules)).then(
          () => true,
          () => false,
        )
        expect(wasAccepted(await outcome(token, verifier))).toBe(theirs)
      }),
      { numRuns },
    )
  })
})
