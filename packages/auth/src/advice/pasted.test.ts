import { describe, expect, it } from 'vitest'
import { readPasted } from './pasted.js'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const TOKEN = `${encode({ alg: 'HS256' })}.${encode({ sub: 'alice' })}.${'A'.repeat(43)}`
const KEY = `sgn_${'a'.repeat(49)}`

const causes = (text: string) => readPasted(text).slips.map(({ cause }) => cause)

describe('readPasted: what may be there', () => {
  it.each([
    TOKEN,
    `  ${TOKEN}\r\n`,
    `Bearer ${TOKEN}`,
    `authorization:\tbearer   ${TOKEN}`,
    `MASTRA_JWT_TOKEN=${TOKEN}`,
    `export TOKEN="${TOKEN}";`,
    `curl -H "Authorization: Bearer ${TOKEN}" http://localhost/api/agents`,
    `curl 'http://localhost' \\\n  -H 'authorization: Bearer ${TOKEN}' \\\n  -d '{"messages":"Hello"}'`,
    `fetch(url, { headers: { Authorization: 'Bearer ${TOKEN}' } })`,
  ])('finds the token, without a slip: %j', (text) => {
    expect(readPasted(text)).toStrictEqual({ token: TOKEN, slips: [] })
  })

  it.each(['', '  ', 'Bearer', 'bearer  \n', 'Authorization: Bearer '])(
    'finds nothing in %j',
    (text) => {
      expect(readPasted(text)).toStrictEqual({ token: '', slips: [] })
    },
  )

  it.each(['some words', 'a"b', '{"a":1}', '%%%', 'Basic YTpi', 'two\nlines', 'one.two'])(
    'leaves what is no token as it is: %j',
    (text) => {
      expect(readPasted(text)).toStrictEqual({ token: text, slips: [] })
    },
  )
})

describe('readPasted: slips', () => {
  it.each([
    ['three times', `Bearer Bearer bearer ${TOKEN}`, ['"Bearer" 3 times: a header has it once.']],
    ['quotes about all', `"Bearer ${TOKEN}"`, ['There are quotes around it.']],
    ['one quote', `${TOKEN}"`, ['There are quotes around it.']],
    ['typographic quotes', `“${TOKEN}”`, ['There are quotes around it.']],
    ['angle brackets', `Bearer <${TOKEN}>`, ['There are quotes around it.']],
    ['a semicolon', `${TOKEN};`, ['There is a semicolon behind it.']],
    [
      'a written line break',
      `${TOKEN.slice(0, 9)}\\n${TOKEN.slice(9)}`,
      ['There is a backslash (\\n) after character 9.'],
    ],
    [
      'a broken line of a shell',
      `${TOKEN.slice(0, 9)}\\\n${TOKEN.slice(9)}`,
      ['There is a line break after character 9.'],
    ],
    ['a tab', `${TOKEN.slice(0, 9)}\t${TOKEN.slice(9)}`, ['There is a tab after character 9.']],
    [
      'a blank that does not break',
      `${TOKEN}\u00a0`,
      ['There is a blank that cannot be seen (U+00A0) after character ' + TOKEN.length + '.'],
    ],
    [
      'a byte order mark',
      `\ufeff${TOKEN}`,
      ['There is a blank that cannot be seen (U+FEFF) after character 0.'],
    ],
    [
      'JSON of an issuer',
      JSON.stringify({ access_token: TOKEN }),
      ['JSON stands around the token.'],
    ],
    ['JSON that is cut', `{"token":"${TOKEN}"`, ['JSON stands around the token.']],
    [
      'a token and a key',
      `${TOKEN} ${KEY}`,
      ['Two tokens in one header: a request carries one credential.'],
    ],
    [
      'two of them',
      `"Bearer Bearer ${TOKEN}"`,
      ['"Bearer" twice: a header has it once.', 'There are quotes around it.'],
    ],
  ])('tells of %s, and takes it away', (_case, text, expected) => {
    expect(causes(text)).toStrictEqual(expected)
    expect(readPasted(text).token).toBe(TOKEN)
  })

  it('mends an API key as it does a token', () => {
    expect(readPasted(`"Bearer ${KEY}"`)).toMatchObject({ token: KEY, slips: [{}] })
  })

  it.each([
    ['blanks', ' '.repeat(60_000)],
    ['quotes', '"'.repeat(60_000)],
    ['Bearer', 'Bearer '.repeat(9_000)],
    ['beginnings', 'eyJ'.repeat(20_000)],
    ['beginnings in JSON', `{${'eyJ'.repeat(20_000)}`],
    ['line breaks', 'a\n'.repeat(30_000)],
    ['blanks within', `a${' '.repeat(60_000)}b`],
    ['escapes', '%41'.repeat(20_000)],
  ])('reads 60,000 characters of %s', (_case, text) => {
    expect(readPasted(text).slips.length).toBeLessThanOrEqual(3)
  })
})
