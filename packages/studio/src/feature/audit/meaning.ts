/** Why a request was refused, said of whoever made it. */
const MEANING: Readonly<Record<string, string>> = {
  token_missing: 'It came without a token.',
  token_malformed: 'What it bore is no token.',
  token_too_large: 'Its token is larger than the server reads.',
  token_algorithm: 'Its token is signed with an algorithm that is not allowed.',
  token_key_unknown: 'No key of the server fits its token.',
  token_signature: 'The signature of its token is not valid: another secret, or changed since.',
  token_expired: 'Its token had expired.',
  token_not_active: 'Its token was not active yet.',
  token_issuer: 'Its token is of an issuer that is not accepted.',
  token_audience: 'Its token is for another server.',
  token_type: 'Its token is of another type than is accepted.',
  token_claim: 'A claim of its token is missing or wrong.',
  token_revoked: 'Its token had been revoked.',
  access_denied: 'The application does not let this user in.',
  scope_insufficient: 'Its token does not grant this.',
  request_invalid: 'The request was not valid.',
  option_unsupported: 'It asked for an option of Mastra that Signet does not serve.',
  not_found: 'What it asked for is not there, or not its own.',
  not_supported: 'It asked for a part of Mastra that Signet does not have.',
  rate_limited: 'There were too many requests like it.',
  keys_unavailable: 'The keys to verify it could not be fetched.',
  storage_unavailable: 'The storage could not be reached.',
  answer_unstored: 'The answer was made, and could not be stored.',
}

/** What the code of a record means; undefined for one that says it itself. */
export function meaningOf(code: string): string | undefined {
  return Object.hasOwn(MEANING, code) ? MEANING[code] : undefined
}
