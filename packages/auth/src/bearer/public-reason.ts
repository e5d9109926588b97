import type { AuthErrorCode } from '../error.js'

/**
 * The one public sentence of each refusal. Constant, because a refusal must tell a stranger nothing
 * of the policy: which issuer, which audience, which key.
 */
export const PUBLIC_REASON: Readonly<Record<AuthErrorCode, string>> = {
  token_missing: 'A bearer token is required.',
  token_malformed: 'The token is not well formed.',
  token_too_large: 'The token is too large.',
  token_algorithm: 'The algorithm of the token is not allowed.',
  token_key_unknown: 'No key of this server fits the token.',
  token_signature: 'The signature of the token is not valid.',
  token_expired: 'The token has expired.',
  token_not_active: 'The token is not active yet.',
  token_issuer: 'The issuer of the token is not accepted.',
  token_audience: 'The token is for another audience.',
  token_type: 'The token is of another type.',
  token_claim: 'A claim of the token is missing or not valid.',
  token_revoked: 'The token has been revoked.',
  token_binding: 'The token is not bound to a key as this server requires.',
  proof_missing: 'The token is bound to a key: send it as DPoP, with a proof.',
  proof_invalid: 'The DPoP proof is not valid for this request.',
  proof_nonce: 'The DPoP proof needs the nonce of this server.',
  access_denied: 'Access denied.',
  scope_insufficient: 'The token does not grant what this request needs.',
  request_invalid: 'The request carries more than one credential.',
  keys_unavailable: 'The keys that verify the token are not available now.',
  proofs_unavailable: 'Used DPoP proofs cannot be looked up now.',
}
