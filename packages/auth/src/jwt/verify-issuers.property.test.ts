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
  NOW,
  toJoseOptions,
} from '@signet/test-support/token/token-arbitraries'
import { TokenError } from '../error.js'
import type { KeySource } from '../keys/key-source.js'
import { readKeySet } from '../keys/key-set.js'
import { secretKeys } from '../keys/secret.js'
import type { Algorithm } from '../jws/algorithm.js'
import { createVerifier, type Verifier } from './verify.js'
import type { VerifiedToken } from './verified-token.js'

/** A signature with a private key costs far more than one with a secret. */
const numRuns = DEAR_RUNS
const now = () => NOW * 1000

/** All keys have the same `kid`, so that it tells nobody apart. */
const kid = 'shared'

/** An issuer, what signs its tokens, and how jose checks them. */
interface Issuer extends SignsTokens {
  readonly name: string
  readonly algorithm: Algorithm
  readonly keys: KeySource
  readonly theirs: KeyObject | Uint8Array
}

const keySigners: readonly KeySigner[] = [
  createRsaSigner(),
  createRsaSigner(),
  createPssSigner(),
  createEcSigner(),
  createEdSigner(),
]

function secretIssuer(name: string, secret: Buffer): Issuer {
  const keys = secretKeys(secret, { algorithms: ['HS256'] })
  return { ...hmacSigner(secret), name, algorithm: 'HS256', keys, theirs: secret }
}

const issuers: readonly Issuer[] = [
  secretIssuer('secret', Buffer.from('correct horse battery staple, and a half')),
  secretIssuer('other secret', Buffer.from('another horse battery staple, and a half')),
  ...keySigners.map((signer, index) => ({
    ...signer,
    name: `${signer.name} ${index}`,
    keys: readKeySet({ keys: [{ ...signer.jwk, kid }] }),
    theirs: signer.publicKey,
  })),
]
const anyIssuer = fc.constantFrom(...issuers)
const names = issuers.map(({ name }) => name)

const policy = issuers.map(({ name, keys }) => ({
  issuer: name,
  audience: `for ${name}`,
  keys,
}))
const verifier = createVerifier({ issuers: policy, now })
const remembering = createVerifier({ issuers: policy, now, cache: { maxBytes: 200_000 } })

/** The verified token, or the code of its refusal. Whatever is no `TokenError` is thrown on. */
async function outcome(token: unknown, engine: Verifier): Promise<VerifiedToken | string> {
  try {
    return await engine.verify(token)
  } catch (error) {
    if (error instanceof TokenError) return error.code
    throw error
  }
}

/** Who signs with the bytes of a public key, as if they were a secret (RFC 8725 section 2.1). */
const forgers = keySigners.flatMap(({ publicKey, pem, jwk }) =>
  [pem, publicKey.export({ type: 'spki', format: 'der' }), JSON.stringify(jwk)].map(hmacSigner),
)
const anyKey = fc.oneof(
  { weight: 3, arbitrary: anyIssuer },
  { weight: 1, arbitrary: fc.constantFrom<SignsTokens>(...forgers) },
)

const algorithmName = fc.constantFrom<unknown>(
  'HS256',
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'Ed25519',
  'none',
  'HS384',
  'RS384',
  undefined,
)
const foreignHeader = fc.record(
  {
    kid: fc.constantFrom<unknown>(kid, 'HS256', 'RS256', '', null, 7),
    typ: fc.constantFrom('JWT', 'at+jwt'),
    iss: fc.constantFrom(...names),
    jku: fc.constant('https://evil.example/keys'),
    jwk: fc.constantFrom(...keySigners.map((signer) => signer.jwk)),
  },
  { requiredKeys: [] },
)

describe('several issuers (RFC 8725 section 3.8)', () => {
  it('a token of one issuer that is signed with the key of another is refused, whatever its header says', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(
        anyIssuer,
        anyKey,
        fc.oneof(
          { weight: 1, arbitrary: fc.constant('own') },
          { weight: 3, arbitrary: algorithmName },
        ),
        foreignHeader,
        async (claimed, key, algorithm, more) => {
          const own = 'algorithm' in key ? key.algorithm : 'HS256'
          const header = JSON.stringify({ ...more, alg: algorithm === 'own' ? own : algorithm })
          const claims = { iss: claimed.name, aud: `for ${claimed.name}`, sub: 's', exp: NOW + 9 }
          const token = craftToken(key, header, JSON.stringify(claims))
          for (const engine of [verifier, remembering]) {
            const verdict = await outcome(token, engine)
            if (typeof verdict === 'string') continue
            accepted++
            expect(claimed).toBe(key)
            expect(verdict.rules.issuer).toBe(claimed.name)
            await jwtVerify(token, claimed.theirs, toJoseOptions({ issuer: claimed.name }))
          }
        },
      ),
      { numRuns: numRuns * 2 },
    )
    expect(accepted).toBeGreaterThan(numRuns / 50)
  })

  it('only the issuer that signed it takes it, for its own audience and under its own name', async () => {
    const odd = fc.constantFrom<unknown>('nobody', '', null, 7, ['secret'], undefined, '__proto__')
    const cases = anyIssuer.chain((signer) => {
      const own = { weight: 2, arbitrary: fc.constant<unknown>(signer.name) }
      const other = fc.constantFrom<unknown>(...names)
      const party = fc.oneof(own, { weight: 1, arbitrary: other }, { weight: 1, arbitrary: odd })
      return fc.record({ signer: fc.constant(signer), iss: party, audience: party })
    })
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(cases, async ({ signer, iss, audience }) => {
        const header = JSON.stringify({ alg: signer.algorithm, kid })
        const aud = typeof audience === 'string' ? `for ${audience}` : audience
        const payload = JSON.stringify({ iss, aud, sub: 's', exp: NOW + 9 })
        const verdict = await outcome(craftToken(signer, header, payload), verifier)
        const isAccepted = typeof verdict !== 'string'
        expect(isAccepted).toBe(iss === signer.name && audience === signer.name)
        if (isAccepted) accepted++
      }),
      { numRuns },
    )
    expect(accepted).toBeGreaterThan(numRuns / 50)
  })

  it('for claims of any type only a TokenError comes of a token, or the claims as they were signed', async () => {
    const headers = headerText(issuers.map(({ algorithm }) => algorithm))
    await fc.assert(
      fc.asyncProperty(
        anyIssuer,
        headers,
        claimsText,
        fc.boolean(),
        async (signer, header, claims, isNamed) => {
          const parsed: Record<string, unknown> = JSON.parse(claims)
          const payload = isNamed ? JSON.stringify({ ...parsed, iss: signer.name }) : claims
          const token = craftToken(signer, header, payload)
          for (const engine of [verifier, remembering]) {
            const verdict = await outcome(token, engine)
            const isCode = typeof verdict === 'string' && verdict.startsWith('token_')
            expect(isCode || isDeepStrictEqual(Object(verdict).claims, JSON.parse(payload))).toBe(
              true,
            )
          }
        },
      ),
      { numRuns },
    )
  })
})
