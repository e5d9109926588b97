import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  startIntrospectionServer,
  type IntrospectionReply,
  type IntrospectionRequest,
} from '@signet/test-support/token/introspection-server'
import { createDeferred } from '@signet/test-support/time/deferred'
import { AuthError } from '../error.js'
import { publicKeys } from '../keys/public-keys.js'
import { createVerifier } from '../jwt/verify.js'
import { createTestKeyPair } from '../test/key-pair.js'
import {
  ACTIVE_MS,
  INACTIVE_MS,
  Introspector,
  MAX_INACTIVE,
  MAX_REQUESTS,
  RESERVED_REQUESTS,
  type IntrospectorOptions,
} from './introspector.js'
import { readIntrospection } from './options.js'

const ISSUER = 'https://issuer.example'
const START = 1_700_000_000_000
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(closing.splice(0).map((close) => close()))
})

interface SetUp {
  readonly reply?: (
    request: IntrospectionRequest,
  ) => IntrospectionReply | Promise<IntrospectionReply>
  readonly client?: object
  readonly options?: IntrospectorOptions
}

const activeOf = (token: string | null): object => ({ active: true, sub: token })

/** An endpoint for which each token is active whose name begins with "good", and an introspector that asks it. */
async function setUp({ reply, client, options }: SetUp = {}) {
  let time = START
  const server = await startIntrospectionServer(
    reply ??
      (({ form }) => {
        const token = form.get('token')
        return { body: token?.startsWith('good') === true ? activeOf(token) : { active: false } }
      }),
  )
  closing.push(() => server.close())
  const now = () => time
  const introspection = readIntrospection(
    {
      endpoint: server.url,
      clientId: 'agents',
      ...(client ?? { clientSecret: 'the secret of the client' }),
    },
    { names: [ISSUER], now },
  )
  return {
    server,
    introspector: new Introspector(introspection, { now, ...options }),
    advance(milliseconds: number) {
      time += milliseconds
    },
  }
}

const refused = { code: 'keys_unavailable' }

describe('Introspector', () => {
  it('posts the token as a form, and gives the members of the response, frozen', async () => {
    const { introspector, server } = await setUp()
    const claims = await introspector.claimsOf('good~1+/=')
    expect(claims).toStrictEqual({ active: true, sub: 'good~1+/=', iss: ISSUER })
    expect(Object.isFrozen(claims)).toBe(true)
    const [request] = server.requests
    expect(request?.method).toBe('POST')
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect([...(request?.form ?? [])]).toStrictEqual([
      ['token', 'good~1+/='],
      ['token_type_hint', 'access_token'],
    ])
  })

  it('authenticates by a secret with form-encoded parts (RFC 6749 section 2.3.1)', async () => {
    const clientSecret = 'a: b+ü%&'
    const { introspector, server } = await setUp({ client: { clientId: 'me: x', clientSecret } })
    await introspector.claimsOf('good')
    const basic = server.requests[0]?.headers.authorization?.replace(/^Basic /, '') ?? ''
    const parts = Buffer.from(basic, 'base64').toString('latin1').split(':')
    expect(parts).toStrictEqual(['me%3A+x', 'a%3A+b%2B%C3%BC%25%26'])
  })

  it('authenticates by a JWT that it signs for each request (RFC 7523 section 2.2)', async () => {
    const pair = createTestKeyPair('ES256', { keyId: 'one' })
    const { introspector, server } = await setUp({ client: { privateKey: pair.privateJwk } })
    await introspector.claimsOf('good-1')
    await introspector.claimsOf('good-2')
    const { verify } = createVerifier({
      keys: publicKeys(pair.publicJwk),
      audience: ISSUER,
      issuer: 'agents',
      requiredClaims: ['jti', 'exp'],
      now: () => START,
    })
    const verified = await Promise.all(
      server.requests.map(({ form }) => verify(form.get('client_assertion'))),
    )
    expect(verified).toMatchObject([
      { header: { alg: 'ES256', kid: 'one' }, claims: { sub: 'agents', aud: ISSUER } },
      { claims: { exp: START / 1000 + 60 } },
    ])
    expect(new Set(verified.map(({ claims }) => claims.jti)).size).toBe(2)
    expect(server.requests[0]?.form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    )
    expect(server.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('knows no claims of a token that is not active, whatever else the response says', async () => {
    const { introspector } = await setUp({
      reply: () => ({ body: { active: false, sub: 'alice', iss: ISSUER } }),
    })
    expect(await introspector.claimsOf('bad')).toBeUndefined()
  })

  it('leaves an issuer that the response names to the checks, also one of a wrong type', async () => {
    for (const iss of ['https://other.example', null, 7]) {
      const { introspector } = await setUp({ reply: () => ({ body: { active: true, iss } }) })
      expect(await introspector.claimsOf('good')).toMatchObject({ iss })
    }
  })

  it.each<[string, IntrospectionReply]>([
    ['401', { status: 401, body: { error: 'invalid_client' } }],
    ['404', { status: 404, body: { active: true } }],
    ['500', { status: 500, body: { active: true } }],
    ['204', { status: 204, body: '' }],
    ['an empty body', { body: '' }],
    ['HTML', { body: '<html>active: true</html>' }],
    ['a text', { body: 'active' }],
    ['a list', { body: [{ active: true }] }],
    ['null', { body: 'null' }],
    ['an object without active', { body: { sub: 'alice' } }],
    ['active as a text', { body: { active: 'true', sub: 'alice' } }],
    ['active as a number', { body: { active: 1, sub: 'alice' } }],
    ['active as null', { body: { active: null } }],
    ['active twice', { body: '{"active":false,"active":true,"sub":"alice"}' }],
    ['active of a prototype', { body: '{"__proto__":{"active":true},"sub":"alice"}' }],
    ['more than 64 KiB', { body: { active: true, sub: 'alice', more: 'x'.repeat(65_536) } }],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' }, body: '' }],
    ['a redirect to another origin', { status: 302, headers: { location: ISSUER }, body: '' }],
    ['a redirect to nowhere', { status: 308, body: { active: true } }],
  ])('neither accepts nor refuses a token where the endpoint sends %s', async (_case, answer) => {
    const { introspector, server } = await setUp({ reply: () => answer })
    await expect(introspector.claimsOf('good')).rejects.toMatchObject(refused)
    expect(server.requests).toHaveLength(1)
  })

  it('does not accept what a fetch brings that follows redirects on its own', async () => {
    const { introspector } = await setUp({
      options: {
        async fetch() {
          const response = Response.json(activeOf('good'))
          Object.defineProperty(response, 'redirected', { value: true })
          return response
        },
      },
    })
    await expect(introspector.claimsOf('good')).rejects.toMatchObject(refused)
  })

  it('says which endpoint fails and what to do, and not the token or the secret', async () => {
    const { introspector, server } = await setUp({ reply: () => ({ status: 401, body: 'bad' }) })
    const error = await Promise.resolve(introspector.claimsOf('good-secret-token')).catch(
      (error: unknown) => error,
    )
    expect(AuthError.isInstance(error)).toBe(true)
    expect(String(error)).toContain(
      `The token cannot be introspected at ${server.url}. The response has the status 401. Check the options`,
    )
    expect(String(error)).not.toMatch(/good-secret|the secret of the client/)
  })

  it('waits no longer than 5 seconds', async () => {
    const never = createDeferred<Response>()
    const { introspector } = await setUp({ options: { fetch: () => never.promise } })
    vi.useFakeTimers()
    const asked = Promise.resolve(introspector.claimsOf('good')).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await asked).toMatchObject(refused)
  })

  it('is refused by an endpoint that is down, and asks again at the next request', async () => {
    const { introspector, server } = await setUp()
    await server.close()
    await expect(introspector.claimsOf('good')).rejects.toMatchObject(refused)
    await expect(introspector.claimsOf('good')).rejects.toMatchObject(refused)
  })
})

describe('what an introspector remembers', () => {
  it('is that a token is active, for a minute', async () => {
    const { introspector, server, advance } = await setUp()
    const first = await introspector.claimsOf('good')
    advance(ACTIVE_MS - 1)
    expect(await introspector.claimsOf('good')).toBe(first)
    expect(server.requests).toHaveLength(1)
    advance(1)
    await introspector.claimsOf('good')
    expect(server.requests).toHaveLength(2)
  })

  it('is no longer than the token lasts', async () => {
    const exp = START / 1000 + 5
    const { introspector, server, advance } = await setUp({
      reply: () => ({ body: { active: true, sub: 'alice', exp } }),
    })
    await introspector.claimsOf('good')
    advance(4999)
    await introspector.claimsOf('good')
    expect(server.requests).toHaveLength(1)
    advance(1)
    await introspector.claimsOf('good')
    expect(server.requests).toHaveLength(2)
  })

  it('is that a token is not active, for less', async () => {
    const { introspector, server, advance } = await setUp()
    expect(INACTIVE_MS).toBeLessThan(ACTIVE_MS)
    await introspector.claimsOf('bad')
    advance(INACTIVE_MS - 1)
    expect(await introspector.claimsOf('bad')).toBeUndefined()
    expect(server.requests).toHaveLength(1)
    advance(1)
    await introspector.claimsOf('bad')
    expect(server.requests).toHaveLength(2)
  })

  it('counts from when the endpoint was asked, and not from its response', async () => {
    const gate = createDeferred()
    const { introspector, server, advance } = await setUp({
      reply: async () => {
        await gate.promise
        return { body: activeOf('good') }
      },
    })
    const asked = introspector.claimsOf('good')
    await vi.waitFor(() => expect(server.requests).toHaveLength(1))
    advance(ACTIVE_MS)
    gate.resolve()
    expect(await asked).toBeDefined()
    await introspector.claimsOf('good')
    expect(server.requests).toHaveLength(2)
  })

  it('is nothing of a failure', async () => {
    let isDown = true
    const { introspector } = await setUp({
      reply: ({ form }) =>
        isDown ? { status: 503, body: '' } : { body: activeOf(form.get('token')) },
    })
    await expect(introspector.claimsOf('good')).rejects.toMatchObject(refused)
    isDown = false
    expect(await introspector.claimsOf('good')).toMatchObject({ sub: 'good' })
  })

  it('is nothing where it is told so', async () => {
    const { introspector, server } = await setUp({ options: { keeps: false } })
    await introspector.claimsOf('good')
    await introspector.claimsOf('good')
    expect(server.requests).toHaveLength(2)
  })

  it('is not asked for a fresh answer, which replaces it', async () => {
    let active = true
    const { introspector } = await setUp({ reply: () => ({ body: { active, sub: 'alice' } }) })
    expect(await introspector.claimsOf('good')).toBeDefined()
    active = false
    expect(await introspector.claimsOf('good')).toBeDefined()
    expect(await introspector.freshClaimsOf('good')).toBeUndefined()
    expect(await introspector.claimsOf('good')).toBeUndefined()
    active = true
    expect(await introspector.freshClaimsOf('good')).toBeDefined()
    expect(await introspector.claimsOf('good')).toBeDefined()
  })

  it('is not displaced by tokens that somebody makes up, of which it remembers a bounded number', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async (_url, init) => {
      const token = new URLSearchParams(String(init?.body)).get('token') ?? ''
      return Response.json(token.startsWith('good') ? activeOf(token) : { active: false })
    })
    const { introspector } = await setUp({ options: { fetch } })
    await introspector.claimsOf('good')
    for (let index = 0; index <= MAX_INACTIVE; index++) await introspector.claimsOf(`bad-${index}`)
    const count = fetch.mock.calls.length
    await introspector.claimsOf('good')
    await introspector.claimsOf(`bad-${MAX_INACTIVE}`)
    expect(fetch).toHaveBeenCalledTimes(count)
    await introspector.claimsOf('bad-0')
    expect(fetch).toHaveBeenCalledTimes(count + 1)
  })
})

describe('many requests to an introspector', () => {
  it('for one token are one request to the endpoint', async () => {
    const gate = createDeferred()
    const { introspector, server } = await setUp({
      reply: async () => {
        await gate.promise
        return { body: activeOf('good') }
      },
    })
    const asked = Array.from({ length: 200 }, () => introspector.claimsOf('good'))
    gate.resolve()
    expect(new Set(await Promise.all(asked)).size).toBe(1)
    expect(server.requests).toHaveLength(1)
  })

  it('share its failure, too', async () => {
    const { introspector, server } = await setUp({ reply: () => ({ status: 500, body: '' }) })
    const asked = Array.from({ length: 20 }, () => introspector.claimsOf('good'))
    const results = await Promise.allSettled(asked)
    expect(new Set(results.map(({ status }) => status))).toStrictEqual(new Set(['rejected']))
    expect(server.requests).toHaveLength(1)
  })

  it('for many tokens are bounded; what is reserved is for tokens that were active before', async () => {
    const gate = createDeferred()
    let isHeld = false
    const fetch = vi.fn<typeof globalThis.fetch>(async (_url, init) => {
      const token = new URLSearchParams(String(init?.body)).get('token') ?? ''
      if (isHeld) await gate.promise
      return Response.json(token.startsWith('good') ? activeOf(token) : { active: false })
    })
    const { introspector, advance } = await setUp({ options: { fetch } })
    const known = Array.from({ length: RESERVED_REQUESTS + 1 }, (_, index) => `good-${index}`)
    for (const token of known) await introspector.claimsOf(token)
    advance(ACTIVE_MS)
    isHeld = true
    fetch.mockClear()
    const free = MAX_REQUESTS - RESERVED_REQUESTS
    const madeUp = Array.from({ length: free }, (_, index) => introspector.claimsOf(`bad-${index}`))
    await expect(introspector.claimsOf('bad')).rejects.toMatchObject(refused)
    const last = known.pop() ?? ''
    const again = known.map((token) => introspector.claimsOf(token))
    await expect(introspector.claimsOf(last)).rejects.toMatchObject(refused)
    expect(fetch).toHaveBeenCalledTimes(MAX_REQUESTS)
    gate.resolve()
    expect(await Promise.all(madeUp)).toStrictEqual(madeUp.map(() => undefined))
    expect((await Promise.all(again)).every((claims) => claims !== undefined)).toBe(true)
    expect(await introspector.claimsOf('bad')).toBeUndefined()
  })
})
