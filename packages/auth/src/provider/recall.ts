import { AuthError } from '../error.js'
import { isObject } from '../lib/object.js'
import { nonEmptyText } from '../lib/text.js'
import type { AuthProvider } from './auth-provider.js'

function failed(method: string, cause: unknown): unknown {
  if (AuthError.isInstance(cause)) return cause
  return new AuthError('access_denied', `${method} failed.`, { cause })
}

/**
 * Names the rule by which a provider vouches for a user: what `voucherOf` says where it has one, else the
 * provider's name. Undefined where it vouches for them no more.
 *
 * @throws {AuthError} `access_denied` where `voucherOf` fails
 */
export function readVoucher<User extends object>(
  provider: AuthProvider<User>,
  user: User,
): string | undefined {
  if (provider.voucherOf === undefined) return JSON.stringify(['provider', provider.name ?? ''])
  try {
    const voucher: unknown = provider.voucherOf(user)
    // A promise is not a text; without this, its own failure would end the process.
    if (voucher instanceof Promise) voucher.catch(() => undefined)
    return nonEmptyText(voucher)
  } catch (cause) {
    throw failed('voucherOf', cause)
  }
}

/**
 * The user, as the provider knows them now, whom it or one before it authenticated once; undefined where it
 * does not vouch for them by the same rule.
 *
 * @param user - a copy, as JSON makes it, of what `authenticateToken` returned
 * @param voucher - what `readVoucher` said then
 * @throws {AuthError} the provider's own refusal; `access_denied` where it fails
 */
export async function recallUser<User extends object>(
  provider: AuthProvider<User>,
  user: Readonly<Record<string, unknown>>,
  voucher: string,
): Promise<User | undefined> {
  let known: unknown
  try {
    known = provider.recallUser === undefined ? user : await provider.recallUser(user, voucher)
  } catch (cause) {
    throw failed('recallUser', cause)
  }
  if (!isObject(known)) return undefined
  // What a provider without recallUser returned once is its user; any other says itself what its user is.
  return readVoucher(provider, known as User) === voucher ? (known as User) : undefined
}
