import type { CorsConfig } from '@signet/core'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'
import { createCrossOrigin } from './cross-origin.js'
import { fetchIncoming } from '../http/fetch-incoming.js'
import type { ReplyHeaders } from '../http/reply.js'

const LISTED = 'https://app.example'
const OTHER = 'https://evil.example'
const EXPOSED =
  'WWW-Authenticate, DPoP-Nonce, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id'

function appWith(cors?: CorsConfig) {
  return createApp(createTestApplication({ server: { cors } }).mastra)
}

/** The headers that let other origins read an answer. */
function corsHeaders({ headers }: Response): Record<string, string> {
  const entries = [...headers].filter(([name]) => name.startsWith('access-control-'))
  return Object.fromEntries(entries)
}

async function get(cors: CorsConfig | undefined, origin: string | undefined, token?: string) {
  const headers: Record<string, string> = origin === undefined ? {} : { origin }
  return appWith(cors).fetch(makeRequest('/api/agents', { token, headers }))
}

async function preflight(cors: CorsConfig | undefined, origin: string, path = '/api/agents') {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, x-evil',
  }
  return appWith(cors).fetch(makeRequest(path, { method: 'OPTIONS', headers }))
}

const token = tokenOf('member')

describe('an answer to a page of another origin', () => {
  it('can be read by a listed origin, with what it needs to know of a refusal', async () => {
    const response = await get({ origin: [LISTED, 'http://localhost:3000'] }, LISTED, token)
    expect(response.status).toBe(200)
    expect(corsHeaders(response)).toStrictEqual({
      'access-control-allow-origin': LISTED,
      'access-control-expose-headers': EXPOSED,
    })
    expect(response.headers.get('vary')).toBe('Origin')
  })

  it('can be read by a listed origin also where it is a 401, a 404 or public', async () => {
    const app = appWith({ origin: LISTED })
    for (const path of ['/api/agents', '/nowhere', '/health', '/api/auth/me']) {
      const response = await app.fetch(makeRequest(path, { headers: { origin: LISTED } }))
      expect(corsHeaders(response)).toMatchObject({
        'access-control-allow-origin': LISTED,
        'access-control-expose-headers': EXPOSED,
      })
      expect(response.headers.get('vary')).toBe('Origin')
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it.each([
    ['another origin', OTHER],
    ['the same host over http', 'http://app.example'],
    ['another port', `${LISTED}:8443`],
    ['a longer name', `${LISTED}.evil.example`],
    ['a subdomain', 'https://x.app.example'],
    ['another case', 'https://APP.example'],
    ['a slash at its end', `${LISTED}/`],
    ['null', 'null'],
    ['an empty origin', ''],
    ['the wildcard as a text', '*'],
  ])('cannot be read by %s', async (_, origin) => {
    const response = await get({ origin: [LISTED], credentials: true }, origin, token)
    expect(response.status).toBe(200)
    expect(corsHeaders(response)).toStrictEqual({})
    expect(response.headers.get('vary')).toBe('Origin')
  })

  it('varies with the origin where a list is configured, also without an origin', async () => {
    const response = await get({ origin: [LISTED] }, undefined, token)
    expect(corsHeaders(response)).toStrictEqual({})
    expect(response.headers.get('vary')).toBe('Origin')
  })

  it.each([
    ['nothing is configured', undefined],
    ['the list is empty', { origin: [] }],
  ])('can be read by nobody where %s', async (_, cors) => {
    const response = await get(cors, LISTED, token)
    expect(corsHeaders(response)).toStrictEqual({})
    expect(response.headers.get('vary')).toBeNull()
  })

  it('can be read by everyone where the wildcard is listed, which is never reflected', async () => {
    const response = await get({ origin: '*' }, OTHER, token)
    expect(corsHeaders(response)).toStrictEqual({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': EXPOSED,
    })
  })

  it('lets credentials pass only where that is written, and only from listed origins', async () => {
    const credentials = 'access-control-allow-credentials'
    const open = await get({ origin: LISTED, credentials: true }, LISTED, token)
    expect(open.headers.get(credentials)).toBe('true')
    const unlisted = await get({ origin: LISTED, credentials: true }, OTHER, token)
    expect(unlisted.headers.get(credentials)).toBeNull()
    const silent = await get({ origin: LISTED, credentials: false }, LISTED, token)
    expect(silent.headers.get(credentials)).toBeNull()
  })
})

describe('a preflight request', () => {
  it('of a listed origin is answered 204 without a token, wherever it asks', async () => {
    for (const path of ['/api/agents', '/api/agents/unknown/generate', '/api/nowhere']) {
      const response = await preflight({ origin: LISTED }, LISTED, path)
      expect(response.status).toBe(204)
      expect(await response.text()).toBe('')
      expect(corsHeaders(response)).toMatchObject({
        'access-control-allow-origin': LISTED,
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
        'access-control-allow-headers':
          'Authorization, DPoP, Content-Type, x-mastra-client-type, x-mastra-dev-playground',
        'access-control-max-age': '3600',
      })
      expect(response.headers.get('vary')).toBe('Origin')
    }
  })

  it('allows credentials only where that is written', async () => {
    const open = await preflight({ origin: LISTED, credentials: true }, LISTED)
    expect(open.headers.get('access-control-allow-credentials')).toBe('true')
    const silent = await preflight({ origin: LISTED }, LISTED)
    expect(silent.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it.each([
    ['of another origin', { origin: [LISTED] }],
    ['where nothing is configured', undefined],
  ])('%s is a request like any other: 401, and allowed nothing', async (_, cors) => {
    const response = await preflight(cors, OTHER)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(corsHeaders(response)).toStrictEqual({})
  })

  it('is only one with Access-Control-Request-Method', async () => {
    const headers = { origin: LISTED }
    const request = makeRequest('/api/agents', { method: 'OPTIONS', headers })
    expect((await appWith({ origin: LISTED }).fetch(request)).status).toBe(401)
  })

  it('is only one as OPTIONS', async () => {
    const headers = { origin: LISTED, 'access-control-request-method': 'POST' }
    const request = makeRequest('/api/agents', { headers })
    expect((await appWith({ origin: LISTED }).fetch(request)).status).toBe(401)
  })
})

describe('createCrossOrigin', () => {
  it.each([[['*']], [[LISTED, '*']]])(
    'refuses every origin together with credentials: %j',
    (origin) => {
      const make = () => createCrossOrigin({ origin, credentials: true })
      expect(make).toThrow(expect.objectContaining({ name: 'StartError', code: 'cors_wildcard' }))
      expect(() => appWith({ origin, credentials: true })).toThrow(
        expect.objectContaining({ code: 'cors_wildcard' }),
      )
    },
  )

  it.each([
    'https://app.example/',
    'https://app.example/path',
    'app.example',
    '',
    'HTTPS://APP.EXAMPLE',
  ])('refuses at the start what no request can have as its origin: %j', (origin) => {
    expect(() => createCrossOrigin({ origin })).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })

  it('names further headers behind those of each server', () => {
    const request = (method: string) =>
      fetchIncoming(
        makeRequest('/', {
          method,
          headers: { origin: LISTED, 'access-control-request-method': 'POST' },
        }),
      )
    const more = { allowed: ['X-In'], exposed: ['X-Out', 'X-Off'] }
    const { preflight: answer, decorate } = createCrossOrigin({ origin: LISTED }, more)
    expect(answer(request('OPTIONS'))?.headers).toMatchObject({
      'access-control-allow-headers':
        'Authorization, DPoP, Content-Type, x-mastra-client-type, x-mastra-dev-playground, X-In',
    })
    const headers: ReplyHeaders = {}
    decorate(request('GET'), headers)
    expect(headers['access-control-expose-headers']).toBe(`${EXPOSED}, X-Out, X-Off`)
  })

  it('names Origin once in Vary, whatever stands there already', () => {
    const { decorate } = createCrossOrigin({ origin: LISTED })
    const request = fetchIncoming(makeRequest('/', { headers: { origin: LISTED } }))
    const varyOf = (vary: string) => {
      const headers: ReplyHeaders = { vary }
      decorate(request, headers)
      decorate(request, headers)
      return headers['vary']
    }
    expect(varyOf('Accept')).toBe('Accept, Origin')
    expect(varyOf('accept, origin')).toBe('accept, origin')
    expect(varyOf('X-Original')).toBe('X-Original, Origin')
  })
})
