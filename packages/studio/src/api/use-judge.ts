import { useQuery } from '@tanstack/react-query'

/** The functions that judge tokens. They load after the page; undefined until then. */
export function useJudge(): typeof import('../text/credential.js') | undefined {
  return useQuery({
    queryKey: ['judge'],
    queryFn: () => import('../text/credential.js'),
    staleTime: Infinity,
    gcTime: Infinity,
  }).data
}
