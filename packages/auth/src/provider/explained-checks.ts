import { AuthError } from '../error.js'
import { REMEDIES, type ExplainedStep, type Explanation } from '../jwt/explain.js'

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
