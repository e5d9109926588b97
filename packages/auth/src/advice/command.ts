import type { Expectations } from './advice.js'
import { isShown } from './quoted.js'
import { asList } from '../lib/as-list.js'
import { ownMember } from '../lib/object.js'

type Claims = Readonly<Record<string, unknown>>

/** What needs no quotes in any POSIX shell. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/
/** Longer than this is nothing that somebody pastes, and reads before. */
const MAX_CHARACTERS = 1500
const MAX_VALUE_CHARACTERS = 300

/** Claims that a new token has anew, or by a flag of their own. */
const OWN_FLAGS: ReadonlySet<string> = new Set([
  'sub',
  'role',
  'roles',
  'scope',
  'scp',
  'permissions',
  'aud',
  'iss',
  'exp',
  'iat',
  'nbf',
  'jti',
])

const GRANTING = ['role', 'roles', 'scope', 'scp', 'permissions'] as const

/** Whoever the token of a subject that is not known is for. */
const SOMEBODY = 'alice'

/** What cannot be written into a command that somebody pastes. */
class Unwritable extends Error {}

/** A text as one word of a POSIX shell. What a reader cannot see, or nobody would read, is not written at all. */
function shellWord(text: string): string {
  if (!isShown(text) || text.length > MAX_VALUE_CHARACTERS) throw new Unwritable()
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** A flag with its value. A value that begins as a flag does is joined to its own. */
function flag(name: string, value: string): string {
  const word = shellWord(value)
  return value.startsWith('-') ? `--${name}=${word}` : `--${name} ${word}`
}

function texts(value: unknown): readonly string[] {
  return asList(value)
    .filter((each) => typeof each === 'string' || typeof each === 'number')
    .map(String)
}

function claimFlag(name: string, value: unknown): string {
  const isPlainText = typeof value === 'string' && !isJson(value)
  return flag('claim', `${name}=${isPlainText ? value : JSON.stringify(value)}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The values of the token that are accepted; of a token without, the first one that is. */
function accepted(
  own: readonly string[],
  expected: readonly string[] | undefined,
): readonly string[] {
  if (expected === undefined) return own
  const both = own.filter((each) => expected.includes(each))
  return both.length > 0 ? both : expected.slice(0, 1)
}

function flagsOf(
  claims: Claims,
  { issuers, audiences, algorithms, requiredClaims = [] }: Expectations,
) {
  const member = (name: string) => ownMember(claims, name)
  const subject = texts(member('sub')).find((text) => text.trim() !== '') ?? SOMEBODY
  const roles = [...new Set([...texts(member('role')), ...texts(member('roles'))])]
  const scopes = ['scope', 'scp', 'permissions'].flatMap((name) => texts(member(name)))
  const words = [...new Set(scopes.flatMap((scope) => scope.split(' ')))].filter(
    (word) => word !== '',
  )
  // A token that names grants and has none must not get the default role.
  const isEmpty =
    GRANTING.some((name) => Object.hasOwn(claims, name)) && roles.length + words.length === 0
  const others = Object.entries(claims).filter(
    ([name, value]) =>
      !OWN_FLAGS.has(name) &&
      name.trim() !== '' &&
      !name.includes('=') &&
      value !== null &&
      value !== undefined,
  )
  const missing = requiredClaims.filter(
    (name) => !OWN_FLAGS.has(name) && !Object.hasOwn(claims, name),
  )
  const [tokenId = 'token'] = texts(member('jti'))
  const [algorithm = 'HS256'] =
    algorithms?.includes('HS256') === true ? ['HS256'] : (algorithms ?? [])
  return [
    flag('sub', subject),
    ...roles.filter((role) => role.trim() !== '').map((role) => flag('role', role)),
    ...(words.length > 0 ? [flag('scope', words.join(' '))] : []),
    ...(isEmpty ? [flag('claim', 'permissions=[]')] : []),
    ...accepted(texts(member('aud')), audiences).map((audience) => flag('aud', audience)),
    ...accepted(texts(member('iss')), issuers)
      .slice(0, 1)
      .map((issuer) => flag('iss', issuer)),
    ...others.map(([name, value]) => claimFlag(name, value)),
    ...missing.map((name) => claimFlag(name, 'value')),
    ...(requiredClaims.includes('jti') ? [claimFlag('jti', `${tokenId}-2`)] : []),
    ...(algorithm === 'HS256' ? [] : [flag('alg', algorithm)]),
  ]
}

/**
 * The command that makes a token of these claims anew: for the same subject, with the same grants, and for an
 * audience and of an issuer that are expected. Everything from the claims is quoted for a POSIX shell.
 *
 * @returns undefined where the claims hold what a command cannot, such as control characters, or too much
 */
export function tokenCommand(claims: Claims, expectations: Expectations = {}): string | undefined {
  try {
    const command = ['npx signet token', ...flagsOf(claims, expectations)].join(' ')
    return command.length > MAX_CHARACTERS ? undefined : command
  } catch (error) {
    if (error instanceof Unwritable) return undefined
    throw error
  }
}
