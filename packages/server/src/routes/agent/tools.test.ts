import type { Permission } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
  type TestRequest,
} from '@signet/test-support/application/application'
import { createApp } from '../../app.js'

const { mastra, toolCalls } = createTestApplication()
const app = createApp(mastra)
const ask = (path: string, options: TestRequest) => app.fetch(makeRequest(path, options))
const refusalOf = async (path: string, options: TestRequest) =>
  readRefusal(await ask(path, options))

const PLACE = { data: { place: 'Lyon' } }

describe('GET /tools', () => {
  it.each<[readonly Permission[], readonly string[]]>([
    [[], []],
    [['tools:execute', 'agents:read'], []],
    [['tools:read:get-weather'], ['get-weather']],
    [['tools:read:weatherTool'], []],
    [['tools:read'], ['lonely-tool', 'get-weather', 'open-vault']],
  ])('with %j lists exactly %j, by id', async (permissions, ids) => {
    const response = await ask('/api/tools', { token: tokenWith(...permissions) })
    expect(response.status).toBe(200)
    expect(Object.keys(Object(await response.json()))).toStrictEqual(ids)
  })
})

describe('GET /tools/:toolId', () => {
  it.each(['lonely-tool', 'lonelyTool'])('reads %s with the permission for its id', async (id) => {
    const response = await ask(`/api/tools/${id}`, { token: tokenWith('tools:read:lonely-tool') })
    expect(await response.json()).toMatchObject({ id: 'lonely-tool', requireApproval: false })
  })

  it('gives schemas as JSON in the envelope that clients unpack', async () => {
    const response = await ask('/api/tools/get-weather', { token: tokenOf('viewer') })
    const { inputSchema, outputSchema } = Object(await response.json())
    expect(JSON.parse(inputSchema)).toMatchObject({ json: { type: 'object', required: ['place'] } })
    expect(JSON.parse(outputSchema)).toMatchObject({ json: { required: ['degrees'] } })
  })

  it.each<[readonly Permission[], string]>([
    [[], 'lonelyTool'],
    [['agents:read'], 'lonelyTool'],
    [['tools:read:other'], 'lonelyTool'],
    [['tools:execute:lonely-tool'], 'lonely-tool'],
    [['tools:read:lonelyTool'], 'lonely-tool'],
  ])('answers 403 with %j, and calls lonelyTool %s', async (permissions, called) => {
    for (const id of ['lonely-tool', 'lonelyTool']) {
      const refusal = await refusalOf(`/api/tools/${id}`, { token: tokenWith(...permissions) })
      expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
      const told = id === 'lonelyTool' ? called : id
      expect(refusal.challenge).toContain(`scope="tools:read:${told}"`)
    }
  })

  it.each(['unknown', '__proto__', 'constructor', 'weatherTool'])(
    'answers 404 for %s',
    async (id) => {
      const refusal = await refusalOf(`/api/tools/${id}`, { token: tokenOf('viewer') })
      expect(refusal).toMatchObject({ status: 404, code: 'not_found', challenge: null })
    },
  )
})

describe('POST /tools/:toolId/execute', () => {
  const path = '/api/tools/get-weather/execute'

  it('runs the tool and answers with what it returns', async () => {
    const response = await ask(path, { token: tokenWith('tools:execute:get-weather'), json: PLACE })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toStrictEqual({ degrees: 21 })
  })

  it.each<[readonly Permission[]]>([
    [[]],
    [['tools:read']],
    [['tools:execute:open-vault']],
    [['agents:execute']],
  ])('answers 403 with %j, and does not run it', async (permissions) => {
    const before = toolCalls.length
    const refusal = await refusalOf(path, { token: tokenWith(...permissions), json: PLACE })
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(refusal.challenge).toContain('scope="tools:execute:get-weather"')
    expect(toolCalls.length).toBe(before)
  })

  it.each([
    ['no data', {}, 'data'],
    ['data of another shape', { data: {} }, 'place'],
    ['data of another type', { data: 'Lyon' }, 'root'],
    ['data that is null', { data: null }, 'root'],
    ['a value that does not fit', { data: { place: '' } }, 'place'],
    ['a context that is no object', { ...PLACE, requestContext: 'x' }, 'requestContext'],
    ['a list instead of an object', [], 'root'],
    ['null instead of an object', null, 'root'],
  ])('answers 400 to %s, naming the field', async (_, json, field) => {
    const refusal = await refusalOf(path, { token: tokenOf('member'), json })
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid', challenge: null })
    expect(refusal.issues).toMatchObject([{ field }])
  })

  it('answers 422 with the words of a ToolError, which were written to be told', async () => {
    const refusal = await refusalOf('/api/tools/open-vault/execute', {
      token: tokenOf('member'),
      json: { data: {} },
    })
    expect(refusal).toMatchObject({ status: 422, code: 'tool_failed', text: 'The vault is shut.' })
  })

  it('tells nothing of any other error, and is no server error that clients repeat', async () => {
    const refusal = await refusalOf('/api/tools/lonely-tool/execute', {
      token: tokenOf('member'),
      json: { data: {} },
    })
    expect(refusal).toStrictEqual({
      status: 422,
      code: 'tool_failed',
      challenge: null,
      issues: undefined,
      text: 'The tool failed.',
    })
  })
})
