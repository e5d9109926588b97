import { secretKeys, signToken } from '@signet/auth'
import { codeOf } from '@signet/auth/internal'
import { readWhole } from '../forward/read-whole.js'
import { openUpstream, type Upstream } from '../upstream/upstream.js'
import { within } from '../upstream/within.js'

/** Where an application is asked for its OpenAPI document, and how. */
export interface DocumentQuestion {
  /** Of the application, such as `http://127.0.0.1:4112`. */
  readonly origin: string
  /** Where the document may stand, in the order in which they are tried. */
  readonly paths: readonly string[]
  /** What the application verifies tokens with (HS256). Undefined: it is asked without a token. */
  readonly secret: string | undefined
  /** How long all of it may take, in milliseconds. Default: 10 seconds. */
  readonly timeoutMs?: number | undefined
}

/**
 * What came of the question. `read`: parsed JSON, of whatever kind. `garbage`: not JSON. `large`: of more bytes than are read.
 * `late`: not complete in time. `away`: not an HTTP server, or none. `status`: another status than 200.
 */
export type FetchedDocument =
  | { readonly kind: 'away' | 'garbage' | 'large' | 'late' }
  | { readonly kind: 'read'; readonly document: unknown }
  | { readonly kind: 'status'; readonly status: number }

/** In bytes. The document of Mastra has 2.9 million. */
export const MAX_DOCUMENT: number = 16 * 1024 * 1024
const TIMEOUT_MS = 10_000
const OK = 200
const NOT_FOUND = 404

function tokenOf(secret: string): string {
  return signToken({ sub: 'signet-doctor' }, secretKeys(secret).signingKey, {
    expiresInSeconds: 60,
  })
}

async function fetchOne(
  upstream: Upstream,
  path: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<FetchedDocument> {
  const { status, body } = await upstream.request({
    method: 'GET',
    path,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: null,
    signal,
  })
  body.on('error', () => undefined)
  if (status !== OK) {
    body.destroy()
    return { kind: 'status', status }
  }
  const bytes = await readWhole(body, MAX_DOCUMENT)
  if (bytes === undefined) return { kind: 'large' }
  try {
    return { kind: 'read', document: JSON.parse(bytes.toString('utf8')) }
  } catch {
    return { kind: 'garbage' }
  }
}

/**
 * Asks an application for its OpenAPI document. It waits 10 seconds at most, and reads 16 MiB at most.
 * @throws {ConfigurationError} for a secret that is too short
 */
export async function fetchDocument(question: DocumentQuestion): Promise<FetchedDocument> {
  const { origin, paths, secret, timeoutMs = TIMEOUT_MS } = question
  const token = secret === undefined ? undefined : tokenOf(secret)
  const upstream = openUpstream({ origin, timeoutMs })
  try {
    return await within(null, timeoutMs, async (signal) => {
      let found: FetchedDocument = { kind: 'status', status: NOT_FOUND }
      for (const path of paths) {
        found = await fetchOne(upstream, path, token, signal)
        if (found.kind !== 'status' || found.status !== NOT_FOUND) break
      }
      return found
    })
  } catch (error) {
    if (codeOf(error) === 'upstream_timeout') return { kind: 'late' }
    if (codeOf(error) === 'upstream_unavailable') return { kind: 'away' }
    throw error
  } finally {
    await upstream.close()
  }
}
