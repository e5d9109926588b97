import { isSampleSigned } from '../keys/sample-signed.js'
import type { ExpectedPlace, Expectations, KeyFacts } from '../advice/advice.js'
import { placeText, readClaims } from '../claim/claim-map.js'
import { placeTextOf } from '../claim/claim-place.js'
import { requiredAt } from '../claim/required-value.js'
import { readPasted } from '../advice/pasted.js'
import { AuthError } from '../error.js'
import type { VerificationKey } from '../keys/key-source.js'
import { explainChecks, type Explanation } from '../explain/checks.js'
import { explainPasted } from '../explain/explain-pasted.js'
import { isRequiredList, type ClaimRules, type Claims } from './claims.js'
import {
  settlePolicy,
  type SettledPolicy,
  type TokenRules,
  type VerificationPolicy,
} from './policy.js'
import { startProgress, TOKEN_STEPS, type Progress } from './steps.js'
import { issuerNames, tenantOf, type IssuerRules } from './tenant.js'
import { ownMember } from '../lib/object.js'
import { asList } from '../lib/as-list.js'

/** What whoever made a policy knows of the keys for tokens of an issuer and an algorithm. */
export type FactsOfKeys = (issuer: unknown, algorithm: unknown) => KeyFacts | undefined

/** The keys that a token without a key id may be signed with; none where they cannot be had. */
async function allKeys({ keys }: TokenRules): Promise<readonly VerificationKey[]> {
  try {
    return await keys.find({})
  } catch (error) {
    if (AuthError.isInstance(error)) return []
    throw error
  }
}

/** The algorithms that are accepted, as far as the keys are at hand. */
async function acceptedAlgorithms(rules: TokenRules): Promise<readonly string[]> {
  const keys = await allKeys(rules)
  const fitting = new Set(keys.flatMap(({ algorithms }) => algorithms))
  return [...fitting].filter((each) => rules.algorithms?.includes(each) !== false)
}

function issuersOf(rules: IssuerRules): readonly string[] {
  const { plain, templates } = issuerNames(rules)
  return [...plain, ...templates]
}

function namesOf(policy: VerificationPolicy): readonly string[] | undefined {
  if ('issuers' in policy) return policy.issuers.flatMap(issuersOf)
  return policy.issuer === undefined ? undefined : issuersOf(policy)
}

/** How the signature was made, as far as that can be found out. */
function withSigner(
  facts: KeyFacts | undefined,
  { compact, algorithm }: Progress,
): KeyFacts | undefined {
  if (facts?.isSecret !== true || facts.signedWith !== undefined) return facts
  if (compact === undefined || algorithm === undefined) return facts
  const isSample = isSampleSigned(algorithm, compact.signingInput, compact.signature)
  return isSample
    ? { ...facts, signedWith: 'the sample secret of a documentation, which anyone knows' }
    : facts
}

/** What claims have where these rules ask for a value. */
function requiredPlaces(
  required: NonNullable<ClaimRules['requiredValues']>,
  claims: Claims,
): readonly ExpectedPlace[] {
  const option = 'requiredValues'
  if (!isRequiredList(required)) {
    return Object.entries(required).map(([claim, expected]) => {
      return { claim, option, found: ownMember(claims, claim), expected }
    })
  }
  return required.map((each) => {
    const isBelow = typeof each.claim !== 'string' && each.claim.length > 1
    return {
      claim: placeTextOf(each.claim),
      option,
      found: requiredAt(each, claims) ?? undefined,
      expected: asList(each.values),
      isBelow,
    }
  })
}

/** What claims have at the places where these rules expect something of them. */
function expectedPlaces(rules: TokenRules, claims: Claims): readonly ExpectedPlace[] {
  const { claimMap, clients, requiredValues = {}, actors } = rules
  const values = requiredPlaces(requiredValues, claims)
  const subject = placeText('subject', claimMap)
  const isElsewhere = subject !== placeText('subject', undefined)
  const named: ExpectedPlace = {
    claim: subject,
    option: 'claims.subject',
    found: undefined,
    expected: undefined,
  }
  const places = isElsewhere ? [...values, named] : [...values]
  const tenant = tenantOf(ownMember(claims, 'iss'), rules)
  if (rules.tenant !== undefined && tenant !== undefined) {
    const { claim } = rules.tenant
    places.push({ claim, option: 'tenant', found: ownMember(claims, claim), expected: [tenant] })
  }
  try {
    const mapped = readClaims(claims, claimMap)
    if (clients !== undefined) {
      const claim = placeText('client', claimMap)
      places.push({ claim, option: 'clients', found: mapped.client, expected: clients })
    }
    if (actors !== undefined && actors !== 'any') {
      const expected = actors === false ? [] : actors
      const claim = placeText('actor', claimMap)
      places.push({ claim, option: 'actors', found: mapped.actors.current, expected })
    }
  } catch (error) {
    // Claims with more than is read: their refusal says so.
    if (!AuthError.isInstance(error)) throw error
  }
  return places
}

async function expectationsOf(
  policy: VerificationPolicy,
  settled: SettledPolicy,
  progress: Progress,
  factsOf: FactsOfKeys,
): Promise<Expectations> {
  const { rules, claims, compact } = progress
  const { maxTokenBytes } = settled
  const known = rules ?? settled.only
  const algorithm = ownMember(compact?.header, 'alg')
  const keys = withSigner(factsOf(ownMember(claims, 'iss'), algorithm), progress)
  if (known === undefined) return { issuers: namesOf(policy), maxTokenBytes, keys }
  return {
    issuers: known.issuer === undefined ? undefined : issuersOf(known),
    audiences: known.audience === undefined ? undefined : asList(known.audience),
    typ: known.typ,
    algorithms: await acceptedAlgorithms(known),
    requiredClaims: known.requiredClaims,
    maxTokenAgeSeconds: known.maxTokenAgeSeconds,
    maxTokenBytes,
    keys,
    places: claims === undefined ? [] : expectedPlaces(known, claims),
  }
}

/** The same as `explainToken`, with what is known of the keys. */
export async function explainByKeys(
  text: unknown,
  policy: VerificationPolicy,
  factsOf: FactsOfKeys,
): Promise<Explanation> {
  const settled = settlePolicy(policy)
  const now = settled.now() / 1000
  const explain = (token: unknown): Promise<Explanation> => {
    const progress = startProgress(token)
    return explainChecks(
      TOKEN_STEPS.map(({ name, run }) => ({ name, check: () => run(progress, settled) })),
      async () => ({
        token: typeof token === 'string' ? token : '',
        now,
        expectations: await expectationsOf(policy, settled, progress, factsOf),
      }),
    )
  }
  // White space around a token is not a slip where somebody pastes it, and is one to a verifier.
  const isSlip = typeof text === 'string' && readPasted(text).slips.length > 0
  return isSlip ? explainPasted(text, explain, now) : explain(text)
}

/**
 * Runs the verifier's own steps on a token and tells what became of each, and what to do where one fails. No cache is
 * asked. What somebody pasted along with a token, such as quotes, fails it, and is told of. The result holds no
 * token, key or secret, but what the policy expects: it is for the operator.
 *
 * @throws {ConfigurationError} as `createVerifier`
 * @example
 * ```typescript
 * import { explainToken, secretKeys } from '@signet/auth'
 *
 * export async function explain(token: string): Promise<string> {
 *   const { accepted, reason, remedy } = await explainToken(token, {
 *     keys: secretKeys(process.env['MASTRA_JWT_SECRET'] ?? ''),
 *   })
 *   return accepted ? 'The token is accepted.' : `${reason} ${remedy}`
 * }
 * ```
 */
export async function explainToken(
  token: unknown,
  policy: VerificationPolicy,
): Promise<Explanation> {
  return explainByKeys(token, policy, () => undefined)
}
