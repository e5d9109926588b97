import type { Principal } from '../access/principal.js'
import { createPrincipal } from '../access/create-principal.js'
import type { RoleTable } from '../access/role.js'
import { AuthError } from '../error.js'
import { tokenDigest } from '../jws/digest.js'
import { isJsonObject } from '../lib/object.js'
import { admitUser } from '../provider/authenticate.js'
import type { AuthProvider, AuthRequest } from '../provider/auth-provider.js'
import { readVoucher, recallUser } from '../provider/recall.js'

/** Who made an API key, as its record keeps it. */
export type KeyMaker = {
  /** Who vouched for them: `operator`, or `provider:` and what the provider's `voucherOf` said. */
  readonly voucher: string
  /** The user, as JSON makes it: the verified claims of their token. */
  readonly user: Readonly<Record<string, unknown>>
  /** The digest of their token, by which its revocation ends the key. Absent in records of before. */
  readonly token?: string | undefined
  /** As `RevocableToken` has it. */
  readonly judgedUpTo?: number | undefined
}

/** By whom a maker is judged. */
export interface MakerJudge {
  readonly provider: AuthProvider
  /** The role table in force. */
  readonly roles: RoleTable
}

/** In characters of JSON: more than the largest token holds, and less than a store takes. */
const MAX_USER_LENGTH = 60_000
const BY_PROVIDER = 'provider:'
const BY_OPERATOR = 'operator'

/** The operator, who makes a key at the command line: judged by the role table alone. */
export const OPERATOR: KeyMaker = Object.freeze({
  voucher: BY_OPERATOR,
  user: Object.freeze({ sub: 'operator', iss: 'local', role: 'owner' }),
})

function denied(message: string, cause?: unknown): AuthError {
  return new AuthError('access_denied', message, { cause })
}

function copyUser(user: object): Readonly<Record<string, unknown>> {
  let text: string | undefined
  try {
    text = JSON.stringify(user)
  } catch (cause) {
    throw denied('The user cannot be stored as JSON, so an API key cannot be made for them.', cause)
  }
  if (text === undefined || text.length > MAX_USER_LENGTH) {
    throw denied(
      `The user has more than ${MAX_USER_LENGTH} characters of JSON, so an API key cannot be made for them.`,
    )
  }
  const copy: unknown = JSON.parse(text)
  if (!isJsonObject(copy)) throw denied('The JSON of the user is not an object.')
  return copy
}

/**
 * Writes down who makes a key, so that they can be judged again at each use of it.
 * @param user - what the provider's `authenticateToken` returned
 * @param token - theirs, of which only the digest may be written down
 * @throws {AuthError} `access_denied` where the provider does not vouch for them beyond their token, or puts
 *   the token itself into the user
 */
export function rememberMaker<User extends object>(
  provider: AuthProvider<User>,
  user: User,
  token: string,
): KeyMaker {
  const voucher = readVoucher(provider, user)
  if (voucher === undefined)
    throw denied(
      'The provider does not vouch for this user, so an API key cannot be made for them.',
    )
  const copy = copyUser(user)
  if (JSON.stringify(copy).includes(token)) {
    throw denied(
      'The user that the provider returned contains the token, so an API key cannot be made for them.',
    )
  }
  return { voucher: BY_PROVIDER + voucher, user: copy, token: tokenDigest(token) }
}

/**
 * Judges the maker of a key by what is in force now: who they are, and what they may do. When their token
 * ends does not count.
 *
 * @param maker - of the record of a key
 * @param request - the one that is made with the key
 * @throws {AuthError} `access_denied` where nobody vouches for the maker any more, or the provider does not
 *   authorize them; what else it refuses them with
 */
export async function judgeMaker(
  maker: Readonly<Record<string, unknown>>,
  { provider, roles }: MakerJudge,
  request: AuthRequest,
): Promise<Principal> {
  const { voucher } = maker
  if (voucher === BY_OPERATOR) return createPrincipal(OPERATOR.user, { roles })
  const user = maker['user']
  if (typeof voucher !== 'string' || !voucher.startsWith(BY_PROVIDER) || !isJsonObject(user)) {
    throw denied('The record of the API key does not say who made it.')
  }
  const known = await recallUser(provider, user, voucher.slice(BY_PROVIDER.length))
  if (known === undefined)
    throw denied('The provider no longer vouches for the user who made the API key.')
  return admitUser(provider, known, request, roles)
}
