import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'
import { MISSING_FEATURES } from './missing-features.js'

const app = createApp(createTestApplication().mastra)
const TOKEN = tokenWith()
const OWNER = tokenOf('owner')
const NOT_FOUND = { status: 404, code: 'not_found', text: 'Not found.', challenge: null }
const EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Every route of the table, with ids in its path. */
const ROUTES = MISSING_FEATURES.flatMap(({ name, routes }) =>
  Object.entries(routes).flatMap(([pattern, methods]) => {
    const path = pattern.replaceAll(/:\w+/g, 'an-id')
    const named = methods === 'ALL' ? EVERY_METHOD : methods.split(' ')
    return named.map((method) => [method, path, name] as const)
  }),
)

async function ask(method: string, path: string, token?: string) {
  return await app.fetch(makeRequest(`/api${path}`, { method, token }))
}

describe('a route of Mastra that is not here', () => {
  it.each(ROUTES)('%s %s names %s to a good token', async (method, path, feature) => {
    // Reading an agent comes first, so that one may be called like the route.
    const response = await ask(method, path, path === '/agents/providers' ? OWNER : TOKEN)
    expect(response.status).toBe(404)
    expect(response.headers.has('www-authenticate')).toBe(false)
    const body: unknown = await response.json()
    expect(body).toStrictEqual({
      error: expect.stringMatching(`^Signet does not have ${feature}\\. [A-Z].*\\.$`),
      code: 'not_supported',
      requestId: expect.any(String),
      feature,
    })
  })

  it.each(ROUTES)('%s %s is 401 to a stranger, as what does not exist', async (method, path) => {
    const refusal = await readRefusal(await ask(method, path))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it('is asked for by HEAD as by GET, without a body', async () => {
    const response = await ask('HEAD', '/processor-providers', TOKEN)
    expect([response.status, await response.text()]).toStrictEqual([404, ''])
  })

  it('says what to do in its place, where there is something', async () => {
    const { text } = await readRefusal(await ask('POST', '/agents/a/generate-legacy', TOKEN))
    expect(text).toBe(
      'Signet does not have legacy answer routes. Call /agents/:agentId/generate or /agents/:agentId/stream.',
    )
    const other = await readRefusal(await ask('GET', '/processor-providers', TOKEN))
    expect(other.text).toBe('Signet does not have processor providers. Leave the call out.')
  })

  it('has an id that was encoded', async () => {
    const refusal = await readRefusal(await ask('GET', '/datasets/a%20b%2Fc', TOKEN))
    expect(refusal.code).toBe('not_supported')
  })
})

describe('what no route answers', () => {
  it.each([
    ['GET', '/workflow'],
    ['GET', '/workflows/'],
    ['GET', '/Workflows/w'],
    ['GET', '/workflows/w/nothing'],
    ['GET', '//workflows/w'],
    ['GET', ''],
    ['GET', '/'],
    ['PUT', '/workflows/w'],
    ['PURGE', '/workflows/w'],
    ['__proto__', '/workflows/w'],
    ['GET', '/constructor'],
    ['GET', '/__proto__'],
    ['GET', `${'/a'.repeat(2000)}`],
  ])('is not found where Mastra has no %s %s either', async (method, path) => {
    expect(await readRefusal(await ask(method, path, TOKEN))).toMatchObject(NOT_FOUND)
  })

  it.each([
    '/workflows/%00',
    '/workflows/%ff',
    '/workflows/%',
    `/workflows/${'a'.repeat(256)}`,
    '/agents/a%20b/speakers',
    `/agents/${'a'.repeat(129)}/speakers`,
  ])('is not found where a parameter is no legal id: %s', async (path) => {
    expect(await readRefusal(await ask('GET', path, TOKEN))).toMatchObject(NOT_FOUND)
  })

  it('is not found outside the prefix, to a stranger and to a good token', async () => {
    for (const token of [undefined, TOKEN]) {
      for (const path of [
        '/workflows/w',
        '/a2a/a',
        '/.well-known/a/agent-card.json',
        '/v1/responses',
      ]) {
        const response = await app.fetch(makeRequest(path, { token }))
        expect(await readRefusal(response)).toMatchObject(NOT_FOUND)
      }
    }
  })
})

describe('an agent that is called like a route of Mastra', () => {
  it('is told from it by whether it is there', async () => {
    expect((await ask('GET', '/agents/weather-agent', OWNER)).status).toBe(200)
    expect(await readRefusal(await ask('GET', '/agents/provider', OWNER))).toMatchObject(NOT_FOUND)
    const missing = await readRefusal(await ask('GET', '/agents/providers', OWNER))
    expect(missing).toMatchObject({ status: 404, code: 'not_supported' })
    const denied = await readRefusal(await ask('GET', '/agents/providers', TOKEN))
    expect(denied).toMatchObject({ status: 403, code: 'scope_insufficient' })
  })
})
