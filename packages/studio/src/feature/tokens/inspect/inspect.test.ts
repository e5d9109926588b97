import { describe, expect, it } from 'vitest'
import { findings, timeFacts } from './inspect.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const SECONDS = NOW / 1000
const token = (claims: object, header: object = { alg: 'HS256' }) => ({
  header: { ...header },
  claims: { ...claims },
  signature: 'x',
})
const texts = (claims: object, header?: object) =>
  findings(token(claims, header)).map(({ text }) => text)

const GOOD = { sub: 'alice', exp: SECONDS + 60, role: 'viewer' }

describe('times', () => {
  it('are told by their distance', () => {
    const facts = timeFacts(token({ exp: SECONDS - 180, iat: SECONDS - 7200 }), NOW)
    expect(facts).toMatchObject([
      { name: 'iat', distance: '2 hours ago', isWrong: false },
      { name: 'exp', distance: '3 minutes ago', isWrong: true },
    ])
  })

  it('are wrong from the moment that the token ends, and before it begins', () => {
    expect(timeFacts(token({ exp: SECONDS }), NOW)).toMatchObject([{ isWrong: true }])
    expect(timeFacts(token({ exp: SECONDS + 1 }), NOW)).toMatchObject([{ isWrong: false }])
    expect(timeFacts(token({ nbf: SECONDS }), NOW)).toMatchObject([{ isWrong: false }])
    expect(timeFacts(token({ nbf: SECONDS + 1 }), NOW)).toMatchObject([{ isWrong: true }])
  })

  it.each(['soon', null, {}, '1700000000'])('are no times where they are %j', (exp) => {
    expect(timeFacts(token({ exp }), NOW)).toMatchObject([{ distance: '', isWrong: true }])
  })

  it('have a date however far away they are', () => {
    expect(timeFacts(token({ exp: 1e300 }), NOW)).toMatchObject([{ moment: 'no date' }])
  })
})

describe('findings', () => {
  it('are none in a good token', () => {
    expect(texts(GOOD)).toStrictEqual([])
  })

  it.each([
    ['has a private key’s signature', GOOD, { alg: 'RS256' }, /private key/],
    ['brings a key', GOOD, { alg: 'HS256', jku: 'x' }, /key of its own/],
    ['misspells a scope', { ...GOOD, scope: 'agent:read' }, undefined, /grants nothing/],
    ['names no grants', { sub: 'a', exp: SECONDS }, undefined, /default role/],
    [
      'has a foreign scope beside its own',
      { ...GOOD, scope: 'openid agents:read' },
      undefined,
      /^`openid` is a foreign scope: .* It grants only what the option `scopeMap`/,
    ],
    ['misspells a scope of another case', { ...GOOD, scope: 'Agents:Read' }, undefined, /nothing/],
    ['separates scopes by commas', { ...GOOD, scope: 'openid,agents:read' }, undefined, /nothing/],
    ['names empty grants', { sub: 'a', exp: SECONDS, scope: '' }, undefined, /grants nothing/],
  ])('tell of a token that %s', (_, claims, header, text) => {
    expect(texts(claims, header)).toStrictEqual([expect.stringMatching(text)])
  })

  it('tell of foreign scopes once, and that the default role counts beside them', () => {
    const scope = 'openid profile email'
    expect(findings(token({ sub: 'a', scope }))).toStrictEqual([
      {
        tone: 'neutral',
        text: expect.stringMatching(/^`openid`, `profile`, `email` are foreign scopes: /),
      },
      { tone: 'neutral', text: expect.stringMatching(/not name a role or another scope.*default/) },
    ])
    expect(texts({ sub: 'a', scope, roles: [] })).toHaveLength(1)
    expect(texts({ sub: 'a', scope, permissions: [] })).toHaveLength(1)
  })

  it('name eight foreign scopes, and count the others', () => {
    const scope = Array.from({ length: 500 }, (_, index) => `word-${index}`).join(' ')
    expect(texts({ ...GOOD, scope })).toStrictEqual([
      expect.stringMatching(/^`word-0`, .*`word-7` and 492 others are foreign scopes/),
    ])
  })
})
