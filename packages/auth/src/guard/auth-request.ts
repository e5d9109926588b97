import { isBearerToken } from '../bearer/header.js'
import type { ProofContext } from '../dpop/proof-request.js'
import type { AuthRequest } from '../provider/auth-provider.js'

/** A request of the Fetch standard as a provider sees it. */
export function fetchAuthRequest(raw: Request, proof?: ProofContext): AuthRequest {
  const { headers } = raw
  return { raw, headers, header: (name) => headers.get(name) ?? undefined, proof }
}

/** What belongs to the caller's own credential, and to the body. */
const CREDENTIALS_AND_BODY = ['authorization', 'dpop', 'cookie', 'content-type', 'content-length']

/**
 * A request as if it came with another token than its caller's: nothing is left by which a provider could
 * take the caller for the bearer. It has no body.
 *
 * @param tokenHeader - the header in which the provider wants its tokens; undefined for `Authorization`
 */
export function requestOfBearer(
  token: string,
  { url, headers: given }: Pick<Request, 'url' | 'headers'>,
  tokenHeader: string | undefined,
): AuthRequest {
  const headers = new Headers(given)
  const own = tokenHeader === undefined ? [] : [tokenHeader]
  for (const name of CREDENTIALS_AND_BODY) headers.delete(name)
  for (const name of own) headers.delete(name)
  if (isBearerToken(token)) {
    if (tokenHeader === undefined) headers.set('authorization', `Bearer ${token}`)
    else headers.set(tokenHeader, token)
  }
  return fetchAuthRequest(new Request(url, { headers }))
}
