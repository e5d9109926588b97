import { generalAdvice, isAuthCode } from '@signet/auth/advice/general'
import { MastraClientError } from '@signet/client-js'

/** What went wrong, and what the reader can do about it. */
export interface Remedy {
  readonly title: string
  readonly remedy: string
}

const SERVER_ADDRESS = 'Check the base URL and the API prefix in Settings.'

/**
 * What to do about errors of requests. Only the Studio has these, because they name its pages. The words about
 * credentials are those of @signet/auth, and the title is the message of the error.
 */
const REMEDIES: Readonly<Record<string, string>> = {
  // This code of @signet/auth is more often about a field than about a credential.
  request_invalid: 'Check what you entered, and the headers in Settings.',
  option_unsupported: 'Remove the option.',
  not_found: 'It may have been deleted.',
  not_supported: 'Do without this part of Mastra.',
  host_refused: 'Open the Studio at the address that `signet dev` prints.',
  body_too_large: 'Send a shorter message.',
  body_encoding: 'Remove Content-Encoding and charset from the headers in Settings.',
  headers_too_large: 'Shorten the headers in Settings: together they may have 16 KiB.',
  message_too_large: 'Send a shorter message.',
  request_timeout: 'Check the connection to the server, then try again.',
  rate_limited: 'Wait a moment, then try again.',
  answer_failed: 'Try again. The log of the server has the cause.',
  answer_unstored: 'Ask again in a moment. The log of the server says what its database lacks.',
  run_not_suspended: 'Reload the page to see what waits now.',
  approval_expired: 'Ask the agent again.',
  run_ended: 'Ask the agent again.',
  run_exists: 'Ask again with another id of the run.',
  runs_full: 'Resume or cancel some of the runs that wait.',
  run_started: 'Start a new run.',
  run_busy: 'Wait until the run ends or waits.',
  run_changed: 'Start a new run.',
  step_not_suspended: 'Reload the page to see what waits now.',
  step_ambiguous: 'Name the step that is to go on.',
  schedule_exists: 'Choose another id for the schedule.',
  schedule_limit: 'Delete a schedule first.',
  approval_by_other: 'Ask somebody who may approve calls of this tool.',
  deadline_exceeded: 'Try again. `server.timeout` says how long an answer may take.',
  upstream_unavailable: 'Check that the application behind the proxy runs.',
  upstream_timeout: 'Try again. `timeout` of the proxy says how long an answer may take.',
  upstream_failed: 'The log of the application behind the proxy has the cause.',
  stream_cut: 'The beginning of the answer is shown. Try again.',
  storage_unavailable: 'Try again in a moment.',
  network_failed: 'Check that the server runs, and check the base URL in Settings.',
  redirect_refused: SERVER_ADDRESS,
  response_invalid: `This may not be a Signet server. ${SERVER_ADDRESS}`,
  http_error: `This may not be a Signet server. ${SERVER_ADDRESS}`,
  internal: 'The log of the server has the cause, under the id of the request.',
}

/** Explains a thrown value. An unknown code, such as one of a newer server, gets a general remedy. */
export function explain(error: unknown): Remedy {
  const code = codeOf(error)
  const own = Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
  if (own === undefined && isAuthCode(code)) {
    const { cause: title, remedy } = generalAdvice(code)
    return { title, remedy }
  }
  const title = MastraClientError.isInstance(error) ? error.message : 'This did not work.'
  return { title, remedy: own ?? 'Try again.' }
}

/** The code of a thrown value; `internal_page` for a fault of this page. */
export function codeOf(error: unknown): string {
  return MastraClientError.isInstance(error) ? error.code : 'internal_page'
}
