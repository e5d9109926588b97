import { distance } from 'fastest-levenshtein'
import { ConfigurationError } from '../error.js'
import type { DpopMode } from '../dpop/confirmation.js'
import { tokenHeaderOf } from '../bearer/token-header.js'
import type { Remedies } from '../option/closed-options.js'
import { nearestName } from '../option/nearest-name.js'
import { memberNames } from '../option/read-options.js'
import type { AuthProvider } from './auth-provider.js'
import { isObject } from '../lib/object.js'

const OPTIONAL_METHODS = [
  'authorizeUser',
  'mapUserToResourceId',
  'defaultRoleOf',
  'accessOf',
  'expiryOf',
  'voucherOf',
  'recallUser',
  'explainToken',
  'reportTo',
  'accepts',
] as const satisfies readonly (keyof AuthProvider)[]

const TEXTS = [
  'name',
  'defaultRole',
  'tokenHeader',
] as const satisfies readonly (keyof AuthProvider)[]

const LISTS = ['public', 'protected'] as const satisfies readonly (keyof AuthProvider)[]

const MEMBER_NAMES: readonly string[] = [
  'authenticateToken',
  ...OPTIONAL_METHODS,
  ...TEXTS,
  ...LISTS,
  'dpop',
]

/** All that is asked of a provider. */
export const PROVIDER_MEMBERS: ReadonlySet<PropertyKey> = new Set(MEMBER_NAMES)

/** Members that say who may do what. Misspelt, they would not be asked. */
const DECIDING_METHODS = ['authorizeUser', 'mapUserToResourceId'] as const

/** What Mastra asks and Signet does not, and would open what it closes if taken in silence. */
export const DECIDING_MEMBERS: Remedies = {
  authorize:
    'Signet does not call it. Write authorizeUser(user, request), or grant permissions by claims and server.access.roles.',
  rules:
    'Signet does not read them. Write authorizeUser(user, request), or grant permissions by claims and server.access.roles.',
}

function refuse(what: string, message: string): never {
  throw new ConfigurationError('option_invalid', `${what} ${message}`)
}

/** @throws {ConfigurationError} `option_invalid`, with what to do instead of this member */
export function refuseMember(member: PropertyKey, what: string): never {
  const name = String(member)
  const near = nearestName(name, MEMBER_NAMES)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  const otherwise = `${hint}Leave it out, and keep what the provider needs in variables outside.`
  const remedy = Object.hasOwn(DECIDING_MEMBERS, name) ? DECIDING_MEMBERS[name] : otherwise
  refuse(what, `has ${name}, which Signet does not read. ${remedy}`)
}

/** How many letters a misspelt name may differ in from the name that was meant. */
const MAX_DIFFERING_LETTERS = 2

/** Whether a method was meant to be one that decides: upper and lower case, or a letter or two, are others. */
function isMisspelt(name: string, meant: string): boolean {
  if (PROVIDER_MEMBERS.has(name)) return false
  return distance(name.toLowerCase(), meant.toLowerCase()) <= MAX_DIFFERING_LETTERS
}

/** Refuses a method that would decide and is spelt so that nobody asks it. */
function refuseMisspelt(provider: object, what: string): void {
  for (const name of memberNames(provider)) {
    const meant = DECIDING_METHODS.find((member) => isMisspelt(name, member))
    if (meant !== undefined) refuseMember(name, what)
  }
}

/**
 * Refuses what is not a provider. A member that is undefined counts as left out, because objects of a
 * class often have such; members that only Mastra asks are refused.
 *
 * @param what - names it in the error, as the beginning of a sentence
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkProvider(provider: unknown, what: string): asserts provider is AuthProvider {
  if (!isObject(provider)) refuse(what, 'is not an object.')
  const member = (name: PropertyKey): unknown => Reflect.get(provider, name)
  if (typeof member('authenticateToken') !== 'function')
    refuse(what, 'has no method authenticateToken.')
  for (const name of Object.keys(DECIDING_MEMBERS)) {
    if (member(name) !== undefined) refuseMember(name, what)
  }
  refuseMisspelt(provider, what)
  const has = (names: readonly string[], isRight: (value: unknown) => boolean, kind: string) => {
    const wrong = names.find((name) => member(name) !== undefined && !isRight(member(name)))
    if (wrong !== undefined) refuse(what, `has the member ${wrong}, which must be a ${kind}.`)
  }
  has(OPTIONAL_METHODS, (value) => typeof value === 'function', 'function')
  has(TEXTS, (value) => typeof value === 'string', 'text')
  has(LISTS, Array.isArray, 'list')
  tokenHeaderOf(provider)
  dpopModeOf(provider as { readonly dpop?: unknown })
}

/**
 * Whether the tokens of a provider must be bound to a key, or may be; undefined where it does not say.
 * @throws {ConfigurationError} `option_invalid`
 */
export function dpopModeOf({ dpop: mode }: { readonly dpop?: unknown }): DpopMode | undefined {
  if (mode === undefined || mode === 'required' || mode === 'optional') return mode
  return refuse('The provider', "has the member dpop, which must be 'required' or 'optional'.")
}
