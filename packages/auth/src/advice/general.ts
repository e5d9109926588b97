import type { AuthErrorCode } from '../error.js'
import { PUBLIC_REASON } from '../bearer/public-reason.js'
import type { Advice } from './advice.js'

/** What to do about each refusal, whatever the token. */
const REMEDY: Readonly<Record<AuthErrorCode, string>> = {
  token_missing: 'Send a token as Authorization: Bearer <token>. signet token creates one.',
  token_malformed: 'Copy the whole token: three parts of base64url with a dot between them.',
  token_too_large: 'Put less into it, such as a role in place of a long list of scopes.',
  token_algorithm:
    'Sign it with an algorithm that fits the key of the server, such as HS256 for a secret.',
  token_key_unknown: 'Get a new one from the issuer: its key may have been replaced.',
  token_signature: 'Sign it with the secret in .env of the server, and copy it whole.',
  token_expired: 'Create a new one with signet token, or on the Tokens page of the Studio.',
  token_not_active: 'Wait until nbf, or set the clocks of issuer and server.',
  token_issuer: 'Get a token whose iss this server accepts.',
  token_audience: 'Get a token whose aud names this server.',
  token_type: 'Send an access token, and not an ID token: typ in its header must fit.',
  token_claim: 'Create one with a subject (sub) and an end (exp) at least.',
  token_binding:
    'Get a token from the issuer that is bound to a key of its client by cnf.jkt alone (RFC 9449). A token without cnf is sent as Bearer, where the server accepts it.',
  proof_missing:
    'Send Authorization: DPoP <token>, and in the header DPoP a new proof, signed with the key of the client (RFC 9449).',
  proof_invalid:
    'Make a new proof for each request: its method, its URL, the hash of its token, the time, and a jti of its own.',
  proof_nonce: 'Repeat the request with a new proof that has the nonce of the header DPoP-Nonce.',
  token_revoked: 'A revoked token never becomes valid again: create a new one.',
  access_denied:
    'The token is valid, but the application refuses its user. Ask the operator of the server.',
  scope_insufficient: 'Send a token that grants what is missing.',
  request_invalid: 'Send one credential, in one Authorization header.',
  proofs_unavailable: 'Try again. If it lasts, ask the operator of the server.',
  keys_unavailable:
    'The keys of the issuer cannot be fetched now. Try again, or check the address of the issuer.',
}

/**
 * What a code says without a look at the token: the sentence of the wire, and what to do.
 * @example
 * ```typescript
 * import { generalAdvice } from '@signet/auth/advice/general'
 *
 * console.log(generalAdvice('token_expired').remedy)
 * ```
 */
export function generalAdvice(code: AuthErrorCode): Advice {
  return { cause: PUBLIC_REASON[code], remedy: REMEDY[code] }
}

/** Whether a text is a code of a refused credential. */
export function isAuthCode(code: string): code is AuthErrorCode {
  return Object.hasOwn(REMEDY, code)
}
