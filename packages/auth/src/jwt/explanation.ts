import { AuthError, type AuthErrorCode } from '../error.js'

/** What became of one step. */
export interface ExplainedStep {
  readonly name: string
  readonly result: 'pass' | 'fail' | 'not reached'
}

/** What a verifier says of a token, step by step. */
export interface Explanation {
  readonly accepted: boolean
  /** Every step of the verifier, in its order. */
  readonly steps: readonly ExplainedStep[]
  /** Of the step that failed. */
  readonly code?: AuthErrorCode | undefined
  /** Why it failed, for whoever runs the server: it may name what the policy expected. */
  readonly reason?: string | undefined
  /** What to do about it, in one line. */
  readonly remedy?: string | undefined
}

/** What to do about each refusal, in one line. */
const REMEDIES: Readonly<Record<AuthErrorCode, string>> = {
  token_missing: 'Send the token as Authorization: Bearer <jwt>.',
  token_malformed: 'Copy the whole token: three parts of base64url with a dot between them.',
  token_too_large: 'Put less into the token, or raise maxTokenBytes.',
  token_algorithm: 'Sign with an algorithm that the key is for, or allow it in algorithms.',
  token_key_unknown: 'Sign with a key of the policy; for a key set, one whose kid is in it.',
  token_signature:
    'Sign with the secret or the private key of this policy, and change nothing after.',
  token_expired: 'Get a new token.',
  token_not_active: 'Wait until nbf, or set the clocks of issuer and server.',
  token_issuer: 'Get a token from an issuer of the policy, or add its iss to issuer.',
  token_audience: 'Get a token for this server, or add its aud to audience.',
  token_type: 'Send a token of the type that typ says, such as an access token.',
  token_claim: 'Issue the token with the claim that is missing or wrong.',
  token_revoked: 'The token was withdrawn: get a new one.',
  access_denied: 'The application does not let this user in.',
  scope_insufficient: 'Get a token with the scope that is missing.',
  request_invalid: 'Send one credential, in the header.',
  keys_unavailable: 'The issuer does not give its keys now: try again, or look at its address.',
}

/** One of the checks that a token passes before it lets anyone in. */
export interface TokenCheck {
  readonly name: string
  /** @throws {AuthError} where the token does not pass */
  check(): unknown
}

/**
 * Runs checks one after the other, until one refuses, and tells what became of each.
 * @throws any error that is no refusal
 */
export async function explainChecks(checks: readonly TokenCheck[]): Promise<Explanation> {
  const steps: ExplainedStep[] = []
  for (const [index, { name, check }] of checks.entries()) {
    try {
      await check()
      steps.push({ name, result: 'pass' })
    } catch (error) {
      if (!AuthError.isInstance(error)) throw error
      const rest = checks.slice(index + 1)
      const { code, message: reason } = error
      return {
        accepted: false,
        steps: [
          ...steps,
          { name, result: 'fail' },
          ...rest.map((each) => ({ name: each.name, result: 'not reached' as const })),
        ],
        code,
        reason,
        remedy: REMEDIES[code],
      }
    }
  }
  return { accepted: true, steps }
}

/** Two explanations of one token as one: the second is of what came after the first had passed. */
export function continueExplanation<Second extends Explanation>(
  first: Explanation,
  second: Second,
): Second {
  return { ...second, steps: [...first.steps, ...second.steps] }
}
