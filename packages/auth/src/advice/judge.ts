import { advise } from './advise.js'
import { isSentAsKey } from './api-key-advice.js'
import { suspectClaim } from './claim-advice.js'
import type { Advice, Refusal } from './advice.js'
import { formFault, signatureLengthAdvice } from './form-advice.js'
import { readPasted } from './pasted.js'
import { goodFor, slipAdvice } from './slip-advice.js'
import { timeSuspicion } from './time-suspicion.js'
import { isAlgorithm } from '../jws/algorithm.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

/** What can be known of a pasted text without a server. Nothing is verified. */
export interface Judgement {
  /** The token in it, without its slips; empty where there is none. */
  readonly token: string
  /** `fine`: nothing speaks against it. `warning`: it can be sent, but look. `bad`: it will be refused. */
  readonly level: 'fine' | 'warning' | 'bad'
  /** What speaks against the token; undefined where nothing does. */
  readonly advice: Advice | undefined
  /** What was taken away from what was pasted; undefined where nothing was. */
  readonly slips: Advice | undefined
  /** For how long it is good, such as `good for 58 min`. */
  readonly goodFor: string
}

/** As far ahead of this clock an issuer's may be. */
const MAX_AHEAD_SECONDS = 60

/** Why every server refuses a token, as far as the token itself tells. */
function fault(token: string, now: number): Advice | undefined {
  const refusal: Refusal = { code: 'token_malformed', token, now }
  if (isSentAsKey(token)) return token.length === 53 ? undefined : advise(refusal)
  const form = formFault(refusal)
  const { header, claims } = readParts(token)
  const algorithm = ownMember(header, 'alg')
  if (header !== undefined && claims !== undefined && !isAlgorithm(algorithm)) {
    // Whatever else a header names, no server accepts.
    return advise({ ...refusal, code: 'token_algorithm' })
  }
  if (form !== undefined) return form
  const length = signatureLengthAdvice(refusal)
  if (length !== undefined) return length
  const claim = suspectClaim(claims)
  if (claim !== undefined) return advise({ ...refusal, code: 'token_claim', claim })
  const [expiry, start, issued] = ['exp', 'nbf', 'iat'].map((name) =>
    Number(ownMember(claims, name)),
  )
  if (expiry !== undefined && expiry <= now)
    return advise({ ...refusal, code: 'token_expired', claim: 'exp' })
  if (start !== undefined && start > now)
    return advise({ ...refusal, code: 'token_not_active', claim: 'nbf' })
  if (issued !== undefined && issued > now + MAX_AHEAD_SECONDS) {
    return advise({ ...refusal, code: 'token_not_active', claim: 'iat' })
  }
  return undefined
}

/**
 * Judges what somebody pasted as a token, in the words that the server has for it.
 * @param now - in seconds since 1970
 * @example
 * ```typescript
 * import { judgePasted } from '@signet/auth/advice'
 *
 * const { level, goodFor } = judgePasted('abc.def.ghi', Date.now())
 * console.log(level, goodFor)
 * ```
 */
export function judgePasted(text: string, now: number): Judgement {
  const { token, slips } = readPasted(text)
  const refusal = fault(token, now)
  const advice =
    refusal ?? (isSentAsKey(token) ? undefined : timeSuspicion({ code: 'token_claim', token, now }))
  return {
    token,
    level:
      refusal !== undefined
        ? 'bad'
        : advice === undefined && slips.length === 0
          ? 'fine'
          : 'warning',
    advice,
    slips: slips.length === 0 ? undefined : slipAdvice(slips, { token, now, refusal }),
    goodFor: goodFor(token, now),
  }
}
