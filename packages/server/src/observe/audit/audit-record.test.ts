import { describe, expect, it } from 'vitest'
import { decisionOf, principalOf, routeOf } from '@signet/test-support/http/decision'
import type { Decision } from '../../exchange.js'
import type { Route } from '../../route/route.js'
import { recordText, toAuditRecord } from './audit-record.js'

const pathOf = (route: Route) => `/api${route.path}`
const recordOf = (facts: Partial<Decision>) => toAuditRecord(decisionOf(facts), pathOf)
const GENERATE = routeOf('/agents/:agentId/generate', 'agents:execute')

describe('a record', () => {
  it('says when, who, what, of what, from where and how it ended', () => {
    const record = recordOf({
      startedAt: 1000,
      principal: principalOf({ sub: 'alice', iss: 'https://issuer.example', act: { sub: 'bot' } }),
      route: GENERATE,
      permissions: ['agents:execute:weather-agent'],
      durationMs: 12,
      usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
    })
    expect(record).toStrictEqual({
      at: 1000,
      requestId: 'request-1',
      issuer: 'https://issuer.example',
      subject: 'alice',
      actor: 'bot',
      action: 'agents:execute',
      resource: 'weather-agent',
      isAllowed: true,
      code: undefined,
      status: 200,
      address: '192.0.2.1',
      durationMs: 12,
      inputTokens: 3,
      outputTokens: 5,
      count: 1,
    })
  })

  it.each<[string, object, string | undefined]>([
    ['the one actor', { sub: 'a' }, 'a'],
    ['all actors, nearest first', { sub: 'b, c', act: { sub: 'a' } }, '["b, c","a"]'],
    ['an earlier actor of one without a name', { act: { sub: 'a' } }, '["a"]'],
    ['no actor', {}, undefined],
  ])('names %s', (_case, act, actor) => {
    expect(recordOf({ principal: principalOf({ sub: 'alice', act }) }).actor).toBe(actor)
  })

  it.each<[string, Partial<Decision>, action: string, resource: string | undefined]>([
    [
      'the first permission, with its id',
      { route: GENERATE, permissions: ['agents:execute:a', 'tools:execute:t'] },
      'agents:execute',
      'a',
    ],
    [
      'the pattern of the path for a permission without an id',
      { route: routeOf('/memory/threads/:threadId', 'memory:read'), permissions: ['memory:read'] },
      'memory:read',
      '/api/memory/threads/:threadId',
    ],
    [
      'the permission that was missing',
      {
        route: GENERATE,
        permissions: ['agents:execute:a', 'tools:execute:t'],
        missing: 'tools:execute:t',
      },
      'tools:execute',
      't',
    ],
    [
      'a missing permission that the handler asked for',
      { route: GENERATE, permissions: ['agents:execute:a'], missing: 'agents:write:a' },
      'agents:write',
      'a',
    ],
    ['a route for everyone with a token', {}, 'authenticated', '/api/x'],
    ['a public route', { route: routeOf('/open', 'public') }, 'public', '/api/open'],
    ['no route', { route: undefined }, 'none', undefined],
    ['a closed route', { route: undefined, closed: '/api/x/:id' }, 'closed', '/api/x/:id'],
    ['a closed path that has no name', { route: undefined, closed: '' }, 'closed', undefined],
  ])('names %s', (_, facts, action, resource) => {
    expect(recordOf(facts)).toMatchObject({ action, resource })
  })

  it.each(['', '/api/x'])('of what nobody is let in to is of a denied request: %j', (closed) => {
    const facts = { route: undefined, status: 404, code: 'not_found', closed } as const
    expect(recordOf(facts)).toMatchObject({ isAllowed: false })
    expect(recordOf({ ...facts, closed: undefined })).toMatchObject({ isAllowed: true })
  })

  it.each([
    [200, undefined, true],
    [404, 'not_found', true],
    [424, 'answer_failed', true],
    [500, 'internal', true],
    [499, 'client_gone', true],
    // Broken off, but what was sent before was allowed.
    [200, 'token_revoked', true],
    [403, 'scope_insufficient', false],
    [403, 'access_denied', false],
    // A route of the application refuses by itself.
    [403, undefined, false],
    [429, 'rate_limited', false],
  ] as const)(
    'of status %s and code %s is of an allowed request: %s',
    (status, code, isAllowed) => {
      expect(recordOf({ status, code })).toMatchObject({ status, code, isAllowed })
    },
  )

  it('cuts what is longer than a store takes, and says that it did', () => {
    const long = 'x'.repeat(5000)
    const principal = principalOf({ sub: long, iss: long, act: { sub: long } })
    const route = routeOf(`/${long}`, 'authenticated')
    const { issuer, subject, actor, address } = recordOf({ principal, address: long })
    expect(recordOf({ route }).resource).toBe(`/api/${'x'.repeat(394)}…`)
    for (const text of [issuer, subject, actor, address]) {
      expect(text).toBe(`${'x'.repeat(399)}…`)
    }
    expect(recordText('x'.repeat(400))).toBe('x'.repeat(400))
  })

  it.each([NaN, Infinity, -1, 1.5])('leaves out a count of %s tokens', (tokens) => {
    const usage = { inputTokens: tokens, outputTokens: tokens, totalTokens: tokens }
    expect(recordOf({ usage })).toMatchObject({ inputTokens: undefined, outputTokens: undefined })
  })

  it('lasts no negative time where the clock was set back', () => {
    expect(recordOf({ durationMs: -3 })).toMatchObject({ durationMs: 0 })
  })
})
