import type { ApiRouteHandler } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  tokenWith,
} from '@signet/test-support/application/application'
import { RawClient } from '@signet/test-support/http/raw-client'
import { createApp } from '../app.js'
import { serve, type RunningServer } from '../serve.js'

const CLOSED = ['/files/salaries.txt', '/files/é t$', '/files/a/b/', '/files/by/:name/'] as const
const PATHS = ['/files/salaries.txt', '/files/é t$', '/files/a/b/', '/files/by/me/', '/api/agents']

/** An application with closed routes, and open patterns behind them that match whatever comes. */
function createFiles() {
  const closed = CLOSED.map((path) =>
    registerApiRoute(path, { method: 'GET', handler: (c) => c.text(`closed ${c.req.path}`) }),
  )
  const open = ['/files/*', '/:one', '/:one/:two', '/*'].map((path) =>
    registerApiRoute(path, {
      method: 'GET',
      requiresAuth: false,
      handler: (c) => c.text(`open ${c.req.path}`),
    }),
  )
  const server = { auth: createTestAuth(), apiRoutes: [...closed, ...open] }
  return createApp(createTestApplication({ server }).mastra)
}

let server: RunningServer

beforeAll(async () => {
  server = await serve(createFiles().answer, { port: 0 })
})

afterAll(() => server.close(0))

async function ask(target: string, headers: readonly string[] = []): Promise<string> {
  const client = new RawClient(server.port)
  client.sendHead(`GET ${target} HTTP/1.1`, ['Host: localhost', 'Connection: close', ...headers])
  const answer = await client.readToEnd()
  client.destroy()
  return answer
}

const octets = (text: string) =>
  [...Buffer.from(text)].map((octet) => octet.toString(16).padStart(2, '0'))

/** Ways in which a client may spell a character. */
function spelling(character: string): fc.Arbitrary<string> {
  const encoded = octets(character)
    .map((octet) => `%${octet}`)
    .join('')
  const isPlain = /[\w.$/]/.test(character)
  const ways = [encoded, encoded.toUpperCase(), ...(isPlain ? [character] : [])]
  if (character === '/')
    ways.push('//', '/./', '/x/../', '%2f%2F', '/%2e/', '/%2E/', '%5C', '/x%2f..%2f')
  return fc.constantFrom(...ways)
}

const spellings = fc
  .constantFrom(...PATHS)
  .chain((path) => fc.tuple(...[...path].map(spelling), fc.constantFrom('', '/', '%2f', '/.')))
  .map((parts) => parts.join(''))
  // A target begins with a slash as it is.
  .map((target) => (target.startsWith('/') ? target : `/${target}`))

describe('a closed path, however it is spelt', () => {
  it('is never answered by an open pattern', async () => {
    await fc.assert(
      fc.asyncProperty(spellings, async (target) => {
        const answer = await ask(target)
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
        expect(answer).not.toContain('open /')
      }),
      { numRuns: 400 },
    )
  })

  it.each([
    ['/files/%73alaries%2Etxt', 'closed /files/salaries.txt'],
    ['/files/%C3%A9%20t%24', 'closed /files/é t$'],
    ['/files/x/../salaries.txt', 'closed /files/salaries.txt'],
  ])('is answered as itself to who may: %s', async (target, text) => {
    const authorization = `Authorization: Bearer ${tokenWith()}`
    expect(await ask(target, [authorization])).toContain(text)
  })

  it.each([
    ['/files/other%2etxt', 'open /files/other.txt'],
    ['/files/a', 'open /files/a'],
    ['/files/a%2Fc', 'open /files/a%2Fc'],
    ['/%C3%A9', 'open /é'],
    ['/files//other', 'open /files//other'],
  ])('and an open one is still answered: %s', async (target, text) => {
    expect(await ask(target)).toContain(text)
  })

  it.each(['/files/%FF', '/files/%zz', '/files/%', '/files/%00', '/files/a%u0061'])(
    'and none where nobody knows how to read it: %s',
    async (target) => {
      expect(await ask(target)).toMatch(/^HTTP\/1\.1 404 /)
    },
  )
})

describe('a path of a route with a permission, spelt so that nobody knows how to read it', () => {
  /** A route for few, and patterns for every caller with a good token behind it. */
  async function askTeam(target: string): Promise<number> {
    const handler: ApiRouteHandler = (c) => c.text('answered')
    const routes = [
      registerApiRoute('/team/salaries.txt', { method: 'GET', access: 'agents:write', handler }),
      ...['/team/*', '/*'].map((path) => registerApiRoute(path, { method: 'GET', handler })),
    ]
    const options = { server: { auth: createTestAuth(), apiRoutes: routes } }
    const app = createApp(createTestApplication(options).mastra)
    return (await app.fetch(makeRequest(target, { token: tokenWith() }))).status
  }

  it.each([
    '/team/%FF/..%2Fsalaries.txt',
    '/team/%FF%2F..%2Fsalaries.txt',
    '/team/%u0073alaries.txt',
    '/team/salaries.txt%00',
    '/team/salaries.txt%00.png',
    '/team/%C0%AFsalaries.txt',
    '/team%00/salaries.txt',
    '/other/%FF/..%2F..%2Fteam%2Fsalaries.txt',
    '/team/%E0%80%AEsalaries.txt',
    '/team/salaries.txt%',
  ])('is answered 404 and not by an open pattern: %s', async (target) => {
    expect(await askTeam(target)).toBe(404)
  })

  it.each([
    ['/team/salaries.txt', 403],
    ['/team/x%2F..%2Fsalaries.txt', 404],
    ['/team/other%2Ftext', 200],
    ['/team/%C3%A9', 200],
  ])('and is told from one that everybody reads alike: %s', async (target, status) => {
    expect(await askTeam(target)).toBe(status)
  })
})
