import type { Advice } from './advice.js'
import type { Slip } from './pasted.js'
import { durationWords } from './time-text.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

/** What becomes of a token once its slips are taken away. */
export interface Outlook {
  readonly token: string
  /** In seconds since 1970. */
  readonly now: number
  /** Why it is refused then, too; undefined where it is not. */
  readonly refusal: Pick<Advice, 'cause' | 'remedy' | 'command'> | undefined
}

/** How long a token is good, in words. */
export function goodFor(token: string, now: number): string {
  const expiry = ownMember(readParts(token).claims, 'exp')
  return typeof expiry === 'number' ? `good for ${durationWords(expiry - now)}` : 'good'
}

/**
 * What is told of a token that is one but for slips: where each of them is, and what comes without them.
 * @param outlook - undefined where nobody knows: then that is not told
 */
export function slipAdvice(slips: readonly Slip[], outlook: Outlook | undefined): Advice {
  const cause = slips.map((slip) => slip.cause).join(' ')
  const todo = slips.map(({ remedy }) => `${remedy}.`).join(' ')
  if (outlook === undefined) return { cause, remedy: todo }
  const { token, now, refusal } = outlook
  const [only, ...others] = slips
  const after = only === undefined || others.length > 0 ? 'Then' : only.after
  const without = `${todo} ${after} the token is`
  if (refusal === undefined) return { cause, remedy: `${without} ${goodFor(token, now)}.` }
  return {
    cause,
    remedy: `${without} refused all the same. ${refusal.cause} ${refusal.remedy}`,
    ...(refusal.command !== undefined && { command: refusal.command }),
  }
}
