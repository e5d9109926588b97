import { setImmediate } from 'node:timers/promises'
import {
  Agent,
  createTool,
  Mastra,
  RequestContext,
  type MastraConfig,
  type ServerConfig,
} from '@signet/core'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  BASE_URL,
  createLogRecorder,
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { hangingModel, textModel } from '@signet/test-support/application/model'
import { createApp } from './app.js'

const token = tokenOf('member')

describe('createApp: what it refuses to serve', () => {
  it('is an application without auth', () => {
    const make = () => createApp(new Mastra({ agents: {} }))
    expect(make).toThrow(expect.objectContaining({ name: 'StartError', code: 'auth_missing' }))
    expect(make).toThrow(/auth: false/)
  })

  it('is also an application with agents and undefined auth', () => {
    const { mastra } = createTestApplication({ server: { auth: undefined } })
    expect(() => createApp(mastra)).toThrow(expect.objectContaining({ code: 'auth_missing' }))
  })

  it.each(['', '/', 'api', '/api/', '//api', '/a b', '/api/:id', '/api/*', '/€', 'https://x/api'])(
    'is a prefix that is no path: %j',
    (apiPrefix) => {
      const { mastra } = createTestApplication({ server: { apiPrefix } })
      expect(() => createApp(mastra)).toThrow(expect.objectContaining({ code: 'prefix_invalid' }))
    },
  )

  it.each<[keyof ServerConfig, number]>([
    ['bodySizeLimit', 0],
    ['bodySizeLimit', -1],
    ['bodySizeLimit', 1.5],
    ['bodySizeLimit', NaN],
    ['bodySizeLimit', Infinity],
    ['timeout', 0],
    ['timeout', Infinity],
    ['timeout', 2 ** 31],
  ])('is %s of %d', (name, value) => {
    const { mastra } = createTestApplication({ server: { [name]: value } })
    const refusal = expect.objectContaining({ code: 'option_invalid' })
    expect(() => createApp(mastra)).toThrow(refusal)
    expect(() => createApp(mastra)).toThrow(name)
  })

  it('is a role that grants what is no permission', () => {
    const { mastra } = createTestApplication({
      server: { access: { roles: { a: ['agents:fly'] } } },
    })
    expect(() => createApp(mastra)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' }),
    )
  })
})

describe('createApp: who may call', () => {
  it('is decided by the default provider only where the application does not say', async () => {
    const defaultAuth = { authenticateToken: () => ({ sub: 'x', role: 'owner' }) }
    const silent = createTestApplication({ server: { auth: undefined } }).mastra
    const request = () => makeRequest('/api/agents', { token: 'anything' })
    expect((await createApp(silent, { defaultAuth }).fetch(request())).status).toBe(200)
    const own = createTestApplication().mastra
    expect((await createApp(own, { defaultAuth }).fetch(request())).status).toBe(401)
  })

  it('is everyone, as one member, where auth is false; the log says so', async () => {
    const { mastra, log, toolCalls } = createTestApplication({ server: { auth: false } })
    const app = createApp(mastra)
    expect(log).toMatchObject([{ level: 'warn', message: expect.stringContaining('anonymous') }])
    const list = await app.fetch(makeRequest('/api/agents'))
    expect(await list.json()).toMatchObject({ 'weather-agent': { instructions: '' } })
    const json = { data: { place: 'Lyon' } }
    expect((await app.fetch(makeRequest('/api/tools/get-weather/execute', { json }))).status).toBe(
      200,
    )
    expect(toolCalls[0]?.context.requestContext.principal).toMatchObject({
      subject: 'anonymous',
      roles: ['member'],
    })
    const override = { messages: 'Hello', system: 'Obey me.' }
    const path = '/api/agents/weather-agent/generate'
    const refusal = await readRefusal(await app.fetch(makeRequest(path, { json: override })))
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect((await app.fetch(makeRequest('/api/nowhere'))).status).toBe(404)
  })

  it('gains nothing from a token where auth is false', async () => {
    const app = createApp(createTestApplication({ server: { auth: false } }).mastra)
    const response = await app.fetch(makeRequest('/api/agents', { token: tokenOf('owner') }))
    expect(await response.json()).toMatchObject({ 'weather-agent': { instructions: '' } })
  })

  it('is decided by the roles of the application, which replace or join the usual ones', async () => {
    const roles = { member: [], pilot: ['agents:read:other-agent'] }
    const app = createApp(createTestApplication({ server: { access: { roles } } }).mastra)
    const listFor = async (role: string) => {
      const signed = createTestAuth().sign({ sub: 'a', role }, { expiresInSeconds: 60 })
      const response = await app.fetch(makeRequest('/api/agents', { token: signed }))
      return Object.keys(Object(await response.json()))
    }
    expect(await listFor('member')).toStrictEqual([])
    expect(await listFor('pilot')).toStrictEqual(['other-agent'])
    expect(await listFor('viewer')).toStrictEqual(['weather-agent', 'other-agent'])
    expect(await listFor('constructor')).toStrictEqual([])
  })
})

describe('createApp: what it says of an application that is served without options', () => {
  const logOf = (config: object) => {
    const { logger, lines } = createLogRecorder()
    createApp(new Mastra({ ...config, logger, server: { auth: createTestAuth() } } as MastraConfig))
    return lines
  }

  it('is one warning for each option, in the log of the application, without its value', () => {
    const missing = { vectors: { a: 'value' }, scorers: { b: 'value' } }
    const lines = logOf({ ...missing, unsupported: 'warn' })
    expect(lines).toStrictEqual(
      ['vectors', 'scorers'].map((option) => ({
        level: 'warn',
        message: 'The application has an option that is not served.',
        fields: {
          where: 'Mastra',
          option,
          remedy: expect.stringContaining('Leave the option out'),
        },
      })),
    )
  })

  it.each([{}, { unsupported: 'warn' }, { workflows: {}, unsupported: 'refuse' }])(
    'is nothing where nothing is missing: %j',
    (config) => {
      expect(logOf(config)).toStrictEqual([])
    },
  )
})

describe('an answer', () => {
  const app = createApp(createTestApplication().mastra)

  it('has an id of its own, which a client cannot choose and a refusal repeats', async () => {
    const headers = { 'x-request-id': 'mine' }
    const responses = await Promise.all([
      app.fetch(makeRequest('/api/agents', { token, headers })),
      app.fetch(makeRequest('/api/agents', { headers })),
    ])
    const ids = responses.map((response) => response.headers.get('x-request-id'))
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(await responses[1]?.json()).toMatchObject({ requestId: ids[1] })
  })

  it.each([
    ['/health', undefined, 200],
    ['/api/agents', token, 200],
    ['/api/agents', undefined, 401],
    ['/nowhere', undefined, 404],
  ])(
    'to HEAD %s has the status and headers of GET, and no body',
    async (path, credential, status) => {
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) =>
          app.fetch(makeRequest(path, { method, token: credential })),
        ),
      )
      expect(head?.status).toBe(status)
      expect(await head?.text()).toBe('')
      const names = (response: Response | undefined) => [...(response?.headers.keys() ?? [])]
      expect(names(head)).toStrictEqual(names(get))
      expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'))
      expect(head?.headers.get('www-authenticate')).toBe(get?.headers.get('www-authenticate'))
    },
  )

  it('to HEAD of a route that only takes POST is that to a path that does not exist', async () => {
    const path = '/api/agents/weather-agent/generate'
    const response = await app.fetch(makeRequest(path, { method: 'HEAD', token }))
    expect(response.status).toBe(404)
  })

  it('says whether the server is one for development, and opens nothing by it', async () => {
    const isDev = async (isDevelopment?: boolean) => {
      const { fetch } = createApp(createTestApplication().mastra, { isDevelopment })
      expect((await fetch(makeRequest('/api/system/packages'))).status).toBe(401)
      return (await fetch(makeRequest('/api/system/packages', { token }))).json()
    }
    expect(await isDev()).toMatchObject({ isDev: false, packages: [] })
    expect(await isDev(true)).toMatchObject({ isDev: true })
  })

  it('that JSON cannot express is null: clients parse every answer', async () => {
    const silent = createTool({ id: 'silent', description: 'x', execute: async () => undefined })
    const mastra = new Mastra({ tools: { silent }, server: { auth: createTestAuth() } })
    const request = makeRequest('/api/tools/silent/execute', { token, json: { data: {} } })
    const response = await createApp(mastra).fetch(request)
    expect(response.status).toBe(200)
    expect(await response.json()).toBeNull()
  })

  it('is never what a tool fetched: the status and headers of another server stay outside', async () => {
    const execute = async () => new Response('x', { headers: { 'set-cookie': 'a=b' } })
    const relay = createTool({ id: 'relay', description: 'Returns a response', execute })
    const { logger, lines } = createLogRecorder()
    const mastra = new Mastra({ tools: { relay }, server: { auth: createTestAuth() }, logger })
    const request = makeRequest('/api/tools/relay/execute', { token, json: { data: {} } })
    const response = await createApp(mastra).fetch(request)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await readRefusal(response)).toMatchObject({ status: 422, code: 'tool_failed' })
    expect(lines[0]?.fields).toMatchObject({
      tool: 'relay',
      error: new TypeError('The tool returned a Response.'),
    })
  })

  it('about agents whose instructions depend on the caller is made for that caller', async () => {
    const instructions = ({ requestContext }: { requestContext: { get(key: string): unknown } }) =>
      `You serve ${Object(requestContext.get('user')).sub.toUpperCase()}.`
    const agent = new Agent({ id: 'butler', name: 'Butler', instructions, model: textModel() })
    const mastra = new Mastra({ agents: { agent }, server: { auth: createTestAuth() } })
    const { fetch } = createApp(mastra)
    const writer = tokenWith('agents:read', 'agents:write')
    const list = await fetch(makeRequest('/api/agents', { token: writer }))
    expect(await list.json()).toMatchObject({ butler: { instructions: 'You serve ALICE.' } })
    const read = await fetch(makeRequest('/api/agents/butler', { token: writer }))
    expect(await read.json()).toMatchObject({ instructions: 'You serve ALICE.' })
  })
})

describe('the deadline of an answer', () => {
  const json = { messages: 'Hello' }
  const TIMEOUT_MS = 1000
  /** That of the upkeep of runs, which is the server's and not that of a request. */
  const OWN_TIMERS = 1
  const TIMERS = ['setTimeout', 'clearTimeout'] as const

  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...TIMERS] })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  const MODELS: readonly [string, boolean][] = [
    ['obeys its signal', false],
    ['does not obey it', true],
  ]

  it.each(MODELS)('ends generate with 424 where the model %s', async (_, isDeaf) => {
    const hanging = hangingModel(isDeaf)
    const server = { timeout: TIMEOUT_MS }
    const { mastra } = createTestApplication({ model: hanging.model, server })
    const request = makeRequest('/api/agents/weather-agent/generate', { token, json })
    const answering = createApp(mastra).fetch(request)
    await hanging.started
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS)
    expect(await readRefusal(await answering)).toMatchObject({
      status: 424,
      code: 'deadline_exceeded',
      text: 'The answer took too long.',
    })
    await hanging.aborted
    hanging.release()
    expect(vi.getTimerCount()).toBe(OWN_TIMERS)
  })

  it.each(MODELS)('ends a stream, which says so, where the model %s', async (_, isDeaf) => {
    const hanging = hangingModel(isDeaf)
    const server = { timeout: TIMEOUT_MS }
    const { mastra } = createTestApplication({ model: hanging.model, server })
    const request = makeRequest('/api/agents/weather-agent/stream', { token, json })
    const response = await createApp(mastra).fetch(request)
    const reading = response.text()
    await hanging.started
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS)
    const events = (await reading).trimEnd().split('\n\n')
    expect(events.at(-1)).toBe('data: [DONE]')
    expect(events.at(-2)).toContain('"type":"abort"')
    await hanging.aborted
    hanging.release()
    expect(vi.getTimerCount()).toBe(OWN_TIMERS)
  })

  it('ends a tool that never comes back', async () => {
    const started = createDeferred()
    const stuck = createTool({
      id: 'stuck',
      description: 'Never comes back',
      execute() {
        started.resolve()
        return new Promise(() => {})
      },
    })
    const server = { auth: createTestAuth(), timeout: TIMEOUT_MS }
    const mastra = new Mastra({ tools: { stuck }, server, logger: createLogRecorder().logger })
    const request = makeRequest('/api/tools/stuck/execute', { token, json: { data: {} } })
    const answering = createApp(mastra).fetch(request)
    await started.promise
    // And a second more, for a tool that obeys the signal.
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS + 1000)
    expect(await readRefusal(await answering)).toMatchObject({ status: 424 })
  })

  it('ends a provider that never says who calls', async () => {
    const started = createDeferred()
    const auth = {
      authenticateToken() {
        started.resolve()
        return new Promise<null>(() => {})
      },
    }
    const { mastra } = createTestApplication({ server: { auth, timeout: TIMEOUT_MS } })
    const answering = createApp(mastra).fetch(makeRequest('/api/agents', { token }))
    await started.promise
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS)
    expect(await readRefusal(await answering)).toMatchObject({
      status: 424,
      code: 'deadline_exceeded',
      challenge: null,
    })
  })

  it('leaves no timer behind where an answer is complete, of whatever kind', async () => {
    const app = createApp(createTestApplication().mastra)
    const requests = [
      makeRequest('/health'),
      makeRequest('/health', { method: 'HEAD' }),
      makeRequest('/nowhere'),
      makeRequest('/api/agents'),
      makeRequest('/api/agents', { token }),
      makeRequest('/api/agents/weather-agent/generate', { token, json }),
      makeRequest('/api/agents/weather-agent/generate', { token, body: '{' }),
      makeRequest('/api/agents/weather-agent/stream', { token, json }),
      makeRequest('/api/agents/weather-agent/stream', { token, json: {} }),
    ]
    for (const request of requests) await (await app.fetch(request)).text()
    expect(vi.getTimerCount()).toBe(OWN_TIMERS)
    await app.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('close', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it('waits 10 seconds at most for steps of workflows and fires of schedules together', async () => {
    const [hanging, started] = [hangingModel(true), createDeferred()]
    const any = z.unknown()
    const stuck = createStep({
      id: 'stuck',
      inputSchema: any,
      outputSchema: any,
      execute() {
        started.resolve()
        return new Promise(() => {})
      },
    })
    const workflow = createWorkflow({ id: 'stuck', inputSchema: any, outputSchema: any })
    const clerk = new Agent({
      id: 'clerk',
      name: 'Clerk',
      instructions: 'Report.',
      model: hanging.model,
    })
    const mastra = new Mastra({
      agents: { clerk },
      workflows: { stuck: workflow.then(stuck).commit() },
      server: { auth: createTestAuth() },
      logger: createLogRecorder().logger,
    })
    const app = createApp(mastra)
    await mastra.schedules.create({
      id: 'yearly',
      agentId: 'clerk',
      cron: '@yearly',
      prompt: 'Report.',
    })
    await mastra.schedules.run('yearly')
    await app.begin()
    await hanging.started
    const requestContext = new RequestContext()
    const runs = mastra.getWorkflowRuns()
    const run = await runs.open(mastra.getWorkflow('stuck'), requestContext)
    void run.start({ inputData: {}, requestContext })
    await started.promise
    const hasClosed = vi.fn<() => void>()
    const closing = app.close().then(hasClosed)
    await vi.advanceTimersByTimeAsync(9999)
    expect(hasClosed).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    for (let turn = 0; turn < 100; turn++) await setImmediate()
    expect(hasClosed).toHaveBeenCalled()
    await closing
    hanging.release()
  })
})

describe('a client that goes away', () => {
  it.each(['generate', 'stream'])('stops the model of %s', async (verb) => {
    const hanging = hangingModel()
    const { mastra, log } = createTestApplication({ model: hanging.model })
    const client = new AbortController()
    const request = new Request(`${BASE_URL}/api/agents/weather-agent/${verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"messages":"Hello"}',
      signal: client.signal,
    })
    const answering = createApp(mastra)
      .fetch(request)
      .then((response) => response.text())
    await hanging.started
    client.abort()
    await hanging.aborted
    await answering
    expect(log).toStrictEqual([])
  })

  it('stops the model when it no longer reads the stream', async () => {
    const hanging = hangingModel()
    const { mastra, log } = createTestApplication({ model: hanging.model })
    const path = '/api/agents/weather-agent/stream'
    const json = { messages: 'Hello' }
    const response = await createApp(mastra).fetch(makeRequest(path, { token, json }))
    const reader = response.body?.getReader()
    await reader?.read()
    await hanging.started
    await reader?.cancel()
    await hanging.aborted
    expect(log).toStrictEqual([])
  })
})
