import { requiredPermissions } from '@signet/auth/internal'
import { describe, expect, it } from 'vitest'
import { callerOf, fakeUpstream } from '@signet/test-support/proxy/fake-upstream'
import { findPolicy, MASTRA_1 } from '../policy/mastra-1.js'
import { isClosed, type OpenRoute, type Place } from '../policy/route-policy.js'
import { RuledRequest } from './apply.js'
import { createThreadClaims } from './claims.js'

const BOB = callerOf('bob', ['*'])
const AGENT = { name: 'A', tools: { t1: { id: 'x1' }, t2: { id: 'x2' } } }

/** Everything that can be named exists, and is Bob's. */
const upstream = fakeUpstream({
  agents: { x1: AGENT },
  threads: { x1: BOB.ownerKey },
  messages: { x1: BOB.ownerKey },
  conversations: { x1: BOB.ownerKey },
  responses: { x1: 'x1' },
  schedules: { x1: BOB.ownerKey },
})

const openLines = MASTRA_1.filter(
  (line): line is OpenRoute => !isClosed(line) && line.isOurs !== true,
)
const lines = openLines.map((line) => [`${line.method} ${line.path}`, line] as const)

const methodOf = ({ method }: OpenRoute) => (method === 'ALL' ? 'POST' : method)

function ruledBy(line: OpenRoute, as: typeof BOB): RuledRequest {
  const route = findPolicy(methodOf(line), `/api${line.path.replaceAll(/:\w+/g, 'x1')}`)
  if (route.kind !== 'known') throw new Error(route.kind)
  return new RuledRequest(route, {
    caller: as,
    ask: upstream.ask,
    make: upstream.make,
    prefix: '/api',
  })
}

/** A body with the id x1 at each place that a line speaks of. */
function bodyWith(places: readonly Place[], value: string): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const place of places.filter((each) => each.startsWith('body:'))) {
    const names = place.slice(5).split('.')
    let holder = body
    for (const text of names.slice(0, -1)) {
      const name = text.replace('[]', '')
      const made = holder[name] ?? (text.endsWith('[]') ? [{ role: 'user' }] : {})
      holder[name] = made
      holder = (Array.isArray(made) ? made[0] : made) as Record<string, unknown>
    }
    holder[names.at(-1) ?? ''] = value
  }
  return body
}

const ownerOf = (line: OpenRoute) => (line.owner === 'none' ? {} : line.owner)

async function prepare(line: OpenRoute, as: typeof BOB, places: readonly Place[] = []) {
  const ruled = ruledBy(line, as)
  await ruled.judge()
  const query = places.flatMap((place) =>
    place.startsWith('query:') ? [`${place.slice(6)}=x1`] : [],
  )
  const body = bodyWith(places, 'x1')
  if (line.bodyAccess !== undefined) body['agent_id'] = 'x1'
  if (line.mcp === 'message') body['method'] = 'ping'
  const given = methodOf(line) === 'GET' ? undefined : { value: body }
  return ruled.prepare(query.join('&'), given, createThreadClaims())
}

const params = { agentId: 'x1' }
const SCOPE = expect.objectContaining({ name: 'PolicyRefusal', code: 'scope_insufficient' })
const NOT_FOUND = expect.objectContaining({ name: 'PolicyRefusal', code: 'not_found' })

/** The permissions of a line, with the id x1 for each parameter. */
function asked(line: OpenRoute): readonly string[] {
  const names = [...line.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, 'x1'] as const)
  return requiredPermissions(line.access, { ...params, ...Object.fromEntries(names) })
}

describe('each open line of the table', () => {
  it.each(lines)(
    '%s: a caller without permissions is refused, or told an empty list',
    async (_, line) => {
      const judged = ruledBy(line, callerOf('alice', [])).judge()
      if (line.access === 'authenticated') await judged
      else await expect(judged).rejects.toThrow(SCOPE)
    },
  )

  it.each(lines.filter(([, line]) => asked(line).length > 0))(
    '%s: a token that lacks one of its permissions, or has it for another id, is refused',
    async (_, line) => {
      for (const permission of asked(line)) {
        const others = asked(line).filter((each) => each !== permission)
        // Without an id, a permission is for every id, and covers the narrow ones.
        if (others.some((each) => permission.startsWith(`${each}:`))) continue
        const near = [permission.replace(/:x1$/, ':x2'), permission.split(':')[0] ?? '']
        const narrow = near.filter((each) => each !== permission)
        await expect(
          ruledBy(line, callerOf('alice', [...others, ...narrow])).judge(),
        ).rejects.toThrow(SCOPE)
      }
      await ruledBy(line, callerOf('alice', asked(line))).judge()
    },
  )

  it.each(lines.filter(([, line]) => (ownerOf(line).names ?? []).length > 0))(
    '%s: each thing that it names is not found where another has it, whatever is granted',
    async (_, line) => {
      for (const { at } of ownerOf(line).names ?? []) {
        await expect(prepare(line, callerOf('alice', ['*']), [at])).rejects.toThrow(NOT_FOUND)
      }
    },
  )

  it.each(lines.filter(([, line]) => line.owner !== 'none'))(
    '%s: wherever it names an owner or a run, the upstream is told the caller',
    async (_, line) => {
      const { sets = [], setsWithin = [], replaces = [], runs = [], names = [] } = ownerOf(line)
      const places = [...sets, ...setsWithin, ...replaces, ...runs.map(({ at }) => at)]
      // A thread of Bob's, so that the look-up lets the request pass.
      const isMade = names.some(({ must }) => must === 'new')
      const things = names.filter(({ must }) => must === 'own').map(({ at }) => at)
      const as = isMade ? callerOf('carol', ['*']) : BOB
      const named = isMade ? [] : things
      if (isMade && names.some(({ at }) => at.startsWith('path:'))) return
      const { path, query, body } = await prepare(line, as, [...places, ...named])
      const whole = `${path}?${query} ${body ?? ''}`
      for (const place of places) {
        const name = place.replace(/^.*[:.]/, '')
        expect([place, whole.includes(as.ownerKey)]).toEqual([place, true])
        expect([place, new RegExp(`${name}"?[=:]"?x1\\b`).test(whole)]).toEqual([place, false])
      }
    },
  )
})
