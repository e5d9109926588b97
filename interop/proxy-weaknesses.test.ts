import { MastraJwtAuth } from '@signet/auth'
import { createProxy, type ProxyApp } from '@signet/proxy'
import { serve, type RunningServer } from '@signet/server'
import { MastraClient } from '@mastra/client-js'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MEMBER } from './support/member.js'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { startApplication, type OriginalApplication } from './support/original-application.js'

const SECRET = 'a secret that is used by nothing but these tests'
const UPSTREAM_SECRET = 'another secret that is used by nothing but these tests'
const auth = new MastraJwtAuth({ secret: SECRET })
const FOR_A_MINUTE = { expiresInSeconds: 60 }

/** As the sample of the documentation verifies tokens: who bears a good one is somebody, and owns nothing. */
const verifying = new MastraJwtAuth({ secret: UPSTREAM_SECRET })
const SAMPLE = {
  name: 'jwt',
  authenticateToken: (token: string, request: never) => verifying.authenticateToken(token, request),
  authorizeUser: (user: unknown) => Boolean(user),
}

const tokenOf = (sub: string, permissions: readonly string[] = MEMBER) =>
  auth.sign({ sub, permissions }, FOR_A_MINUTE)

interface Told {
  readonly status: number
  readonly text: string
  readonly body: unknown
  readonly headers: Headers
}

let model: ModelServer

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockReturnValue()
  model = await startModelServer()
})

afterAll(async () => {
  await model?.stop()
  vi.restoreAllMocks()
})

const TEXT = { kind: 'text', pieces: ['Noted.'] } as const

describe.each([
  ['that verifies tokens and keeps a file', SAMPLE, 'file'],
  ['that is open and keeps nothing', undefined, 'memory'],
] as const)('before an application %s', (_, upstreamAuth, kept) => {
  let application: OriginalApplication
  let proxy: ProxyApp
  let server: RunningServer
  let url = ''
  let count = 0

  beforeAll(async () => {
    application = await startApplication(model, upstreamAuth, kept)
    proxy = createProxy(
      { auth },
      {
        upstream: application.url,
        upstreamSecret: UPSTREAM_SECRET,
        isUpstreamOpen: upstreamAuth === undefined,
      },
    )
    server = await serve(proxy.answer, { port: 0 })
    url = `http://127.0.0.1:${server.port}`
  })

  afterAll(async () => {
    await server?.close(0)
    await proxy?.close()
    await application?.stop()
  })

  beforeEach(() => {
    model.answerWith(TEXT)
    count += 1
  })

  /** An id that no other test has. */
  const idOf = (name: string) => `${name}-${count}`

  async function ask(
    request: string,
    token: string | undefined,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Told> {
    const [method = '', path = ''] = request.split(' ')
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    })
    const text = await response.text()
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      parsed = undefined
    }
    return { status: response.status, text, body: parsed, headers: response.headers }
  }

  const alice = () => tokenOf('alice')
  const bob = () => tokenOf('bob')
  const operator = () => tokenOf('bob', ['*'])
  const statusOf = async (...given: Parameters<typeof ask>) => (await ask(...given)).status

  /** A thread of Alice in which an agent has answered. */
  async function talk(name = 'talk'): Promise<string> {
    const thread = idOf(name)
    const told = await ask('POST /api/agents/assistant/generate', alice(), {
      messages: `Remember the word ${thread}.`,
      memory: { thread, resource: 'alice' },
    })
    expect([told.status, told.text]).toEqual([200, expect.stringContaining('Noted.')])
    return thread
  }

  const messagesOf = (thread: string, token: string) =>
    ask(`GET /api/memory/threads/${thread}/messages?agentId=assistant`, token)

  it('what works without the proxy works through it', async () => {
    const client = new MastraClient({
      baseUrl: url,
      headers: { authorization: `Bearer ${alice()}` },
      retries: 0,
    })
    expect(Object.keys(await client.listAgents()).toSorted()).toEqual(['assistant', 'keeper'])
    for (const name of ['assistant', 'assistantAgent'])
      expect((await client.getAgent(name).generate('Hello')).text).toBe('Noted.')
    const threadId = idOf('mine')
    const thread = await client.createMemoryThread({
      threadId,
      agentId: 'assistant',
      resourceId: 'alice',
    })
    expect(thread.id).toBe(threadId)
    const memory = { thread: threadId, resource: 'alice' }
    await client.getAgent('assistant').generate('Remember 42.', { memory })
    const own = client.getMemoryThread({ threadId, agentId: 'assistant' })
    expect(JSON.stringify(await own.listMessages())).toContain('Remember 42.')
    const { threads } = await client.listMemoryThreads({ agentId: 'assistant' })
    expect(threads.map(({ id }) => id)).toContain(threadId)
    const chunks: string[] = []
    const stream = await client.getAgent('assistant').stream('Hello', { memory })
    await stream.processDataStream({ onChunk: async ({ type }) => void chunks.push(type) })
    expect(chunks).toEqual(expect.arrayContaining(['text-delta', 'finish']))
    expect(await client.getTool('get-weather').execute({ data: { to: 'x' } })).toMatchObject({
      done: 'get-weather',
    })
    await own.update({ title: 'Mine', metadata: {}, resourceId: 'alice' })
    await own.delete()
    await expect(own.get()).rejects.toMatchObject({ status: 404 })
  })

  it('a workflow waits for its owner, and for nobody else', async () => {
    const client = new MastraClient({
      baseUrl: url,
      headers: { authorization: `Bearer ${alice()}` },
      retries: 0,
    })
    const workflow = client.getWorkflow('order')
    const run = await workflow.createRun()
    const begun = await run.startAsync({ inputData: { item: 'book' } })
    expect(begun.status).toBe('suspended')
    const { runs } = await workflow.runs()
    expect(runs.map(({ runId }) => runId)).toContain(run.runId)
    const resume = `POST /api/workflows/order/resume-async?runId=${run.runId}`
    const decision = { step: 'approve', resumeData: { by: 'bob' } }
    for (const token of [bob(), operator()]) {
      expect(await statusOf(`GET /api/workflows/order/runs/${run.runId}`, token)).toBe(404)
      expect(await statusOf(resume, token, decision)).not.toBe(200)
      expect((await ask('GET /api/workflows/order/runs', token)).text).not.toContain(run.runId)
      await ask(`POST /api/workflows/order/runs/${run.runId}/cancel`, token)
      await ask(`DELETE /api/workflows/order/runs/${run.runId}`, token)
    }
    const done = await run.resumeAsync({ step: 'approve', resumeData: { by: 'alice' } })
    expect(done).toMatchObject({ status: 'success', result: { item: 'book', by: 'alice' } })
  })

  it('a tool that waits for approval is decided on by the owner of the run, and by nobody else', async () => {
    const suspend = async () => {
      model.answerWith({ kind: 'call', id: 'c1', name: 'weatherTool', pieces: ['{}'] }, TEXT)
      const thread = idOf('approval')
      const told = await ask('POST /api/agents/assistant/generate', alice(), {
        messages: 'x',
        requireToolApproval: true,
        memory: { thread },
      })
      expect(told.body).toMatchObject({ finishReason: 'suspended' })
      return { thread, runId: (told.body as { runId: string }).runId }
    }
    const { thread, runId } = await suspend()
    const before = application.calls.length
    const decision = { runId, toolCallId: 'c1' }
    for (const token of [bob(), operator()]) {
      for (const name of ['approve-tool-call', 'decline-tool-call'])
        for (const end of ['', '-generate'])
          await ask(`POST /api/agents/assistant/${name}${end}`, token, decision)
      await ask('POST /api/agents/assistant/resume-stream', token, {
        ...decision,
        resumeData: { approved: true },
      })
      const listed = await ask('GET /api/agents/assistant/suspended-runs?resourceId=alice', token)
      expect(listed.text).not.toContain(runId)
      expect(
        await statusOf(`GET /api/agents/assistant/suspended-runs?threadId=${thread}`, token),
      ).toBe(404)
      const named = { resourceId: 'alice', threadId: thread, toolCallId: 'c1', approved: true }
      expect(await statusOf('POST /api/agents/assistant/send-tool-approval', token, named)).toBe(
        404,
      )
    }
    expect(application.calls.slice(before)).toEqual([])
    const approved = await ask(
      'POST /api/agents/assistant/approve-tool-call-generate',
      alice(),
      decision,
    )
    expect([approved.status, application.calls.slice(before)]).toEqual([200, ['get-weather']])
  })

  it('1: nobody reads, lists, searches, changes or deletes the thread of another', async () => {
    const thread = await talk()
    for (const token of [bob(), operator()]) {
      const requests: readonly (readonly [string, unknown?])[] = [
        [`GET /api/memory/threads/${thread}?agentId=assistant`],
        [`GET /api/memory/threads/${thread}`],
        [`GET /api/memory/threads/${thread}/messages?agentId=assistant`],
        [`GET /api/memory/threads/${thread}/messages?agentId=assistant&resourceId=alice`],
        [`GET /api/memory/threads/${thread}/working-memory?agentId=assistant`],
        [`PATCH /api/memory/threads/${thread}?agentId=assistant`, { title: 'stolen' }],
        [`DELETE /api/memory/threads/${thread}?agentId=assistant`],
        [`POST /api/memory/threads/${thread}/clone?agentId=assistant`, {}],
        [
          `POST /api/agents/assistant/generate`,
          { messages: 'What?', memory: { thread, resource: 'alice' } },
        ],
        [
          `POST /api/agents/assistant/stream`,
          { messages: 'What?', memory: { thread: { id: thread } } },
        ],
        [`POST /api/agents/assistant/threads/subscribe`, { threadId: thread, resourceId: 'alice' }],
        [
          `POST /api/agents/assistant/send-message`,
          { message: 'x', threadId: thread, resourceId: 'alice' },
        ],
        [
          'POST /api/memory/save-messages?agentId=assistant',
          { messages: [{ role: 'user', content: 'x', threadId: thread, resourceId: 'alice' }] },
        ],
      ]
      for (const [request, body] of requests)
        expect([request, await statusOf(request, token, body)]).toEqual([request, 404])
      const listed = await ask('GET /api/memory/threads?agentId=assistant&resourceId=alice', token)
      expect([listed.status, listed.text.includes(thread)]).toEqual([200, false])
      const found = await ask(
        `GET /api/memory/search?agentId=assistant&searchQuery=${thread}&resourceId=alice`,
        token,
      )
      expect(found.text.replaceAll(`"query":"${thread}"`, '')).not.toContain(thread)
    }
    expect((await messagesOf(thread, alice())).text).toContain(`Remember the word ${thread}.`)
  })

  it('1: the messages of another are not included beside those of a thread of one’s own', async () => {
    const theirs = await talk()
    const { body } = await messagesOf(theirs, alice())
    const [{ id }] = (body as { messages: [{ id: string }] }).messages
    const mine = idOf('mine')
    await ask('POST /api/agents/assistant/generate', bob(), {
      messages: 'x',
      memory: { thread: mine },
    })
    const include = encodeURIComponent(
      JSON.stringify([{ id, threadId: theirs, withPreviousMessages: 5, withNextMessages: 5 }]),
    )
    const told = await ask(
      `GET /api/memory/threads/${mine}/messages?agentId=assistant&include=${include}`,
      bob(),
    )
    expect([told.status, told.text.includes(theirs)]).toEqual([200, false])
  })

  it('2: an id that exists takes no thread over, whoever has it', async () => {
    const thread = await talk()
    for (const token of [bob(), operator()]) {
      const body = { threadId: thread, resourceId: 'bob', title: 'stolen' }
      expect(await statusOf('POST /api/memory/threads?agentId=assistant', token, body)).toBe(404)
      expect(await statusOf('POST /api/memory/threads?agentId=keeper', token, body)).toBe(404)
    }
    expect((await messagesOf(thread, alice())).text).toContain(thread)
  })

  it('2: two owners who choose the same new id do not share it', async () => {
    const thread = idOf('race')
    const say = (token: string, word: string) =>
      ask('POST /api/agents/assistant/generate', token, { messages: word, memory: { thread } })
    const told = await Promise.all([say(alice(), 'from-alice'), say(bob(), 'from-bob')])
    expect(told.map(({ status }) => status).toSorted()).toEqual([200, 404])
    const [mine, theirs] = await Promise.all([
      messagesOf(thread, alice()),
      messagesOf(thread, bob()),
    ])
    expect([mine.status, theirs.status].toSorted()).toEqual([200, 404])
    expect(mine.text.includes('from-bob') || theirs.text.includes('from-alice')).toBe(false)
  })

  it('2: the id of a message moves it to nobody', async () => {
    const thread = await talk()
    const { body } = await messagesOf(thread, alice())
    const [{ id }] = (body as { messages: [{ id: string }] }).messages
    const mine = idOf('mine')
    await ask('POST /api/memory/threads?agentId=assistant', bob(), {
      threadId: mine,
      resourceId: 'bob',
    })
    const message = {
      id,
      role: 'user',
      content: { format: 2, parts: [{ type: 'text', text: 'moved' }] },
      threadId: mine,
      type: 'text',
    }
    await ask('POST /api/memory/save-messages?agentId=assistant', bob(), { messages: [message] })
    await ask('POST /api/agents/assistant/generate', bob(), {
      messages: [{ ...message, content: 'moved' }],
      memory: { thread: mine },
    })
    const after = await messagesOf(thread, alice())
    expect(after.text).toContain(id)
    expect(after.text).not.toContain('moved')
  })

  it('5: nobody gives themselves a context, in the body, in the query or on a route of the application', async () => {
    const forged = { user: { id: 'root' }, userPermissions: ['*'], tenant: 'forged' }
    const query = encodeURIComponent(JSON.stringify(forged))
    const requests: readonly (readonly [string, unknown])[] = [
      ['POST /api/tools/get-weather/execute', { data: {}, requestContext: forged }],
      [`POST /api/tools/get-weather/execute?requestContext=${query}`, { data: {} }],
      [
        'POST /api/agents/assistant/tools/get-weather/execute',
        { data: {}, requestContext: forged },
      ],
      ['POST /report', { requestContext: forged }],
      [`POST /report?requestContext=${query}`, {}],
    ]
    for (const [request, body] of requests) {
      const told = await ask(request, tokenOf('bob', [...MEMBER, 'routes:execute:/report']), body)
      expect([request, told.status]).toEqual([request, 200])
      expect(told.text).not.toMatch(/root|forged|"\*"/)
    }
  })

  it('6: the token of a caller reaches no tool', async () => {
    const token = bob()
    const told = await ask('POST /api/tools/get-weather/execute', token, { data: {} })
    expect(told.status).toBe(200)
    expect(told.text).not.toContain(token.split('.')[2])
  })

  it('7 and 17: a credential in the query, or another scheme, is none, and a stranger learns of no path', async () => {
    for (const path of ['/api/agents', '/api/none', '/', '/report', '/swagger-ui']) {
      const told = await ask(`GET ${path}?apiKey=${bob()}`, undefined)
      expect([path, told.status]).toEqual([path, 401])
      expect(told.headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
    expect(await statusOf('GET /api/agents', undefined, undefined, { authorization: bob() })).toBe(
      401,
    )
  })

  it('8: no origin is let in that was not written', async () => {
    const told = await ask('GET /api/agents', bob(), undefined, { origin: 'https://evil.example' })
    expect(told.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('9 and 10: an error tells nothing of how the application is built, and is not repeated by the client', async () => {
    model.answerWith({
      kind: 'failure',
      status: 500,
      message: 'stub exploded with secret=sk-STUB-123',
    })
    for (const name of ['generate', 'stream']) {
      const told = await ask(`POST /api/agents/assistant/${name}`, bob(), { messages: 'x' })
      expect(told.text).not.toMatch(/sk-STUB|node_modules|\bat .*:\d+|process\.env/)
      expect(told.status).toBeLessThan(500)
    }
    const told = await ask('POST /api/agents/assistant/generate', bob(), {
      messages: [{ role: 'wizard', content: 'x' }],
    })
    expect(told.status).toBe(400)
  })

  it('11 and 18: what the server of the application adds beside its contract is closed', async () => {
    for (const request of [
      'GET /api/agents/assistant/browser/session',
      'POST /api/agents/assistant/browser/close',
      'POST /__refresh',
      'POST /__restart-active-workflow-runs',
      'GET /refresh-events',
    ]) {
      expect([request, await statusOf(request, undefined)]).toEqual([request, 401])
      expect([request, await statusOf(request, bob())]).toEqual([
        request,
        expect.toSatisfy((status: number) => status === 403 || status === 404),
      ])
    }
  })

  it('12: who may call an agent makes no other one of it, and does not read its prompt', async () => {
    for (const options of [
      { instructions: 'OVERRIDE' },
      { system: 'OVERRIDE' },
      { model: 'openai/gpt-4o' },
      { toolsets: { x: {} } },
      { providerOptions: { openai: {} } },
      { messages: [{ role: 'system', content: 'OVERRIDE' }] },
    ]) {
      const told = await ask('POST /api/agents/assistant/generate', bob(), {
        messages: 'x',
        ...options,
      })
      expect([options, told.status]).toEqual([options, 403])
    }
    expect(JSON.stringify(model.requests)).not.toContain('OVERRIDE')
    expect(
      await statusOf('POST /api/agents/assistant/model', bob(), {
        modelId: 'x',
        provider: 'openai',
      }),
    ).toBe(403)
    for (const path of [
      '/api/agents',
      '/api/agents/assistant',
      '/api/agents/assistantAgent',
      '/api/.well-known/assistant/agent-card.json',
    ])
      expect((await ask(`GET ${path}`, bob())).text).not.toContain('4711')
    expect((await ask('GET /api/agents/assistant', operator())).text).toContain('4711')
  })

  it('12: a tool that the caller may not execute is not offered to the model', async () => {
    const narrow = tokenOf('bob', ['agents:execute:assistant', 'tools:execute:get-weather'])
    for (const name of ['assistant', 'assistantAgent']) {
      for (const body of [
        { messages: 'x' },
        { messages: 'x', activeTools: ['mailTool', 'weatherTool'] },
      ]) {
        model.answerWith(TEXT)
        expect(await statusOf(`POST /api/agents/${name}/generate`, narrow, body)).toBe(200)
        expect(model.requests.flatMap(({ tools }) => tools)).toEqual(['weatherTool'])
      }
    }
    model.answerWith(TEXT)
    expect(
      await statusOf('POST /api/agents/assistant/stream', tokenOf('bob', ['agents:execute']), {
        messages: 'x',
      }),
    ).toBe(200)
    expect(model.requests.flatMap(({ tools }) => tools)).toEqual([])
    const before = application.calls.length
    model.answerWith({ kind: 'call', id: 'c', name: 'mailTool', pieces: ['{}'] }, TEXT)
    await ask('POST /api/agents/assistant/generate', narrow, { messages: 'x' })
    expect(application.calls.slice(before)).toEqual([])
    expect(await statusOf('POST /api/agents/keeper/generate', narrow, { messages: 'x' })).toBe(403)
    expect(await statusOf('POST /api/tools/send-mail/execute', narrow, { data: {} })).toBe(403)
    expect(
      await statusOf('POST /api/agents/assistant/tools/send-mail/execute', narrow, { data: {} }),
    ).toBe(403)
  })

  it('16: names that every object has name nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      for (const path of [
        `agents/${name}`,
        `tools/${name}`,
        `workflows/${name}`,
        `memory/threads/${name}`,
      ])
        expect([path, await statusOf(`GET /api/${path}`, operator())]).toEqual([path, 404])
    }
  })

  it('22: the messages of another cannot be deleted, alone or beside one’s own', async () => {
    const theirs = await talk()
    const [{ id }] = ((await messagesOf(theirs, alice())).body as { messages: [{ id: string }] })
      .messages
    const mine = idOf('mine')
    await ask('POST /api/agents/assistant/generate', bob(), {
      messages: 'x',
      memory: { thread: mine },
    })
    const [own] = ((await messagesOf(mine, bob())).body as { messages: [{ id: string }] }).messages
    const remove = (messageIds: unknown, token: string) =>
      statusOf('POST /api/memory/messages/delete?agentId=assistant', token, { messageIds })
    for (const token of [bob(), operator()]) {
      for (const ids of [id, [id], { id }, [own.id, id], ['none']])
        expect([ids, await remove(ids, token)]).toEqual([ids, 404])
    }
    expect((await messagesOf(theirs, alice())).text).toContain(id)
    expect(await remove([own.id], bob())).toBe(200)
    expect((await messagesOf(mine, bob())).text).not.toContain(own.id)
  })
})
