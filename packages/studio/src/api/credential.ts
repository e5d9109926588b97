import { describeDistance, describeMoment, describeRemaining } from '../ui/time.js'
import { decodeToken, timeClaim } from './decode-token.js'

/** What this browser can know of the value of an `Authorization` header, without the server. */
export interface Verdict {
  /** `fine`: nothing speaks against it. `warning`: it can be sent, but look. `bad`: it will be refused. */
  readonly level: 'fine' | 'warning' | 'bad'
  readonly text: string
}

const bad = (text: string): Verdict => ({ level: 'bad', text })

/** Judges a bare token. @param now - ms since 1970 */
export function judgeToken(token: string, now: number): Verdict {
  if (token.startsWith('sgn_'))
    return { level: 'fine', text: 'An API key. The server knows the rest.' }
  const decoded = decodeToken(token)
  if ('problem' in decoded) {
    switch (decoded.problem) {
      case 'form': {
        const count = token.split('.').length
        return bad(
          count === 3
            ? 'Not a JSON Web Token: its signature has characters that none can have.'
            : `Not a JSON Web Token: it has ${count} part${count === 1 ? '' : 's'} between dots, a token has three.`,
        )
      }
      case 'header':
        return bad('Not a JSON Web Token: its first part, the header, cannot be read.')
      case 'claims':
        return bad('Not a JSON Web Token: its second part, the claims, cannot be read.')
    }
  }
  if (decoded.signature === '') return bad('The token has no signature.')
  const expiresAt = timeClaim(decoded, 'exp')
  const startsAt = timeClaim(decoded, 'nbf')
  if (expiresAt !== undefined && expiresAt <= now) {
    return bad(`Expired ${describeDistance(expiresAt, now)}, at ${describeMoment(expiresAt)}.`)
  }
  if (startsAt !== undefined && startsAt > now) {
    return bad(`Not active yet: it starts ${describeDistance(startsAt, now)}.`)
  }
  const subject = decoded.claims['sub']
  const who =
    typeof subject === 'string' && subject !== '' ? `For ${subject}` : 'For nobody by name'
  if (expiresAt === undefined) return { level: 'warning', text: `${who}; it never expires.` }
  return { level: 'fine', text: `${who}; good for ${describeRemaining(expiresAt - now)}.` }
}

/** Judges the value of an `Authorization` header. */
export function judgeAuthorization(value: string, now: number): Verdict {
  const text = value.trim()
  if (text === '') return bad('Enter Bearer and the token.')
  const token = /^Bearer +(\S+)$/i.exec(text)?.[1]
  if (token !== undefined) return judgeToken(token, now)
  if (/^Bearer$/i.test(text)) return bad('The token is missing behind Bearer.')
  if (/^Bearer\s/i.test(text)) return bad('There is a blank within the token.')
  if (/^Basic\s/i.test(text)) return bad('Basic is another scheme: the server wants Bearer.')
  return bad('Bearer is missing before the token.')
}

/**
 * The token in what somebody pasted: a bare token, `Bearer <token>`, `Authorization: Bearer <token>`,
 * a line of an `.env` file, or a cURL command. What is none of these comes back as it is, trimmed.
 */
export function extractToken(pasted: string): string {
  const text = pasted.trim().replace(/^["']|["']$/g, '')
  const inHeader = /\bBearer\s+([^\s"'\\]+)/i.exec(text)?.[1]
  if (inHeader !== undefined) return inHeader
  const inLine = /^(?:export\s+)?\w+\s*=\s*["']?([^\s"']+)/.exec(text)?.[1]
  return inLine ?? text
}
