import { describe, expect, it } from 'vitest'
import { extractToken, judgeAuthorization, judgeToken } from './credential.js'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const SIGNATURE = 'A'.repeat(43)
const make = (claims: object, signature = SIGNATURE, alg = 'HS256') =>
  `${encode({ alg })}.${encode(claims)}.${signature}`
const seconds = NOW / 1000

describe('judgeToken', () => {
  it.each([
    ['fine', { sub: 'alice', exp: seconds + 3600 }, 'For alice; good for 1 h.'],
    ['warning', { sub: 'alice' }, 'It never expires: exp is missing.'],
    ['warning', { sub: 'alice', exp: NOW }, 'which counts milliseconds'],
    ['bad', { name: 'alice', exp: seconds + 60 }, 'the claim sub is missing'],
    [
      'bad',
      { sub: 'alice', exp: seconds - 185 },
      'Expired 3 min 5 s ago, at 2029-12-31T23:56:55Z.',
    ],
    ['bad', { sub: 'alice', exp: seconds }, 'Expired less than 1 s ago'],
    ['bad', { sub: 'alice', nbf: seconds + 61 }, 'Not valid yet: it becomes valid in 1 min 1 s'],
  ])('is %s for %j', (level, claims, text) => {
    const verdict = judgeToken(make(claims), NOW)
    expect(verdict.level).toBe(level)
    expect(verdict.text).toContain(text)
    expect(verdict.remedy === undefined).toBe(level === 'fine')
  })

  it.each([
    ['nothing between dots', 'abc', 'It has 1 part between dots'],
    ['four parts', 'a.b.c.d', 'It has 4 parts between dots'],
    [
      'a header that is no JSON',
      'abc.def.ghi',
      'The header, which is the part before the first dot',
    ],
    [
      'claims that are a list',
      `${encode({ alg: 'HS256' })}.${encode([])}.x`,
      'The claims, which are the payload',
    ],
    [
      'a short signature',
      make({ sub: 'alice' }, 'c2ln'),
      'the signature has 3 bytes; HS256 needs 32',
    ],
    ['no signature', make({ sub: 'alice' }, ''), 'The signature is missing'],
    ['alg none', make({ sub: 'alice' }, '', 'none'), 'No option allows that.'],
  ])('is bad for %s', (_, token, text) => {
    expect(judgeToken(token, NOW)).toMatchObject({ level: 'bad' })
    expect(judgeToken(token, NOW).text).toContain(text)
  })

  it('says what it left out, and what the token is without', () => {
    const token = make({ sub: 'alice', exp: seconds + 3600 })
    expect(judgeToken(`"${token}"`, NOW)).toStrictEqual({
      level: 'warning',
      text: 'There are quotes around it. It is left out here. For alice; good for 1 h.',
    })
  })

  it('has the command that mends it', () => {
    const { remedy, command } = judgeToken(make({ sub: 'alice', exp: seconds - 60 }), NOW)
    expect(command).toBe('npx signet token --sub alice')
    expect(remedy).toBe(`Create a new one: ${command}`)
  })

  it('leaves an API key to the server, unless it is cut', () => {
    expect(judgeToken(`sgn_${'a'.repeat(49)}`, NOW).level).toBe('fine')
    expect(judgeToken('sgn_abc', NOW)).toMatchObject({ level: 'bad' })
  })

  it('never says the token itself', () => {
    const token = 'very.secret'
    expect(JSON.stringify(judgeToken(token, NOW))).not.toContain(token)
  })
})

describe('judgeAuthorization', () => {
  const token = make({ sub: 'alice', exp: seconds + 60 })

  it.each([`Bearer ${token}`, `bearer ${token}`, `  Bearer   ${token} `])('takes %j', (value) => {
    expect(judgeAuthorization(value, NOW).level).toBe('fine')
  })

  it.each([
    ['', 'Enter Bearer and the token.'],
    ['Bearer', 'The token is missing after Bearer.'],
    [token, 'Bearer is missing before the token.'],
    ['Basic YTpi', 'Basic is another scheme'],
    [`Bearer ${token} x`, 'There is a space within the token.'],
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
