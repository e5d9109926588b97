import { DEFAULT_ROLES } from '@signet/auth'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callerOf, fakeUpstream, type FakeUpstream } from '@signet/test-support/proxy/fake-upstream'
import { parseBody } from '@signet/server/internal'
import { findPolicy } from '../policy/mastra-1.js'
import { prepareUnknown, RuledRequest, type PreparedRequest } from './apply.js'
import { createThreadClaims, type ThreadClaims } from './claims.js'

const MEMBER = DEFAULT_ROLES['member'] ?? []
const OPERATOR = ['*']
const ALICE = callerOf('alice', MEMBER)
const BOB = callerOf('bob', MEMBER)
const OPERATOR_CALLER = callerOf('alice', OPERATOR)

const WEATHER = {
  name: 'Weather',
  instructions: 'Be brief.',
  tools: { weatherTool: { id: 'get-weather' }, mailTool: { id: 'send-mail' } },
  agents: { helper: { id: 'helper' } },
  workflows: { plan: { name: 'plan' } },
  workspaceTools: ['read_file'],
  browserTools: [],
  defaultOptions: { maxSteps: 8 },
}

function upstreamOf() {
  return fakeUpstream({
    agents: { weather: WEATHER, mail: { ...WEATHER, name: 'Mail', defaultOptions: {} } },
    keys: { weatherAgent: 'weather' },
    threads: { 'of-alice': ALICE.ownerKey, 'of-bob': BOB.ownerKey, 'of-app': 'somebody' },
    messages: { 'm-alice': ALICE.ownerKey, 'm-bob': BOB.ownerKey },
    conversations: { 'c-alice': ALICE.ownerKey, 'c-bob': BOB.ownerKey },
    responses: { 'r-alice': 'c-alice', 'r-bob': 'c-bob', 'r-lost': 'c-none' },
    schedules: { 's-alice': ALICE.ownerKey, 's-bob': BOB.ownerKey },
  })
}

interface Given {
  readonly as?: typeof ALICE
  readonly body?: unknown
  readonly text?: string
  readonly upstream?: FakeUpstream
  readonly claims?: ThreadClaims
}

async function prepare(
  request: string,
  { as = ALICE, body, text, upstream = upstreamOf(), claims = createThreadClaims() }: Given = {},
): Promise<PreparedRequest> {
  const [method = '', target = ''] = request.split(' ')
  const [path = '', query = ''] = target.split('?')
  const route = findPolicy(method, path)
  if (route.kind !== 'known') throw new Error(`The route is ${route.kind}.`)
  const ruled = new RuledRequest(route, {
    caller: as,
    ask: upstream.ask,
    make: upstream.make,
    prefix: '/api',
  })
  await ruled.judge()
  const given = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const isRead = method !== 'GET'
  return ruled.prepare(query, isRead ? { value: parse(given) } : undefined, claims)
}

/** As the server reads a body. */
function parse(text: string | undefined): unknown {
  return text === undefined || text === '' ? undefined : parseBody(text)
}

const bodyOf = ({ body = '{}' }: PreparedRequest): unknown => JSON.parse(body)
const refusal = (code: string, more: object = {}) =>
  expect.objectContaining({ name: 'PolicyRefusal', code, ...more })
const NOT_FOUND = refusal('not_found')
const INVALID = refusal('request_invalid')

const MESSAGES = 'Weather in Rome?'
const GENERATE = 'POST /api/agents/weather/generate'

describe('the owner of a call', () => {
  it('is the caller, whatever the body says', async () => {
    const body = {
      messages: MESSAGES,
      memory: { thread: 'of-alice', resource: BOB.ownerKey },
      resourceId: BOB.ownerKey,
    }
    expect(bodyOf(await prepare(GENERATE, { body }))).toMatchObject({
      memory: { thread: 'of-alice', resource: ALICE.ownerKey },
      resourceId: ALICE.ownerKey,
    })
  })

  it('is set where the body names a thread alone, and a call without memory stays without', async () => {
    const body = { messages: MESSAGES, memory: { thread: 'new-one' } }
    expect(bodyOf(await prepare(GENERATE, { body }))).toHaveProperty(
      'memory.resource',
      ALICE.ownerKey,
    )
    expect(bodyOf(await prepare(GENERATE, { body: { messages: MESSAGES } }))).not.toHaveProperty(
      'memory',
    )
  })

  it.each([
    { thread: 'of-bob' },
    { thread: { id: 'of-bob' } },
    { thread: { id: 'of-bob', title: 'x' }, resource: BOB.ownerKey },
    { thread: 'of-app' },
  ])('does not reach the thread of another: memory %j', async (memory) => {
    const body = { messages: MESSAGES, memory }
    await expect(prepare(GENERATE, { body })).rejects.toThrow(NOT_FOUND)
    await expect(prepare(GENERATE, { body, as: callerOf('alice', OPERATOR) })).rejects.toThrow(
      NOT_FOUND,
    )
  })

  it.each([
    { thread: ['of-bob'] },
    { thread: [{ id: 'of-bob' }] },
    { thread: { id: { id: 'of-bob' } } },
    { thread: { id: ['of-bob'] } },
    { thread: null },
    { thread: 7 },
    { thread: '' },
    { thread: ' of-bob' },
    { thread: '..' },
    { thread: 'x/../of-bob' },
    { thread: 'of-bob%20' },
    { thread: 'of-bob?x=1' },
    { thread: 'of-bob#' },
    { thread: 'of-bob\u0000' },
    { thread: {} },
    { thread: 't', owner: 'bob' },
    { thread: 't', options: { threads: {}, x: 1 } },
  ])('refuses memory %j, which can be read in more than one way', async (memory) => {
    await expect(prepare(GENERATE, { body: { messages: MESSAGES, memory } })).rejects.toThrow(
      INVALID,
    )
  })

  it.each([
    '{"messages":"x","memory":{"thread":"of-alice","thread":"of-bob"}}',
    '{"messages":"x","memory":{"thread":"of-alice"},"memory":{"thread":"of-bob"}}',
    '{"messages":"x","mem\\u006fry":{"thread":"of-bob"},"memory":{"thread":"of-alice"}}',
    '{"messages":"x","__proto__":{"memory":{"thread":"of-bob"}}}',
    '{"messages":[{"role":"user","content":[{"type":"text","text":"x","__proto__":{}}]}]}',
    '{"messages":"x","memory":{"thread":"of-bob"}} {"messages":"x"}',
    '[{"messages":"x","memory":{"thread":"of-bob"}}]',
    '"x"',
    'null',
    '{"messages":"x",}',
    `{"messages":"x","context":${'['.repeat(70)}${']'.repeat(70)}}`,
  ])('refuses the body %s', async (text) => {
    const name = expect.stringMatching(/^(?:PolicyRefusal|StrictJsonError)$/)
    await expect(prepare(GENERATE, { text })).rejects.toThrow(expect.objectContaining({ name }))
  })

  it('keeps two owners from making the same new thread at the same time', async () => {
    const claims = createThreadClaims()
    const body = { messages: MESSAGES, memory: { thread: 'new-one' } }
    const first = await prepare(GENERATE, { body, claims })
    await expect(prepare(GENERATE, { body, claims, as: BOB })).rejects.toThrow(NOT_FOUND)
    await prepare(GENERATE, { body, claims })
    first.release()
    first.release()
    await expect(prepare(GENERATE, { body, claims, as: BOB })).rejects.toThrow(NOT_FOUND)
  })

  it('says which threads are new to the other proxies, unless it only reads', async () => {
    const registered: string[] = []
    const register = (id: string) => Promise.resolve(registered.push(id) > 0)
    const claims = createThreadClaims({ register })
    const body = (thread: string) => ({ messages: MESSAGES, memory: { thread } })
    await prepare(GENERATE, { body: body('of-alice'), claims })
    await prepare('GET /api/memory/threads/new-one/working-memory?agentId=weather', { claims })
    await expect(prepare(GENERATE, { body: body('of-bob'), claims })).rejects.toThrow(NOT_FOUND)
    expect(registered).toHaveLength(0)
    await prepare(GENERATE, { body: body('new-one'), claims })
    await prepare('POST /api/schedules', { body: { id: 'new-one' }, claims, as: OPERATOR_CALLER })
    expect(new Set(registered).size).toBe(2)
  })

  it('frees the thread once the answer is over, and where the request is refused', async () => {
    const claims = createThreadClaims()
    const body = { messages: MESSAGES, memory: { thread: 'new-one' } }
    const first = await prepare(GENERATE, { body, claims })
    first.release()
    const wrong = { ...body, threadId: 'of-alice' }
    await expect(prepare(GENERATE, { body: wrong, claims, as: BOB })).rejects.toThrow(NOT_FOUND)
    await prepare(GENERATE, { body, claims })
  })
})

describe('the run of a call', () => {
  it('is in the name space of its owner, chosen or not', async () => {
    const chosen = bodyOf(await prepare(GENERATE, { body: { messages: 'x', runId: 'r1' } }))
    expect(chosen).toHaveProperty('runId', `${ALICE.ownerKey}.r1`)
    const made = bodyOf(await prepare(GENERATE, { body: { messages: 'x' } }))
    expect(made).toHaveProperty('runId', expect.stringMatching(`^${ALICE.ownerKey}\\.[\\w-]{36}$`))
  })

  const decide = (runId: unknown) =>
    prepare('POST /api/agents/weather/approve-tool-call', { body: { runId, toolCallId: 'c' } })

  it('is found by the id that was chosen, and by the id that was told', async () => {
    for (const runId of ['r1', `${ALICE.ownerKey}.r1`])
      expect(bodyOf(await decide(runId))).toHaveProperty('runId', `${ALICE.ownerKey}.r1`)
  })

  it('of another is never named', async () => {
    const theirs = `${BOB.ownerKey}.r1`
    expect(bodyOf(await decide(theirs))).toHaveProperty('runId', `${ALICE.ownerKey}.${theirs}`)
    for (const runId of [[theirs], { id: '' }, null, ''])
      await expect(decide(runId)).rejects.toThrow(INVALID)
  })

  it.each(['start', 'start-async', 'stream', 'resume', 'resume-async', 'resume-stream', 'restart'])(
    'of a workflow is bound in the same way: %s',
    async (name) => {
      const { query } = await prepare(`POST /api/workflows/w/${name}?runId=${BOB.ownerKey}.r`, {
        body: {},
      })
      expect(query).toBe(`runId=${ALICE.ownerKey}.${BOB.ownerKey}.r`)
      await expect(prepare(`POST /api/workflows/w/${name}?runId=a&runId=b`)).rejects.toThrow(
        INVALID,
      )
      await expect(prepare(`POST /api/workflows/w/${name}?runId[]=a`)).rejects.toThrow(INVALID)
    },
  )

  it('of a workflow is bound in the path, and its resource is the owner', async () => {
    const { path } = await prepare(`GET /api/workflows/w/runs/${BOB.ownerKey}.r`)
    expect(path).toBe(`/api/workflows/w/runs/${ALICE.ownerKey}.${BOB.ownerKey}.r`)
    const created = await prepare('POST /api/workflows/w/create-run', { text: '' })
    expect(created.query).toMatch(`runId=${ALICE.ownerKey}.`)
    expect(bodyOf(created)).toStrictEqual({ resourceId: ALICE.ownerKey })
  })
})

describe('a thread', () => {
  it.each([
    'GET /api/memory/threads/of-bob',
    'GET /api/memory/threads/of-bob/messages',
    'GET /api/memory/threads/of-bob/working-memory?agentId=weather',
    'PATCH /api/memory/threads/of-bob?agentId=weather',
    'DELETE /api/memory/threads/of-bob?agentId=weather',
    'POST /api/memory/threads/of-bob/clone?agentId=weather',
    'POST /api/memory/threads/of-bob/working-memory?agentId=weather',
    'GET /api/memory/search?searchQuery=x&threadId=of-bob&agentId=weather',
    'GET /api/memory/network/threads/of-bob',
    'GET /api/agents/weather/suspended-runs?threadId=of-bob',
    'GET /api/background-tasks?threadId=of-bob',
    'GET /api/v1/conversations/c-bob',
    'GET /api/v1/conversations/c-bob/items',
    'DELETE /api/v1/conversations/c-bob',
    'GET /api/v1/responses/r-bob',
    'GET /api/v1/responses/r-lost',
    'DELETE /api/v1/responses/r-bob',
  ])('of another is as if it did not exist: %s', async (request) => {
    await expect(prepare(request)).rejects.toThrow(NOT_FOUND)
    await expect(prepare(request, { as: callerOf('alice', OPERATOR) })).rejects.toThrow(NOT_FOUND)
    await prepare(request, { as: BOB }).catch((error: unknown) => {
      expect(request).toContain('r-lost')
      expect(error).toEqual(NOT_FOUND)
    })
  })

  it('that nobody has is not found either, with the same words', async () => {
    const messageOf = async (request: string) =>
      prepare(request).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.name : error),
      )
    expect(await messageOf('GET /api/memory/threads/of-none')).toBe(
      await messageOf('GET /api/memory/threads/of-bob'),
    )
  })

  it.each(['of-alice', 'of-bob', 'of-app'])(
    'cannot be made where one exists: %s',
    async (threadId) => {
      const body = { threadId, resourceId: ALICE.ownerKey }
      await expect(prepare('POST /api/memory/threads?agentId=weather', { body })).rejects.toThrow(
        NOT_FOUND,
      )
      await expect(
        prepare('POST /api/memory/threads/of-alice/clone?agentId=weather', {
          body: { newThreadId: threadId },
        }),
      ).rejects.toThrow(NOT_FOUND)
      await expect(
        prepare('POST /api/v1/conversations', {
          body: { agent_id: 'weather', conversation_id: threadId },
        }),
      ).rejects.toThrow(NOT_FOUND)
    },
  )

  it('is made for the caller, and cannot be given away', async () => {
    const body = { threadId: 'n', resourceId: BOB.ownerKey, title: 't' }
    expect(
      bodyOf(await prepare('POST /api/memory/threads?agentId=weather', { body })),
    ).toStrictEqual({
      ...body,
      resourceId: ALICE.ownerKey,
    })
    const patch = { title: 't', resourceId: BOB.ownerKey }
    expect(
      bodyOf(await prepare('PATCH /api/memory/threads/of-alice?agentId=weather', { body: patch })),
    ).toStrictEqual({ title: 't', resourceId: ALICE.ownerKey })
    expect(findPolicy('POST', '/api/memory/threads/of-alice/transfer').kind).toBe('refused')
  })

  it('is looked up in the memory of the agent that the request names', async () => {
    const upstream = upstreamOf()
    await prepare('DELETE /api/memory/threads/of-alice?agentId=weather', { upstream })
    expect(upstream.asked).toEqual(['/api/memory/threads/of-alice?agentId=weather'])
    for (const query of ['agentId=a&agentId=b', 'agentId=weather&agentId[]=b', 'agentId[0]=b'])
      await expect(prepare(`DELETE /api/memory/threads/of-alice?${query}`)).rejects.toThrow(INVALID)
  })

  it('is not looked up where the upstream fails: the request is refused', async () => {
    const ask = () => Promise.resolve({ status: 500, body: undefined })
    const upstream: FakeUpstream = { ...upstreamOf(), ask }
    await expect(prepare('GET /api/memory/threads/of-alice', { upstream })).rejects.toThrow(
      refusal('upstream_failed'),
    )
  })
})

describe('messages', () => {
  const save = (messages: unknown) =>
    prepare('POST /api/memory/save-messages?agentId=weather', { body: { messages } })
  const message = { role: 'user', content: 'x', threadId: 'of-alice' }

  it('are stored for the caller, without the id that the client chose', async () => {
    const saved = await save([{ ...message, id: 'm-bob', resourceId: BOB.ownerKey }])
    expect(bodyOf(saved)).toStrictEqual({ messages: [{ ...message, resourceId: ALICE.ownerKey }] })
  })

  it('are for the agent of the query alone: the client repeats it in the body', async () => {
    const saved = await prepare('POST /api/memory/save-messages?agentId=weather', {
      body: { messages: [message], agentId: 'mail' },
    })
    expect(saved.query).toBe('agentId=weather')
    expect(bodyOf(saved)).not.toHaveProperty('agentId')
    const made = await prepare('POST /api/memory/threads?agentId=weather', {
      body: { title: 'T', agentId: 'mail' },
    })
    expect(made.query).toBe('agentId=weather')
    expect(bodyOf(made)).toStrictEqual({ title: 'T', resourceId: ALICE.ownerKey })
  })

  it('are not stored in threads of others, nor beside one in a thread of the caller', async () => {
    const theirs = { ...message, threadId: 'of-bob' }
    await expect(save([theirs])).rejects.toThrow(NOT_FOUND)
    await expect(save([message, theirs])).rejects.toThrow(NOT_FOUND)
    for (const messages of [
      [{ role: 'user', content: 'x' }],
      ['x'],
      [[theirs]],
      [null],
      { 0: theirs },
    ])
      await expect(save(messages)).rejects.toThrow(INVALID)
  })

  it('of a call take no thread, owner or id with them', async () => {
    const given = { role: 'user', content: 'x' }
    const odd = { ...given, id: 'm-bob', threadId: 'of-bob', resourceId: BOB.ownerKey }
    const body = { messages: [odd], context: [odd] }
    expect(bodyOf(await prepare(GENERATE, { body }))).toMatchObject({
      messages: [given],
      context: [given],
    })
    expect(JSON.stringify(bodyOf(await prepare(GENERATE, { body })))).not.toContain('bob')
  })

  it.each([
    { messages: [{ role: 'wizard', content: 'x' }] },
    { messages: [{ content: 'x' }] },
    { messages: [{ role: ['user'], content: 'x' }] },
    { messages: [{ role: 'user', content: [{ text: 'x' }] }] },
    { messages: [{ role: 'user', content: 7 }] },
    { messages: 7 },
    { messages: [7] },
  ])('that the upstream could not read are refused: %j', async (body) => {
    await expect(prepare(GENERATE, { body })).rejects.toThrow(INVALID)
  })

  const remove = (messageIds: unknown) =>
    prepare('POST /api/memory/messages/delete?agentId=weather', { body: { messageIds } })

  it('are deleted only where each is one of the caller', async () => {
    for (const ids of ['m-alice', ['m-alice'], { id: 'm-alice' }, [{ id: 'm-alice' }]])
      await remove(ids)
    for (const ids of ['m-bob', ['m-alice', 'm-bob'], { id: 'm-bob' }, [{ id: 'm-bob' }], 'm-none'])
      await expect(remove(ids)).rejects.toThrow(NOT_FOUND)
    for (const ids of [
      null,
      7,
      [['m-alice']],
      { ids: ['m-bob'] },
      '',
      [''],
      Array.from({ length: 101 }, (_, i) => `m${i}`),
    ])
      await expect(remove(ids)).rejects.toThrow(INVALID)
  })
})

describe('a query', () => {
  it.each([
    'resourceId=bob',
    'resourceId=bob&resourceId=carol',
    'resourceId[]=bob',
    'resourceId[0]=bob&resourceId=x',
    'resourceId.x=bob',
    '%72esourceId=bob',
    '',
  ])('names the caller as the owner, instead of %j', async (query) => {
    const prepared = await prepare(`GET /api/memory/threads?page=0&${query}`)
    expect(prepared.query).toBe(`page=0&resourceId=${ALICE.ownerKey}`)
  })

  it('keeps the context of the request and credentials out', async () => {
    const prepared = await prepare(
      'GET /api/agents?requestContext=e30%3D&requestContext[user]=x&apiKey=k&auth_header=Bearer&partial=true',
    )
    expect(prepared.query).toBe('partial=true')
  })

  it('asks for a draft only with the permission to write', async () => {
    const draft = 'GET /api/agents/weather?status=draft'
    await expect(prepare(draft)).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['agents:write:weather'], fields: ['status'] }),
    )
    await prepare(draft, { as: callerOf('alice', [...MEMBER, 'agents:write:weather']) })
  })

  it('is bounded', async () => {
    await expect(prepare(`GET /api/agents?x=${'a'.repeat(17_000)}`)).rejects.toThrow(INVALID)
    await expect(prepare(`GET /api/agents?${'a&'.repeat(300)}`)).rejects.toThrow(INVALID)
  })
})

describe('the options of a call', () => {
  it.each([
    { instructions: 'x' },
    { system: 'x' },
    { model: 'openai/gpt-4o' },
    { toolsets: {} },
    { providerOptions: {} },
    { versions: {} },
    { stopWhen: {} },
    { scorers: {} },
    { modelSettings: { headers: { a: 'b' } } },
    { structuredOutput: { schema: {}, instructions: 'x' } },
    { structuredOutput: { schema: {}, model: 'x' } },
    { memory: { thread: 'of-alice', options: { workingMemory: { template: 'x' } } } },
    { messages: [{ role: 'system', content: 'x' }] },
    { context: [{ role: 'system', content: 'x' }] },
  ])('%j need the permission to write the agent', async (options) => {
    const body = { messages: MESSAGES, ...options }
    await expect(prepare(GENERATE, { body })).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['agents:write:weather'] }),
    )
    await prepare(GENERATE, { body, as: callerOf('alice', [...MEMBER, 'agents:write:weather']) })
    const other = callerOf('alice', [...MEMBER, 'agents:write:mail'])
    await expect(prepare(GENERATE, { body, as: other })).rejects.toThrow(
      refusal('scope_insufficient'),
    )
  })

  it.each([
    'inputProcessors',
    '_internal',
    'actor',
    'mcp',
    'serverless',
    'resumeContext',
    'methodType',
    'Instructions',
    'constructor',
    'toString',
  ])('%s is unknown, and refused by name, whatever is granted', async (name) => {
    const body = { messages: MESSAGES, [name]: {} }
    const refused = refusal('request_invalid', { fields: [name] })
    await expect(prepare(GENERATE, { body })).rejects.toThrow(refused)
    await expect(prepare(GENERATE, { body, as: callerOf('alice', OPERATOR) })).rejects.toThrow(
      refused,
    )
  })

  it('lose the context of the request, the trace of another, and what asks for less care', async () => {
    const body = {
      messages: MESSAGES,
      requestContext: { user: { id: 'bob' } },
      requireToolApproval: false,
      tracingOptions: { traceId: 't', parentSpanId: 's', tags: ['a'] },
    }
    const { runId: _, ...sent } = bodyOf(await prepare(GENERATE, { body })) as Record<
      string,
      unknown
    >
    expect(sent).toStrictEqual({ messages: MESSAGES, tracingOptions: { tags: ['a'] } })
    const strict = { messages: MESSAGES, requireToolApproval: true }
    expect(bodyOf(await prepare(GENERATE, { body: strict }))).toMatchObject(strict)
  })

  it('take as many steps as the agent does, and not more', async () => {
    const steps = async (maxSteps: unknown, agent = 'weather') =>
      bodyOf(
        await prepare(`POST /api/agents/${agent}/generate`, { body: { messages: 'x', maxSteps } }),
      )
    expect(await steps(1000)).toHaveProperty('maxSteps', 8)
    expect(await steps(2)).toHaveProperty('maxSteps', 2)
    expect(await steps(1000, 'mail')).toHaveProperty('maxSteps', 5)
    for (const wrong of [0, -1, 1.5, '9', null, [9]])
      await expect(steps(wrong)).rejects.toThrow(INVALID)
  })
})

describe('the tools of a call', () => {
  const NARROW = callerOf('alice', ['agents:execute:weather', 'tools:execute:get-weather'])
  const ask = async (options: object, as = NARROW) =>
    bodyOf(await prepare(GENERATE, { as, body: { messages: MESSAGES, ...options } }))

  it('are those that the caller may execute, and no agent, workflow or workspace', async () => {
    expect(await ask({})).toHaveProperty('activeTools', ['weatherTool'])
    expect(
      await ask({ activeTools: ['mailTool', 'weatherTool', 'agent-helper', 'read_file'] }),
    ).toHaveProperty('activeTools', ['weatherTool'])
    expect(await ask({ activeTools: ['mailTool'] })).toHaveProperty('activeTools', [])
    expect(await ask({}, callerOf('alice', ['agents:execute']))).toHaveProperty('activeTools', [])
  })

  it('are all of the agent for who may execute every tool, and the upstream is not asked', async () => {
    const upstream = upstreamOf()
    const prepared = await prepare(GENERATE, { upstream, body: { messages: 'x' } })
    expect(bodyOf(prepared)).not.toHaveProperty('activeTools')
    expect(upstream.asked).toEqual([])
  })

  it('of the client are offered beside them, unless they have the name of one of the agent', async () => {
    expect(await ask({ clientTools: { mine: {} } })).toHaveProperty('activeTools', [
      'weatherTool',
      'mine',
    ])
    for (const clientTools of [
      { weatherTool: {} },
      { 'get-weather': {} },
      { mailTool: {} },
      { x: { id: 'send-mail' } },
      { 'agent-helper': {} },
      { read_file: {} },
    ]) {
      await expect(ask({ clientTools })).rejects.toThrow(INVALID)
      await expect(ask({ clientTools }, callerOf('alice', MEMBER))).rejects.toThrow(INVALID)
    }
  })

  it('cannot be chosen where they may not be executed', async () => {
    const choose = (toolName: string) => ask({ toolChoice: { type: 'tool', toolName } })
    await expect(choose('mailTool')).rejects.toThrow(refusal('scope_insufficient'))
    expect(await choose('weatherTool')).toHaveProperty('activeTools', ['weatherTool'])
  })

  it.each(['stream-until-idle', 'stream', 'stream/vnext', 'generate/vnext'])(
    'are taken out by each route that asks the agent: %s',
    async (name) => {
      const prepared = await prepare(`POST /api/agents/weather/${name}`, {
        as: NARROW,
        body: { messages: 'x' },
      })
      expect(bodyOf(prepared)).toHaveProperty('activeTools', ['weatherTool'])
    },
  )

  it.each([
    ['approve-tool-call', { runId: 'r', toolCallId: 'c' }],
    ['resume-stream', { runId: 'r', resumeData: {} }],
    ['send-message', { message: 'x', threadId: 'of-alice' }],
    ['recover', { runId: 'r' }],
    ['network', { messages: 'x' }],
    ['generate-legacy', { messages: 'x' }],
    ['stream-legacy', { messages: 'x' }],
    ['stream/ui', { messages: 'x' }],
  ])('cannot be taken out of %s, which asks for all of them', async (name, body) => {
    await expect(prepare(`POST /api/agents/weather/${name}`, { as: NARROW, body })).rejects.toThrow(
      refusal('scope_insufficient'),
    )
    await prepare(`POST /api/agents/weather/${name}`, { body })
  })
})

describe('the permission for an agent', () => {
  const narrow = (...grants: string[]) => callerOf('alice', grants)

  it('is for its id, also where the path has its key', async () => {
    const as = narrow('agents:execute:weather', 'tools:execute')
    const prepared = await prepare('POST /api/agents/weatherAgent/generate', {
      as,
      body: { messages: 'x' },
    })
    expect(prepared.path).toBe('/api/agents/weatherAgent/generate')
    await expect(
      prepare('POST /api/agents/weatherAgent/generate', {
        as: narrow('agents:execute:weatherAgent', 'tools:execute'),
        body: { messages: 'x' },
      }),
    ).rejects.toThrow(refusal('scope_insufficient', { missing: ['agents:execute:weatherAgent'] }))
  })

  it('is missing in the same words whether the agent exists or not', async () => {
    const as = narrow('agents:execute:weather')
    for (const name of ['mail', 'none'])
      await expect(
        prepare(`POST /api/agents/${name}/generate`, { as, body: { messages: 'x' } }),
      ).rejects.toThrow(refusal('scope_insufficient', { missing: [`agents:execute:${name}`] }))
  })

  it('counts in the body as in the path', async () => {
    const ask = (agent_id: unknown, as = narrow('agents:execute:weather', 'tools:execute')) =>
      prepare('POST /api/v1/responses', { as, body: { agent_id, input: 'x' } })
    await ask('weather')
    await ask('weatherAgent')
    await expect(ask('mail')).rejects.toThrow(refusal('scope_insufficient'))
    for (const wrong of [undefined, null, ['weather'], { id: 'weather' }, 'a/b', ''])
      await expect(ask(wrong)).rejects.toThrow(INVALID)
  })
})

describe('MCP', () => {
  const say = (message: unknown, grants: readonly string[]) =>
    prepare('POST /api/mcp/server/mcp', { as: callerOf('alice', grants), body: message })
  const call = (name: unknown) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name },
  })

  it('is judged message by message', async () => {
    await say({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }, [])
    await say({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: {} }, [])
    await say({ jsonrpc: '2.0', method: 'notifications/initialized' }, [])
    await say(call('add'), ['tools:execute:add'])
    await expect(say(call('sub'), ['tools:execute:add'])).rejects.toThrow(
      refusal('scope_insufficient'),
    )
    await expect(say(call('ask_weather'), ['tools:execute:ask_weather'])).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['agents:execute', 'tools:execute'] }),
    )
    await say(call('ask_weather'), ['tools:execute', 'agents:execute'])
    await expect(say({ method: 'resources/read' }, ['tools:execute'])).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['tools:read'] }),
    )
    for (const wrong of [
      { method: 'other/thing' },
      { method: ['tools/call'] },
      {},
      call(['add']),
      call(undefined),
      [call('add')],
    ])
      await expect(say(wrong, ['*'])).rejects.toThrow(INVALID)
  })

  it('is judged in the path in the same way', async () => {
    const run = (tool: string, grants: readonly string[]) =>
      prepare(`POST /api/mcp/server/tools/${tool}/execute`, {
        as: callerOf('alice', grants),
        body: { data: {} },
      })
    await run('add', ['tools:execute:add'])
    await expect(run('run_plan', ['tools:execute'])).rejects.toThrow(
      refusal('scope_insufficient', { missing: ['workflows:execute'] }),
    )
  })
})

describe('a route that no line knows', () => {
  it('loses the context that a client would give itself, and nothing else', () => {
    expect(
      prepareUnknown('requestContext=x&a=1', { value: { requestContext: {}, b: [1] } }),
    ).toStrictEqual({
      query: 'a=1',
      body: '{"b":[1]}',
    })
    expect(prepareUnknown('', { value: [1] })).toStrictEqual({ query: '', body: '[1]' })
    expect(prepareUnknown('', undefined)).toStrictEqual({ query: '', body: undefined })
  })
})

describe('any body of a call', () => {
  const thread = fc.constantFrom(
    'of-alice',
    'of-bob',
    'new',
    '',
    ' of-bob',
    ['of-bob'],
    { id: 'of-bob' },
    { id: 'new' },
    null,
  )
  const memory = fc.oneof(
    fc.record(
      { thread, resource: fc.constantFrom('bob', BOB.ownerKey, null, {}) },
      { requiredKeys: [] },
    ),
    fc.constantFrom('of-bob', ['of-bob'], null, 7),
  )
  const body = fc.record(
    {
      messages: fc.constant('x'),
      memory,
      threadId: thread,
      resourceId: fc.constantFrom('bob', BOB.ownerKey, 7, null),
      runId: fc.constantFrom('r', `${BOB.ownerKey}.r`, null),
    },
    { requiredKeys: ['messages'] },
  )

  it('is refused, or speaks of no owner but the caller, and of no thread of another', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        let sent: unknown
        try {
          sent = bodyOf(await prepare(GENERATE, { body: given }))
        } catch (error) {
          expect(error).toHaveProperty('name', 'PolicyRefusal')
          return
        }
        const text = JSON.stringify(sent)
        const own = text.replaceAll(`${ALICE.ownerKey}.${BOB.ownerKey}.r`, '')
        expect(own).not.toContain(BOB.ownerKey)
        expect(own).not.toContain('"bob"')
        const reach = (sent as { memory?: { thread?: unknown } }).memory?.thread
        if (typeof reach === 'string') expect(reach).not.toBe('of-bob')
      }),
      { interruptAfterTimeLimit: 20_000 },
    )
  })
})
