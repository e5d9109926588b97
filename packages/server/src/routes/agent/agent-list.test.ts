import { createPrincipal, DEFAULT_ROLES, type Permission, type Principal } from '@signet/auth'
import { Agent, Mastra, RequestContext } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { createTestApplication, INSTRUCTIONS } from '@signet/test-support/application/application'
import { textModel } from '@signet/test-support/application/model'
import { listAgents } from './agent-list.js'
import { viewAgent } from './agent-view.js'

const { mastra } = createTestApplication()

const principalOf = (...permissions: readonly Permission[]) =>
  createPrincipal({ sub: 'alice', permissions }, { roles: DEFAULT_ROLES })

const callerOf = (principal: Principal) => ({
  principal,
  requestContext: new RequestContext([], { principal }),
})

const list = (permissions: readonly Permission[], isPartial = false, of = mastra) =>
  listAgents(of, callerOf(principalOf(...permissions)), isPartial)

/** The list as it would be made of the agents one by one. */
async function expected(permissions: readonly Permission[], isPartial: boolean): Promise<string> {
  const principal = principalOf(...permissions)
  const agents: Record<string, unknown> = {}
  for (const agent of Object.values(mastra.listAgents())) {
    if (!principal.permissions.allows(`agents:read:${agent.id}`)) continue
    const view = await viewAgent(agent, callerOf(principal), isPartial)
    agents[agent.id] = { id: agent.id, ...view, hasDraft: false }
  }
  return JSON.stringify(agents)
}

describe('listAgents', () => {
  const CALLERS: readonly (readonly Permission[])[] = [
    ['agents:read', 'tools:read'],
    ['agents:read', 'tools:read:get-weather'],
    ['agents:read', 'tools:read:open-vault'],
    ['agents:read:other-agent', 'tools:read'],
    ['agents:read:weather-agent', 'tools:read'],
    ['agents:read'],
    ['tools:read'],
    ['agents:read', 'agents:write:weather-agent', 'tools:read:get-weather'],
    [],
  ]

  it('tells each caller the same as one by one, whoever asked before', async () => {
    for (let round = 0; round < 2; round++) {
      for (const isPartial of [false, true]) {
        for (const permissions of CALLERS) {
          expect(await list(permissions, isPartial)).toBe(await expected(permissions, isPartial))
        }
      }
    }
  })

  it('tells a reader no instructions after a writer, and a writer theirs after a reader', async () => {
    const writer: readonly Permission[] = ['agents:read', 'agents:write', 'tools:read']
    for (let round = 0; round < 2; round++) {
      expect(await list(writer)).toContain(INSTRUCTIONS)
      expect(await list(['agents:read', 'tools:read'])).not.toContain(INSTRUCTIONS)
    }
  })

  it('finds instructions anew for each request of who may see them', async () => {
    let count = 0
    const agent = new Agent({
      id: 'counting-agent',
      name: 'Counting Agent',
      instructions: () => `You are asked for time ${++count}.`,
      model: textModel(),
    })
    const counting = new Mastra({ agents: { agent } })
    await list(['agents:read'], false, counting)
    expect(await list(['agents:read', 'agents:write'], false, counting)).toContain('time 1.')
    expect(await list(['agents:read', 'agents:write'], false, counting)).toContain('time 2.')
  })

  it('tells of one application nothing that was told of another', async () => {
    const lonely = new Agent({
      id: 'lonely-agent',
      name: 'Lonely Agent',
      instructions: 'You are alone.',
      model: textModel(),
    })
    const other = new Mastra({ agents: { lonely } })
    const third = new Mastra({ agents: {} })
    await list(['agents:read'])
    expect(Object.keys(JSON.parse(await list(['agents:read'], false, other)))).toStrictEqual([
      'lonely-agent',
    ])
    expect(await list(['agents:read'], false, third)).toBe('{}')
  })

  it('tells as many callers apart as there are, also more than it remembers', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `agent-${index}`)
    const agents = ids.map(
      (id) => [id, new Agent({ id, name: id, instructions: '', model: textModel() })] as const,
    )
    const large = new Mastra({ agents: Object.fromEntries(agents) })
    for (let round = 0; round < 2; round++) {
      for (const id of ids) {
        const text = await list([`agents:read:${id}`], false, large)
        expect(Object.keys(JSON.parse(text))).toStrictEqual([id])
      }
    }
  })
})
