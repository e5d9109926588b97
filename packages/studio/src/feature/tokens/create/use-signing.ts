import { useQuery } from '@tanstack/react-query'
import { requestJson } from '../../../api/request.js'
import { useIdentity, useIsAllowed } from '../../../api/use-identity.js'
import type { SigningRequest } from './server-signing.js'

/** Asks the server to sign a token. @throws {MastraClientError} */
export async function signByServer(body: SigningRequest): Promise<string> {
  const { token } = await requestJson<{ token: string }>({
    method: 'POST',
    path: ['auth', 'tokens'],
    body,
  })
  return token
}

/** Whether the server signs for the caller: only in development, and only with `tokens:write`. */
export function useServerSigns(): boolean {
  const identity = useIdentity()
  const isAllowed = useIsAllowed()('tokens:write')
  const isIn = identity !== undefined
  const { data } = useQuery({
    queryKey: ['is-development'],
    enabled: isIn,
    queryFn: ({ signal }) =>
      requestJson<{ readonly isDev: boolean }>({ path: ['system', 'packages'], signal }),
  })
  return isIn && isAllowed && data?.isDev === true
}
