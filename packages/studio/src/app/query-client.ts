import { QueryClient } from '@tanstack/react-query'
import { currentToken, getSession, subscribeSession } from '../session/session.js'

/** Creates the cache of responses. */
export function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      // The client itself repeats what may pass. A refusal is not repeated.
      // A browser that is offline can still reach a server on the same machine.
      queries: { retry: false, staleTime: 10_000, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  let before = getSession()
  subscribeSession(() => {
    const now = getSession()
    const isSame = before.baseUrl === now.baseUrl && before.prefix === now.prefix
    const hasToken = currentToken(now) !== undefined
    before = now
    // After signing out or a change of the server, nothing is kept. A new token reads everything again.
    if (isSame && hasToken) void queryClient.invalidateQueries({ predicate: isNotStanding })
    else queryClient.removeQueries({ predicate: isNotStanding, type: 'inactive' })
    if (!isSame || !hasToken) void queryClient.resetQueries({ predicate: isNotStanding })
  })
  return queryClient
}

/** The identity of the caller has its own key for each session. */
function isNotStanding({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return queryKey[0] !== 'standing'
}
