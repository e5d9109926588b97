import { BOUNDS, type BoundName } from '@signet/core'
import { createApp, type Route } from '@signet/server'
import { openStore, type Store } from '@signet/store'
import * as fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApplication } from '@signet/test-support/application/application'
import { BOUND_REQUESTS, THREAD } from '@signet/test-support/http/bound-requests'
import {
  MUCH,
  MUCH_OF_QUERY,
  placesOf,
  TOO_MUCH,
  withJson,
} from '@signet/test-support/application/large-input'
import { useMeasuredServer, type Delay } from '@signet/test-support/process/measured-server'
import { callsOf, toWire, type WireCall } from '@signet/test-support/http/route-calls'

// Everything here is made from the live table of routes: a new route is covered as it is added.

const server = useMeasuredServer()
const directory = mkdtempSync(join(tmpdir(), 'signet-delay-'))
let store: Store
let routes: readonly Route[]
let wireOf: (route: Route) => WireCall

const NAMES: Readonly<Record<string, string>> = {
  agentId: 'clerk',
  toolId: 'list-words',
  threadId: THREAD,
}

beforeAll(async () => {
  store = await openStore({ directory })
  const { audit, apiKeys } = store
  // The table of the same server, but for what the application adds.
  const { table } = createApp(createTestApplication().mastra, { state: { audit, apiKeys } })
  routes = table.routes
  wireOf = (route) => {
    const [call] = fc.sample(callsOf(table, route), { seed: 1, numRuns: 1 })
    if (call === undefined) throw new Error('There is a call of every route.')
    return toWire(table, call, ({ name }) => NAMES[name] ?? THREAD)
  }
})

afterAll(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

const hasBody = ({ body }: Route) => body !== undefined

// A timeout is no assertion: on a busy machine, thousands of large requests take minutes.
describe('nobody else waits longer than 250 ms', { timeout: 900_000 }, () => {
  it('for a body that has much of something at any place of any route', async () => {
    const slow: Delay[] = []
    const failed: string[] = []
    const seen = new Set<Route['body']>()
    for (const route of routes.filter(hasBody)) {
      const { method, path, body: base = '{}' } = wireOf(route)
      // Where another route has the same schema, what this one does behind it is left to look at.
      const isSeen = seen.has(route.body)
      seen.add(route.body)
      for (const place of route.body === undefined ? [] : placesOf(route.body)) {
        if (isSeen && place.length > 1) continue
        for (const { name, json } of MUCH) {
          const body = withJson(JSON.parse(base), place, json)
          const about = `${method} ${path}: ${name} at ${place.join('.')}`
          slow.push(
            ...(await server.findSlow(about, async () => {
              const status = await server.send({ method, path, body })
              if (status >= 500) failed.push(`${status} ${about}`)
            })),
          )
        }
      }
    }
    expect({ slow, failed }).toStrictEqual({ slow: [], failed: [] })
  })

  it('for a body that has too much of something, of any route', async () => {
    for (const route of routes.filter(hasBody)) {
      const { method, path } = wireOf(route)
      const [, place = []] = route.body === undefined ? [] : placesOf(route.body)
      for (const { name, json } of TOO_MUCH) {
        const body = withJson({}, place, json)
        await server.expectQuick(`${method} ${path}: ${name}`, async () => {
          expect(await server.send({ method, path, body })).toBe(body.length > 2 ** 22 ? 413 : 400)
        })
      }
    }
  })

  it('for a query that has much of something at any place of any route', async () => {
    for (const route of routes) {
      const { method, path, body } = wireOf(route)
      const [target = ''] = path.split('?')
      for (const [parameter = ''] of route.query === undefined ? [] : placesOf(route.query)) {
        for (const { name, json } of MUCH_OF_QUERY) {
          const query = `${encodeURIComponent(parameter)}=${json}`
          await server.expectQuick(`${method} ${target}: ${name} as ${parameter}`, async () => {
            const status = await server.send({ method, path: `${target}?${query}`, body })
            expect(status).toBeLessThan(500)
          })
        }
      }
    }
  })

  it.each(Object.keys(BOUND_REQUESTS) as BoundName[])(
    'for as much of %s as is taken, nor for one more',
    async (name) => {
      const { limit } = BOUNDS[name]
      for (const size of [limit, limit + 1]) {
        const { path, json, body = JSON.stringify(json), type } = BOUND_REQUESTS[name].at(size)
        const own = path.replace('weather-agent', 'clerk').replace('get-weather', 'list-words')
        await server.expectQuick(`${name}: ${size}`, () => server.send({ path: own, body, type }))
      }
    },
  )
})
