import * as fc from 'fast-check'
import type { ClaimRules } from '@signet/auth'
import {
  ALPHABET,
  claimsText,
  lenientRules,
  NOW,
  OPTIONAL,
} from '@signet/test-support/token/token-arbitraries'
import { ALGORITHMS, type SignatureForm } from './key-ring.js'

/** How one key of a policy is given. */
export interface KeyPlan {
  /** Chooses the key of the ring. */
  readonly key: number
  /** As PEM where it stands in no set. */
  readonly isPem: boolean
  /** Members beside those that make the key. `kid: 'own'` is the key's own name, `alg: 'own'` its first. */
  readonly members: Readonly<Record<string, unknown>>
}

/** Whose tokens are accepted. */
export interface RulesPlan {
  readonly form: 'secrets' | 'keys' | 'set'
  readonly keys: readonly KeyPlan[]
  readonly rules: ClaimRules & { readonly algorithms?: readonly (typeof ALGORITHMS)[number][] }
}

/** One policy: its own rules for each issuer, or one for all. */
export interface PolicyPlan {
  readonly isByIssuer: boolean
  readonly rules: readonly RulesPlan[]
  readonly cacheBytes: number
  readonly maxTokenBytes: number | undefined
}

/** How the text of header or claims is written. */
export type Spelling =
  | 'plain'
  | 'byte order mark'
  | 'blanks'
  | 'escaped'
  | 'duplicate'
  | 'escaped duplicate'
  | 'rubbish behind'
  | 'bad UTF-8'
  | 'deep'
  | 'large'
  | 'list'
  | 'huge number'
  | 'lone surrogate'
  | 'empty'

/** What is done to a token once it is signed. */
export type Mutation =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'splice'
      readonly at: number
      readonly removed: number
      readonly text: string
    }
  | { readonly kind: 'flip'; readonly part: number; readonly at: number }
  | { readonly kind: 'part'; readonly part: number; readonly form: PartForm }
  | { readonly kind: 'mix'; readonly part: number }

/** Another form of one part of a token. */
export type PartForm =
  | 'padded'
  | 'other alphabet'
  | 'trailing bits'
  | 'missing'
  | 'empty'
  | 'zeroes'
  | 'half'
  | 'twice'
  | 'one more'
  | 'blank around'

/** A token, as a plan. */
export interface TokenPlan {
  /** Chooses who signs: a key of the policy, or where `isForeign` any key of the ring. */
  readonly key: number
  readonly isForeign: boolean
  /** Signs with a public key of the policy as if it were a secret (RFC 8725 section 2.1). */
  readonly isPublicKeyAsSecret: boolean
  /** Chooses among the algorithms of the key. */
  readonly algorithm: number
  readonly form: SignatureForm
  /** `alg: 'own'`, `kid: 'own'` and `jwk: 'own'` are those of who signs. */
  readonly header: Readonly<Record<string, unknown>>
  readonly headerSpelling: Spelling
  readonly claims: string
  readonly claimsSpelling: Spelling
  readonly mutation: Mutation
  /** The clock, in milliseconds after `NOW`. */
  readonly laterMs: number
}

/** Tokens for one policy, one after the other. */
export interface TokenCase {
  readonly policy: PolicyPlan
  readonly tokens: readonly TokenPlan[]
}

function mostly<Value, Other>(weight: number, usual: Value, other: fc.Arbitrary<Other>) {
  return fc.oneof<fc.WeightedArbitrary<Value | Other>[]>(
    { withCrossShrink: true },
    { weight, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: other },
  )
}

const oddText = fc.constantFrom<unknown>('', 'nobody', '__proto__', null, 7, ['own'], {}, 'own\0')

const keyMembers = fc.record(
  {
    kid: mostly(6, 'own', fc.constantFrom<unknown>('shared', 'shared', '', 7, null)),
    alg: mostly(4, 'own', fc.constantFrom<unknown>('RS384', 'PS256', 'ES256', 'none', 'RSA-OAEP')),
    use: mostly(8, 'sig', fc.constantFrom<unknown>('enc', '', 7)),
    key_ops: mostly(
      6,
      ['verify'],
      fc.constantFrom<unknown>([], ['sign'], ['verify', 'verify'], ['encrypt', 'verify'], 'verify'),
    ),
    d: mostly(30, undefined, fc.constant('AQAB')),
  },
  OPTIONAL,
)

const keyPlan: fc.Arbitrary<KeyPlan> = fc.record({
  key: fc.nat(),
  isPem: fc.boolean(),
  members: fc.oneof(
    { weight: 2, arbitrary: fc.constant({ kid: 'own' }) },
    { weight: 1, arbitrary: fc.constant({ kid: 'own', alg: 'own' }) },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 2, arbitrary: keyMembers },
  ),
})

const rulesPlan: fc.Arbitrary<RulesPlan> = fc.record({
  form: fc.constantFrom('secrets', 'keys', 'set', 'set'),
  keys: fc.array(keyPlan, { minLength: 1, maxLength: 5 }),
  rules: lenientRules(ALGORITHMS),
})

const policyPlan: fc.Arbitrary<PolicyPlan> = fc
  .record({
    isByIssuer: mostly(4, false, fc.constant(true)),
    rules: fc.array(rulesPlan, { minLength: 1, maxLength: 3 }),
    cacheBytes: fc.constantFrom(3_000, 20_000, 1_000_000),
    maxTokenBytes: mostly(8, undefined, fc.constantFrom(1, 400, 8192)),
  })
  .map((plan) => (plan.isByIssuer ? plan : { ...plan, rules: plan.rules.slice(0, 1) }))

const header = fc.record(
  {
    alg: mostly(
      14,
      'own',
      fc.constantFrom<unknown>(...ALGORITHMS, 'none', 'None', 'hs256', 'Ed448', 'ES256K', 1, null),
    ),
    typ: mostly(
      3,
      'JWT',
      fc.constantFrom<unknown>('at+jwt', 'application/AT+JWT', 'a', '', 7, null),
    ),
    kid: mostly(5, 'own', fc.oneof(fc.constantFrom('shared', 'rsa-1', 'secret-2'), oddText)),
    crit: mostly(20, undefined, fc.constantFrom<unknown>([], ['exp'], ['b64'], 'b64', null)),
    b64: mostly(20, undefined, fc.constantFrom<unknown>(true, false, null)),
    jwk: mostly(8, undefined, fc.constant('own')),
    jku: mostly(8, undefined, fc.constant('https://evil.example/keys')),
    x5c: mostly(8, undefined, oddText),
    zip: mostly(20, undefined, fc.constant('DEF')),
  },
  { requiredKeys: ['alg'] },
)

const spelling = mostly(
  14,
  'plain' as const,
  fc.constantFrom<Spelling>(
    'byte order mark',
    'blanks',
    'escaped',
    'duplicate',
    'escaped duplicate',
    'rubbish behind',
    'bad UTF-8',
    'deep',
    'large',
    'list',
    'huge number',
    'lone surrogate',
    'empty',
  ),
)

const character = fc.oneof(
  fc.constantFrom(...ALPHABET, ...'.=+/ \n\t\0%,"{}'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)

const anyMutation = fc.oneof(
  fc.record({
    kind: fc.constant('splice' as const),
    at: fc.nat(),
    removed: fc.constantFrom(0, 1, 1, 7),
    text: fc.array(character, { maxLength: 3 }).map((all) => all.join('')),
  }),
  fc.record({ kind: fc.constant('flip' as const), part: fc.nat(2), at: fc.nat() }),
  fc.record({
    kind: fc.constant('part' as const),
    part: fc.nat(2),
    form: fc.constantFrom<PartForm>(
      'padded',
      'other alphabet',
      'trailing bits',
      'missing',
      'empty',
      'zeroes',
      'half',
      'twice',
      'one more',
      'blank around',
    ),
  }),
  fc.record({ kind: fc.constant('mix' as const), part: fc.nat(2) }),
)

const signatureForm = mostly(
  8,
  'standard' as const,
  fc.constantFrom<SignatureForm>('der', 'long salt', 'no salt'),
)

/** Around every boundary: whole seconds, halves, and the milliseconds beside both. */
const laterMs = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: -4, max: 14 }).map((seconds) => seconds * 1000) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: -4, max: 28 }), fc.integer({ min: -1, max: 1 }))
      .map(([half, off]) => half * 500 + off),
  },
)

/** Ordinary claims beside those of `claimsText`, so that enough tokens are accepted. */
const ordinaryClaims = fc
  .record(
    {
      iss: fc.constantFrom('a', 'a', 'b'),
      aud: fc.constantFrom<unknown>('a', 'b', ['a', 'b']),
      sub: fc.constant('s'),
      jti: fc.constant('t'),
      iat: fc.integer({ min: -6, max: 2 }).map((offset) => NOW + offset),
      nbf: fc.integer({ min: -12, max: 4 }).map((halves) => NOW + halves / 2),
      exp: fc.oneof(
        fc.integer({ min: -2, max: 14 }).map((offset) => NOW + offset),
        fc.integer({ min: -2000, max: 14_000 }).map((milliseconds) => NOW + milliseconds / 1000),
      ),
    },
    OPTIONAL,
  )
  .map((claims) => JSON.stringify(claims))

const tokenPlan: fc.Arbitrary<TokenPlan> = fc.record({
  key: fc.nat(),
  isForeign: mostly(12, false, fc.constant(true)),
  isPublicKeyAsSecret: mostly(20, false, fc.constant(true)),
  algorithm: fc.nat(),
  form: signatureForm,
  header,
  headerSpelling: spelling,
  claims: fc.oneof(claimsText, ordinaryClaims),
  claimsSpelling: spelling,
  mutation: fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'none' as const }) },
    { weight: 3, arbitrary: anyMutation },
  ),
  laterMs,
})

/** Policies, and tokens that mostly are nearly what they ask for. */
export const tokenCases: fc.Arbitrary<TokenCase> = fc.record({
  policy: policyPlan,
  tokens: fc.array(tokenPlan, { minLength: 1, maxLength: 8, size: 'max' }),
})
