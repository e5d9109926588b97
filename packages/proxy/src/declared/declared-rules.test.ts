import { describe, expect, it } from 'vitest'
import { callerOf, fakeUpstream } from '@signet/test-support/proxy/fake-upstream'
import { MASTRA_TABLE } from '../policy/mastra-1.js'
import { RuledRequest } from '../rule/apply.js'
import { createThreadClaims } from '../rule/claims.js'
import { declareRoutes } from './declared-policy.js'
import { readProxyRoutes } from './declared-route.js'

const ALICE = callerOf('alice', [
  'agents:execute',
  'workflows:execute',
  'tools:execute:get-weather',
])
const BOB = callerOf('bob', ['*'])
const OPERATOR = callerOf('alice', ['*'])

const WEATHER = {
  name: 'Weather',
  tools: { weatherTool: { id: 'get-weather' }, mailTool: { id: 'send-mail' } },
  defaultOptions: { maxSteps: 8 },
}

const { find } = declareRoutes(
  MASTRA_TABLE,
  readProxyRoutes([
    { method: 'POST', path: '/chat/:agentId', access: 'authenticated', rules: 'chatRoute' },
    {
      method: 'POST',
      path: '/ask',
      access: 'agents:execute:{agentId}',
      rules: 'chatRoute',
      agentId: 'weather',
    },
    {
      method: 'POST',
      path: '/work',
      access: 'workflows:execute:{workflowId}',
      rules: 'workflowRoute',
      workflowId: 'plan',
    },
    { method: 'POST', path: '/notes', access: 'authenticated', owner: ['body:me', 'query:me'] },
  ]),
)

async function send(target: string, body: unknown, as = ALICE) {
  const [path = '', query = ''] = target.split('?')
  const route = find('POST', path)
  if (route.kind !== 'known') throw new Error(`The route is ${route.kind}.`)
  const { ask, make } = fakeUpstream({
    agents: { weather: WEATHER },
    keys: { weatherAgent: 'weather' },
    threads: { 'of-alice': ALICE.ownerKey, 'of-bob': BOB.ownerKey },
    messages: {},
    conversations: {},
    responses: {},
    schedules: {},
  })
  const ruled = new RuledRequest(route, { caller: as, ask, make, prefix: '/api' })
  await ruled.judge()
  const sent = await ruled.prepare(query, { value: structuredClone(body) }, createThreadClaims())
  const value: unknown = JSON.parse(sent.body ?? '{}')
  return { path: sent.path, query: sent.query, body: value }
}

const refusal = (code: string, more: object = {}) =>
  expect.objectContaining({ name: 'PolicyRefusal', code, ...more })
const NOT_FOUND = refusal('not_found')
const INVALID = refusal('request_invalid')

const messages = [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Rain?' }] }]
const approving = (approval: unknown) => [
  { id: 'm2', role: 'assistant', parts: [{ type: 'tool-mail', state: 'x', approval }] },
]

describe('a route with the rules of chatRoute', () => {
  it.each(['/chat/weather', '/chat/weatherAgent', '/ask'])(
    'has the owner, the run and the tools of the caller: %s',
    async (path) => {
      const memory = { thread: 'of-alice', resource: BOB.ownerKey }
      const sent = await send(path, {
        id: 'chat',
        messageId: 'm1',
        trigger: 'submit-message',
        messages,
        memory,
        resourceId: 'bob',
        requestContext: {},
      })
      expect(sent.path).toBe(path)
      expect(sent.body).toStrictEqual({
        trigger: 'submit-message',
        messages: [{ role: 'user', parts: [{ type: 'text', text: 'Rain?' }] }],
        memory: { thread: 'of-alice', resource: ALICE.ownerKey },
        resourceId: ALICE.ownerKey,
        runId: expect.stringMatching(new RegExp(`^${ALICE.ownerKey}\\..`)),
        activeTools: ['weatherTool'],
      })
    },
  )

  it('finds no thread of another', async () => {
    for (const thread of ['of-bob', { id: 'of-bob' }]) {
      await expect(send('/chat/weather', { messages, memory: { thread } })).rejects.toThrow(
        NOT_FOUND,
      )
    }
    await expect(send('/ask', { messages, threadId: 'of-bob' })).rejects.toThrow(NOT_FOUND)
  })

  it('needs the permission to change the agent for what would change it', async () => {
    const body = { messages, instructions: 'Lie.' }
    await expect(send('/chat/weather', body)).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['agents:write:weather'] }),
    )
    const { body: sent } = await send('/chat/weather', body, OPERATOR)
    expect(sent).toMatchObject({ instructions: 'Lie.' })
    await expect(send('/chat/weather', { messages, other: 1 }, OPERATOR)).rejects.toThrow(INVALID)
  })

  it('takes an approval for a run of the caller, and of nobody else', async () => {
    const own = { id: `${ALICE.ownerKey}.run::call`, approved: true }
    expect((await send('/ask', { messages: approving(own) })).body).toMatchObject({
      messages: [{ parts: [{ approval: own }] }],
    })
    for (const id of [
      `${BOB.ownerKey}.run::call`,
      'run::call',
      'call',
      '',
      ` ${own.id}`,
      ALICE.ownerKey,
    ]) {
      await expect(
        send('/ask', { messages: approving({ id, approved: true }) }, OPERATOR),
      ).rejects.toThrow(NOT_FOUND)
    }
    for (const wrong of [{}, [], 'x', 7, true, { id: [own.id] }, { id: null }]) {
      await expect(send('/ask', { messages: approving(wrong) })).rejects.toThrow(INVALID)
    }
    expect(await send('/ask', { messages: approving(null) })).toBeDefined()
  })

  it('is looked through in each place where messages stand, one or a list', async () => {
    const [foreign] = approving({ id: `${BOB.ownerKey}.run::call` })
    for (const body of [
      { messages: foreign },
      { messages: [...messages, foreign] },
      { messages, context: [foreign] },
    ]) {
      await expect(send('/ask', body)).rejects.toThrow(NOT_FOUND)
    }
    for (const parts of ['x', {}, [null], ['x'], [{}], [{ type: 7 }]]) {
      await expect(send('/ask', { messages: [{ role: 'user', parts }] })).rejects.toThrow(INVALID)
    }
  })
})

describe('a route with the rules of workflowRoute', () => {
  it('has the owner and the run of the caller', async () => {
    const { body } = await send('/work', { inputData: {}, resourceId: 'bob', runId: 'r' })
    expect(body).toStrictEqual({
      inputData: {},
      resourceId: ALICE.ownerKey,
      runId: `${ALICE.ownerKey}.r`,
    })
    const foreign = `${BOB.ownerKey}.r`
    expect((await send('/work', { runId: foreign, resumeData: {} })).body).toMatchObject({
      runId: `${ALICE.ownerKey}.${foreign}`,
    })
    expect((await send('/work', {})).body).toMatchObject({
      runId: expect.stringMatching(new RegExp(`^${ALICE.ownerKey}\\..`)),
    })
  })

  it('is refused to who may not run the workflow, and with what it does not know', async () => {
    const other = callerOf('alice', ['workflows:execute:other'])
    await expect(send('/work', {}, other)).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['workflows:execute:plan'] }),
    )
    await expect(send('/work', { other: 1 })).rejects.toThrow(INVALID)
  })
})

describe('a route with an owner', () => {
  it('has the owner key in each place, whatever the client wrote there', async () => {
    for (const me of ['bob', ['bob'], { id: 'bob' }, null, undefined]) {
      const { body, query } = await send('/notes?me=bob&me[]=bob&a=1', { me, text: 'x' })
      expect(body).toStrictEqual({ me: ALICE.ownerKey, text: 'x' })
      expect(query).toBe(`a=1&me=${ALICE.ownerKey}`)
    }
    expect((await send('/notes', undefined)).body).toStrictEqual({ me: ALICE.ownerKey })
    for (const body of [[], 'x', null, 7])
      await expect(send('/notes', body)).rejects.toThrow(INVALID)
  })
})
