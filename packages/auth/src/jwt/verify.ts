import { TokenCache } from './cache.js'
import {
  settlePolicy,
  settleSignaturePolicy,
  type SettledPolicy,
  type SignaturePolicy,
  type VerificationPolicy,
} from './policy.js'
import {
  checkRevocation,
  reached,
  SIGNATURE_STEPS,
  startProgress,
  TOKEN_STEPS,
  type Progress,
  type Step,
} from './steps.js'
import type { VerifiedSignature, VerifiedToken } from './verified-token.js'

/** Verifies tokens against one policy. */
export interface Verifier {
  /**
   * @param token - in the JWS compact serialization; any other value is refused as `token_malformed`
   * @throws {TokenError} with the code of the first step that refuses
   * @throws {AuthError} `keys_unavailable`
   */
  verify(token: unknown): Promise<VerifiedToken>
  /**
   * The same at once, where all keys are at hand: a promise only where keys have to be fetched.
   * @throws as `verify`
   */
  verifySync(token: unknown): VerifiedToken | Promise<VerifiedToken>
}

/** Runs steps in their order, and waits only where one of them has to. */
function runSteps(
  progress: Progress,
  policy: SettledPolicy,
  steps: readonly Step[],
): Progress | Promise<Progress> {
  for (let index = 0; index < steps.length; index++) {
    const pending = steps[index]?.run(progress, policy)
    if (pending !== undefined) {
      const rest = steps.slice(index + 1)
      return pending.then(() => runSteps(progress, policy, rest))
    }
  }
  return progress
}

function toVerified({ compact, claims, rules }: Progress): VerifiedToken {
  return Object.freeze({
    header: reached(compact).header,
    claims: reached(claims),
    rules: reached(rules),
  })
}

/**
 * Makes a verifier of JSON Web Tokens. The engine has no defaults on claims and reads no environment:
 * what the policy does not ask for is not checked, beyond the form that RFC 7519 prescribes.
 *
 * It checks, in this order: size, form, header, the rules of the issuer where there are several,
 * algorithm, key, signature, payload, claim types, `exp` and age, `nbf`, `iss`, `aud`, `typ`, required
 * claims and their values, client, subject (where a map says where it stands), actor, binding, revocation. It does not check
 * permissions or who the subject is.
 *
 * @throws {ConfigurationError} `algorithm_unknown` or `option_invalid`
 * @example
 * ```typescript
 * import { createVerifier, secretKeys } from '@signet/auth'
 *
 * const verifier = createVerifier({ keys: secretKeys(process.env['MASTRA_JWT_SECRET'] ?? ''), audience: 'my-agents' })
 *
 * export async function subjectOf(token: string): Promise<string | undefined> {
 *   const { claims } = await verifier.verify(token)
 *   return claims.sub
 * }
 * ```
 */
export function createVerifier(policy: VerificationPolicy): Verifier {
  const settled = settlePolicy(policy)
  const cache = policy.cache ? new TokenCache(policy.cache) : undefined

  function keep(token: unknown, progress: Progress): VerifiedToken {
    const verified = toVerified(progress)
    cache?.set(String(token), verified, progress.keyGeneration)
    return verified
  }

  function verifySync(token: unknown): VerifiedToken | Promise<VerifiedToken> {
    const known = typeof token === 'string' ? cache?.get(token, settled.now()) : undefined
    if (known !== undefined) {
      checkRevocation(String(token), known, settled)
      return known
    }
    const run = runSteps(startProgress(token), settled, TOKEN_STEPS)
    return run instanceof Promise ? run.then((done) => keep(token, done)) : keep(token, run)
  }

  return { verifySync, verify: async (token) => verifySync(token) }
}

/**
 * The JWS layer alone (RFC 7515): checks the signature of a compact document, whatever its payload.
 * Looks at no claim, so what it returns says nothing of expiry, issuer or audience.
 *
 * @throws {TokenError} with the code of the first step that refuses
 * @throws {ConfigurationError} `algorithm_unknown` or `option_invalid`
 * @example
 * ```typescript
 * import { secretKeys, verifySignature } from '@signet/auth'
 *
 * export async function payloadOf(jws: string): Promise<string> {
 *   const { payload } = await verifySignature(jws, { keys: secretKeys(process.env['JWS_SECRET'] ?? '') })
 *   return payload.toString('utf8')
 * }
 * ```
 */
export async function verifySignature(
  token: unknown,
  policy: SignaturePolicy,
): Promise<VerifiedSignature> {
  const settled = settleSignaturePolicy(policy)
  const progress = await runSteps(startProgress(token), settled, SIGNATURE_STEPS)
  const { header, payload } = reached(progress.compact)
  return { header, payload: Buffer.from(payload, 'latin1') }
}
