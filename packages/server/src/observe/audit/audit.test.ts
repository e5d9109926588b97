import type { AuditRecord, ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  BASE_URL,
  createTestApplication,
  createTestAuth,
  makeRequest,
  tokenOf,
  tokenWith,
  type TestRequest,
} from '@signet/test-support/application/application'
import {
  failingModel,
  hangingModel,
  textModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { openState } from '@signet/test-support/application/state'
import { createApp } from '../../app.js'

const GENERATE = '/api/agents/weatherAgent/generate'
const STREAM = '/api/agents/weatherAgent/stream'
const json = { messages: 'Hello' }

const closings: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close()
})

/** Serves the test's application with an audit, and reads it once the application is closed. */
async function useAudit(options: { model?: TestModel; server?: ServerConfig } = {}) {
  const { state, close } = await openState()
  closings.push(close)
  const { mastra, log } = createTestApplication(options)
  const app = createApp(mastra, { state: { audit: state.audit } })
  closings.push(() => app.close())
  return {
    app,
    log,
    state,
    ask: (path: string, request: TestRequest = {}, address = '192.0.2.1') =>
      app.fetch(makeRequest(path, request), { address }),
    /** What was recorded, the oldest first. */
    async records(): Promise<readonly AuditRecord[]> {
      await app.close()
      const newestFirst = await state.audit.list({ limit: 1000 })
      return newestFirst.toReversed()
    },
  }
}

describe('the audit', () => {
  it('records a request of a principal that is answered, with the tokens that its model used', async () => {
    const { ask, records } = await useAudit()
    const response = await ask(GENERATE, { token: tokenOf('member'), json })
    expect(response.status).toBe(200)
    expect(await records()).toMatchObject([
      {
        requestId: response.headers.get('x-request-id'),
        issuer: 'local',
        subject: 'alice',
        actor: undefined,
        action: 'agents:execute',
        // By its id, though it was asked for by its key.
        resource: 'weather-agent',
        isAllowed: true,
        code: undefined,
        status: 200,
        address: '192.0.2.1',
        inputTokens: 3,
        outputTokens: 5,
        count: 1,
      },
    ])
  })

  it('records a streamed answer once it is over, with its tokens', async () => {
    const { ask, records } = await useAudit()
    const response = await ask(STREAM, { token: tokenOf('member'), json })
    await response.text()
    expect(await records()).toMatchObject([
      { status: 200, code: undefined, inputTokens: 3, outputTokens: 5 },
    ])
  })

  it.each<[string, TestRequest, Partial<AuditRecord>]>([
    [
      '/api/agents/weather-agent',
      { token: tokenWith('agents:read:other-agent') },
      { action: 'agents:read', resource: 'weather-agent', code: 'scope_insufficient', status: 403 },
    ],
    [
      '/api/agents/weather-agent/tools/get-weather/execute',
      { token: tokenWith('agents:execute'), json: { data: {} } },
      { action: 'tools:execute', resource: 'get-weather', code: 'scope_insufficient', status: 403 },
    ],
    [
      // Refused by the handler, which asks for more than the route does.
      GENERATE,
      { token: tokenWith('agents:execute'), json: { ...json, instructions: 'Obey.' } },
      {
        action: 'agents:write',
        resource: 'weather-agent',
        code: 'scope_insufficient',
        status: 403,
      },
    ],
  ])('records why a principal may not: %s', async (path, request, expected) => {
    const { ask, records } = await useAudit()
    await ask(path, request)
    expect(await records()).toMatchObject([{ subject: 'alice', isAllowed: false, ...expected }])
  })

  it.each<[string, TestRequest, Partial<AuditRecord>]>([
    ['/api/agents', {}, { action: 'authenticated', resource: '/api/agents', status: 200 }],
    [
      '/api/nothing/there?x=y',
      {},
      { action: 'none', resource: undefined, code: 'not_found', status: 404 },
    ],
    [
      '/api/agents/no-such-agent',
      {},
      { action: 'agents:read', resource: 'no-such-agent', code: 'not_found', status: 404 },
    ],
    [GENERATE, { body: '{' }, { action: 'agents:execute', code: 'request_invalid', status: 400 }],
    [
      '/api/tools/lonely-tool/execute',
      { json: { data: {} } },
      { action: 'tools:execute', resource: 'lonely-tool', code: 'tool_failed', status: 422 },
    ],
  ])('records what a principal may and does not get: %s', async (path, request, expected) => {
    const { ask, records } = await useAudit()
    await ask(path, { token: tokenOf('owner'), ...request })
    expect(await records()).toMatchObject([{ subject: 'alice', isAllowed: true, ...expected }])
  })

  it.each([GENERATE, STREAM])('records an answer that fails: %s', async (path) => {
    const { ask, records } = await useAudit({ model: failingModel(new Error('no model')) })
    await (await ask(path, { token: tokenOf('member'), json })).text()
    const status = path === STREAM ? 200 : 424
    expect(await records()).toMatchObject([{ code: 'answer_failed', isAllowed: true, status }])
  })

  it.each([
    [GENERATE, 499],
    [STREAM, 200],
  ])('records that the client left: %s', async (path, status) => {
    const hanging = hangingModel()
    const { app, records, log } = await useAudit({ model: hanging.model })
    const client = new AbortController()
    const request = makeRequest(path, { token: tokenOf('member'), json })
    const answering = app
      .fetch(new Request(request, { signal: client.signal }))
      .then((response) => response.text())
    await hanging.started
    client.abort()
    await answering
    expect(await records()).toMatchObject([{ code: 'client_gone', status, isAllowed: true }])
    expect(log).toStrictEqual([])
  })

  it('records that the client reads no more', async () => {
    const { ask, records } = await useAudit({ model: hangingModel().model })
    const response = await ask(STREAM, { token: tokenOf('member'), json })
    await response.body?.cancel()
    expect(await records()).toMatchObject([{ code: 'client_gone', status: 200 }])
  })

  it.each([
    [GENERATE, 424],
    [STREAM, 200],
  ])('records that the time was up: %s', async (path, status) => {
    const { model } = hangingModel(true)
    const { ask, records } = await useAudit({
      model,
      server: { auth: createTestAuth(), timeout: 1 },
    })
    await (await ask(path, { token: tokenOf('member'), json })).text()
    expect(await records()).toMatchObject([{ code: 'deadline_exceeded', status }])
  })

  it.each([
    ['is read to its end', undefined],
    ['fails', 'answer_failed'],
    ['its client leaves', 'client_gone'],
  ] as const)('records a stream of the application once it %s', async (end, code) => {
    const feed = registerApiRoute('/feed', {
      method: 'GET',
      handler: () => {
        const body = new ReadableStream({
          pull(controller) {
            if (end === 'fails') controller.error(new Error('no more'))
            else controller.enqueue(new TextEncoder().encode('x'))
            if (end === 'is read to its end') controller.close()
          },
        })
        return new Response(body)
      },
    })
    const { ask, records } = await useAudit({
      server: { auth: createTestAuth(), apiRoutes: [feed] },
    })
    const response = await ask('/feed', { token: tokenOf('member') })
    if (end === 'its client leaves') await response.body?.cancel()
    else await response.text().catch(() => undefined)
    expect(await records()).toMatchObject([{ resource: '/feed', status: 200, code }])
  })

  it('counts refusals of strangers by address and code, whatever they ask for', async () => {
    const { ask, records } = await useAudit()
    for (const path of ['/api/agents', '/api/tools', '/api/nowhere']) {
      await ask(path)
      await ask(path, { token: 'garbage' }, '192.0.2.2')
    }
    await ask('/wp-login.php', {}, '192.0.2.3')
    const rows = (await records()).map(({ address, code, count, isAllowed, subject }) => ({
      address,
      code,
      count,
      isAllowed,
      subject,
    }))
    const stranger = { isAllowed: false, subject: undefined }
    expect(rows).toStrictEqual([
      { address: '192.0.2.1', code: 'token_missing', count: 3, ...stranger },
      { address: '192.0.2.2', code: 'token_malformed', count: 3, ...stranger },
      { address: '192.0.2.3', code: 'not_found', count: 1, ...stranger },
    ])
  })

  it('refuses and records a bad token as such, also where its sender is gone already', async () => {
    const { app, records } = await useAudit()
    const client = new AbortController()
    client.abort()
    const request = makeRequest('/api/agents', { token: 'garbage' })
    await app.fetch(new Request(request, { signal: client.signal }))
    expect(await records()).toMatchObject([{ code: 'token_malformed', status: 401 }])
  })

  it('leaves out what is given to anybody', async () => {
    const open = registerApiRoute('/open', {
      method: 'GET',
      requiresAuth: false,
      handler: (c) => c.text('open'),
    })
    const server = { auth: createTestAuth(), apiRoutes: [open], cors: { origin: BASE_URL } }
    const { ask, records } = await useAudit({ server })
    const paths = ['/health', '/ready', '/api/auth/capabilities', '/api/auth/me', '/open']
    for (const path of paths) {
      expect((await ask(path)).status).toBe(200)
      expect((await ask(path, { token: tokenOf('owner') })).status).toBe(200)
    }
    const headers = { origin: BASE_URL, 'access-control-request-method': 'GET' }
    await ask('/api/agents', { method: 'OPTIONS', headers })
    expect(await records()).toStrictEqual([])
  })

  it('records the one principal of an open server', async () => {
    const { ask, records } = await useAudit({ server: { auth: false } })
    await ask('/api/agents')
    expect(await records()).toMatchObject([{ subject: 'anonymous', status: 200, isAllowed: true }])
  })

  it('starts no timer before the first record', async () => {
    const { ask } = await useAudit()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await ask('/health')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('records nothing, and has no route, where the application says so', async () => {
    const { ask, app, records } = await useAudit({
      server: { auth: createTestAuth(), audit: false },
    })
    expect((await ask('/api/audit', { token: tokenOf('owner') })).status).toBe(404)
    expect(app.table.routes.map(({ path }) => path)).not.toContain('/audit')
    expect(await records()).toStrictEqual([])
  })

  it.each([0, -1, 1.5, NaN, Infinity, '90', null])('is not kept for %s days', (days) => {
    const server = { auth: createTestAuth(), audit: { retentionDays: days as number } }
    if (days === null) Object.assign(server, { audit: null })
    const { mastra } = createTestApplication({ server })
    expect(() => createApp(mastra)).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: expect.stringContaining('audit'),
      }),
    )
  })
})

describe('no secret', () => {
  it('and no text of a message is in any record, nor in the metrics, wherever it was sent', async () => {
    const secret = 'Zx9-hush-hush'
    const model = textModel(`The answer is ${secret}.`)
    const { app, ask, log, records } = await useAudit({ model })
    const token = tokenOf('owner')
    const message = { messages: secret, requestContext: { secret }, runId: secret }
    const encoded = Buffer.from(JSON.stringify({ alg: 'HS256', kid: secret })).toString('base64url')
    const headers = {
      cookie: `session=${secret}`,
      'user-agent': secret,
      'x-forwarded-for': secret,
      'x-request-id': secret,
      traceparent: secret,
    }
    const responses = [
      await ask(`${GENERATE}?key=${secret}`, { token, json: message, headers }),
      await ask(STREAM, { token, json: message, headers }),
      await ask(GENERATE, { token, json: { messages: [{ [secret]: secret }] }, headers }),
      await ask(`/api/agents/${secret}/${secret}?${secret}=${secret}`, { token, headers }),
      await ask(`/${secret}?apiKey=${secret}`, { headers }),
      await ask('/api/agents', { token: secret, headers }),
      await ask('/api/agents', { token: `${encoded}.${encoded}.${encoded}`, headers }),
      await ask('/api/agents', { headers: { ...headers, authorization: `Basic ${secret}` } }),
      await ask(`/api/agents?access_token=${secret}`, { token, headers }),
      await ask('/api/tools/get-weather/execute', { token, json: { data: { place: secret } } }),
      await ask('/api/agents', { token, headers, method: `X-${secret}` }),
      await ask('/api/audit?subject=' + secret, { token }),
      await ask(`/api/audit?${secret}=${secret}`, { token }),
    ]
    for (const response of responses) await response.text()
    const { text } = await app.metrics.scrape()
    const rows = await records()
    expect(rows.length).toBeGreaterThan(10)
    const signature = token.split('.').at(-1) ?? ''
    for (const hidden of [secret, encoded, signature]) {
      expect(JSON.stringify(rows)).not.toContain(hidden)
      expect(text).not.toContain(hidden)
      expect(JSON.stringify(log)).not.toContain(hidden)
    }
  })
})
