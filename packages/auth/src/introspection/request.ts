import { AuthError } from '../error.js'
import type { Claims } from '../jwt/claims.js'
import { DEFAULT_LIMITS, fetchJson, type FetchedJson } from '../keys/fetch-json.js'
import { KeyFaultError, keyFaultOf, shownAddress, type KeyFaultKind } from '../keys/key-fault.js'
import { codeOf } from '../lib/error-code.js'
import { deepFreeze } from '../lib/freeze.js'
import { isJsonObject, ownMember } from '../lib/object.js'
import type { Introspection } from './options.js'

/** What an issuer says of a token. */
export interface IntrospectionResponse {
  /** The members of the response, deep-frozen, with the issuer's name as `iss`; undefined where the token is not active. */
  readonly claims: Claims | undefined
  /** The length of the response, in characters. */
  readonly length: number
}

/** Largest response, in bytes. Of most issuers it has less than one kibibyte. */
const MAX_BYTES = 65_536

const CREDENTIALS =
  'Check the options introspection.endpoint, clientId, and clientSecret or privateKey. The issuer must allow this client to introspect tokens.'
const ADDRESS =
  'Check the option introspection.endpoint. The metadata of the issuer names it as introspection_endpoint.'

/** What to do, where it is not the same as for keys. */
const REMEDIES: Partial<Readonly<Record<KeyFaultKind, string>>> = {
  status: CREDENTIALS,
  html: ADDRESS,
  not_json: ADDRESS,
  too_large: `${ADDRESS} A response may have at most ${MAX_BYTES} bytes.`,
  redirected:
    'Set introspection.endpoint to the address that answers itself. A redirect is not followed, because the request has a token and credentials.',
}

/** Why an endpoint does not say whether a token is active, in whole sentences without anything that was read. */
interface IntrospectionFault {
  readonly problem: string
  readonly remedy: string
}

/** Names why a request failed. */
export function introspectionFaultOf(error: unknown): IntrospectionFault {
  const { kind, problem, remedy } = keyFaultOf(error)
  return { problem, remedy: REMEDIES[kind] ?? remedy }
}

function readResponse(value: unknown, issuer: string): Claims | undefined {
  const active = isJsonObject(value) ? ownMember(value, 'active') : undefined
  if (!isJsonObject(value) || typeof active !== 'boolean') {
    throw new KeyFaultError(
      'not_json',
      'The response is not an object whose member active is true or false (RFC 7662 section 2.2).',
    )
  }
  if (!active) return undefined
  // Of one issuer is the token either way; without its name, its users would be those of tokens without an issuer.
  return deepFreeze(Object.hasOwn(value, 'iss') ? { ...value } : { ...value, iss: issuer })
}

/** What `fetch` throws where the other side has closed the connection, as it may do with one that was kept open. */
const CLOSED_CODES: ReadonlySet<string | undefined> = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
])

function isClosed(error: unknown): boolean {
  return error instanceof Error && CLOSED_CODES.has(codeOf(error.cause) ?? codeOf(error))
}

/** Posts a token, with new credentials: an assertion counts once (RFC 7523 section 3). */
function post(
  token: string,
  { endpoint, authenticate }: Introspection,
  fetch: typeof globalThis.fetch,
  timeoutMs: number,
): Promise<FetchedJson> {
  const { headers, parameters } = authenticate()
  const form = new URLSearchParams({ token, token_type_hint: 'access_token', ...parameters })
  return fetchJson(endpoint, { fetch, timeoutMs, maxBytes: MAX_BYTES, post: { headers, form } })
}

/** Posts it a second time where the connection was closed: the request changes nothing at the issuer. */
async function postAgain(
  token: string,
  introspection: Introspection,
  fetch: typeof globalThis.fetch,
): Promise<FetchedJson> {
  const { timeoutMs } = DEFAULT_LIMITS
  const started = performance.now()
  try {
    return await post(token, introspection, fetch, timeoutMs)
  } catch (error) {
    const leftMs = timeoutMs - (performance.now() - started)
    if (!isClosed(error) || leftMs <= 0) throw error
    return post(token, introspection, fetch, leftMs)
  }
}

/**
 * Asks an issuer about a token: once, and once more where the connection was closed, both within the time of one.
 * @throws {Error} that says why there is no answer, without what was read
 */
export async function requestIntrospection(
  token: string,
  introspection: Introspection,
  fetch: typeof globalThis.fetch,
): Promise<IntrospectionResponse> {
  const { value, text } = await postAgain(token, introspection, fetch)
  return { claims: readResponse(value, introspection.issuer), length: text.length }
}

/** Names the fault, the address and what to do: for the log and for whoever explains a token, and never for the wire. */
export function introspectionFailed({ endpoint }: Introspection, cause: unknown): AuthError {
  const { problem, remedy } = introspectionFaultOf(cause)
  return new AuthError(
    'keys_unavailable',
    `The token cannot be introspected at ${shownAddress(endpoint)}. ${problem} ${remedy}`,
    { cause },
  )
}
