import { TokenError } from '../error.js'
import type { VerificationKey } from '../keys/key-source.js'
import { revocableOf, tokenNamesOf } from '../revocation/revocable.js'
import { type Algorithm, isAlgorithm } from '../jws/algorithm.js'
import {
  checkActive,
  checkActor,
  checkAudience,
  checkBinding,
  checkClaimTypes,
  checkClient,
  checkExpiry,
  checkIssuer,
  checkRequired,
  checkSubject,
  checkType,
  checkValues,
  type Claims,
} from './claims.js'
import {
  checkSize,
  parseCompact,
  parseJsonObject,
  type CompactToken,
  type TokenHeader,
} from '../jws/compact.js'
import { tokenDigest } from '../jws/digest.js'
import type { SettledPolicy, SignatureRules, TokenRules } from './policy.js'

/** What the steps know of a token so far; each step fills in what the next ones read. */
export interface Progress {
  readonly token: unknown
  compact: CompactToken | undefined
  rules: TokenRules | undefined
  /** Of the keys of the rules, before they were asked for. */
  keyGeneration: number
  algorithm: Algorithm | undefined
  keys: readonly VerificationKey[] | undefined
  claims: Claims | undefined
}

/** One check in the order of verification. A step that has to wait for keys returns a promise. */
export interface Step {
  readonly name: string
  run(progress: Progress, policy: SettledPolicy): void | Promise<void>
}

/** Nothing is known of a token yet. */
export function startProgress(token: unknown): Progress {
  return {
    token,
    compact: undefined,
    rules: undefined,
    keyGeneration: 0,
    algorithm: undefined,
    keys: undefined,
    claims: undefined,
  }
}

/** What an earlier step has filled in. */
export function reached<T>(value: T | undefined): T {
  if (value === undefined)
    throw new TypeError('A verification step ran before the step that it needs.')
  return value
}

/**
 * Refuses header parameters that would change what the signature means (RFC 7515 section 4.1.11, RFC 7797
 * section 6), and a `kid` that is not a text (RFC 7515 section 4.1.4).
 */
function checkHeader(header: TokenHeader): void {
  const name = Object.hasOwn(header, 'crit') ? 'crit' : 'b64'
  if (Object.hasOwn(header, name)) {
    throw new TokenError('token_malformed', `The header parameter ${name} is not supported.`)
  }
  if (Object.hasOwn(header, 'kid') && typeof header.kid !== 'string') {
    throw new TokenError('token_malformed', 'The header parameter kid is not a string.')
  }
}

function readClaims(progress: Progress): Claims {
  progress.claims ??= parseJsonObject(reached(progress.compact).payload, 'payload')
  return progress.claims
}

/** The rules of the issuer that the token claims to be from; whether it is, its signature will show. */
function chooseRules(progress: Progress, policy: SettledPolicy): TokenRules {
  if (policy.only !== undefined) return policy.only
  const claims = readClaims(progress)
  const rules = policy.rulesFor(Object.hasOwn(claims, 'iss') ? claims.iss : undefined)
  if (rules !== undefined) return rules
  throw new TokenError('token_issuer', 'The token is not from an issuer of this policy.', {
    claim: 'iss',
  })
}

function readAlgorithm(header: TokenHeader, rules: SignatureRules): Algorithm {
  const algorithm = Object.hasOwn(header, 'alg') ? header.alg : undefined
  if (!isAlgorithm(algorithm) || rules.algorithms?.includes(algorithm) === false) {
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
  const [only] = keys
  if (keys.length === 1 && only?.algorithms.includes(algorithm) === true) return keys
  const fitting = keys.filter((key) => key.algorithms.includes(algorithm))
  if (fitting.length === 0) {
    throw new TokenError('token_algorithm', 'The algorithm of the token does not fit the key.')
  }
  return fitting
}

/** The steps that a signed document passes, whatever its payload (RFC 7515 section 5.2). */
export const SIGNATURE_STEPS: readonly Step[] = [
  {
    name: 'size',
    run({ token }, policy) {
      checkSize(token, policy.maxTokenBytes)
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
    name: 'policy',
    run(progress, policy) {
      progress.rules = chooseRules(progress, policy)
    },
  },
  {
    name: 'algorithm',
    run(progress) {
      progress.algorithm = readAlgorithm(reached(progress.compact).header, reached(progress.rules))
    },
  },
  {
    name: 'key',
    run(progress) {
      const algorithm = reached(progress.algorithm)
      const { keys } = reached(progress.rules)
      progress.keyGeneration = keys.generation ?? 0
      const found = keys.find(reached(progress.compact).header)
      if (!(found instanceof Promise)) {
        progress.keys = fittingKeys(found, algorithm)
        return
      }
      return found.then((found) => {
        progress.keys = fittingKeys(found, algorithm)
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

/** @throws {TokenError} `token_revoked` */
export function checkRevocation(
  token: string,
  { claims, rules }: { readonly claims: Claims; readonly rules: TokenRules },
  policy: SettledPolicy,
): void {
  if (policy.revocation === undefined) return
  const names = tokenNamesOf(claims, rules.claimMap)
  if (policy.revocation.isRevoked(revocableOf(claims, () => tokenDigest(token), names))) {
    throw new TokenError('token_revoked', 'The token was revoked.')
  }
}

/** A step that needs nothing but the claims and the rules of their issuer. */
function claimStep(name: string, check: (claims: Claims, rules: TokenRules) => void): Step {
  return {
    name,
    run(progress) {
      check(reached(progress.claims), reached(progress.rules))
    },
  }
}

const CLAIM_STEPS: readonly Step[] = [
  {
    name: 'payload',
    run(progress) {
      readClaims(progress)
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
      checkExpiry(reached(progress.claims), reached(progress.rules), policy.now() / 1000)
    },
  },
  {
    name: 'not before',
    run(progress, policy) {
      const [now, latest] = [policy.now() / 1000, policy.latest() / 1000]
      checkActive(reached(progress.claims), reached(progress.rules), now, latest)
    },
  },
  claimStep('issuer', checkIssuer),
  claimStep('audience', checkAudience),
  {
    name: 'type',
    run(progress) {
      checkType(reached(progress.compact).header, reached(progress.rules))
    },
  },
  claimStep('required claims', checkRequired),
  claimStep('required values', checkValues),
  claimStep('client', checkClient),
  claimStep('subject', checkSubject),
  claimStep('actor', checkActor),
  claimStep('binding', checkBinding),
  {
    name: 'revocation',
    run(progress, policy) {
      const verified = { claims: reached(progress.claims), rules: reached(progress.rules) }
      checkRevocation(String(progress.token), verified, policy)
    },
  },
]

/** The steps that a token passes, in their order (RFC 7519 section 7.2). */
export const TOKEN_STEPS: readonly Step[] = [...SIGNATURE_STEPS, ...CLAIM_STEPS]

/** Steps that read the token itself, which only a JWT can pass. */
const OF_FORM: ReadonlySet<string> = new Set(['payload', 'type'])

/** The steps of `TOKEN_STEPS` that claims pass which an issuer said of an opaque token (RFC 7662 section 2.2). */
export const OPAQUE_CLAIM_STEPS: readonly Step[] = CLAIM_STEPS.filter(
  ({ name }) => !OF_FORM.has(name),
)
