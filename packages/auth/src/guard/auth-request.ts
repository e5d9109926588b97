import { isBearerToken } from '../bearer/header.js'
import type { AuthRequest } from '../provider/auth-provider.js'

/** A request of the Fetch standard as a provider sees it. */
export function fetchAuthRequest(raw: Request): AuthRequest {
  const { headers } = raw
  return { raw, headers, header: (name) => headers.get(name) ?? undefined }
}

/**
 * A request as if it came with another token than its caller's: nothing is left by which a provider could
 * take the caller for the bearer. It has no body.
 */
export function requestOfBearer(
  token: string,
  { url, headers: given }: Pick<Request, 'url' | 'headers'>,
): AuthRequest {
  const headers = new Headers(given)
  for (const name of ['authorization', 'cookie', 'content-type', 'content-length']) {
    headers.delete(name)
  }
  if (isBearerToken(token)) headers.set('authorization', `Bearer ${token}`)
  return fetchAuthRequest(new Request(url, { headers }))
}
