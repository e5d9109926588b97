import { AuthError, ScopeError, TokenError, type AuthErrorCode } from '@signet/auth'
import { PUBLIC_REASON } from '@signet/auth/internal'
import { InputError, ToolError } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { errorReply, STATUS, type ErrorCode } from './error-response.js'
import { responseOf } from '../http/reply.js'
import { RequestError, type RequestErrorCode } from './error.js'

const ID = '00000000-0000-4000-8000-000000000000'

async function answerTo(error: unknown) {
  const response = responseOf(errorReply(error, ID))
  const body: unknown = await response.json()
  return { status: response.status, headers: Object.fromEntries(response.headers), body }
}

/** The codes of each status. Clients depend on them: a change here is a change of the API. */
const CODES: Readonly<Record<number, readonly string[]>> = {
  400: ['request_invalid', 'option_unsupported'],
  401: [
    'token_missing',
    'token_malformed',
    'token_too_large',
    'token_algorithm',
    'token_type',
    'token_key_unknown',
    'token_signature',
    'token_expired',
    'token_not_active',
    'token_issuer',
    'token_audience',
    'token_claim',
    'token_revoked',
    'token_binding',
    'proof_missing',
    'proof_invalid',
    'proof_nonce',
  ],
  403: ['access_denied', 'scope_insufficient', 'approval_by_other'],
  404: ['not_found', 'not_supported'],
  408: ['request_timeout'],
  409: [
    'thread_exists',
    'message_exists',
    'run_not_suspended',
    'approval_expired',
    'run_ended',
    'run_exists',
    'runs_full',
    'run_started',
    'run_busy',
    'run_changed',
    'step_not_suspended',
    'step_ambiguous',
    'schedule_exists',
    'schedule_limit',
  ],
  413: ['body_too_large', 'result_too_large', 'message_too_large'],
  415: ['body_encoding'],
  421: ['host_refused'],
  422: ['tool_failed'],
  424: ['deadline_exceeded', 'answer_failed', 'upstream_failed'],
  429: ['rate_limited'],
  431: ['headers_too_large'],
  500: ['internal'],
  502: ['upstream_unavailable'],
  504: ['upstream_timeout'],
  503: ['keys_unavailable', 'proofs_unavailable', 'storage_unavailable', 'answer_unstored'],
}

const STATUSES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(CODES).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)])),
)

const AUTH_CODES = Object.keys(PUBLIC_REASON) as AuthErrorCode[]
/** The text of a tool's own error is told, and has tests of its own. */
const REQUEST_CODES = (Object.keys(STATUS) as ErrorCode[]).filter(
  (code): code is Exclude<RequestErrorCode, 'tool_failed'> =>
    !Object.hasOwn(PUBLIC_REASON, code) && code !== 'tool_failed',
)

describe('the table of statuses', () => {
  it('gives every code its status', () => {
    expect(STATUS).toStrictEqual(STATUSES)
  })
})

describe('the answer to an error of credentials', () => {
  it.each(AUTH_CODES)('%s says one constant sentence, whatever the log is told', async (code) => {
    const error = new AuthError(code, 'expected issuer https://idp.internal', {
      cause: new Error('key 7f3a'),
    })
    const { status, headers, body } = await answerTo(error)
    expect(status).toBe(STATUSES[code])
    expect(headers['content-type']).toBe('application/json')
    expect(body).toStrictEqual({ error: PUBLIC_REASON[code], code, requestId: ID })
  })

  const aboutProofs: ReadonlySet<AuthErrorCode> = new Set([
    'token_binding',
    'proof_missing',
    'proof_invalid',
    'proof_nonce',
  ] as const)
  const refusals = AUTH_CODES.filter((code) => STATUSES[code] === 401 && code !== 'token_missing')

  it.each(refusals.filter((code) => !aboutProofs.has(code)))(
    '%s has a challenge with error="invalid_token" (RFC 6750 section 3.1)',
    async (code) => {
      const { headers } = await answerTo(new AuthError(code, 'x'))
      expect(headers['www-authenticate']).toBe(
        `Bearer error="invalid_token", error_description="${PUBLIC_REASON[code]}"`,
      )
    },
  )

  it.each([
    ['token_binding', 'invalid_token'],
    ['proof_missing', 'invalid_token'],
    ['proof_invalid', 'invalid_dpop_proof'],
    ['proof_nonce', 'use_dpop_nonce'],
  ] as const)(
    '%s has a challenge of the scheme DPoP with error="%s" (RFC 9449)',
    async (code, name) => {
      const { headers } = await answerTo(new AuthError(code, 'x'))
      expect(headers['www-authenticate']).toMatch(
        new RegExp(`^DPoP error="${name}", error_description="[^"]+", algs="ES256 [^"]+"$`),
      )
    },
  )

  it('has the nonce that the next proof needs, and no other refusal has one', async () => {
    const { headers } = await answerTo(new TokenError('proof_nonce', 'x', { nonce: 'n-1' }))
    expect(headers['dpop-nonce']).toBe('n-1')
    const other = await answerTo(new TokenError('proof_invalid', 'x', { nonce: 'n-1' }))
    expect(other.headers['dpop-nonce']).toBeUndefined()
  })

  it('challenges barely for a missing token, and not at all where no token would help', async () => {
    const challengeOf = async (code: AuthErrorCode) =>
      (await answerTo(new AuthError(code, 'x'))).headers['www-authenticate']
    expect(await challengeOf('token_missing')).toBe('Bearer')
    expect(await challengeOf('access_denied')).toBeUndefined()
    expect(await challengeOf('keys_unavailable')).toBeUndefined()
  })

  it('tells when a token expired, and of no other error any time', async () => {
    const expiredAt = 1_700_000_000.9
    const told = await answerTo(new TokenError('token_expired', 'x', { expiredAt }))
    expect(told.body).toMatchObject({ error: 'The token expired at 2023-11-14T22:13:20.900Z.' })
    const other = await answerTo(new TokenError('token_claim', 'x', { expiredAt }))
    expect(other.body).toMatchObject({ error: PUBLIC_REASON.token_claim })
    const silent = await answerTo(new TokenError('token_expired', 'x'))
    expect(silent.body).toMatchObject({ error: PUBLIC_REASON.token_expired })
  })

  it.each([1e300, -1e300, NaN, Infinity, 8.64e12 + 1])(
    'tells no time that no calendar has: %d',
    async (expiredAt) => {
      const { status, body } = await answerTo(new TokenError('token_expired', 'x', { expiredAt }))
      expect(status).toBe(401)
      expect(body).toMatchObject({ error: PUBLIC_REASON.token_expired })
    },
  )

  it('names the missing scope, and the grants of the token that nobody knows', async () => {
    const { status, headers, body } = await answerTo(new ScopeError('agents:read:a', ['emperor']))
    expect(status).toBe(403)
    expect(headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_scope", .*scope="agents:read:a"$/,
    )
    expect(body).toStrictEqual({
      error: PUBLIC_REASON.scope_insufficient,
      code: 'scope_insufficient',
      requestId: ID,
      missingScope: 'agents:read:a',
      ignoredGrants: ['emperor'],
    })
  })

  it('leaves ignoredGrants out where there are none', async () => {
    const { body } = await answerTo(new ScopeError('agents:read'))
    expect(body).not.toHaveProperty('ignoredGrants')
    expect(body).toHaveProperty('missingScope', 'agents:read')
  })

  it.each(['agents:read:a"b', 'agents:read:a\r\nset-cookie: x=y', 'agents:read:€', 'x'])(
    'puts no scope into the header that is none: %j',
    async (scope) => {
      const { status, headers } = await answerTo(new ScopeError(scope))
      expect(status).toBe(403)
      expect(headers['www-authenticate']).toBe(
        `Bearer error="insufficient_scope", error_description="${PUBLIC_REASON.scope_insufficient}"`,
      )
    },
  )

  it('knows the errors of another installed copy of the packages', async () => {
    const mark = (kind: string) => ({ [Symbol.for(`signet.auth.${kind}`)]: true })
    const foreign = Object.assign(new Error('x'), mark('error'), mark('scope-error'), {
      code: 'scope_insufficient',
      missingScope: 'agents:read',
      ignoredGrants: ['x'],
    })
    expect(await answerTo(foreign)).toMatchObject({
      status: 403,
      body: { code: 'scope_insufficient', missingScope: 'agents:read', ignoredGrants: ['x'] },
    })
  })

  it.each(['token_weird', 'constructor', undefined])(
    'answers 500, and never 200, to a code that is not in the table: %s',
    async (code) => {
      const foreign = Object.assign(new Error('x'), {
        [Symbol.for('signet.auth.error')]: true,
        code,
      })
      expect(await answerTo(foreign)).toMatchObject({ status: 500, body: { code: 'internal' } })
    },
  )
})

describe('the answer to any other error', () => {
  it.each(REQUEST_CODES)('%s has its status, a constant text and no challenge', async (code) => {
    const one = await answerTo(new RequestError(code, 'a detail of one request'))
    const other = await answerTo(new RequestError(code, 'another', { cause: new Error('inside') }))
    expect(one.status).toBe(STATUSES[code])
    expect(one).toStrictEqual(other)
    expect(one.body).toStrictEqual({ error: expect.any(String), code, requestId: ID })
    expect(JSON.stringify(one)).not.toContain('detail')
    expect(one.headers).not.toHaveProperty('www-authenticate')
  })

  it('asks clients to wait where something is unavailable', async () => {
    for (const error of [
      new AuthError('keys_unavailable', 'x'),
      new RequestError('storage_unavailable', 'x'),
    ]) {
      expect((await answerTo(error)).headers['retry-after']).toBe('5')
    }
    const internal = await answerTo(new RequestError('internal', 'x'))
    expect(internal.headers).not.toHaveProperty('retry-after')
  })

  it('lists the issues of an input', async () => {
    const issues = [{ field: 'messages.0', message: 'Wrong.' }]
    const body = {
      error: 'The request is not valid.',
      code: 'request_invalid',
      requestId: ID,
      issues,
    }
    expect(await answerTo(new InputError('x', issues))).toMatchObject({ status: 400, body })
    expect(await answerTo(new RequestError('request_invalid', 'x', { issues }))).toMatchObject({
      status: 400,
      body,
    })
  })

  it('tells the words of a ToolError and not its cause', async () => {
    const error = new ToolError('No such city.', { cause: new Error('key sk-123') })
    expect(await answerTo(error)).toMatchObject({
      status: 422,
      body: { error: 'No such city.', code: 'tool_failed', requestId: ID },
    })
    expect(JSON.stringify(await answerTo(error))).not.toContain('sk-123')
  })

  it.each([
    ['an error', new Error('postgres://user:pass@10.0.0.7 refused')],
    [
      'an error with a status of its own',
      Object.assign(new Error('x'), { status: 200, code: 'not_found' }),
    ],
    ['an abort', new DOMException('x', 'AbortError')],
    ['a time-out of something inside', new DOMException('x', 'TimeoutError')],
    ['a text', 'postgres://user:pass@10.0.0.7'],
    ['an object', { code: 'not_found', message: 'x' }],
    ['null', null],
    ['undefined', undefined],
  ])('tells nothing of %s', async (_, error) => {
    expect(await answerTo(error)).toStrictEqual({
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: { error: 'Internal server error.', code: 'internal', requestId: ID },
    })
  })
})
