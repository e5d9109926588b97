import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../../api/request.js'
import type { ApiKey, KeyPage, KeyWish, CreatedKey } from './api-key.js'

const PER_PAGE = 25

/** One page of all keys, or of the caller's own. */
export function useKeys(page: number, isMine: boolean): UseQueryResult<KeyPage> {
  return useQuery({
    queryKey: ['keys', isMine, page],
    queryFn: ({ signal }) =>
      requestJson<KeyPage>({
        path: ['auth', 'api-keys'],
        query: { page, perPage: PER_PAGE, mine: isMine ? 'true' : undefined },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
}

/** Creates a key. */
export function useCreateKey(): UseMutationResult<CreatedKey, Error, KeyWish> {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: KeyWish) =>
      requestJson<CreatedKey>({ method: 'POST', path: ['auth', 'api-keys'], body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
    // The cache would keep the result, which contains the key.
    gcTime: 0,
  })
}

/** Revokes a key, by its id. */
export function useRevokeKey(): UseMutationResult<ApiKey, Error, string> {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      requestJson<ApiKey>({ method: 'DELETE', path: ['auth', 'api-keys', id] }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  })
}
