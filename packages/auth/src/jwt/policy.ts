import { latestNow } from '../lib/clock.js'
import { ConfigurationError } from '../error.js'
import type { KeySource } from '../keys/key-source.js'
import type { RevocationList } from '../revocation/revocation-list.js'
import type { OptionNames } from '../option/closed-options.js'
import { readOptions } from '../option/read-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { type Algorithm, isAlgorithm } from '../jws/algorithm.js'
import { readRequiredList } from '../claim/required-value.js'
import { isRequiredList, type ClaimRules } from './claims.js'
import { IssuerIndex } from './issuer-index.js'
import { issuerNames, readTenant } from './tenant.js'
import { asList } from '../lib/as-list.js'
import { isJsonObject } from '../lib/object.js'
import { isTextList, shownValue } from '../lib/text.js'

/** Whose signature counts. */
export interface SignatureRules {
  readonly keys: KeySource
  /** Algorithms accepted, of those that the key fits. An empty list accepts no token. Default: all that the key fits. */
  readonly algorithms?: readonly Algorithm[] | undefined
}

/** What a signature must satisfy. */
export interface SignaturePolicy extends SignatureRules {
  /** Largest token, in bytes. Default: 8192 (8 KiB). */
  readonly maxTokenBytes?: number | undefined
}

/** What the tokens of one issuer must satisfy: their signature and their claims. */
export interface TokenRules extends SignatureRules, ClaimRules {}

/** How many tokens that have verified are remembered. */
export interface CacheOptions {
  /** Most memory for all of them, in bytes, reckoned from the length of each token. */
  readonly maxBytes: number
}

/** How a verifier works, whoever issued the token. */
export interface VerifierOptions {
  /** Largest token, in bytes. Default: 8192 (8 KiB). */
  readonly maxTokenBytes?: number | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Tokens that were revoked. Asked for every token, also for one that is cached. Default: none. */
  readonly revocation?: RevocationList | undefined
  /** Whether tokens that have verified are remembered. Default: false. */
  readonly cache?: CacheOptions | false | undefined
}

/** What a token must satisfy, where there is one set of rules. */
export interface SinglePolicy extends TokenRules, VerifierOptions {}

/** What a token must satisfy, where each issuer has its own rules and keys. */
export interface IssuersPolicy extends VerifierOptions {
  /** The rules of each issuer. Its `issuer` says whose; no value may stand in two of them. */
  readonly issuers: readonly (TokenRules & { readonly issuer: string | readonly string[] })[]
}

/** What a token must satisfy. */
export type VerificationPolicy = SinglePolicy | IssuersPolicy

/** A policy that has been checked and copied. */
export interface SettledPolicy {
  /** The rules for a value of `iss`; undefined where no issuer has it. */
  rulesFor(issuer: unknown): TokenRules | undefined
  /** The rules, where the issuer does not choose among several. */
  readonly only: TokenRules | undefined
  readonly maxTokenBytes: number
  readonly now: () => number
  /** The same, but for a clock that was set back meanwhile. */
  readonly latest: () => number
  readonly revocation: RevocationList | undefined
}

const DEFAULT_MAX_TOKEN_BYTES = 8192

const RULES: OptionNames<TokenRules> = {
  keys: true,
  algorithms: true,
  issuer: true,
  tenant: true,
  audience: true,
  typ: true,
  requiredClaims: true,
  maxTokenAgeSeconds: true,
  clockToleranceSeconds: true,
  issuedAheadSeconds: true,
  claimMap: true,
  clients: true,
  requiredValues: true,
  actors: true,
  binding: true,
}

const VERIFIER_OPTIONS: OptionNames<VerifierOptions> = {
  maxTokenBytes: true,
  now: true,
  revocation: true,
  cache: true,
}

const SIGNATURE_POLICY: OptionNames<SignaturePolicy> = {
  keys: true,
  algorithms: true,
  maxTokenBytes: true,
}

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

const WHERE = 'A verification policy'

function checkMaxTokenBytes(maxTokenBytes: number | undefined): number {
  const isSize = Number.isInteger(maxTokenBytes) && (maxTokenBytes ?? 0) > 0
  if (maxTokenBytes !== undefined && !isSize) {
    refuse('The option maxTokenBytes must be a whole number of bytes, at least 1.')
  }
  return maxTokenBytes ?? DEFAULT_MAX_TOKEN_BYTES
}

/** What the types say, for callers without types: a wrong value would else fail on every request. */
function checkSignatureRules({ keys, algorithms = [] }: SignatureRules): void {
  if (typeof keys?.find !== 'function')
    refuse(
      'The option keys must be a source of keys, such as secretKeys(…) or createRemoteKeySet(…).',
    )
  // Its former way to say how long it is trusted: unread, its keys would be trusted for ever.
  if (keys.isTrusted === undefined && 'trustedUntil' in keys) {
    refuse(
      'The option keys has the member trustedUntil, which is not read. Give it the method isTrusted() instead.',
    )
  }
  if (keys.isTrusted !== undefined && typeof keys.isTrusted !== 'function') {
    refuse('The member isTrusted of the option keys must be a function.')
  }
  if (!Array.isArray(algorithms)) refuse('The option algorithms must be a list, such as ["RS256"].')
  for (const algorithm of algorithms) {
    if (isAlgorithm(algorithm)) continue
    throw new ConfigurationError(
      'algorithm_unknown',
      `The algorithm ${shownValue(algorithm)} is not known. Write a name such as HS256.`,
    )
  }
}

/** Options of texts that are not said as one text. */
const ONLY_LISTS: ReadonlySet<string> = new Set(['requiredClaims', 'clients'])

function isSeconds(value: number | undefined): boolean {
  return value === undefined || (Number.isFinite(value) && value >= 0)
}

/** What each of these options must be. */
const EXPECTED = {
  issuer: 'a text or a list of texts',
  audience: 'a text or a list of texts',
  typ: 'a text',
  requiredClaims: 'a list of texts',
  clients: 'a list of texts',
}

/** The same of where claims stand and what they must say. */
function checkMapping({ claimMap, requiredValues, actors, binding }: ClaimRules): void {
  if (binding !== undefined && binding !== 'required' && binding !== 'optional') {
    refuse("The option binding must be 'required' or 'optional'.")
  }
  if (claimMap !== undefined && typeof claimMap?.read !== 'function') {
    refuse('The option claimMap must be a map of createClaimMap.')
  }
  const isPolicy = actors === undefined || actors === 'any' || actors === false
  if (!isPolicy && !isTextList(actors)) {
    refuse("The option actors must be a list of texts, 'any' or false.")
  }
  if (requiredValues === undefined || isRequiredList(requiredValues)) return
  if (!isJsonObject(requiredValues) || !Object.values(requiredValues).every(Array.isArray)) {
    refuse('The option requiredValues must be an object from claims to lists of values.')
  }
}

/** The same of what a policy asks of the claims. */
function checkClaimRules(rules: ClaimRules): void {
  for (const option of ['issuer', 'audience', 'typ', 'requiredClaims', 'clients'] as const) {
    const value = rules[option]
    const isText = !ONLY_LISTS.has(option) && typeof value === 'string'
    const isList = option !== 'typ' && isTextList(value)
    if (value !== undefined && !isText && !isList) {
      refuse(`The option ${option} must be ${EXPECTED[option]}.`)
    }
  }
  for (const option of [
    'clockToleranceSeconds',
    'maxTokenAgeSeconds',
    'issuedAheadSeconds',
  ] as const) {
    if (!isSeconds(rules[option]))
      refuse(`The option ${option} must be a number of seconds, at least 0.`)
  }
  checkMapping(rules)
}

function copyList<Value>(value: Value): Value {
  return Array.isArray(value) ? ([...value] as Value) : value
}

function copyValues(values: ClaimRules['requiredValues']): ClaimRules['requiredValues'] {
  if (values === undefined) return undefined
  if (isRequiredList(values)) return readRequiredList(values)
  return Object.freeze(
    Object.fromEntries(Object.entries(values).map(([claim, each]) => [claim, copyList(each)])),
  )
}

/** The rules as they are now: what is done later to the caller's lists changes nothing. */
function settleRules<Rules extends TokenRules>(given: Rules): Rules {
  const rules = readOptions(given)
  checkSignatureRules(rules)
  checkClaimRules(rules)
  return Object.freeze({
    ...rules,
    tenant: readTenant(WHERE, rules.issuer, rules.tenant),
    algorithms: copyList(rules.algorithms),
    issuer: copyList(rules.issuer),
    audience: copyList(rules.audience),
    requiredClaims: copyList(rules.requiredClaims),
    clients: copyList(rules.clients),
    requiredValues: copyValues(rules.requiredValues),
    actors: copyList(rules.actors),
  })
}

function byIssuer({ issuers }: IssuersPolicy): IssuerIndex<TokenRules> {
  if (!Array.isArray(issuers) || issuers.length === 0)
    refuse('The option issuers must be a list with at least one issuer.')
  issuers.forEach((each, index) => refuseUnknown(WHERE, each, RULES, `issuers.${index}.`))
  const rules = new IssuerIndex<TokenRules>()
  for (const each of issuers.map(settleRules)) {
    if (asList(each.issuer ?? []).length === 0)
      refuse('An entry of the option issuers has no issuer. Give it the value of iss.')
    rules.add(issuerNames(each), each)
  }
  return rules
}

/** @throws {ConfigurationError} `algorithm_unknown`, `option_invalid` or `option_unknown` */
export function settleSignaturePolicy(given: SignaturePolicy): SettledPolicy {
  const policy = readOptions(given)
  refuseUnknown(WHERE, policy, SIGNATURE_POLICY)
  checkSignatureRules(policy)
  const { keys, algorithms, maxTokenBytes } = policy
  const only = { keys, algorithms: copyList(algorithms) }
  return {
    only,
    rulesFor: () => only,
    maxTokenBytes: checkMaxTokenBytes(maxTokenBytes),
    now: Date.now,
    latest: latestNow,
    revocation: undefined,
  }
}

/** @throws {ConfigurationError} `algorithm_unknown`, `option_invalid` or `option_unknown` */
export function settlePolicy(given: VerificationPolicy): SettledPolicy {
  const policy = readOptions(given)
  const { now = Date.now, revocation } = policy
  if (typeof now !== 'function') refuse('The option now must be a function.')
  if (revocation !== undefined && typeof revocation?.isRevoked !== 'function') {
    refuse('The option revocation must be a list of revoked tokens, with a method isRevoked.')
  }
  const latest = policy.now ?? latestNow
  const maxTokenBytes = checkMaxTokenBytes(policy.maxTokenBytes)
  const options = { now, latest, revocation, maxTokenBytes }
  if ('issuers' in policy) {
    refuseUnknown(WHERE, policy, { ...VERIFIER_OPTIONS, issuers: true })
    const rules = byIssuer(policy)
    return { ...options, only: undefined, rulesFor: (issuer) => rules.get(issuer) }
  }
  refuseUnknown(WHERE, policy, { ...VERIFIER_OPTIONS, ...RULES })
  const only = settleRules(policy)
  if (only.tenant !== undefined) new IssuerIndex<TokenRules>().add(issuerNames(only), only)
  return { ...options, only, rulesFor: () => only }
}
