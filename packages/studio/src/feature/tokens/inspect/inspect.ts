import type { DecodedToken } from '../../../text/decode-token.js'
import { describeDistance, describeMoment } from '../../../text/time.js'
import { isForeignScope, scopeProblem } from '../../../scope/scope.js'
import { rolesOf, scopesOf } from '../token/claims.js'

/** A time claim, in words. */
export interface TimeFact {
  readonly name: 'exp' | 'nbf' | 'iat' | 'auth_time'
  readonly label: string
  /** The date and time, or what is wrong with the claim. */
  readonly moment: string
  /** “in 3 minutes”; empty where it is not a time. */
  readonly distance: string
  readonly isWrong: boolean
}

const TIMES: readonly (readonly [TimeFact['name'], label: string])[] = [
  ['iat', 'Issued'],
  ['auth_time', 'Signed in'],
  ['nbf', 'Active from'],
  ['exp', 'Expires'],
]

/** The time claims of a token, in the order in which they apply. @param now - ms since 1970 */
export function timeFacts({ claims }: DecodedToken, now: number): readonly TimeFact[] {
  return TIMES.filter(([name]) => Object.hasOwn(claims, name)).map(([name, label]) => {
    const value = claims[name]
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      const moment = 'Not a time: it must be a number of seconds since 1970.'
      return { name, label, moment, distance: '', isWrong: true }
    }
    const at = value * 1000
    const isWrong = (name === 'exp' && at <= now) || (name === 'nbf' && at > now)
    return { name, label, moment: describeMoment(at), distance: describeDistance(at, now), isWrong }
  })
}

/** Something in a token that the reader should check. */
export interface Finding {
  readonly tone: 'danger' | 'warning' | 'neutral'
  readonly text: string
}

const PUBLIC = /^(?:RS|PS|ES)(?:256|384|512)$|^EdDSA$|^Ed25519$/
const FOREIGN_KEYS = ['jku', 'jwk', 'x5u', 'x5c']

function algorithmFinding(algorithm: unknown): readonly Finding[] {
  if (typeof algorithm !== 'string' || !PUBLIC.test(algorithm)) return []
  const text = `Signed with ${algorithm}: only its issuer has the private key for it.`
  return [{ tone: 'neutral', text }]
}

/** No more foreign scopes are shown by name. */
const MAX_FOREIGN = 8

function foreignFinding(foreign: readonly string[]): readonly Finding[] {
  if (foreign.length === 0) return []
  const shown = foreign.slice(0, MAX_FOREIGN).map((scope) => `\`${scope}\``)
  const more = foreign.length > MAX_FOREIGN ? ` and ${foreign.length - MAX_FOREIGN} others` : ''
  const one = foreign.length === 1
  const text = `${shown.join(', ')}${more} ${one ? 'is a foreign scope' : 'are foreign scopes'}: not meant for this server. ${one ? 'It grants' : 'They grant'} only what the option \`scopeMap\` of the server says.`
  return [{ tone: 'neutral', text }]
}

/** Whether the token says nothing of what it grants here: then the default role of the server counts. */
function isSilent(claims: DecodedToken['claims']): boolean {
  if (Object.hasOwn(claims, 'role') || Object.hasOwn(claims, 'roles')) return false
  return ['scope', 'scp', 'permissions'].every((name) => {
    if (!Object.hasOwn(claims, name)) return true
    const words = scopesOf({ [name]: claims[name] })
    return words.length > 0 && words.every(isForeignScope)
  })
}

/** What the reader should check in a token, beside its verdict and its times. Nothing is verified. */
export function findings({ header, claims }: DecodedToken): readonly Finding[] {
  const found: Finding[] = [...algorithmFinding(header['alg'])]
  const foreign = FOREIGN_KEYS.filter((name) => Object.hasOwn(header, name))
  if (foreign.length > 0) {
    const text = `It contains a key of its own (\`${foreign.join('`, `')}\`), which the server never uses.`
    found.push({ tone: 'warning', text })
  }
  const scopes = scopesOf(claims)
  const own = scopes.filter((scope) => !isForeignScope(scope))
  for (const scope of own) {
    const problem = scopeProblem(scope)
    if (problem !== undefined) {
      found.push({ tone: 'warning', text: `\`${scope}\` grants nothing. ${problem}` })
    }
  }
  found.push(...foreignFinding(scopes.filter(isForeignScope)))
  if (isSilent(claims)) {
    const what = scopes.length === 0 ? 'a scope' : 'another scope'
    const text = `It does not name a role or ${what} in a claim of a standard name. If the option \`claims\` of the server does not read it elsewhere, the token gets the default role of the server, if there is one.`
    found.push({ tone: 'neutral', text })
  } else if (scopes.length === 0 && rolesOf(claims).length === 0) {
    found.push({ tone: 'warning', text: 'It grants nothing: its scopes and roles are empty.' })
  }
  return found
}
