import { describe, expect, it } from 'vitest'
import { callerOf } from '@signet/test-support/proxy/fake-upstream'
import { MASTRA_1 } from '../policy/mastra-1.js'
import { isClosed, type AnswerRule } from '../policy/route-policy.js'
import { applyAnswer } from './answer.js'

const ALICE = callerOf('alice', ['agents:read:weather', 'tools:read:get-weather', 'agents:execute'])
const OPERATOR = callerOf('alice', ['*'])
const NOT_FOUND = expect.objectContaining({ name: 'PolicyRefusal', code: 'not_found' })

function ruleOf(name: string): AnswerRule {
  const line = MASTRA_1.find(({ method, path }) => `${method} ${path}` === name)
  if (line === undefined || isClosed(line) || line.answer === undefined) throw new Error(name)
  return line.answer
}

const told = (name: string, body: unknown, as = ALICE, params = {}) =>
  applyAnswer(structuredClone(body), ruleOf(name), params, as)

const agent = {
  name: 'A',
  instructions: 'The secret of the house.',
  defaultOptions: { instructions: 'More of it.' },
  metadata: null,
  tools: { weatherTool: { id: 'get-weather' }, mailTool: { id: 'send-mail' } },
}
/** With a tool that has no id, and that therefore nobody may read. */
const odd = { ...agent, tools: { ...agent.tools, odd: {} } }

describe('a list of agents', () => {
  it('has those that the caller may read, with the tools that they may read, and without prompts', () => {
    const list = { weather: odd, mail: agent, __proto__: { x: agent } }
    expect(told('GET /agents', list)).toStrictEqual({
      weather: {
        name: 'A',
        instructions: '',
        defaultOptions: {},
        metadata: null,
        tools: { weatherTool: { id: 'get-weather' } },
      },
    })
    expect(told('GET /agents', list, OPERATOR)).toMatchObject({
      weather: agent,
      mail: { name: 'A' },
    })
  })

  it.each([[], 'text', 7, true, undefined])('has nothing where the upstream answers %j', (body) => {
    expect(told('GET /agents', body)).toStrictEqual([])
  })

  it('shows the prompt to who may write that agent', () => {
    const one = (grants: readonly string[]) =>
      told('GET /agents/:agentId', agent, callerOf('a', grants), { agentId: 'weather' })
    expect(one(['agents:write:weather', 'tools:read'])).toStrictEqual(agent)
    expect(one(['agents:write:mail'])).toHaveProperty('instructions', '')
    const spoken = { ...agent, instructions: [{ role: 'system', content: 'x' }] }
    expect(told('GET /agents/:agentId', spoken, ALICE, { agentId: 'weather' })).toHaveProperty(
      'instructions',
      '',
    )
  })
})

describe('a list of what is owned', () => {
  const mine = { id: 'm', resourceId: ALICE.ownerKey }
  const theirs = [
    { id: 't', resourceId: callerOf('bob', []).ownerKey },
    { id: 'n' },
    { id: 'l', resourceId: [ALICE.ownerKey] },
    { id: 'p', __proto__: { resourceId: ALICE.ownerKey } },
    null,
    ALICE.ownerKey,
  ]

  it.each([
    ['GET /memory/threads', 'threads'],
    ['GET /memory/network/threads', 'threads'],
    ['GET /workflows/:workflowId/runs', 'runs'],
    ['GET /agents/:agentId/suspended-runs', 'runs'],
    ['GET /background-tasks', 'tasks'],
    ['GET /schedules', 'schedules'],
    ['GET /memory/threads/:threadId/messages', 'messages'],
  ])('has only what names the caller, whoever asks: %s', (name, member) => {
    const body = { [member]: [...theirs, mine], total: 7, page: 0 }
    expect(told(name, body)).toStrictEqual({ [member]: [mine], total: 1, page: 0 })
    expect(told(name, body, OPERATOR)).toStrictEqual({ [member]: [mine], total: 1, page: 0 })
  })

  it('tells of the messages for a page only those that stayed', () => {
    const body = { messages: [mine, theirs[0]], uiMessages: [{ id: 't' }, { id: 'm' }, {}, null] }
    expect(told('GET /memory/threads/:threadId/messages', body)).toStrictEqual({
      messages: [mine],
      uiMessages: [{ id: 'm' }],
    })
    const without = { messages: [mine], uiMessages: null }
    expect(told('GET /memory/threads/:threadId/messages', without)).toStrictEqual(without)
  })

  it('keeps the count of all pages where nothing was taken out', () => {
    const body = { threads: [mine], total: 40 }
    expect(told('GET /memory/threads', body)).toStrictEqual(body)
  })
})

describe('one thing that is owned', () => {
  it.each([
    [{}],
    [null],
    ['text'],
    [[]],
    [{ resourceId: 'bob' }],
    [{ resourceId: [ALICE.ownerKey] }],
    [{ __proto__: { resourceId: ALICE.ownerKey } }],
  ])('is not found where the answer does not name the caller: %j', (body) => {
    expect(() => told('GET /memory/threads/:threadId', body)).toThrow(NOT_FOUND)
    expect(() => told('GET /memory/threads/:threadId', body, OPERATOR)).toThrow(NOT_FOUND)
  })

  it('is told to its owner as it is', () => {
    const thread = { id: 't', resourceId: ALICE.ownerKey }
    expect(told('GET /memory/threads/:threadId', thread)).toStrictEqual(thread)
    const conversation = { thread }
    expect(told('GET /v1/conversations/:conversationId', conversation)).toStrictEqual(conversation)
  })
})

describe('a list for who may read the system', () => {
  it.each([
    ['GET /scores/scorers', { a: {} }, {}],
    ['GET /processors', { a: {} }, {}],
    ['GET /workspaces', { workspaces: [{ id: 'a' }] }, { workspaces: [] }],
    ['GET /channels/platforms', [{ id: 'a' }], []],
    [
      'GET /mcp/v0/servers',
      { servers: [{ id: 'a' }], total_count: 1 },
      { servers: [], total_count: 0 },
    ],
    [
      'GET /mcp/:serverId/tools',
      { tools: [{ name: 'a' }, { name: 'get-weather' }] },
      { tools: [{ name: 'get-weather' }] },
    ],
    ['GET /tools', { 'get-weather': {}, 'send-mail': {} }, { 'get-weather': {} }],
    ['GET /workflows', { plan: {} }, {}],
  ])('is empty, or has what the caller may read: %s', (name, body, few) => {
    expect(told(name, body)).toStrictEqual(few)
    expect(told(name, body, OPERATOR)).toStrictEqual(body)
  })
})

describe('a schedule', () => {
  const requestContext = { mastra__authToken: 'a token of the proxy', user: { id: 'alice' } }
  const ifIdle = { behavior: 'wake', streamOptions: { maxSteps: 1 } }
  const schedule = { id: 's', resourceId: ALICE.ownerKey, cron: '* * * * *' }
  const kept = {
    ...schedule,
    requestContext,
    ifIdle: { ...ifIdle, streamOptions: { ...ifIdle.streamOptions, requestContext } },
  }

  it.each([
    ['GET /schedules/:scheduleId', kept, { ...schedule, ifIdle }],
    ['POST /schedules', kept, { ...schedule, ifIdle }],
    ['PATCH /schedules/:scheduleId', kept, { ...schedule, ifIdle }],
    ['POST /schedules/:scheduleId/pause', kept, { ...schedule, ifIdle }],
    ['POST /schedules/:scheduleId/resume', kept, { ...schedule, ifIdle }],
    [
      'GET /schedules',
      { schedules: [kept, kept] },
      { schedules: [schedule, schedule].map((each) => ({ ...each, ifIdle })) },
    ],
  ])(
    '%s: tells nobody the context that the application keeps, whatever is granted',
    (name, body, expected) => {
      for (const as of [ALICE, OPERATOR]) expect(told(name, body, as)).toStrictEqual(expected)
    },
  )

  it.each([
    null,
    'text',
    [],
    [null, 7, 'x'],
    { schedules: null },
    { schedules: [null, [kept], 7] },
  ])('stays out of a list that is %j', (body) => {
    expect(JSON.stringify(told('GET /schedules', body) ?? null)).not.toContain('a token of')
  })

  it('of another owner, or of nobody, is not found', () => {
    for (const resourceId of ['another', undefined])
      expect(() => told('GET /schedules/:scheduleId', { ...kept, resourceId })).toThrow(NOT_FOUND)
  })
})
