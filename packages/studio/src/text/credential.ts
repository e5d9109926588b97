import { advise, judgePasted, readPasted, type Advice } from '@signet/auth/advice'
import { isAuthCode } from '@signet/auth/advice/general'
import { decodeToken } from './decode-token.js'

/** What the browser can tell about the value of an `Authorization` header without the server. */
export interface Verdict {
  /** `fine`: no fault found. `warning`: the server may accept it. `bad`: the server will refuse it. */
  readonly level: 'fine' | 'warning' | 'bad'
  readonly text: string
  /** What to do about it. It ends with the command, if there is one. */
  readonly remedy?: string
  readonly command?: string
}

const bad = (text: string): Verdict => ({ level: 'bad', text })

function ofAdvice(
  level: Verdict['level'],
  before: string,
  { cause, remedy, command }: Advice,
): Verdict {
  return { level, text: before + cause, remedy, ...(command !== undefined && { command }) }
}

function bearerOf(token: string): string {
  const decoded = decodeToken(token)
  const subject = 'problem' in decoded ? undefined : decoded.claims['sub']
  return typeof subject === 'string' && subject !== ''
    ? `For ${subject}`
    : 'For a subject without a name'
}

/** Judges pasted text as a token. @param now - ms since 1970 */
export function judgeToken(pasted: string, now: number): Verdict {
  const { token, level, advice, slips, goodFor } = judgePasted(pasted, now / 1000)
  const leftOut = slips === undefined ? '' : `${slips.cause} It is left out here. `
  if (advice !== undefined) return ofAdvice(level, leftOut, advice)
  if (token.startsWith('sgn_')) {
    return { level, text: `${leftOut}An API key. Only the server can check it.` }
  }
  return { level, text: `${leftOut}${bearerOf(token)}; ${goodFor}.` }
}

/**
 * Explains from the token itself why a server refused it with a code; undefined for a code that is not about credentials.
 * @param now - ms since 1970
 */
export function adviseRefused(code: string, token: string, now: number): Advice | undefined {
  return isAuthCode(code) ? advise({ code, token, now: now / 1000 }) : undefined
}

/** Judges the value of an `Authorization` header. */
export function judgeAuthorization(value: string, now: number): Verdict {
  const text = value.trim()
  if (text === '') return bad('Enter Bearer and the token.')
  const token = /^Bearer +(\S+)$/i.exec(text)?.[1]
  if (token !== undefined) return judgeToken(token, now)
  if (/^Bearer$/i.test(text)) return bad('The token is missing after Bearer.')
  if (/^Bearer\s/i.test(text)) return bad('There is a space within the token.')
  if (/^Basic\s/i.test(text)) return bad('Basic is another scheme: the server wants Bearer.')
  return bad('Bearer is missing before the token.')
}

/**
 * Finds the token in pasted text: a bare token, `Bearer <token>`, `Authorization: Bearer <token>`, a line of an `.env`
 * file, or a cURL command. It drops quotes and spaces. Other text comes back trimmed.
 */
export function extractToken(pasted: string): string {
  return readPasted(pasted).token
}
