import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApi, type ApiRequest, type MastraClientOptions } from './request.js'
import type { TokenFunction } from './token.js'

/** One request that reached the stand-in for `fetch`. */
interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: unknown
  readonly credentials: unknown
  readonly redirect: unknown
}

type Step = Response | Error | ((sent: Sent) => Response | Promise<Response>)

/** An API whose server answers step by step; the last step is repeated. */
function createTestApi(options: Partial<MastraClientOptions>, ...steps: readonly Step[]) {
  const sent: Sent[] = []
  const api = createApi({
    baseUrl: 'https://api.example',
    async fetch(input, init) {
      init?.signal?.throwIfAborted()
      const { method = 'GET', body, credentials, redirect } = init ?? {}
      const request = {
        url: String(input),
        method,
        headers: new Headers(init?.headers),
        body,
        credentials,
        redirect,
      }
      sent.push(request)
      const step = steps[Math.min(sent.length, steps.length) - 1] ?? Response.json('good')
      if (step instanceof Error) throw step
      return typeof step === 'function' ? step(request) : step.clone()
    },
    ...options,
  })
  return { api, sent }
}

const GET: ApiRequest = { path: ['agents'] }
const POST: ApiRequest = {
  path: ['agents', 'a', 'generate'],
  method: 'POST',
  body: { messages: 'x' },
}
const TOKEN = 'header.payload.signature'

function refusal(
  status: number,
  body: object = {},
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers })
}

const expired = refusal(401, { error: 'The token has expired.', code: 'token_expired' })

/** What a call throws. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})

afterEach(() => {
  if (vi.getTimerCount() > 0) throw new Error('A timer is left running.')
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a redirect', () => {
  const opaque = () => Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })

  it.each<[string, ApiRequest, () => Response]>([
    ['of a GET, to the same origin', GET, () => Response.redirect('https://api.example/x', 301)],
    ['of a GET, elsewhere', GET, () => Response.redirect('https://other.example/', 302)],
    ['of a POST', POST, () => Response.redirect('https://other.example/', 307)],
    ['of a POST, for good', POST, () => Response.redirect('https://other.example/', 308)],
    ['in a browser, which says no more', POST, opaque],
  ])('is not followed, nor repeated, and told: %s', async (_, request, answer) => {
    const { api, sent } = createTestApi({ token: TOKEN }, answer)
    expect(await errorOf(api.json(request))).toMatchObject({ code: 'redirect_refused' })
    expect(await errorOf(api.open(request))).toMatchObject({ code: 'redirect_refused' })
    expect(sent.map(({ redirect }) => redirect)).toStrictEqual(['manual', 'manual'])
  })
})

describe('a request', () => {
  it.each([
    ['https://api.example', undefined, 'https://api.example/api/agents'],
    ['https://api.example/', '/api', 'https://api.example/api/agents'],
    ['https://api.example/base//', 'v1/', 'https://api.example/base/v1/agents'],
    ['https://api.example', '', 'https://api.example/agents'],
    ['https://api.example', '/', 'https://api.example/agents'],
    ['', undefined, '/api/agents'],
  ])('goes from %j and %j to %s', async (baseUrl, apiPrefix, url) => {
    const { api, sent } = createTestApi({ baseUrl, ...(apiPrefix !== undefined && { apiPrefix }) })
    await api.json(GET)
    expect(sent[0]?.url).toBe(url)
  })

  it('has a content type only where it has a body, which is JSON', async () => {
    const { api, sent } = createTestApi({})
    await api.json(GET)
    await api.json(POST)
    expect(sent.map(({ headers }) => headers.get('content-type'))).toStrictEqual([
      null,
      'application/json',
    ])
    expect(sent.map(({ body }) => body)).toStrictEqual([null, '{"messages":"x"}'])
  })

  it('has the token in its header, and nowhere else', async () => {
    const { api, sent } = createTestApi({ token: TOKEN, headers: { 'X-Tenant': 't' } })
    await api.json(POST)
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${TOKEN}`)
    expect(sent[0]?.headers.get('x-tenant')).toBe('t')
    expect(`${sent[0]?.url} ${sent[0]?.body}`).not.toContain('signature')
  })

  it('asks for headers that are a function each time', async () => {
    let count = 0
    const headers = async () => ({ 'X-Count': String(++count) })
    const { api, sent } = createTestApi({ headers }, refusal(503), Response.json(1))
    const call = api.json(GET)
    await vi.runAllTimersAsync()
    await call
    expect(sent.map((each) => each.headers.get('x-count'))).toStrictEqual(['1', '2'])
  })

  it('is never sent with two credentials', async () => {
    const headers = { authorization: 'Bearer other' }
    const { api, sent } = createTestApi({ token: TOKEN, headers })
    expect(await errorOf(api.json(GET))).toMatchObject({ code: 'request_invalid', status: 0 })
    expect(sent).toStrictEqual([])
  })

  it('passes on whether cookies are sent', async () => {
    const { api, sent } = createTestApi({ credentials: 'include' })
    await api.json(GET)
    expect(sent[0]?.credentials).toBe('include')
    const other = createTestApi({})
    await other.api.json(GET)
    expect(other.sent[0]?.credentials).toBeUndefined()
  })

  it('calls fetch as a function of its own, as browsers want it', async () => {
    const receivers: unknown[] = []
    const { api } = createTestApi({
      fetch: async function (this: unknown) {
        receivers.push(this)
        return Response.json(1)
      },
    })
    await api.json(GET)
    expect(receivers).toStrictEqual([undefined])
  })
})

describe('a request that is refused', () => {
  it('throws an error with what the server says', async () => {
    const body = {
      error: 'The token does not grant what this request needs.',
      code: 'scope_insufficient',
      requestId: 'r-1',
      missingScope: 'agents:execute:a',
    }
    const challenge = 'Bearer error="insufficient_scope", scope="agents:execute:a"'
    const { api } = createTestApi({}, refusal(403, body, { 'www-authenticate': challenge }))
    const error = await errorOf(api.json(GET))
    expect(error).toMatchObject({
      name: 'MastraClientError',
      message: body.error,
      code: 'scope_insufficient',
      status: 403,
      requestId: 'r-1',
      missingScope: 'agents:execute:a',
      challenge,
      body,
    })
    expect(error).toBeInstanceOf(Error)
  })

  it('has the issues of an input, but no others', async () => {
    const issues = [{ field: 'messages', message: 'empty' }, { field: 7 }, null, 'x']
    const { api } = createTestApi({}, refusal(400, { code: 'request_invalid', issues }))
    expect(await errorOf(api.json(POST))).toMatchObject({
      issues: [{ field: 'messages', message: 'empty' }],
    })
  })

  it.each([
    ['a page', new Response('<h1>Bad gateway</h1>', { status: 404 })],
    ['nothing', new Response(null, { status: 404 })],
    ['null', Response.json(null, { status: 404 })],
    ['a text', Response.json('no', { status: 404 })],
    ['members of other types', refusal(404, { error: {}, code: 7, requestId: [] })],
  ])('is an http_error where the answer is %s', async (_case, response) => {
    const { api } = createTestApi({}, response)
    const error = await errorOf(api.json(GET))
    expect(error).toMatchObject({ code: 'http_error', status: 404, requestId: undefined })
  })

  it('has the request id of the header where the body has none', async () => {
    const { api } = createTestApi({}, refusal(404, {}, { 'x-request-id': 'r-2' }))
    expect(await errorOf(api.json(GET))).toMatchObject({ requestId: 'r-2' })
  })

  it('is invalid where a good answer is no JSON', async () => {
    for (const text of ['', '<html>', '{']) {
      const { api } = createTestApi({}, new Response(text))
      expect(await errorOf(api.json(GET))).toMatchObject({ code: 'response_invalid' })
    }
  })
})

describe('the token', () => {
  const looks = (value: unknown) =>
    [
      String(value),
      inspect(value, { depth: null, showHidden: true }),
      (value as Error).stack,
    ].join()

  it.each([
    ['token', { token: TOKEN }],
    ['a token function', { token: () => TOKEN }],
    ['headers', { headers: { Authorization: `Bearer ${TOKEN}` } }],
  ])('of %s is in no error, also where a server sends it back', async (_case, options) => {
    const echo = refusal(
      403,
      { error: `no ${TOKEN}`, code: 'x', nested: { list: [`Bearer ${TOKEN}`] } },
      { 'www-authenticate': `Bearer realm="${TOKEN}"`, 'x-request-id': TOKEN },
    )
    const { api } = createTestApi(options, echo)
    const error = await errorOf(api.json(GET))
    expect(error).toMatchObject({ status: 403, message: 'no [token]' })
    expect(looks(error)).not.toContain('signature')
  })

  it.each(['\n', '\0', 'ü€'])('with %j in it is in no error of the platform', async (part) => {
    const { api, sent } = createTestApi({ token: `signature${part}x` })
    const error = await errorOf(api.json(GET))
    expect(error).toMatchObject({ code: 'request_invalid' })
    expect(looks(error)).not.toContain('signature')
    expect(sent).toStrictEqual([])
  })

  it('is not seen by whoever looks at the API', () => {
    const { api } = createTestApi({ token: TOKEN })
    expect(looks(api)).not.toContain('signature')
  })
})

describe('a token function', () => {
  const renewing = () =>
    vi.fn<TokenFunction>(({ refresh }) => (refresh ? 'new-token' : 'old-token'))
  const check = ({ headers }: Sent) =>
    headers.get('authorization') === 'Bearer new-token' ? Response.json('good') : expired.clone()

  it.each(['token_expired', 'token_revoked'])(
    'is asked for a new token after %s, and the request is sent once more, also a POST',
    async (code) => {
      for (const request of [GET, POST]) {
        const token = renewing()
        const { api, sent } = createTestApi(
          { token },
          refusal(401, { code }),
          Response.json('good'),
        )
        expect(await api.json(request)).toBe('good')
        expect(token.mock.calls).toStrictEqual([[{ refresh: false }], [{ refresh: true }]])
        expect(sent.map(({ headers }) => headers.get('authorization'))).toStrictEqual([
          'Bearer old-token',
          'Bearer new-token',
        ])
      }
    },
  )

  it('is asked for the token of a stream as well', async () => {
    const { api, sent } = createTestApi({ token: renewing() }, check)
    const { response } = await api.open(POST)
    expect(response.status).toBe(200)
    expect(sent).toHaveLength(2)
  })

  it.each(['token_signature', 'token_missing', 'token_audience', undefined])(
    'is not asked again after %s: a new token would be no better',
    async (code) => {
      const token = renewing()
      const { api, sent } = createTestApi({ token }, refusal(401, { code }))
      expect(await errorOf(api.json(GET))).toMatchObject({ status: 401 })
      expect([token.mock.calls.length, sent.length]).toStrictEqual([1, 1])
    },
  )

  it('is asked again once only: what is refused then is thrown', async () => {
    const token = renewing()
    const { api, sent } = createTestApi({ token }, expired)
    expect(await errorOf(api.json(POST))).toMatchObject({ code: 'token_expired' })
    expect([token.mock.calls.length, sent.length]).toStrictEqual([2, 2])
  })

  it('that gives the refused token again changes nothing, so nothing is sent', async () => {
    const { api, sent } = createTestApi({ token: () => 'old-token' }, expired)
    expect(await errorOf(api.json(GET))).toMatchObject({ code: 'token_expired' })
    expect(sent).toHaveLength(1)
  })

  it('is no part of a token that is a text: its refusal is thrown', async () => {
    const { api, sent } = createTestApi({ token: TOKEN }, expired)
    expect(await errorOf(api.json(GET))).toMatchObject({ code: 'token_expired' })
    expect(sent).toHaveLength(1)
  })

  it('that fails lets the request fail unsent, and is not repeated', async () => {
    const token = vi.fn<TokenFunction>(() => Promise.reject(new Error('no session')))
    const { api, sent } = createTestApi({ token })
    expect(await errorOf(api.json(GET))).toMatchObject({ code: 'token_unavailable' })
    expect([token.mock.calls.length, sent.length]).toStrictEqual([1, 0])
  })

  it('that never answers does not hold up a caller who aborts', async () => {
    const { api } = createTestApi({ token: () => new Promise(() => undefined) })
    const controller = new AbortController()
    const call = errorOf(api.json({ ...GET, signal: controller.signal }))
    const reason = new Error('no longer wanted')
    controller.abort(reason)
    expect(await call).toBe(reason)
  })

  it('is asked for a new token once for a call, however often its request is repeated', async () => {
    const token = renewing()
    const { api, sent } = createTestApi({ token }, expired, refusal(503), expired)
    const call = errorOf(api.json(GET))
    await vi.runAllTimersAsync()
    expect(await call).toMatchObject({ code: 'token_expired' })
    expect(token.mock.calls.filter(([{ refresh }]) => refresh)).toHaveLength(1)
    expect(sent).toHaveLength(3)
  })
})

describe('a GET that fails in passing', () => {
  const lost = new TypeError('fetch failed')

  it('is repeated after waits that double, and is good in the end', async () => {
    const { api, sent } = createTestApi({}, lost, refusal(500), refusal(502), Response.json('good'))
    const call = api.json(GET)
    for (const ms of [100, 200, 400]) {
      const before = sent.length
      await vi.advanceTimersByTimeAsync(ms - 1)
      expect(sent.length).toBe(Math.max(before, 1))
      await vi.advanceTimersByTimeAsync(1)
      expect(sent.length).toBe(Math.max(before, 1) + 1)
    }
    expect(await call).toBe('good')
  })

  it('is repeated three times unless another number is given', async () => {
    for (const [options, count] of [
      [{}, 4],
      [{ retries: 1 }, 2],
      [{ retries: 0 }, 1],
    ] as const) {
      const { api, sent } = createTestApi(options, lost)
      const call = errorOf(api.json(GET))
      await vi.runAllTimersAsync()
      expect(await call).toMatchObject({ code: 'network_failed', cause: lost })
      expect(sent).toHaveLength(count)
    }
  })

  it.each([
    ['seconds', '7'],
    ['the time when', 'Tue, 01 Jan 2030 00:00:07 GMT'],
  ])('waits as long as Retry-After says, in %s', async (_case, retryAfter) => {
    vi.setSystemTime('2030-01-01T00:00:00.000Z')
    const wait = refusal(429, { code: 'rate_limited' }, { 'retry-after': retryAfter })
    const { api, sent } = createTestApi({}, wait, Response.json('good'))
    const call = api.json(GET)
    await vi.advanceTimersByTimeAsync(6999)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toHaveLength(2)
    expect(await call).toBe('good')
  })

  it('does not wait for more than a minute, but says how long', async () => {
    const { api, sent } = createTestApi({}, refusal(503, {}, { 'retry-after': '3600' }))
    expect(await errorOf(api.json(GET))).toMatchObject({ status: 503, retryAfterSeconds: 3600 })
    expect(sent).toHaveLength(1)
  })

  it('is repeated where the connection broke in the middle of its answer', async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.error(new TypeError('terminated')),
        }),
      )
    const { api, sent } = createTestApi({}, broken, Response.json('good'))
    const call = api.json(GET)
    await vi.runAllTimersAsync()
    expect(await call).toBe('good')
    expect(sent).toHaveLength(2)
  })

  it.each([400, 403, 404, 409])('is not repeated after status %i', async (status) => {
    const { api, sent } = createTestApi({}, refusal(status))
    expect(await errorOf(api.json(GET))).toMatchObject({ status })
    expect(sent).toHaveLength(1)
  })

  it('stops waiting when it is aborted', async () => {
    const { api, sent } = createTestApi({ backoffMs: 1000 }, lost)
    const controller = new AbortController()
    const call = errorOf(api.json({ ...GET, signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(500)
    const reason = new Error('no longer wanted')
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect(sent).toHaveLength(1)
  })
})

describe('what is no GET', () => {
  it.each(['POST', 'PATCH', 'DELETE'] as const)('is never sent twice: %s', async (method) => {
    for (const step of [
      new TypeError('fetch failed'),
      refusal(429, {}, { 'retry-after': '0' }),
      refusal(500),
      refusal(503, {}, { 'retry-after': '0' }),
    ]) {
      const { api, sent } = createTestApi({}, step, Response.json('good'))
      const calls = [errorOf(api.json({ ...POST, method })), errorOf(api.open({ ...POST, method }))]
      await vi.runAllTimersAsync()
      expect(await calls[0]).toMatchObject({ name: 'MastraClientError' })
      await calls[1]
      expect(sent).toHaveLength(2)
    }
  })

  it('is not sent again either where only the second try of a renewed token fails', async () => {
    const token = ({ refresh }: { refresh: boolean }) => (refresh ? 'new-token' : 'old-token')
    const { api, sent } = createTestApi({ token }, expired, refusal(503), Response.json('good'))
    expect(await errorOf(api.json(POST))).toMatchObject({ status: 503 })
    expect(sent).toHaveLength(2)
  })
})

describe('an abort signal', () => {
  const reason = new Error('no longer wanted')

  it('that has fired lets nothing be sent, of the client as of the call', async () => {
    const signal = AbortSignal.abort(reason)
    const token = vi.fn<TokenFunction>(() => TOKEN)
    const ofClient = createTestApi({ abortSignal: signal, token })
    const ofCall = createTestApi({})
    expect(await errorOf(ofClient.api.json(GET))).toBe(reason)
    expect(await errorOf(ofClient.api.open(POST))).toBe(reason)
    expect(await errorOf(ofCall.api.json({ ...POST, signal }))).toBe(reason)
    expect([...ofClient.sent, ...ofCall.sent]).toStrictEqual([])
    expect(token).not.toHaveBeenCalled()
  })

  it('ends a request that is under way, and it is not repeated', async () => {
    for (const of of ['client', 'call'] as const) {
      const controller = new AbortController()
      const { signal } = controller
      const { api, sent } = createTestApi(
        of === 'client' ? { abortSignal: signal } : { abortSignal: new AbortController().signal },
        () => new Promise<Response>(() => undefined),
      )
      const call = errorOf(api.json({ ...GET, ...(of === 'call' && { signal }) }))
      await vi.advanceTimersByTimeAsync(0)
      controller.abort(reason)
      expect(await call).toBe(reason)
      expect(sent).toHaveLength(1)
    }
  })
})
