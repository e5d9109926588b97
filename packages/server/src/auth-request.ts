import { isBearerToken, type AuthRequest } from '@signet/auth'

/** A request as a provider sees it. */
export function toAuthRequest(request: Request): AuthRequest {
  const { headers } = request
  return { raw: request, headers, header: (name) => headers.get(name) ?? undefined }
}

/**
 * A request as if it came with another token than its caller's: nothing is left by which a provider could
 * take the caller for the bearer. It has no body.
 */
export function requestOfBearer(token: string, { url, headers: given }: Request): AuthRequest {
  const headers = new Headers(given)
  for (const name of ['authorization', 'cookie', 'content-type', 'content-length']) {
    headers.delete(name)
  }
  if (isBearerToken(token)) headers.set('authorization', `Bearer ${token}`)
  return toAuthRequest(new Request(url, { headers }))
}
