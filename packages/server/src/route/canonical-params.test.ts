import type { Permission } from '@signet/auth'
import { createApiKey } from '@signet/auth/internal'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'
import { canonicalParams, readParams } from './canonical-params.js'

const { mastra } = createTestApplication()
const app = createApp(mastra)

const LONGEST = 'a'.repeat(128)

const encode = (text: string) => Buffer.from(text).toString('base64url')
/** Of no more characters than an id may have. */
const SHORT_TOKEN = `${encode('{"alg":"HS256"}')}.${encode('{"sub":"alice"}')}.${encode('signature')}`

/** What a path can hold that is the id of nothing, as it stands in the path. */
const ILLEGAL: readonly [string, string][] = [
  ['129 characters', 'a'.repeat(129)],
  ['a quote', 'a%22b'],
  ['a CR', 'a%0Db'],
  ['an LF', 'a%0Ab'],
  ['an LF at its end', 'weather-agent%0A'],
  ['a CR, an LF and a header', 'x%0D%0Aset-cookie:%20a=b'],
  ['a euro sign', '€'],
  ['an encoded euro sign', '%E2%82%AC'],
  ['an encoded slash', 'a%2Fb'],
  ['an encoded backslash', 'a%5Cb'],
  ['a NUL', 'weather-agent%00'],
  ['a blank', 'weather%20agent'],
  ['a colon', 'weather:agent'],
  ['a wildcard', '*'],
  ['an encoded wildcard', '%2A'],
  ['braces', '%7BagentId%7D'],
  ['a broken escape', '%zz'],
  ['half an escape', 'a%'],
  ['bytes that are no UTF-8', '%ff%fe'],
  ['a letter with an accent', 'wéather-agent'],
  ['an API key, which would get into the log', createApiKey()],
  ['a JSON Web Token, which would get there too', SHORT_TOKEN],
]

describe('a parameter that can be no id', () => {
  it.each(ILLEGAL)('is not found, with a good token: %s', async (_, id) => {
    for (const path of [`/api/agents/${id}`, `/api/tools/${id}`]) {
      const response = await app.fetch(makeRequest(path, { token: tokenOf('owner') }))
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(await readRefusal(response)).toStrictEqual({
        status: 404,
        code: 'not_found',
        challenge: null,
        issues: undefined,
        text: 'Not found.',
      })
    }
  })

  it.each(ILLEGAL)('is 401 for a stranger: %s', async (_, id) => {
    const response = await app.fetch(makeRequest(`/api/agents/${id}`))
    expect(await readRefusal(response)).toMatchObject({ status: 401, challenge: 'Bearer' })
  })

  it('is not found also for who may do nothing: no template is filled with it', async () => {
    const nobody = createTestApplication().auth.sign(
      { sub: 'x', scope: '' },
      { expiresInSeconds: 60 },
    )
    const response = await app.fetch(makeRequest('/api/agents/a%22b', { token: nobody }))
    expect(await readRefusal(response)).toMatchObject({ status: 404, challenge: null })
  })

  it('is no route where it is empty', async () => {
    for (const path of ['/api/agents/', '/api/agents//generate', '/api/tools/']) {
      const response = await app.fetch(makeRequest(path, { token: tokenOf('owner') }))
      expect(await readRefusal(response)).toMatchObject({ status: 404, code: 'not_found' })
    }
  })

  it('is refused wherever in the path it stands', async () => {
    const path = '/api/agents/weather-agent/tools/a%0Ab'
    const response = await app.fetch(makeRequest(path, { token: tokenOf('owner') }))
    expect(await readRefusal(response)).toMatchObject({ status: 404, code: 'not_found' })
  })
})

const OPEN = { access: 'authenticated', isPrefixed: true } as const
const MEMORY = { access: 'memory:read', isPrefixed: true } as const
const NOT_FOUND = expect.objectContaining({ code: 'not_found' })

describe('readParams', () => {
  it('decodes what a client escaped without need', () => {
    expect(readParams({ agentId: 'weather%2Dagent' }, OPEN)).toStrictEqual({
      agentId: 'weather-agent',
    })
  })

  it('takes an id of a thread as applications make it, but nothing that is none', () => {
    const read = (threadId: string) => readParams({ threadId }, MEMORY)['threadId']
    expect(read('user%3A1%2Fchat%20%E2%82%AC')).toBe('user:1/chat €')
    const none = ['', '%2E%2E', '.', '%00', 'x'.repeat(256), '%ff', SHORT_TOKEN, createApiKey()]
    for (const each of none) expect(() => read(each)).toThrow(NOT_FOUND)
  })

  it('takes anything for a parameter of the application, unless it goes into a permission', () => {
    const params = { name: 'a%3A*' }
    const own = { isPrefixed: false } as const
    expect(readParams(params, { ...own, access: 'authenticated' })).toStrictEqual({ name: 'a:*' })
    expect(() => readParams(params, { ...own, access: 'agents:read:{name}' })).toThrow(NOT_FOUND)
  })

  it('takes a token in a path of the application, but not into a permission, and never an API key', () => {
    const own = { isPrefixed: false } as const
    const read = (name: string, access: 'public' | 'agents:read:{name}') =>
      readParams({ name }, { ...own, access })
    expect(read(SHORT_TOKEN, 'public')).toStrictEqual({ name: SHORT_TOKEN })
    expect(() => read(SHORT_TOKEN, 'agents:read:{name}')).toThrow(NOT_FOUND)
    expect(() => read(createApiKey(), 'public')).toThrow(NOT_FOUND)
  })
})

describe('canonicalParams', () => {
  it('replaces every name of an agent or tool by its id', () => {
    const params = canonicalParams(mastra, { agentId: 'weatherAgent', toolId: 'weatherTool' })
    expect(params).toStrictEqual({ agentId: 'weather-agent', toolId: 'get-weather' })
  })

  it('leaves a name of nothing as it is', () => {
    for (const name of ['nothing', LONGEST, '__proto__', 'constructor']) {
      const spelt = { agentId: name, toolId: name }
      expect(canonicalParams(mastra, spelt)).toStrictEqual(spelt)
    }
  })

  it('looks for the tool of an agent only among its own', () => {
    const lonely = { toolId: 'lonelyTool' }
    expect(canonicalParams(mastra, lonely)['toolId']).toBe('lonely-tool')
    const ofOther = { ...lonely, agentId: 'otherAgent' }
    expect(canonicalParams(mastra, ofOther)['toolId']).toBe('lonelyTool')
  })
})

describe('a permission that is missing', () => {
  const asked: [string, string, string][] = [
    ['GET', '/api/agents/{}', 'agents:read:{}'],
    ['POST', '/api/agents/{}/generate', 'agents:execute:{}'],
    ['POST', '/api/agents/{}/stream', 'agents:execute:{}'],
    ['GET', '/api/agents/{}/tools/weatherTool', 'agents:read:{}'],
  ]

  async function missingOf(method: string, path: string, ...permissions: Permission[]) {
    const token = tokenWith(...permissions)
    const response = await app.fetch(makeRequest(path, { method, token }))
    expect(response.status).toBe(403)
    const { missingScope } = (await response.json()) as { missingScope: string }
    // The challenge names all that are missing, the body the first.
    const challenge = response.headers.get('www-authenticate') ?? ''
    const scopes = /scope="([^"]*)"/.exec(challenge)?.at(1)?.split(' ') ?? []
    expect(scopes[0]).toBe(missingScope)
    return missingScope
  }

  it.each(asked)(
    'is told as the caller spelt it, whether there is such an agent or not: %s %s',
    async (method, path, missing) => {
      for (const name of ['weatherAgent', 'weather-agent', 'nopeAgent', 'nope-agent']) {
        const told = await missingOf(method, path.replace('{}', name))
        expect(told).toBe(missing.replace('{}', name))
      }
    },
  )

  it('is told by its id to who may do something else with the agent', async () => {
    const told = await missingOf('GET', '/api/agents/weatherAgent', 'agents:execute:weather-agent')
    expect(told).toBe('agents:read:weather-agent')
  })

  it('is told of a tool as the caller spelt it', async () => {
    for (const name of ['weatherTool', 'get-weather', 'nopeTool']) {
      const path = `/api/agents/weatherAgent/tools/${name}/execute`
      const told = await missingOf('POST', path, 'agents:execute')
      expect(told).toBe(`tools:execute:${name}`)
    }
  })
})
