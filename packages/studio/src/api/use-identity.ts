import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { fetchStanding, type Identity, type Standing } from './identity.js'
import { grants } from './permission.js'
import { useSession } from '../session/use-session.js'

/** What the server says about the caller. It is asked again for each session. */
export function useStanding(): UseQueryResult<Standing> {
  const session = useSession()
  return useQuery({
    queryKey: ['standing', session],
    queryFn: ({ signal }) => fetchStanding(undefined, signal),
    // The page stays as it is while the server is asked about a new session.
    placeholderData: (previous) => previous,
    staleTime: 60_000,
  })
}

/** The identity of the caller; undefined where it is not known, or where the server does not need a token. */
export function useIdentity(): Identity | undefined {
  return useStanding().data?.identity
}

/**
 * Whether the caller is allowed to do something, as far as the Studio knows. Use it only for what to show: the server
 * decides. It is true where the server does not need a token or does not tell.
 */
export function useIsAllowed(): (permission: string) => boolean {
  const identity = useIdentity()
  return (permission) => identity === undefined || grants(identity.permissions, permission)
}
