import { requestJson } from './request.js'

/** Who the server takes the caller for. */
export interface Identity {
  /** The subject of the token. */
  readonly id: string
  readonly name?: string
  readonly email?: string
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  /** Roles and scopes of the token that the server does not know: they grant nothing. */
  readonly ignoredGrants?: readonly string[]
  /** ISO 8601; absent where the token never ends. */
  readonly expiresAt?: string
}

/** What the server says of the caller. */
export interface Standing {
  /** Whether a token is needed at all. */
  readonly isAuthEnabled: boolean
  /** Absent where the credentials of the session are none that the server takes. */
  readonly identity: Identity | undefined
}

/**
 * Asks the server who the caller is.
 * @param headers - stand in for those of the session
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
 * Asks a route that takes any good token, so that a bad one is refused with its code.
 * @throws {MastraClientError} the refusal
 */
export async function probe(headers: Readonly<Record<string, string>>): Promise<void> {
  await requestJson({ path: ['system', 'packages'] }, headers)
}
