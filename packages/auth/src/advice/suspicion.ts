import { RESOURCES, ACTIONS } from '../access/action-set.js'
import { nearestName } from '../option/nearest-name.js'
import { readClaims, type ClaimMap } from '../claim/claim-map.js'
import { signAnew } from './anew.js'
import type { Advice, Refusal } from './advice.js'
import { listed, quoted } from './quoted.js'
import { timeSuspicion } from './time-suspicion.js'
import { unreadRoles } from './unread-roles.js'
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
  /** Those scopes among them that are not meant for this server, such as `openid`. */
  readonly foreign: readonly string[]
  /** The names of the roles here; undefined where they are not known. */
  readonly roles: readonly string[] | undefined
  /** `'ignore'`: the issuer gives roles that are not meant for this server. */
  readonly unknownRoles: 'ignore' | undefined
  /** Where the roles are read. Undefined for the standard names. */
  readonly claimMap: ClaimMap | undefined
  /** The verified claims. */
  readonly claims: Readonly<Record<string, unknown>>
}

const PERMISSIONS = RESOURCES.flatMap((resource) => [
  `${resource}:*`,
  ...ACTIONS.map((action) => `${resource}:${action}`),
])
/** Those of one action. */
const OF_ONE_ACTION = PERMISSIONS.filter((permission) => !permission.endsWith('*'))
const ROLE_CLAIMS = ['role', 'roles'] as const
const SCOPE_CLAIMS = ['scope', 'scp', 'permissions'] as const
/** Scopes of OpenID Connect Core, sections 5.4 and 11. */
const OPENID_SCOPES: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
])
/** What is ignored of a claim that is not a text: its type, such as `(number)`. */
const TYPE_NAME = /^\(\w+\)$/
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

/** The permission that a scope was probably meant to be: one of every action only for a scope with a star. */
export function nearestPermission(scope: string): string | undefined {
  const [resource = '', action = '', ...id] = scope.split(':')
  const known = action.includes('*') ? PERMISSIONS : OF_ONE_ACTION
  const nearest = nearestName(`${resource}:${action}`, known)
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

/** Whether a claim is a word, has it between blanks, or lists it. */
function hasWord(value: unknown, word: string): boolean {
  if (Array.isArray(value)) return value.some((each) => hasWord(each, word))
  return typeof value === 'string' && (value === word || value.split(' ').includes(word))
}

function grantClaims(token: string): Readonly<Record<string, unknown>> {
  const { claims = {} } = readParts(token)
  const entries = [...ROLE_CLAIMS, ...SCOPE_CLAIMS].map(
    (name) => [name, ownMember(claims, name)] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Says of scopes that are not meant for this server, and not misspelt, how they could grant something. */
function foreignAdvice(foreign: readonly string[]): readonly Advice[] {
  const words = [...new Set(foreign)].filter((word) => nearestPermission(word) === undefined)
  if (words.length === 0) return []
  const isOne = words.length === 1
  const shown = words.find((word) => !OPENID_SCOPES.has(word)) ?? 'weather.read'
  return [
    {
      cause: `The ${isOne ? 'scope' : 'scopes'} ${listed(words, 'and')} ${isOne ? 'is' : 'are'} foreign: not a permission of this server, and not a word of scopeMap. ${isOne ? 'It grants' : 'They grant'} nothing, and ${isOne ? 'does' : 'do'} not cancel the default role.`,
      found: listed(words, 'and'),
      remedy: `If a foreign scope should grant something here, map it: scopeMap: { ${quoted(shown)}: ["agents:read"] }.`,
    },
  ]
}

/** Says of each word that grants nothing what was probably meant, with one command that mends them all. */
function grantAdvice(
  { token, ignored, foreign, roles, unknownRoles, claims: verified, claimMap }: AcceptedToken,
  refusal: Refusal,
): readonly Advice[] {
  const mapped = readClaims(verified, claimMap)
  const named = new Set(mapped.roles.flat())
  const scopes = new Set(mapped.scopes.flat())
  const isRole = (word: string) => named.has(word)
  // Beside a role that is known, those of an issuer that gives others too need not be told.
  const isExpected = unknownRoles === 'ignore' && roles?.some(isRole) === true
  const words = [...new Set(ignored)]
    .filter((word) =>
      isRole(word)
        ? !isExpected || nearestName(word, roles ?? []) !== undefined
        : !foreign.includes(word) || nearestPermission(word) !== undefined,
    )
    .slice(0, MAX_GRANTS)
  const claims = grantClaims(token)
  // A command can mend only what stands in a claim of a standard name.
  const isStandard = (word: string) => Object.values(claims).some((value) => hasWord(value, word))
  const nearest = (word: string) =>
    isRole(word) ? nearestName(word, roles ?? []) : nearestPermission(word)
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
    // What the token does not name, and is not the type of what it names.
    if (!isRole(word) && !scopes.has(word) && !TYPE_NAME.test(word)) {
      return {
        cause: `The default role ${found} is not one of the roles here. It grants nothing.`,
        found,
        ...(roles !== undefined && roles.length > 0 && { expected: listed(roles) }),
        remedy:
          'Add it to the option roles, or set defaultRole to a role that is there, or to null.',
      }
    }
    const isMended = near !== undefined && isStandard(word)
    if (isRole(word)) {
      const lead = isStandard(word)
        ? 'Add the role to server.access.roles (of a proxy: access.roles), or sign with one that is there'
        : 'Say in the option roles of its issuer what the role grants, or get a token with a role that is there'
      return {
        cause: `${unknownRoleWords(word, roles)} It grants nothing.`,
        found,
        ...(roles !== undefined && roles.length > 0 && { expected: listed(roles) }),
        ...(isMended ? signAnew(lead, refusal, change) : { remedy: `${lead}.` }),
      }
    }
    const permission = 'with a permission, such as agents:execute'
    const isMapped = !isStandard(word) || foreign.includes(word)
    const lead = `${isStandard(word) ? 'Sign it' : 'Get a token'} ${permission}${isMapped ? ', or map the scope with scopeMap' : ''}`
    const question = near === undefined ? '' : ` Did you mean ${near}?`
    return {
      cause: `${found} is not a permission.${question} It grants nothing${foreign.includes(word) ? ', and does not cancel the default role' : ''}.`,
      found,
      expected: 'resource:action or resource:action:id',
      ...(isMended ? signAnew(lead, refusal, change) : { remedy: `${lead}.` }),
    }
  })
}

/**
 * What deserves a look in a token that is accepted: a time that nobody meant, grants that grant nothing, foreign scopes, and
 * places with roles that the configuration does not read.
 */
export function suspicions(accepted: AcceptedToken): readonly Advice[] {
  const { token, now, ignored, foreign, granted, roles = [], claims, claimMap } = accepted
  const isClosed = granted.length === 0 && ignored.every((word) => foreign.includes(word))
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
    ...unreadRoles(claims, { claimMap, roles: accepted.roles }),
    ...grantAdvice(accepted, refusal),
    ...foreignAdvice(foreign),
    ...(isClosed ? [closed] : []),
  ]
}
