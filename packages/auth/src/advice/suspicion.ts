import { RESOURCES, ACTIONS } from '../access/action-set.js'
import { nearestName } from '../option/nearest-name.js'
import { signAnew } from './anew.js'
import type { Advice, Refusal } from './advice.js'
import { listed, quoted } from './quoted.js'
import { timeSuspicion } from './time-suspicion.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

/** A token that is accepted, and who looks at it. */
export interface AcceptedToken {
  readonly token: string
  /** In seconds since 1970. */
  readonly now: number
  /** Roles and scopes that grant nothing here. */
  readonly ignored: readonly string[]
  /** What it grants. */
  readonly granted: readonly string[]
  /** The names of the roles here; undefined where they are not known. */
  readonly roles: readonly string[] | undefined
}

const PERMISSIONS = RESOURCES.flatMap((resource) => [
  `${resource}:*`,
  ...ACTIONS.map((action) => `${resource}:${action}`),
])
const ROLE_CLAIMS = ['role', 'roles'] as const
const SCOPE_CLAIMS = ['scope', 'scp', 'permissions'] as const
/** No more are told of one token: nobody reads further. */
const MAX_GRANTS = 8

/**
 * Says that a role is not there, and which one was probably meant.
 * @param roles - the names of the roles that are there; undefined where they are not known
 */
export function unknownRoleWords(role: string, roles: readonly string[] = []): string {
  const nearest = nearestName(role, roles)
  const others = roles.length === 0 ? '' : ` The roles here are ${listed(roles, 'and')}.`
  return `There is no role ${quoted(role)}.${nearest === undefined ? others : ` Did you mean ${nearest}?`}`
}

/** The permission that a scope was probably meant to be. */
export function nearestPermission(scope: string): string | undefined {
  const [resource = '', action = '', ...id] = scope.split(':')
  const nearest = nearestName(`${resource}:${action}`, PERMISSIONS)
  return nearest === undefined ? undefined : [nearest, ...id].join(':')
}

function replaced(value: unknown, meant: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, meant))
  if (typeof value !== 'string') return value
  const whole = meant.get(value)
  return (
    whole ??
    value
      .split(' ')
      .map((word) => meant.get(word) ?? word)
      .join(' ')
  )
}

function grantClaims(token: string): Readonly<Record<string, unknown>> {
  const { claims = {} } = readParts(token)
  const entries = [...ROLE_CLAIMS, ...SCOPE_CLAIMS].map(
    (name) => [name, ownMember(claims, name)] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function isRole(claims: Readonly<Record<string, unknown>>, word: string): boolean {
  return ROLE_CLAIMS.some((name) => [ownMember(claims, name)].flat().includes(word))
}

/** Says of each word that grants nothing what was probably meant, with one command that mends them all. */
function grantAdvice(
  { token, ignored, roles }: AcceptedToken,
  refusal: Refusal,
): readonly Advice[] {
  const words = [...new Set(ignored)].slice(0, MAX_GRANTS)
  const claims = grantClaims(token)
  const nearest = (word: string) =>
    isRole(claims, word) ? nearestName(word, roles ?? []) : nearestPermission(word)
  const meant = new Map(
    words.flatMap((word) => {
      const near = nearest(word)
      return near === undefined ? [] : [[word, near] as const]
    }),
  )
  const change = Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [name, replaced(value, meant)]),
  )
  return words.map((word) => {
    const near = meant.get(word)
    const found = quoted(word)
    if (isRole(claims, word)) {
      const lead = 'Add the role to server.access.roles, or sign with one that is there'
      return {
        cause: `${unknownRoleWords(word, roles)} It grants nothing.`,
        found,
        ...(roles !== undefined && roles.length > 0 && { expected: listed(roles) }),
        ...(near === undefined ? { remedy: `${lead}.` } : signAnew(lead, refusal, change)),
      }
    }
    const lead = 'Sign it with a permission, such as agents:execute'
    const question = near === undefined ? '' : ` Did you mean ${near}?`
    return {
      cause: `${found} is not a permission.${question} It grants nothing.`,
      found,
      expected: 'resource:action or resource:action:id',
      ...(near === undefined ? { remedy: `${lead}.` } : signAnew(lead, refusal, change)),
    }
  })
}

/** What deserves a look in a token that is accepted: a time that nobody meant, grants that grant nothing. */
export function suspicions(accepted: AcceptedToken): readonly Advice[] {
  const { token, now, ignored, granted, roles = [] } = accepted
  if (readParts(token).claims === undefined) return []
  const refusal: Refusal = { code: 'token_claim', token, now }
  const time = timeSuspicion(refusal)
  const lead = 'Sign it with a role or a scope'
  const closed = {
    cause: 'The token grants nothing: it has neither a role nor a scope that this server knows.',
    ...(roles.includes('member')
      ? signAnew(lead, refusal, { role: 'member' })
      : { remedy: `${lead}.` }),
  }
  return [
    ...(time === undefined ? [] : [time]),
    ...grantAdvice(accepted, refusal),
    ...(granted.length === 0 && ignored.length === 0 ? [closed] : []),
  ]
}
