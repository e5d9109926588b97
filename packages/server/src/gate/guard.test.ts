import { MastraJwtAuth, requireBearer, type AuthProvider } from '@signet/auth'
import {
  createTestApplication,
  makeRequest,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { describe, expect, it } from 'vitest'
import { createApp } from '../app.js'

const stranger = new MastraJwtAuth({ secret: `not ${SECRET}` })

/** Which header of a refusal tells of this one request alone. */
const OF_THE_REQUEST = ['x-request-id', 'ratelimit', 'ratelimit-policy']

async function describeRefusal(response: Response) {
  const { requestId, ...body } = Object(await response.json())
  expect(response.headers.get('x-request-id')).toBe(requestId)
  const headers = Object.fromEntries(response.headers)
  for (const name of OF_THE_REQUEST) delete headers[name]
  return { status: response.status, headers, body }
}

/** What the server and the guard answer to the same request. */
async function refusalsOf(
  provider: AuthProvider,
  path: string,
  authorization?: string,
  address: { readonly publicUrl?: string } = {},
) {
  const { mastra } = createTestApplication({ server: { auth: provider, ...address } })
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  const guard = requireBearer(provider, {
    access: ['agents:execute:weather-agent', 'tools:execute:get-weather'],
    onRefusal() {},
    ...address,
  })
  const [served, guarded] = await Promise.all([
    createApp(mastra).fetch(makeRequest(path, { headers, method: 'POST' })),
    guard(makeRequest(path, { headers, method: 'POST' })),
  ])
  if (!(guarded instanceof Response)) throw new Error('The guard let the request in.')
  return { served: await describeRefusal(served), guarded: await describeRefusal(guarded) }
}

const PATH = '/api/agents/weather-agent/tools/get-weather/execute'
const auth = createTestApplication().auth
const GOOD = tokenOf('owner')

describe('the guard of @signet/auth refuses as the gate does', () => {
  it.each([
    [401, 'nothing', PATH, undefined],
    [401, 'another scheme', PATH, 'Basic YTpi'],
    [401, 'no JWT', PATH, 'Bearer no-token'],
    [401, 'a token that is too large', PATH, `Bearer ${'a'.repeat(9000)}`],
    [
      401,
      'a token of another key',
      PATH,
      `Bearer ${stranger.sign({ sub: 'alice' }, { expiresInSeconds: 60 })}`,
    ],
    [401, 'an expired token', PATH, `Bearer ${auth.sign({ sub: 'alice', exp: 1_700_000_000 })}`],
    [400, 'two credentials', PATH, `Bearer ${GOOD}, Bearer ${GOOD}`],
    [400, 'a token in the URL', `${PATH}?access_token=x`, `Bearer ${GOOD}`],
    [403, 'a viewer', PATH, `Bearer ${tokenOf('viewer')}`],
    [
      403,
      'an unknown role',
      PATH,
      `Bearer ${auth.sign({ sub: 'alice', role: 'vewer' }, { expiresInSeconds: 60 })}`,
    ],
  ])('%i: %s', async (status, _, path, authorization) => {
    const { served, guarded } = await refusalsOf(auth, path, authorization)
    expect(guarded).toStrictEqual(served)
    expect(guarded.status).toBe(status)
  })

  it.each<[number, string, AuthProvider]>([
    [401, 'knows nobody', { authenticateToken: () => null }],
    [
      403,
      'authorizes nobody',
      { authenticateToken: () => ({ id: 'a' }), authorizeUser: () => false },
    ],
    [500, 'fails', { authenticateToken: () => Promise.reject(new Error('at 10.0.0.7')) }],
  ])('%i: a provider that %s', async (status, _, provider) => {
    const { served, guarded } = await refusalsOf(provider, PATH, 'Bearer one')
    expect(guarded).toStrictEqual(served)
    expect(guarded.status).toBe(status)
  })

  it('403 with every scope that is missing', async () => {
    const { served } = await refusalsOf(auth, PATH, `Bearer ${tokenOf('viewer')}`)
    expect(served.headers['www-authenticate']).toMatch(
      / scope="agents:execute:weather-agent tools:execute:get-weather"$/,
    )
  })

  it.each([
    [401, 'nothing', undefined],
    [401, 'no JWT', 'Bearer no-token'],
    [403, 'a viewer', `Bearer ${tokenOf('viewer')}`],
  ])('%i where the metadata of the resource stands: %s', async (status, _, authorization) => {
    const publicUrl = 'https://api.example.com/tools/agent'
    const { served, guarded } = await refusalsOf(auth, PATH, authorization, { publicUrl })
    expect(guarded).toStrictEqual(served)
    expect(guarded.status).toBe(status)
    expect(guarded.headers['www-authenticate']).toMatch(
      /resource_metadata="https:\/\/api\.example\.com\/\.well-known\/oauth-protected-resource\/tools\/agent"$/,
    )
  })
})
