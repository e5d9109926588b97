import { ConfigurationError } from '../error.js'
import type { AuthProvider } from './contract.js'

const OPTIONAL_METHODS = [
  'authorizeUser',
  'mapUserToResourceId',
  'defaultRoleOf',
  'accessOf',
  'expiryOf',
  'voucherOf',
  'recallUser',
  'explainToken',
  'accepts',
] as const satisfies readonly (keyof AuthProvider)[]

const TEXTS = ['name', 'defaultRole'] as const satisfies readonly (keyof AuthProvider)[]

const LISTS = ['public', 'protected'] as const satisfies readonly (keyof AuthProvider)[]

/** All that is asked of a provider. */
export const PROVIDER_MEMBERS: ReadonlySet<PropertyKey> = new Set([
  'authenticateToken',
  ...OPTIONAL_METHODS,
  ...TEXTS,
  ...LISTS,
])

/** What the original asks and Signet does not, and would open what it closes if taken in silence. */
const REMEDIES: ReadonlyMap<PropertyKey, string> = new Map(
  ['authorize', 'rules'].map((member) => [
    member,
    'Write authorizeUser(user, request), or grant permissions by claims and server.access.roles.',
  ]),
)

function refuse(what: string, message: string): never {
  throw new ConfigurationError('option_invalid', `${what} ${message}`)
}

/** @throws {ConfigurationError} `option_invalid`, with what to do instead of this member */
export function refuseMember(member: PropertyKey, what: string): never {
  const remedy = REMEDIES.get(member) ?? 'Leave it out; what the provider needs can stand outside.'
  refuse(what, `has ${String(member)}, which is not asked here. ${remedy}`)
}

/**
 * Refuses what is no provider. A member that is undefined counts as left out, because objects of a
 * class often have such; members that only the original asks are refused.
 *
 * @param what - names it in the error, as the beginning of a sentence
 * @throws {ConfigurationError} `option_invalid`
 */
export function checkProvider(provider: unknown, what: string): asserts provider is AuthProvider {
  if (typeof provider !== 'object' || provider === null) refuse(what, 'is not an object.')
  const member = (name: PropertyKey): unknown => Reflect.get(provider, name)
  if (typeof member('authenticateToken') !== 'function') refuse(what, 'has no authenticateToken.')
  for (const name of REMEDIES.keys()) if (member(name) !== undefined) refuseMember(name, what)
  const has = (names: readonly string[], isRight: (value: unknown) => boolean, kind: string) => {
    const wrong = names.find((name) => member(name) !== undefined && !isRight(member(name)))
    if (wrong !== undefined) refuse(what, `has a member ${wrong} that is no ${kind}.`)
  }
  has(OPTIONAL_METHODS, (value) => typeof value === 'function', 'function')
  has(TEXTS, (value) => typeof value === 'string', 'text')
  has(LISTS, Array.isArray, 'list')
}
