import { parseGrant } from '@signet/auth/internal'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  tokenOf,
} from '@signet/test-support/application/application'
import { registerApiRoute } from '@signet/core/server'
import type { AccessMatrix, RouteVerdict } from './access-matrix.js'
import { createApp } from '../../app.js'
import type { Route } from '../../route/route.js'

const LIMITS = { answers: false, requests: false, failures: false } as const
const auth = createTestAuth()

const both = registerApiRoute('/both/:agentId/:toolId', {
  method: 'POST',
  access: ['agents:read:{agentId}', 'agents:write:{agentId}', 'tools:read:{toolId}'],
  handler: (context) => context.json({}),
})
const { mastra } = createTestApplication({ server: { limits: LIMITS, apiRoutes: [both] } })
const app = createApp(mastra)

/** Ids of agents, of tools and of nothing: any of them can be granted as the id of either. */
const IDS = ['weather-agent', 'other-agent', 'get-weather', 'lonely-tool', 'no-such-thing']
/** One that is never granted. */
const UNGRANTED = 'never-granted'

/** Grants of all kinds, and texts that are none. */
const grant = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('agents', 'tools', 'workflows', 'memory', 'tokens', 'audit', 'system', '*'),
      fc.constantFrom('read', 'execute', 'write', 'delete', '*'),
      fc.constantFrom(undefined, '*', ...IDS),
    )
    .map((parts) => parts.filter((part) => part !== undefined).join(':')),
  fc.constantFrom('*', 'agents', 'agents:run', 'agents:read:a:b', 'owner'),
)
const grants = fc.array(grant, { maxLength: 5 })

let count = 0

/** A token of a caller of its own with these permissions. Its empty scope cancels the default role, as no foreign word does. */
function tokenWith(permissions: readonly string[]): string {
  const claims = { sub: `caller-${count++}`, permissions, scope: '' }
  return auth.sign(claims, { expiresInSeconds: 600 })
}

/** Whether the gate lets in whoever holds these permissions; only what it asks counts, not what follows. */
async function isLetIn(
  route: { readonly method: string; readonly path: string },
  permissions: readonly string[],
): Promise<boolean> {
  const { method, path } = route
  const response = await app.fetch(makeRequest(path, { method, token: tokenWith(permissions) }))
  expect(response.status).not.toBe(401)
  if (response.status !== 403) return true
  expect(await response.json()).toMatchObject({ code: 'scope_insufficient' })
  return false
}

async function askMatrix(query: string, token = tokenOf('owner')): Promise<AccessMatrix> {
  const response = await app.fetch(makeRequest(`/api/system/access${query}`, { token }))
  expect(response.status).toBe(200)
  return (await response.json()) as AccessMatrix
}

/** What the path of a route names, and the path. */
interface Named {
  readonly params: Readonly<Record<string, string>>
  readonly path: string
}

/** Every path of a route. */
function pathsOf(route: Route): readonly Named[] {
  const ids = [...IDS, UNGRANTED]
  const all = ids.flatMap((agentId) =>
    ids.map((toolId) => ({ agentId, toolId, workflowId: agentId })),
  )
  const paths = new Map(
    all.map((params) => {
      const path = app.table
        .pathOf(route)
        .replace(/:(\w+)/g, (_, name: keyof typeof params) => params[name] ?? 'x')
      return [path, { params, path }]
    }),
  )
  return [...paths.values()]
}

/** What the matrix says of a request: where only some ids are granted, its reason names them. */
function isSaid({ allowed, reason }: RouteVerdict, { params }: Named): boolean {
  if (allowed !== 'some') return allowed === 'yes'
  const limited = [...reason.matchAll(/(\w+) is ([\w-]+(?: or [\w-]+)*)/g)]
  expect(limited.length).toBeGreaterThan(0)
  return limited.every(([, name = '', ids = '']) => ids.split(' or ').includes(params[name] ?? ''))
}

describe('the access matrix', () => {
  it('says of every route what the gate does', async () => {
    await fc.assert(
      fc.asyncProperty(grants, async (permissions) => {
        const text = encodeURIComponent(permissions.join(' '))
        const { routes } = await askMatrix(`?permissions=${text}`)
        expect(routes).toHaveLength(app.table.routes.length)
        for (const [index, route] of app.table.routes.entries()) {
          const said = routes[index]
          if (said === undefined) throw new Error('The matrix lacks a route.')
          const { method } = route
          expect(said).toMatchObject({ method, path: app.table.pathOf(route) })
          const results: boolean[] = []
          for (const named of pathsOf(route)) {
            const { path } = named
            const letIn = await isLetIn({ method, path }, permissions)
            expect({ path, letIn }).toStrictEqual({ path, letIn: isSaid(said, named) })
            results.push(letIn)
          }
          if (said.allowed === 'some') expect(new Set(results).size).toBe(2)
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('says of every agent and tool what the gate does', async () => {
    await fc.assert(
      fc.asyncProperty(grants, async (permissions) => {
        const text = encodeURIComponent(permissions.join(' '))
        const { agents, tools } = await askMatrix(`?permissions=${text}`)
        const letIn = (method: string, path: string) => isLetIn({ method, path }, permissions)
        for (const { id, actions } of agents) {
          expect(actions.read.allowed).toBe(await letIn('GET', `/api/agents/${id}`))
          expect(actions.execute.allowed).toBe(await letIn('POST', `/api/agents/${id}/generate`))
          // Only whoever may change an agent is shown its instructions.
          if (!actions.read.allowed) continue
          const token = tokenWith(permissions)
          const view = await app.fetch(makeRequest(`/api/agents/${id}`, { token }))
          const { instructions } = (await view.json()) as { readonly instructions: string }
          expect(actions.write.allowed).toBe(instructions !== '')
        }
        for (const { id, actions } of tools) {
          expect(actions.read.allowed).toBe(await letIn('GET', `/api/tools/${id}`))
          expect(actions.execute.allowed).toBe(await letIn('POST', `/api/tools/${id}/execute`))
        }
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('says of a caller, of a role and of its permissions the same, where they are the same', async () => {
    const roles = { helper: ['agents:*:weather-agent', 'system:read'], reader: ['*:read'] }
    const other = createApp(
      createTestApplication({ server: { limits: LIMITS, access: { roles } } }).mastra,
    )
    for (const [role, held] of Object.entries(roles)) {
      const ask = async (query: string, claims: object) => {
        const token = auth.sign({ sub: 'alice', ...claims }, { expiresInSeconds: 600 })
        const answer = await other.fetch(makeRequest(`/api/system/access${query}`, { token }))
        const { subject: _, ...matrix } = (await answer.json()) as AccessMatrix & {
          readonly subject: unknown
        }
        return matrix
      }
      const byCaller = await ask('', { role })
      const owner = { role: 'owner' }
      expect(await ask(`?role=${role}`, owner)).toStrictEqual(byCaller)
      const text = encodeURIComponent(held.join(' '))
      expect(await ask(`?permissions=${text}`, owner)).toStrictEqual(byCaller)
    }
  })

  it('grants nothing by what is no permission', async () => {
    await fc.assert(
      fc.asyncProperty(grants, async (texts) => {
        const ask = (list: readonly string[]) =>
          askMatrix(`?permissions=${encodeURIComponent(list.join(' '))}`)
        const known = texts.filter((text) => parseGrant(text) !== undefined)
        const [all, some] = [await ask(texts), await ask(known)]
        expect(all).toMatchObject({ routes: some.routes, agents: some.agents, tools: some.tools })
      }),
      { numRuns: 20 },
    )
  })
})
