import { generalAdvice, isAuthCode } from '@signet/auth/advice/general'
import { MastraClientError } from '@signet/client-js'

/** A refusal in the words of this page, and what can be done about it. */
export interface Remedy {
  readonly title: string
  readonly remedy: string
}

/** What to do about each code that a server or the client can say, but for those of a credential that is refused. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  scope_insufficient: {
    title: 'Your token does not grant this.',
    remedy: 'Use a token that does: the Tokens page makes one.',
  },
  request_invalid: {
    title: 'The request is not valid.',
    remedy: 'Look at the headers in Settings: one credential, in one header.',
  },
  option_unsupported: {
    title: 'Signet does not serve an option of this request.',
    remedy: 'Leave the option out.',
  },
  not_found: { title: 'There is nothing here.', remedy: 'It may have been deleted.' },
  not_supported: {
    title: 'Signet does not have this part of Mastra.',
    remedy: 'Leave the call out.',
  },
  host_refused: {
    title: 'The server answers only to its own name.',
    remedy: 'Open the Studio under the address that `signet dev` prints.',
  },
  body_encoding: {
    title: 'The body of the request is compressed, or is not UTF-8.',
    remedy: 'Look at the headers in Settings: leave Content-Encoding and charset out.',
  },
  headers_too_large: {
    title: 'The headers of the request are too large.',
    remedy: 'Look at the headers in Settings: all of them together have 16 KiB at most.',
  },
  request_timeout: {
    title: 'The request took too long to arrive.',
    remedy: 'Look at the connection to the server, then try again.',
  },
  rate_limited: { title: 'Too many requests.', remedy: 'Wait a moment, then try again.' },
  answer_failed: {
    title: 'The answer failed.',
    remedy: 'Try again. The cause is in the log of the server.',
  },
  answer_unstored: {
    title: 'The answer could not be stored.',
    remedy: 'Ask again in a moment. The log of the server says what its database lacks.',
  },
  deadline_exceeded: {
    title: 'The answer took too long.',
    remedy: 'Try again; how long an answer may take says `server.timeout`.',
  },
  stream_cut: {
    title: 'The connection ended in the middle of the answer.',
    remedy: 'What came before is shown. Try again.',
  },
  storage_unavailable: {
    title: 'The server cannot reach its storage now.',
    remedy: 'Try again in a moment.',
  },
  network_failed: {
    title: 'The server cannot be reached.',
    remedy: 'See that it runs, and that the base URL in Settings is right.',
  },
  response_invalid: {
    title: 'What answered is not a Signet server.',
    remedy: 'Look at the base URL and the API prefix in Settings.',
  },
  http_error: {
    title: 'What answered is not a Signet server.',
    remedy: 'Look at the base URL and the API prefix in Settings.',
  },
  internal: {
    title: 'The server failed.',
    remedy: 'The cause is in its log, by the id of the request.',
  },
}

const UNKNOWN: Remedy = {
  title: 'This did not work.',
  remedy: 'Try again.',
}

/** What a code means, and what to do. A code of a newer server is answered in general words. */
export function remedyOf(code: string): Remedy {
  if (isAuthCode(code) && !Object.hasOwn(REMEDIES, code)) {
    const { cause: title, remedy } = generalAdvice(code)
    return { title, remedy }
  }
  return (Object.hasOwn(REMEDIES, code) && REMEDIES[code]) || UNKNOWN
}

/** The code of whatever was thrown; `internal_page` for a fault of this page. */
export function codeOf(error: unknown): string {
  return MastraClientError.isInstance(error) ? error.code : 'internal_page'
}
