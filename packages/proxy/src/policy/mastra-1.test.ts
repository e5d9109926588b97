import { createPermissions } from '@signet/auth'
import { requiredPermissions } from '@signet/auth/internal'
import { describe, expect, it } from 'vitest'
import { findPolicy, MASTRA_1 } from './mastra-1.js'
import { isClosed, type OpenRoute, type Place, type RoutePolicy } from './route-policy.js'

const nameOf = ({ method, path }: RoutePolicy) => `${method} ${path}`
const openLines = MASTRA_1.filter((line): line is OpenRoute => !isClosed(line))
const lines = openLines.map((line) => [nameOf(line), line] as const)
const closedLines = MASTRA_1.filter(isClosed).map((line) => [nameOf(line), line] as const)

const placesOf = ({ owner }: OpenRoute): readonly Place[] =>
  owner === 'none'
    ? []
    : [
        ...(owner.sets ?? []),
        ...(owner.setsWithin ?? []),
        ...(owner.replaces ?? []),
        ...(owner.names ?? []).map(({ at }) => at),
        ...(owner.runs ?? []).map(({ at }) => at),
      ]

/** A path as a client writes it, with the same id for each parameter. */
const pathOf = ({ path }: RoutePolicy, id = 'x1') => `/api${path.replaceAll(/:\w+/g, id)}`
const methodOf = ({ method }: RoutePolicy) => (method === 'ALL' ? 'POST' : method)

const paramsOf = (line: RoutePolicy) =>
  Object.fromEntries([...line.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, 'x1']))

const allows = (line: OpenRoute, grants: readonly string[]) => {
  const { allows: has } = createPermissions(grants)
  return requiredPermissions(line.access, paramsOf(line)).every(has)
}

const MEMBER = ['agents:read', 'agents:execute', 'tools:read', 'tools:execute', 'memory:*']

/** Each open line that a caller with few permissions may call, with the reason that it is safe. */
const OF_ALL =
  /^\/(stored|tool-providers|vector|datasets|experiments|scores|observability|logs|agent-builder|schedules|channels|workspaces|editor|agent-controller|processor)/

describe('the table of Mastra', () => {
  it.each(lines)('%s is found by its own path, with each parameter', (_, line) => {
    const match = findPolicy(methodOf(line), pathOf(line))
    expect(match).toMatchObject({ kind: 'known', params: paramsOf(line), path: pathOf(line) })
    expect(match).toHaveProperty('policy', line)
  })

  it.each(closedLines)('%s is refused with its reason, whatever is granted', (_, line) => {
    expect(findPolicy(methodOf(line), pathOf(line))).toStrictEqual({
      kind: 'refused',
      reason: line.closed,
      pattern: `/api${line.path}`,
    })
    expect(line.closed).toMatch(/^[A-Z].{10,}\.$/)
  })

  it.each(lines)('%s with a trick in its path is not found', (_, line) => {
    const path = pathOf(line)
    const spellings = [
      `${path}/`,
      `/${path}`,
      path.toUpperCase(),
      path.replace('/api/', '/api//'),
      path.replace('/api/', '/api/./'),
      path.replace('api', '%61pi'),
      ...['__proto__', '..', 'a%2fb', 'a%00', '%2e%2e'].flatMap((id) =>
        pathOf(line, id) === path ? [] : [pathOf(line, id)],
      ),
    ]
    for (const spelling of spellings) {
      expect([spelling, findPolicy(methodOf(line), spelling).kind]).toEqual([spelling, 'refused'])
    }
  })

  it('lets strangers in to nothing but what the proxy answers itself', () => {
    const open = openLines.filter(({ access }) => access === 'public')
    expect(open.map(nameOf)).toEqual(['GET /auth/capabilities', 'GET /auth/me'])
    expect(open.every(({ isOurs }) => isOurs)).toBe(true)
  })

  it('lets a caller without permissions ask only for lists that are filtered, and for what is of nobody', () => {
    const known = openLines.filter(
      ({ access, answer, mcp, isOurs }) => access === 'authenticated' && !answer && !mcp && !isOurs,
    )
    expect(known.map(nameOf)).toEqual([
      'GET /system/packages',
      'GET /editor/builder/settings',
      'GET /editor/workflow-builder/settings',
    ])
  })

  it.each(lines.filter(([, { path }]) => OF_ALL.test(path)))(
    '%s acts for all, and a member does not change anything by it',
    (_, line) => {
      const isFiltered = line.method === 'GET' && line.access === 'authenticated'
      expect(isFiltered || !allows(line, MEMBER)).toBe(true)
    },
  )

  it.each(
    lines.filter(([, { path }]) => /:(threadId|runId|conversationId|responseId)\b/.test(path)),
  )('%s looks up what its path names', (_, line) => {
    const isOfAll = OF_ALL.test(line.path) && String(line.access).startsWith('system:')
    expect(isOfAll || placesOf(line).some((place) => place.startsWith('path:'))).toBe(true)
  })

  it.each(lines.filter(([, { path }]) => path.startsWith('/memory')))(
    '%s is bound to its owner',
    (_, line) => {
      expect(line.path === '/memory/config' || placesOf(line).length > 0).toBe(true)
    },
  )

  it.each(lines.filter(([, line]) => placesOf(line).some((place) => place.startsWith('body:'))))(
    '%s says which members its body may have, and they hold each place',
    (_, line) => {
      const top = line.body?.members.find(({ at }) => at === '')?.allowed ?? []
      for (const place of placesOf(line)) {
        const [first = ''] = place.replace(/^body:/, '').split(/[.[]/)
        expect(!place.startsWith('body:') || top.includes(first)).toBe(true)
      }
    },
  )

  it.each(lines.filter(([, { path }]) => /:agentId\/(?!tools)/.test(path) && !OF_ALL.test(path)))(
    '%s asks for a permission for that agent',
    (_, line) => {
      expect(allows(line, ['agents:*:x1', 'tools:*', 'workflows:*', 'agents:execute'])).toBe(true)
      expect(allows(line, ['agents:*:another', 'tools:*', 'workflows:*'])).toBe(false)
    },
  )

  it.each(lines.filter(([, { path }]) => path.startsWith('/workflows/:workflowId')))(
    '%s asks for a permission for that workflow, or for more',
    (_, line) => {
      const all = ['workflows:*:x1', 'system:*']
      expect(allows(line, all)).toBe(true)
      expect(allows(line, ['workflows:*:another', 'agents:*', 'tools:*', 'memory:*'])).toBe(false)
    },
  )

  it('is read by us as the upstream reads it: an earlier line of the contract never hides a more exact one', () => {
    for (const line of openLines) {
      const same = MASTRA_1.filter(
        ({ method, path }) =>
          method === line.method && path.split('/').length === line.path.split('/').length,
      )
      const texts = line.path.split('/')
      const wider = same.filter(
        (other) =>
          other !== line &&
          other.path
            .split('/')
            .every((text, index) => text.startsWith(':') || text === texts[index]),
      )
      for (const other of wider) {
        expect([nameOf(line), texts.filter((text) => text.startsWith(':')).length]).not.toEqual([
          nameOf(line),
          other.path.split('/').filter((text) => text.startsWith(':')).length,
        ])
      }
    }
  })
})

describe('a line of Mastra that asks for a permission of an agent', () => {
  it('looks up which agent is meant, and no other line does', () => {
    const isOfAgent = (line: object) => JSON.stringify(line).includes('{agentId}')
    expect(openLines.filter(isOfAgent).length).toBeGreaterThan(20)
    for (const line of openLines) {
      expect([line.path, line.looksUpAgent === true]).toStrictEqual([line.path, isOfAgent(line)])
    }
  })
})
