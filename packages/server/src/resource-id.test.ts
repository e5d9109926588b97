import { createApiKey } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
} from '../../../test/support/application.js'
import { createApp } from './app.js'
import { canonicalParams } from './resource-id.js'

const { mastra } = createTestApplication()
const app = createApp(mastra)

const LONGEST = 'a'.repeat(128)

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

describe('canonicalParams', () => {
  it('replaces every name of an agent or tool by its id', () => {
    const params = canonicalParams(
      mastra,
      { agentId: 'weatherAgent', toolId: 'weatherTool' },
      'authenticated',
    )
    expect(params).toStrictEqual({ agentId: 'weather-agent', toolId: 'get-weather' })
  })

  it('decodes what a client escaped without need', () => {
    expect(canonicalParams(mastra, { agentId: 'weather%2Dagent' }, 'authenticated')).toStrictEqual({
      agentId: 'weather-agent',
    })
  })

  it('leaves a name of nothing as it is', () => {
    for (const name of ['nothing', LONGEST, '__proto__', 'constructor']) {
      expect(
        canonicalParams(mastra, { agentId: name, toolId: name }, 'authenticated'),
      ).toStrictEqual({
        agentId: name,
        toolId: name,
      })
    }
  })

  it('looks for the tool of an agent only among its own', () => {
    const lonely = { toolId: 'lonelyTool' }
    expect(canonicalParams(mastra, lonely, 'authenticated').toolId).toBe('lonely-tool')
    expect(
      canonicalParams(mastra, { ...lonely, agentId: 'otherAgent' }, 'authenticated').toolId,
    ).toBe('lonelyTool')
  })

  it('takes an id of a thread as applications make it, but nothing that is none', () => {
    const read = (threadId: string) => canonicalParams(mastra, { threadId }, 'memory:read').threadId
    expect(read('user%3A1%2Fchat%20%E2%82%AC')).toBe('user:1/chat €')
    for (const none of ['', '%2E%2E', '.', '%00', 'x'.repeat(256), '%ff']) {
      expect(() => read(none)).toThrow(expect.objectContaining({ code: 'not_found' }))
    }
  })

  it('takes anything for a parameter of the application, unless it goes into a permission', () => {
    const params = { name: 'a%3A*' }
    expect(canonicalParams(mastra, params, 'authenticated')).toStrictEqual({ name: 'a:*' })
    expect(() => canonicalParams(mastra, params, 'agents:read:{name}')).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
  })
})
