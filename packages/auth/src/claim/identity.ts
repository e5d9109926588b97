import { nonEmptyText, isNonBlank } from '../lib/text.js'
import { ownMember } from '../lib/object.js'

/** The issuer of whoever has no claim `iss`, or an empty one. */
const LOCAL_ISSUER = 'local'

/** An own claim that is a text with at least one character. */
export function ownText(claims: object, name: string): string | undefined {
  return nonEmptyText(ownMember(claims, name))
}

/** Who vouches for these claims: the claim `iss`, or `local`. The one place that says so. */
export function issuerOf(claims: object): string {
  return ownText(claims, 'iss') ?? LOCAL_ISSUER
}

/** Whom these claims name: `sub`, else `id`; undefined where that is not a text, or is blank. */
export function subjectOf(claims: object): string | undefined {
  const subject: unknown = Reflect.get(claims, 'sub') ?? Reflect.get(claims, 'id')
  return isNonBlank(subject) ? subject : undefined
}

/** The claim `jti` (RFC 7519 section 4.1.7). */
export function tokenIdOf(claims: object): string | undefined {
  return ownText(claims, 'jti')
}

/** The claim `sid` (OpenID Connect Front-Channel Logout section 3). */
export function sessionOf(claims: object): string | undefined {
  return ownText(claims, 'sid')
}

/** Whom the token was issued to: `azp` (OpenID Connect Core section 2), else `client_id` (RFC 8693 section 4.3). */
export function clientOf(claims: object): string | undefined {
  return ownText(claims, Object.hasOwn(claims, 'azp') ? 'azp' : 'client_id')
}
