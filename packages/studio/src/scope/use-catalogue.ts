import { useMastraClient } from '@signet/client-js/react'
import { useQuery } from '@tanstack/react-query'
import { requestJson } from '../api/request.js'
import { useIsAllowed, useStanding } from '../api/use-identity.js'
import { IS_OF_PROXY } from '../session/page-settings.js'
import { GENERAL_CATALOGUE, PROXY_CATALOGUE, type Catalogue } from './catalogue.js'

const DEFAULTS = IS_OF_PROXY ? PROXY_CATALOGUE : GENERAL_CATALOGUE

/** The part of `GET /system/access` that scopes can name. */
interface AccessAnswer {
  readonly roles: Catalogue['roles']
  readonly agents: readonly { readonly id: string; readonly tools: readonly string[] }[]
  readonly tools: readonly { readonly id: string }[]
}

/**
 * What the server has that scopes and roles can name. With `system:read` that is all of it, otherwise the agents and
 * tools that the caller is allowed to read, otherwise the defaults. It never fails, because a form works without it.
 */
export function useCatalogue(): Catalogue {
  const client = useMastraClient()
  const standing = useStanding().data
  const canReadAll = useIsAllowed()('system:read')
  const isIn =
    standing !== undefined && (!standing.isAuthEnabled || standing.identity !== undefined)
  const { data } = useQuery({
    queryKey: ['catalogue', canReadAll],
    enabled: isIn,
    queryFn: async ({ signal }): Promise<Catalogue> => {
      if (canReadAll) {
        const { roles, agents, tools } = await requestJson<AccessAnswer>({
          path: ['system', 'access'],
          signal,
        })
        return {
          roles,
          agents: agents.map(({ id, tools }) => ({ id, tools })),
          tools: tools.map(({ id }) => id),
          isOfServer: true,
          isOfProxy: IS_OF_PROXY,
        }
      }
      const [agents, tools] = await Promise.all([
        client.listAgents(undefined, true, { signal }),
        client.listTools(undefined, { signal }),
      ])
      return {
        ...DEFAULTS,
        agents: Object.entries(agents).map(([id, agent]) => ({
          id,
          tools: Object.values(agent.tools).map((tool) => tool.id),
        })),
        tools: Object.values(tools).map(({ id }) => id),
      }
    },
  })
  return (isIn && data) || DEFAULTS
}
