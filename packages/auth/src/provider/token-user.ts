import { readSubject } from '../access/create-principal.js'
import { ConfigurationError, TokenError } from '../error.js'
import { deepFreeze } from '../lib/freeze.js'
import { isJsonObject } from '../lib/object.js'

/** Whose an opaque token is, and until when. */
export interface TokenUser<User extends object = object> {
  readonly user: User
  /** From when on the token is refused, in seconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined
}

/** A time as far away as this (the year 5138) is in milliseconds by mistake. */
const NO_SECONDS = 100_000_000_000

function refuse(what: string, message: string): never {
  throw new ConfigurationError('option_invalid', `${what} ${message}`)
}

/** What bears a subject of its own is a user, even where it has a member `user`. */
function isTokenUser(entry: unknown): entry is Record<string, unknown> {
  const has = (name: string) => Object.hasOwn(Object(entry), name)
  return isJsonObject(entry) && has('user') && !has('sub') && !has('id')
}

function readExpiry(entry: Record<string, unknown>, what: string): number | undefined {
  if (!Object.hasOwn(entry, 'expiresAt')) return undefined
  const { expiresAt } = entry
  const isSeconds = typeof expiresAt === 'number' && expiresAt > 0 && expiresAt < NO_SECONDS
  return isSeconds
    ? expiresAt
    : refuse(what, 'has an expiresAt that is not a number of seconds since 1970.')
}

/** A copy, so that what is done later to the object changes nothing. */
function copyUser(user: unknown, what: string): object {
  if (!isJsonObject(user)) refuse(what, 'has a user that is not an object.')
  for (const name of ['exp', 'expiresAt']) {
    if (Object.hasOwn(user, name)) {
      refuse(what, `has a user with ${name}: write { user, expiresAt } for a token that expires.`)
    }
  }
  try {
    return structuredClone(user)
  } catch {
    return refuse(what, 'has a user that is not plain data. Leave functions out.')
  }
}

function checkSubject(user: object, what: string): void {
  try {
    readSubject(user)
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error
    refuse(what, 'has a user without a subject. Give the user a sub or an id that is a text.')
  }
}

/**
 * Reads a user, or `{ user, expiresAt }`. The user is copied and deep-frozen, and has `exp` where the
 * token expires.
 *
 * @param what - names the token in the error
 * @throws {ConfigurationError} `option_invalid`
 */
export function readTokenUser<User extends object>(entry: unknown, what: string): TokenUser<User> {
  if (!isTokenUser(entry)) return readTokenUser({ user: entry }, what)
  const { user: given, ...others } = entry
  const unknown = Object.keys(others).find((name) => name !== 'expiresAt')
  if (unknown !== undefined)
    refuse(
      what,
      `has the member ${unknown} beside its user, which is not read. Write it in the user.`,
    )
  const expiresAt = readExpiry(entry, what)
  const copy = copyUser(given, what)
  checkSubject(copy, what)
  const user = deepFreeze(expiresAt === undefined ? copy : { ...copy, exp: expiresAt }) as User
  return { user, expiresAt }
}
