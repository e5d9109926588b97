/** Why a request was refused, said of whoever made it. */
const MEANING: Readonly<Record<string, string>> = {
  token_missing: 'The request had no token.',
  token_malformed: 'The credential is not a token.',
  token_too_large: 'The token is larger than the server accepts.',
  token_algorithm: 'The token is signed with an algorithm that is not allowed.',
  token_key_unknown: 'The server has no key for the token.',
  token_signature:
    'The signature of the token is not valid: it was signed with another secret, or changed.',
  token_expired: 'The token had expired.',
  token_not_active: 'The token was not active yet.',
  token_issuer: 'The issuer of the token is not accepted.',
  token_audience: 'The token is for another server.',
  token_type: 'The type of the token is not accepted.',
  token_claim: 'A claim of the token is missing or wrong.',
  token_revoked: 'The token had been revoked.',
  access_denied: 'The application does not let this user in.',
  scope_insufficient: 'The token does not grant this.',
  request_invalid: 'The request was not valid.',
  option_unsupported: 'The request used an option of Mastra that Signet does not support.',
  not_found: 'It does not exist, or belongs to somebody else.',
  not_supported: 'The request was for a part of Mastra that Signet does not have.',
  rate_limited: 'There were too many requests.',
  keys_unavailable: 'The keys to verify the token could not be fetched.',
  storage_unavailable: 'The storage could not be reached.',
  answer_unstored: 'The answer was complete, but could not be stored.',
}

/** What the code of a record means; undefined for one that says it itself. */
export function meaningOf(code: string): string | undefined {
  return Object.hasOwn(MEANING, code) ? MEANING[code] : undefined
}
