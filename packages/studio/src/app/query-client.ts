import { QueryClient } from '@tanstack/react-query'
import { currentToken, getSession, subscribeSession } from '../session/session.js'

/** The cache of what the server said. */
export function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      // The client repeats what failed in passing; a refusal stays one.
      // A browser that is offline reaches a server on this machine all the same.
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
    // What another server or nobody may see is not to be kept; another token asks for all of it anew.
    if (isSame && hasToken) void queryClient.invalidateQueries({ predicate: isNotStanding })
    else queryClient.removeQueries({ predicate: isNotStanding, type: 'inactive' })
    if (!isSame || !hasToken) void queryClient.resetQueries({ predicate: isNotStanding })
  })
  return queryClient
}

/** Who the caller is has its own key for each session. */
function isNotStanding({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return queryKey[0] !== 'standing'
}
