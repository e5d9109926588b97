import { useQuery } from '@tanstack/react-query'

/** What judges tokens: loaded beside the page, which shows without it. Undefined until it is there. */
export function useJudge(): typeof import('../text/credential.js') | undefined {
  return useQuery({
    queryKey: ['judge'],
    queryFn: () => import('../text/credential.js'),
    staleTime: Infinity,
    gcTime: Infinity,
  }).data
}
