import { advise } from '../advice/advise.js'
import type { Advice, Refusal } from '../advice/advice.js'
import { generalAdvice } from '../advice/general.js'
import { AuthError, TokenError, type AuthErrorCode } from '../error.js'

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
  /** Why it failed, for the operator: it may name what the policy expected. */
  readonly reason?: string | undefined
  /** What the token has, where that is what it failed for. */
  readonly found?: string | undefined
  /** What was expected in its place. */
  readonly expected?: string | undefined
  /** What to do about it, in one line, which ends with the command where there is one. */
  readonly remedy?: string | undefined
  /** A command for a shell in the folder of the application: it makes a token that passes this step. */
  readonly command?: string | undefined
  /** What deserves a look: of a token that is accepted, or that is refused for a claim. Default: nothing. */
  readonly warnings?: readonly Advice[] | undefined
}

/** One of the checks that a token passes before it lets anyone in. */
export interface TokenCheck {
  readonly name: string
  /** @throws {AuthError} where the token does not pass */
  check(): unknown
}

/** What is known of a token beside its refusal. */
export type RefusalContext = Pick<Refusal, 'token' | 'now' | 'expectations'>

/** Puts advice into the members of an explanation. */
export function explainedAdvice({
  cause,
  ...rest
}: Advice): Omit<Explanation, 'accepted' | 'steps'> {
  return { reason: cause, ...rest }
}

/** A refusal in words: what `advise` says of it, or, of a token that is not shown, what its provider says. */
function worded(error: AuthError, context: RefusalContext | undefined) {
  const { code, message } = error
  if (context === undefined) {
    return { code, ...explainedAdvice({ ...generalAdvice(code), cause: message }) }
  }
  const claim = TokenError.isInstance(error) ? error.claim : undefined
  return { code, ...explainedAdvice(advise({ ...context, code, message, claim })) }
}

/**
 * Runs checks one after the other, until one refuses, and tells what became of each.
 *
 * @param describe - what is known of the token, asked once a step has refused it. Default: nothing, so that the
 *   words are those of the refusal
 * @throws any error that is not a refusal
 */
export async function explainChecks(
  checks: readonly TokenCheck[],
  describe: (step: string) => RefusalContext | undefined | Promise<RefusalContext> = () =>
    undefined,
): Promise<Explanation> {
  const steps: ExplainedStep[] = []
  for (const [index, { name, check }] of checks.entries()) {
    try {
      await check()
      steps.push({ name, result: 'pass' })
    } catch (error) {
      if (!AuthError.isInstance(error)) throw error
      const rest = checks.slice(index + 1)
      return {
        accepted: false,
        steps: [
          ...steps,
          { name, result: 'fail' },
          ...rest.map((each) => ({ name: each.name, result: 'not reached' as const })),
        ],
        ...worded(error, await describe(name)),
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
