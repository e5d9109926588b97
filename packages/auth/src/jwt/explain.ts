import { explainChecks, type Explanation } from './explanation.js'
import { settlePolicy, type VerificationPolicy } from './policy.js'
import { startProgress, TOKEN_STEPS } from './steps.js'

/**
 * Runs the verifier's own steps on a token and tells what became of each. No cache is asked. The result
 * holds no token, key or secret, but what the policy expects: it is for whoever runs the server.
 *
 * @throws {ConfigurationError} as `createVerifier`
 */
export async function explainToken(
  token: unknown,
  policy: VerificationPolicy,
): Promise<Explanation> {
  const settled = settlePolicy(policy)
  const progress = startProgress(token)
  return explainChecks(
    TOKEN_STEPS.map(({ name, run }) => ({ name, check: () => run(progress, settled) })),
  )
}
