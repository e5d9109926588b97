import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { fetchStanding, type Identity, type Standing } from './identity.js'
import { grants } from './permission.js'
import { useSession } from '../session/use-session.js'

/** What the server says of the caller; asked anew for each session. */
export function useStanding(): UseQueryResult<Standing> {
  const session = useSession()
  return useQuery({
    queryKey: ['standing', session],
    queryFn: ({ signal }) => fetchStanding(undefined, signal),
    // For as long as another session is asked about, the page stays what it is.
    placeholderData: (previous) => previous,
    staleTime: 60_000,
  })
}

/** Who the caller is; undefined where none is known, also where the server needs no token. */
export function useIdentity(): Identity | undefined {
  return useStanding().data?.identity
}

/**
 * Whether the caller may do something, as far as the Studio knows: for what it shows, never for what is
 * allowed. Where the server needs no token, or does not say, it is the server's to refuse.
 */
export function useIsAllowed(): (permission: string) => boolean {
  const identity = useIdentity()
  return (permission) => identity === undefined || grants(identity.permissions, permission)
}
