import { createPublicKey } from 'node:crypto'
import {
  publicKeys,
  readKeySet,
  secretKeys,
  type KeySource,
  type VerificationPolicy,
} from '@signet/auth'
import {
  createLocalJWKSet,
  errors,
  jwtVerify,
  type JWK,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose'
import { toJoseOptions } from '@signet/test-support/token/token-arbitraries'
import type { KeyPlan, PolicyPlan, RulesPlan } from './cases.js'
import type { RingKey } from './key-ring.js'

/** Asks jose. @throws what jose throws where it refuses */
type Oracle = (token: string, now: Date) => Promise<JWTVerifyResult>

/** A policy as we read it, and as jose does. */
export interface TriedPolicy {
  readonly ours: VerificationPolicy
  /** One of these must accept what we accept: of an issuer's rules, those that its tokens meet. */
  readonly oracles: (issuer: unknown) => readonly Oracle[]
  /** Keys that sign for it. */
  readonly signers: readonly RingKey[]
}

function keysOf(
  plan: RulesPlan,
  ring: readonly RingKey[],
): readonly (readonly [KeyPlan, RingKey])[] {
  const fitting = ring.filter(({ secret }) => (secret !== undefined) === (plan.form === 'secrets'))
  return plan.keys.flatMap((each) => {
    const key = fitting[each.key % fitting.length]
    return key === undefined ? [] : [[each, key] as const]
  })
}

function jwkOf({ members }: KeyPlan, key: RingKey): Record<string, unknown> {
  const own: Readonly<Record<string, unknown>> = { kid: key.keyId, alg: key.algorithms[0] }
  const given = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value === 'own' ? own[name] : value])
  return { ...key.jwk, ...Object.fromEntries(given) }
}

function optionsOf({ rules }: RulesPlan, now: Date): JWTVerifyOptions {
  return { ...toJoseOptions(rules), currentDate: now }
}

type Given = readonly (readonly [KeyPlan, RingKey])[]

function bySecrets(plan: RulesPlan, given: Given): [KeySource, Oracle[]] {
  const secrets = given.map(([, { secret }]) => secret ?? Buffer.alloc(0))
  const oracles = secrets.map((secret): Oracle => {
    return (token, now) => jwtVerify(token, secret, optionsOf(plan, now))
  })
  return [secretKeys(secrets), oracles]
}

function byKeys(plan: RulesPlan, given: Given): [KeySource, Oracle[]] {
  const inputs = given.map(([each, key]) => (each.isPem ? key.pem : jwkOf(each, key)))
  // Types say what a JWK is; a policy may say anything.
  const keys = publicKeys(inputs as Parameters<typeof publicKeys>[0])
  const oracles = inputs.map((input): Oracle => {
    const key = typeof input === 'string' ? createPublicKey(input) : (input as JWK)
    return (token, now) => jwtVerify(token, key, optionsOf(plan, now))
  })
  return [keys, oracles]
}

function bySet(plan: RulesPlan, given: Given): [KeySource, Oracle[]] {
  const set = { keys: given.map(([each, key]) => jwkOf(each, key)) }
  const keys = readKeySet(set)
  const theirs = createLocalJWKSet(set)
  return [keys, [(token, now) => verifyBySet(token, theirs, optionsOf(plan, now))]]
}

/**
 * jose counts keys that we leave out, because they cannot be used, among those that a token may mean; then it leaves
 * to its caller whether to try them.
 */
async function verifyBySet(
  token: string,
  set: ReturnType<typeof createLocalJWKSet>,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, set, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const key of error) {
      const accepted = await jwtVerify(token, key, options).catch(() => undefined)
      if (accepted !== undefined) return accepted
    }
    throw error
  }
}

const BY_FORM = { secrets: bySecrets, keys: byKeys, set: bySet }

/** @throws {ConfigurationError} for what is no key, or no key to trust */
export function readPolicy(
  plan: PolicyPlan,
  ring: readonly RingKey[],
  now: () => number,
): TriedPolicy {
  const { maxTokenBytes } = plan
  const tried = plan.rules.map((rules, index) => {
    const given = keysOf(rules, ring)
    const issuer = plan.isByIssuer ? ['a', 'b', 'c'][index] : rules.rules.issuer
    const settled: RulesPlan = { ...rules, rules: { ...rules.rules, issuer } }
    const [keys, oracles] = BY_FORM[rules.form](settled, given)
    return { rules: { ...settled.rules, keys }, oracles, signers: given.map(([, key]) => key) }
  })
  const signers = tried.flatMap((each) => each.signers)
  const [first] = tried
  if (first === undefined) throw new Error('A policy has no rules.')
  if (!plan.isByIssuer) {
    const ours = { ...first.rules, maxTokenBytes, now }
    return { ours, oracles: () => first.oracles, signers }
  }
  const issuers = tried.map(({ rules }) => ({ ...rules, issuer: String(rules.issuer) }))
  return {
    ours: { issuers, maxTokenBytes, now },
    oracles: (issuer) => tried.find(({ rules }) => rules.issuer === issuer)?.oracles ?? [],
    signers,
  }
}
