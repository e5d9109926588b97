import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Mastra } from '@signet/core'
import { createApp } from '@signet/server'
import { describe, expect, it } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { MISSING_FEATURES } from '../packages/server/src/route/missing-features.js'

const CONTRACT = fileURLToPath(
  new URL('route-types.generated.d.ts', import.meta.resolve('@mastra/client-js')),
)

/** A route without the names of its parameters, which are nobody's business but the server's. */
const plain = (method: string, path: string) => `${method} ${path.replaceAll(/:\w+/g, ':')}`

/** `METHOD /path` of each route in the public types of the client. */
const original = new Set(
  [...readFileSync(CONTRACT, 'utf8').matchAll(/'([A-Z]+) (\/[^']*)': \w+_RouteContract;/g)].map(
    ([, method = '', path = '']) => plain(method, path),
  ),
)

const missing = MISSING_FEATURES.flatMap(({ routes }) =>
  Object.entries(routes).flatMap(([path, methods]) =>
    methods.split(' ').map((method) => plain(method, path)),
  ),
)

const { logger } = createLogRecorder()
const { table } = createApp(new Mastra({ server: { auth: false }, logger }))
const ours = new Set(
  table.routes
    .filter(({ isPrefixed }) => isPrefixed)
    .map(({ method, path }) => plain(method, path)),
)

/** Those that its server adds, and its types do not know. */
const UNTYPED = ['GET /agents/:/browser/session', 'POST /agents/:/browser/close']

describe('the routes of Mastra', () => {
  it('are 416 in the version that is held against', () => {
    expect(original.size).toBe(416)
  })

  it('are each a route of this server, or named as missing, and not both', () => {
    const named = new Set(missing)
    const states = [...original].map((route) => [route, ours.has(route), named.has(route)])
    expect(states.filter(([, isOurs, isNamed]) => isOurs === isNamed)).toEqual([])
  })

  it('are named once, and nothing else is', () => {
    expect(missing).toEqual([...new Set(missing)])
    expect(missing.filter((route) => !original.has(route)).toSorted()).toEqual(UNTYPED)
  })
})
