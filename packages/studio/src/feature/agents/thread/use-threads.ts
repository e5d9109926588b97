import { MastraClientError, type SearchResult } from '@signet/client-js'
import { useMastraClient } from '@signet/client-js/react'
import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

/** Whether the server says that the caller does not have this thread. With `undefined` it is not asked. */
export function useIsMissing(threadId: string | undefined): boolean {
  const client = useMastraClient()
  const { error } = useQuery({
    queryKey: ['thread', threadId],
    queryFn: ({ signal }) =>
      client.getMemoryThread({ threadId: threadId ?? '' }).get(undefined, { signal }),
    enabled: threadId !== undefined,
    staleTime: Infinity,
  })
  return MastraClientError.isInstance(error) && error.code === 'not_found'
}

/** The messages in the caller's threads that contain all words of a text. An empty text is not searched for. */
export function useThreadSearch(
  agentId: string,
  text: string,
): UseQueryResult<readonly SearchResult[]> {
  const client = useMastraClient()
  return useQuery({
    queryKey: ['threads', agentId, 'search', text],
    queryFn: async ({ signal }) => {
      const params = { agentId, searchQuery: text, limit: 50 }
      return (await client.searchMemory(params, { signal })).results
    },
    enabled: text !== '',
    placeholderData: (previous) => previous,
  })
}

/** Gives a thread another title. */
export function useRenameThread(
  agentId: string,
): UseMutationResult<unknown, Error, { readonly threadId: string; readonly title: string }> {
  const client = useMastraClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ threadId, title }) =>
      client.getMemoryThread({ threadId, agentId }).update({ title }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['threads'] }),
  })
}

/** Deletes a thread with its messages. */
export function useDeleteThread(agentId: string): UseMutationResult<unknown, Error, string> {
  const client = useMastraClient()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (threadId) => client.getMemoryThread({ threadId, agentId }).delete(),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['threads'] }),
  })
}
