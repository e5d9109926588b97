import { readPasted } from '../advice/pasted.js'
import { slipAdvice } from '../advice/slip-advice.js'
import { explainedAdvice, type Explanation } from './checks.js'

/** The check that refuses a token for its form. */
const FORM = 'form'

/**
 * Explains what somebody pasted as a token. What no request may carry, such as quotes or a second Bearer, fails it; the
 * token without that is explained too, so that the words say what it would then be good for.
 *
 * @param explain - explains a token
 * @param now - in seconds since 1970
 */
export async function explainPasted<
  Kind extends Explanation & { readonly by?: string | undefined },
>(
  text: string,
  explain: (token: string) => Promise<Kind>,
  now: number = Date.now() / 1000,
): Promise<Kind | (Explanation & Pick<Kind, 'by'>)> {
  const { token, slips } = readPasted(text)
  const said = await explain(token)
  if (slips.length === 0) return said
  const whole = await explain(text)
  // Such as a text that is too long for any token: its form is looked at by nobody.
  if (whole.code !== 'token_malformed') return whole
  const { accepted, reason = '', remedy = '', command, by } = said
  const refusal = accepted ? undefined : { cause: reason, remedy, command }
  const failing = Math.max(
    0,
    said.steps.findIndex(({ name }) => name === FORM),
  )
  return {
    by,
    accepted: false,
    steps: said.steps.map(({ name }, index) => ({
      name,
      result: index < failing ? 'pass' : index === failing ? 'fail' : 'not reached',
    })),
    code: 'token_malformed',
    ...explainedAdvice(slipAdvice(slips, { token, now, refusal })),
  }
}
