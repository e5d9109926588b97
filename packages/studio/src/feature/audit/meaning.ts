import { generalAdvice, isAuthCode } from '@signet/auth/advice/general'

/**
 * Why a request was refused, for codes that @signet/auth does not explain. Only the Studio has these: a record has the
 * code, but not the sentence of the server.
 */
const MEANING: Readonly<Record<string, string>> = {
  access_denied: 'The application does not let this user in.',
  request_invalid: 'The request was not valid.',
  option_unsupported: 'The request used an option of Mastra that Signet does not support.',
  not_found: 'It does not exist, or belongs to somebody else.',
  not_supported: 'The request was for a part of Mastra that Signet does not have.',
  rate_limited: 'There were too many requests.',
  storage_unavailable: 'The storage could not be reached.',
  answer_unstored: 'The answer was complete, but could not be stored.',
}

/** What the code of a record means; undefined for a code that needs no explanation. */
export function meaningOf(code: string): string | undefined {
  if (Object.hasOwn(MEANING, code)) return MEANING[code]
  return isAuthCode(code) ? generalAdvice(code).cause : undefined
}
