import { ConfigurationError, TokenError } from '../error.js'
import type { KeySource, VerificationKey } from '../keys/contract.js'
import { type Algorithm, isAlgorithm } from './algorithm.js'
import {
  checkActive,
  checkAudience,
  checkClaimTypes,
  checkExpiry,
  checkIssuer,
  checkRequired,
  checkType,
  type ClaimRules,
  type Claims,
} from './claims.js'
import {
  checkSize,
  parseCompact,
  parseJsonObject,
  type CompactToken,
  type TokenHeader,
} from './compact.js'
import { deepFreeze } from './freeze.js'

/** What a signature must satisfy. */
export interface SignaturePolicy {
  readonly keys: KeySource
  /** Algorithms accepted, of those that the key fits. An empty list accepts no token. Default: all that the key fits. */
  readonly algorithms?: readonly Algorithm[]
  /** Largest token, in bytes. Default: 8192 (8 KiB). */
  readonly maxTokenBytes?: number
}

/** What a token must satisfy: its signature and its claims. */
export interface VerificationPolicy extends SignaturePolicy, ClaimRules {
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number
}

/** A signed document whose signature has verified; its payload may be anything. */
export interface VerifiedSignature {
  readonly header: TokenHeader
  readonly payload: Buffer
}

/** A token that satisfies its policy. Deep-frozen. */
export interface VerifiedToken {
  readonly header: TokenHeader
  readonly claims: Claims
}

/** Verifies tokens against one policy. */
export interface Verifier {
  /**
   * @param token - in the JWS compact serialization; any other value is refused as `token_malformed`
   * @throws {TokenError} with the code of the first step that refuses
   * @throws {AuthError} `keys_unavailable`
   */
  verify(token: unknown): Promise<VerifiedToken>
}

const DEFAULT_MAX_TOKEN_BYTES = 8192

/** What the steps know of a token so far; each step fills in what the next ones read. */
interface Progress {
  readonly token: unknown
  compact?: CompactToken
  algorithm?: Algorithm
  keys?: readonly VerificationKey[]
  claims?: Claims
}

/** One check in the order of verification. A step that has to wait for keys returns a promise. */
interface Step<Policy> {
  readonly name: string
  run(progress: Progress, policy: Policy): void | Promise<void>
}

function reached<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('A verification step ran before its turn.')
  return value
}

/** Refuses header parameters that would change what the signature means (RFC 7515 section 4.1.11, RFC 7797 section 6). */
function checkHeader(header: TokenHeader): void {
  for (const name of ['crit', 'b64']) {
    if (Object.hasOwn(header, name)) {
      throw new TokenError('token_malformed', `The header parameter ${name} is not supported.`)
    }
  }
}

function readAlgorithm(header: TokenHeader, policy: SignaturePolicy): Algorithm {
  const algorithm = Object.hasOwn(header, 'alg') ? header.alg : undefined
  if (!isAlgorithm(algorithm) || policy.algorithms?.includes(algorithm) === false) {
    throw new TokenError('token_algorithm', 'The algorithm of the token is not allowed.')
  }
  return algorithm
}

function fittingKeys(
  keys: readonly VerificationKey[],
  algorithm: Algorithm,
): readonly VerificationKey[] {
  if (keys.length === 0) {
    throw new TokenError('token_key_unknown', 'No key of this policy fits the token.')
  }
  const fitting = keys.filter((key) => key.algorithms.includes(algorithm))
  if (fitting.length === 0) {
    throw new TokenError('token_algorithm', 'The algorithm of the token does not fit the key.')
  }
  return fitting
}

const SIGNATURE_STEPS: readonly Step<SignaturePolicy>[] = [
  {
    name: 'size',
    run({ token }, policy) {
      checkSize(token, policy.maxTokenBytes ?? DEFAULT_MAX_TOKEN_BYTES)
    },
  },
  {
    name: 'form',
    run(progress) {
      progress.compact = parseCompact(String(progress.token))
    },
  },
  {
    name: 'header',
    run(progress) {
      checkHeader(reached(progress.compact).header)
    },
  },
  {
    name: 'algorithm',
    run(progress, policy) {
      progress.algorithm = readAlgorithm(reached(progress.compact).header, policy)
    },
  },
  {
    name: 'key',
    run(progress, policy) {
      const algorithm = reached(progress.algorithm)
      const found = policy.keys.find(reached(progress.compact).header)
      if (!(found instanceof Promise)) {
        progress.keys = fittingKeys(found, algorithm)
        return
      }
      return found.then((keys) => {
        progress.keys = fittingKeys(keys, algorithm)
      })
    },
  },
  {
    name: 'signature',
    run(progress) {
      const { signingInput, signature } = reached(progress.compact)
      const algorithm = reached(progress.algorithm)
      const signed = reached(progress.keys).some((key) =>
        key.verify(algorithm, signingInput, signature),
      )
      if (!signed) throw new TokenError('token_signature', 'The signature does not fit the token.')
    },
  },
]

function nowSeconds(policy: VerificationPolicy): number {
  return (policy.now ?? Date.now)() / 1000
}

const CLAIM_STEPS: readonly Step<VerificationPolicy>[] = [
  {
    name: 'payload',
    run(progress) {
      progress.claims = parseJsonObject(reached(progress.compact).payload, 'payload')
    },
  },
  {
    name: 'claim types',
    run(progress) {
      checkClaimTypes(reached(progress.claims))
    },
  },
  {
    name: 'expiry',
    run(progress, policy) {
      checkExpiry(reached(progress.claims), policy, nowSeconds(policy))
    },
  },
  {
    name: 'not before',
    run(progress, policy) {
      checkActive(reached(progress.claims), policy, nowSeconds(policy))
    },
  },
  {
    name: 'issuer',
    run(progress, policy) {
      checkIssuer(reached(progress.claims), policy)
    },
  },
  {
    name: 'audience',
    run(progress, policy) {
      checkAudience(reached(progress.claims), policy)
    },
  },
  {
    name: 'type',
    run(progress, policy) {
      checkType(reached(progress.compact).header, policy)
    },
  },
  {
    name: 'required claims',
    run(progress, policy) {
      checkRequired(reached(progress.claims), policy)
    },
  },
]

const TOKEN_STEPS: readonly Step<VerificationPolicy>[] = [...SIGNATURE_STEPS, ...CLAIM_STEPS]

async function runSteps<Policy>(
  token: unknown,
  policy: Policy,
  steps: readonly Step<Policy>[],
): Promise<Progress> {
  const progress: Progress = { token }
  for (const step of steps) {
    const pending = step.run(progress, policy)
    if (pending !== undefined) await pending
  }
  return progress
}

function isSeconds(value: number | undefined): boolean {
  return value === undefined || (Number.isFinite(value) && value >= 0)
}

/** Refuses a policy that says something other than it seems to say. */
function checkSignaturePolicy(policy: SignaturePolicy): void {
  for (const algorithm of policy.algorithms ?? []) {
    if (!isAlgorithm(algorithm)) {
      throw new ConfigurationError(
        'algorithm_unknown',
        `The algorithm ${JSON.stringify(algorithm)} is not known; names look like HS256.`,
      )
    }
  }
  const { maxTokenBytes } = policy
  if (maxTokenBytes !== undefined && !(Number.isInteger(maxTokenBytes) && maxTokenBytes > 0)) {
    throw new ConfigurationError('option_invalid', 'maxTokenBytes is not a positive whole number.')
  }
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

/** What the types say, for callers without types: a wrong value would else fail on every request. */
function checkClaimRules(policy: VerificationPolicy): void {
  for (const option of ['issuer', 'audience', 'typ', 'requiredClaims'] as const) {
    const value = policy[option]
    const isText = option !== 'requiredClaims' && typeof value === 'string'
    const isList = option !== 'typ' && isTextList(value)
    if (value !== undefined && !isText && !isList) {
      throw new ConfigurationError('option_invalid', `The option ${option} is of a wrong type.`)
    }
  }
}

function checkPolicy(policy: VerificationPolicy): void {
  checkSignaturePolicy(policy)
  checkClaimRules(policy)
  for (const option of ['clockToleranceSeconds', 'maxTokenAgeSeconds'] as const) {
    if (!isSeconds(policy[option])) {
      throw new ConfigurationError('option_invalid', `${option} is not a number of seconds.`)
    }
  }
}

function copyList<Value>(value: Value): Value {
  return Array.isArray(value) ? ([...value] as Value) : value
}

/** The policy as it is now: what is done later to the caller's lists changes nothing. */
function copyPolicy(policy: VerificationPolicy): VerificationPolicy {
  return Object.freeze({
    ...policy,
    algorithms: copyList(policy.algorithms),
    issuer: copyList(policy.issuer),
    audience: copyList(policy.audience),
    requiredClaims: copyList(policy.requiredClaims),
  })
}

/**
 * Makes a verifier of JSON Web Tokens. The engine has no defaults on claims and reads no environment:
 * what the policy does not ask for is not checked, beyond the form that RFC 7519 prescribes.
 *
 * It checks, in this order: size, form, header, algorithm, key, signature, payload, claim types,
 * `exp` and age, `nbf`, `iss`, `aud`, `typ`, required claims. It does not check revocation,
 * permissions or who the subject is.
 *
 * @throws {ConfigurationError} `algorithm_unknown` or `option_invalid`
 */
export function createVerifier(policy: VerificationPolicy): Verifier {
  checkPolicy(policy)
  const settled = copyPolicy(policy)
  return {
    async verify(token) {
      const { compact, claims } = await runSteps(token, settled, TOKEN_STEPS)
      return deepFreeze({ header: reached(compact).header, claims: reached(claims) })
    },
  }
}

/**
 * The JWS layer alone (RFC 7515): checks the signature of a compact document, whatever its payload.
 * Looks at no claim, so what it returns says nothing of expiry, issuer or audience.
 *
 * @throws {TokenError} with the code of the first step that refuses
 * @throws {ConfigurationError} `algorithm_unknown` or `option_invalid`
 */
export async function verifySignature(
  token: unknown,
  policy: SignaturePolicy,
): Promise<VerifiedSignature> {
  checkSignaturePolicy(policy)
  const { header, payload } = reached((await runSteps(token, policy, SIGNATURE_STEPS)).compact)
  return { header: deepFreeze(header), payload }
}
