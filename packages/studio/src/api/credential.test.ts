import { describe, expect, it } from 'vitest'
import { extractToken, judgeAuthorization, judgeToken } from './credential.js'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const make = (claims: object, signature = 'c2ln') =>
  `${encode({ alg: 'HS256' })}.${encode(claims)}.${signature}`
const seconds = NOW / 1000

describe('judgeToken', () => {
  it.each([
    ['fine', { sub: 'alice', exp: seconds + 3600 }, 'For alice; good for 1 h 00 min.'],
    ['warning', { sub: 'alice' }, 'For alice; it never expires.'],
    ['warning', { name: 'alice' }, 'For nobody by name; it never expires.'],
    ['bad', { sub: 'alice', exp: seconds - 185 }, 'Expired 3 minutes ago, at'],
    ['bad', { sub: 'alice', exp: seconds }, 'Expired now'],
    ['bad', { sub: 'alice', nbf: seconds + 61 }, 'Not active yet: it starts in 1 minute.'],
  ])('is %s for %j', (level, claims, text) => {
    const verdict = judgeToken(make(claims), NOW)
    expect(verdict.level).toBe(level)
    expect(verdict.text).toContain(text)
  })

  it.each([
    ['nothing between dots', 'abc', 'it has 1 part between dots'],
    ['four parts', 'a.b.c.d', 'it has 4 parts between dots'],
    ['a header that is no JSON', 'abc.def.ghi', 'its first part'],
    ['claims that are a list', `${encode({})}.${encode([])}.x`, 'its second part'],
    ['a padded signature', `${encode({})}.${encode({})}.eA==`, 'its signature has characters'],
    ['no signature', make({ sub: 'alice' }, ''), 'The token has no signature.'],
  ])('is bad for %s', (_, token, text) => {
    expect(judgeToken(token, NOW)).toMatchObject({ level: 'bad' })
    expect(judgeToken(token, NOW).text).toContain(text)
  })

  it('leaves an API key to the server', () => {
    expect(judgeToken('sgn_abc', NOW).level).toBe('fine')
  })

  it('never says the token itself', () => {
    const token = 'very.secret'
    expect(judgeToken(token, NOW).text).not.toContain(token)
  })
})

describe('judgeAuthorization', () => {
  const token = make({ sub: 'alice', exp: seconds + 60 })

  it.each([`Bearer ${token}`, `bearer ${token}`, `  Bearer   ${token} `])('takes %j', (value) => {
    expect(judgeAuthorization(value, NOW).level).toBe('fine')
  })

  it.each([
    ['', 'Enter Bearer and the token.'],
    ['Bearer', 'The token is missing behind Bearer.'],
    [token, 'Bearer is missing before the token.'],
    ['Basic YTpi', 'Basic is another scheme'],
    [`Bearer ${token} x`, 'There is a blank within the token.'],
  ])('marks %j', (value, text) => {
    expect(judgeAuthorization(value, NOW)).toMatchObject({ level: 'bad' })
    expect(judgeAuthorization(value, NOW).text).toContain(text)
  })
})

describe('extractToken', () => {
  it.each([
    'a.b.c',
    '  a.b.c\n',
    '"a.b.c"',
    'Bearer a.b.c',
    'Authorization: Bearer a.b.c',
    'MASTRA_JWT_TOKEN=a.b.c',
    'export TOKEN="a.b.c"',
    `curl -X POST http://localhost -H "Authorization: Bearer a.b.c" -d '{"messages":"Hello"}'`,
    `fetch(url, { headers: { Authorization: 'Bearer a.b.c' } })`,
  ])('finds it in %j', (pasted) => {
    expect(extractToken(pasted)).toBe('a.b.c')
  })

  it('gives back what is nothing of the kind', () => {
    expect(extractToken(' some words ')).toBe('some words')
  })
})
