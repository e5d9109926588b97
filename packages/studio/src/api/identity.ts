import { requestJson } from './request.js'

/** The identity that the server sees for the caller. */
export interface Identity {
  /** The subject of the token. */
  readonly id: string
  readonly name?: string
  readonly email?: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  /** Roles and scopes of the token that the server does not know. They grant nothing. */
  readonly ignoredGrants?: readonly string[]
  /** ISO 8601; absent where the token never expires. */
  readonly expiresAt?: string
}

/** What the server says about the caller. */
export interface Standing {
  /** Whether the server needs a token. */
  readonly isAuthEnabled: boolean
  /** Undefined where the server does not accept the credentials of the session. */
  readonly identity: Identity | undefined
}

/**
 * Asks the server who the caller is.
 * @param headers - replace those of the session
 * @throws {MastraClientError}
 */
export async function fetchStanding(
  headers?: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Standing> {
  const [capabilities, identity] = await Promise.all([
    requestJson<{ enabled: boolean }>({ path: ['auth', 'capabilities'], signal }, headers),
    requestJson<Identity | null>({ path: ['auth', 'me'], signal }, headers),
  ])
  return { isAuthEnabled: capabilities.enabled, identity: identity ?? undefined }
}

/**
 * Asks a route that accepts every valid token. The error tells why a token is refused.
 * @throws {MastraClientError} the refusal
 */
export async function probe(headers: Readonly<Record<string, string>>): Promise<void> {
  await requestJson({ path: ['system', 'packages'] }, headers)
}
