import { TokenError } from '../error.js'
import { isJsonObject, ownMember } from '../lib/object.js'

/** Whether every token must be bound to a key of its client, or only those that are must be sent with a proof. */
export type DpopMode = 'required' | 'optional'

/** SHA-256 in base64url (RFC 7638). */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

function refuse(message: string): never {
  throw new TokenError('token_binding', message, { claim: 'cnf' })
}

/**
 * The thumbprint of the key that a token is bound to (`cnf.jkt`, RFC 9449 section 6.1); undefined for a token that is not bound.
 *
 * @param claims - those of a token that has verified, or what an issuer says of one
 * @throws {TokenError} `token_binding` where the token is bound in another way, or in a further one, such as to a
 *   certificate (`x5t#S256`, RFC 8705): nothing here can check that, and left aside it would be a bearer token
 */
export function boundThumbprint(claims: object): string | undefined {
  const confirmation = ownMember(claims, 'cnf')
  if (confirmation === undefined) return undefined
  if (!isJsonObject(confirmation)) refuse('The claim cnf is not an object (RFC 7800 section 3.1).')
  const names = Object.keys(confirmation)
  const thumbprint = ownMember(confirmation, 'jkt')
  if (names.length !== 1 || thumbprint === undefined) {
    refuse(
      'The claim cnf binds the token by something else than jkt alone, which cannot be checked.',
    )
  }
  if (typeof thumbprint !== 'string' || !THUMBPRINT.test(thumbprint)) {
    refuse('The member jkt of the claim cnf is not a SHA-256 thumbprint (RFC 7638).')
  }
  return thumbprint
}

/**
 * Refuses a token whose binding cannot be checked, and one without a binding where it must have one. Says nothing of
 * whether the sender has the key.
 *
 * @throws {TokenError} `token_binding`
 */
export function checkBinding(claims: object, mode: DpopMode | undefined): void {
  if (mode === undefined) return
  if (boundThumbprint(claims) !== undefined || mode === 'optional') return
  refuse('The token is not bound to a key (cnf.jkt), which the option dpop asks for.')
}
