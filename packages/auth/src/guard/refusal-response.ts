import { bearerChallenge, type ChallengeOptions } from '../bearer/challenge.js'
import {
  AUTH_STATUS,
  authRefusalBody,
  INTERNAL_TEXT,
  INVALID_TEXT,
  isKnownAuthError,
  nonceOf,
  RETRY_UNAVAILABLE_SECONDS,
} from '../bearer/refusal.js'

/** The headers that every refusal has: as a server of Signet sends them. */
function headersOf(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
  }
}

/**
 * The response that refuses a request: status, challenge, headers and body as a server of Signet has them. Of an error
 * that is not a refusal nothing is told.
 */
export function refusalResponse(
  error: unknown,
  requestId: string,
  options: ChallengeOptions,
): Response {
  const headers = headersOf(requestId)
  if (!isKnownAuthError(error)) {
    const body = { error: INTERNAL_TEXT, code: 'internal', requestId }
    return new Response(JSON.stringify(body), { status: 500, headers })
  }
  const status = AUTH_STATUS[error.code]
  const challenge = bearerChallenge(error, options)
  if (challenge !== undefined) headers['www-authenticate'] = challenge
  const nonce = nonceOf(error)
  if (nonce !== undefined) headers['dpop-nonce'] = nonce
  if (status === 503) headers['retry-after'] = String(RETRY_UNAVAILABLE_SECONDS)
  return new Response(JSON.stringify(authRefusalBody(error, requestId)), { status, headers })
}

/** The response to what is not a request of the Fetch standard. */
export function unreadableResponse(requestId: string): Response {
  const body = { error: INVALID_TEXT, code: 'request_invalid', requestId }
  return new Response(JSON.stringify(body), { status: 400, headers: headersOf(requestId) })
}
