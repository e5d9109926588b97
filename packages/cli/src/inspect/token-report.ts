import { advise } from '@signet/auth/advice'
import { explainToken, type DecodedToken } from '@signet/auth'
import { dateText, ownMember, ownText } from '@signet/auth/internal'
import { timeWords, type TimeClaim } from '../terminal/time-words.js'
import { readClaimedGrants, type ClaimedGrants } from './claimed-grants.js'
import type { NoToken, Verdict } from './verdict.js'

/** A time in a token, in ISO 8601 and in words. */
interface ReportedTime {
  readonly claim: TimeClaim
  /** ISO 8601. */
  readonly at: string
  readonly words: string
}

/** A decoded token without its signature. */
export interface ReadToken {
  readonly header: DecodedToken['header']
  readonly claims: DecodedToken['payload']
  readonly subject: string | undefined
  readonly issuer: string | undefined
  readonly times: readonly ReportedTime[]
  readonly grants: ClaimedGrants
}

/** The report on a token. */
export interface TokenReport {
  /** Whether the text looks like an API key, even a misspelt one. */
  readonly isApiKey: boolean
  /** Undefined for what is not a JWT. */
  readonly token: ReadToken | undefined
  readonly verdict: Verdict | NoToken
}

const TIMES: readonly TimeClaim[] = ['iat', 'nbf', 'exp']
const FORM_CODES: ReadonlySet<string | undefined> = new Set(['token_malformed', 'token_too_large'])
/** A larger token is not decoded. */
const MAX_BYTES = 65_536

function readTimes(payload: DecodedToken['payload'], now: number): readonly ReportedTime[] {
  return TIMES.flatMap((claim) => {
    const seconds = ownMember(payload, claim)
    const at = typeof seconds === 'number' ? dateText(seconds) : undefined
    if (typeof seconds !== 'number' || at === undefined) return []
    return [{ claim, at, words: timeWords(claim, seconds, now) }]
  })
}

/**
 * Reads what a token says.
 * @param now - in seconds since 1970
 */
export function readDecoded({ header, payload }: DecodedToken, now: number): ReadToken {
  return {
    header,
    claims: payload,
    subject: ownText(payload, 'sub'),
    issuer: ownText(payload, 'iss'),
    times: readTimes(payload, now),
    grants: readClaimedGrants(payload),
  }
}

/** Why a text cannot be read as a token, independent of keys. */
export async function explainUnreadable(text: string): Promise<NoToken> {
  const noKeys = { find: () => [] }
  const explanation = await explainToken(text, { keys: noKeys, maxTokenBytes: MAX_BYTES })
  const { accepted: _accepted, steps: _steps, code, reason, remedy, ...more } = explanation
  if (FORM_CODES.has(code) && code !== undefined && reason !== undefined && remedy !== undefined) {
    return { result: 'refused', code, reason, remedy, ...more }
  }
  // Without keys, verification ends before it looks at the payload.
  const { cause, ...advice } = advise({
    code: 'token_malformed',
    token: text,
    now: Date.now() / 1000,
  })
  return { result: 'refused', code: 'token_malformed', reason: cause, ...advice }
}
