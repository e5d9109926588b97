import {
  keepPreviousData,
  useMutation,
  useQuery,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../../api/request.js'
import type { Decision } from '../../approval/decision-form.js'
import type { Approval, ApprovalPage } from './approval.js'

/** How many calls one page of the inbox has. */
export const PER_PAGE = 25

/** One page of the calls that the caller may approve. */
export function useApprovals(page: number): UseQueryResult<ApprovalPage> {
  return useQuery({
    queryKey: ['approvals', page],
    queryFn: ({ signal }) =>
      requestJson<ApprovalPage>({
        path: ['approvals'],
        query: { page, perPage: PER_PAGE },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
}

/** Decides on a call, with the arguments that the reader saw. */
export function useDecide(approval: Approval): UseMutationResult<unknown, Error, Decision> {
  const { toolId, id, digest } = approval
  return useMutation({
    mutationFn: ({ isApproved }: Decision) =>
      requestJson({
        method: 'POST',
        path: ['approvals', toolId, id, isApproved ? 'approve' : 'decline'],
        body: { digest },
      }),
  })
}
