import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuthError } from '../error.js'
import { readBearerToken } from './header.js'

const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 1000)
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln'

const refusal = (code: string) => expect.objectContaining({ code })

describe('readBearerToken (RFC 6750 section 2.1)', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    'takes the scheme in any case: %s (RFC 9110 section 11.1)',
    (scheme) => {
      expect(readBearerToken(`${scheme} ${TOKEN}`)).toBe(TOKEN)
    },
  )

  it('takes several spaces behind the scheme, and white space around all (RFC 9110 section 5.5)', () => {
    expect(readBearerToken(`Bearer    ${TOKEN}`)).toBe(TOKEN)
    expect(readBearerToken(` \tBearer ${TOKEN} \t`)).toBe(TOKEN)
  })

  it('takes every character of b64token, also padding', () => {
    const token = 'AZaz09-._~+/=='
    expect(readBearerToken(`Bearer ${token}`)).toBe(token)
  })

  it.each([
    ['no header', undefined],
    ['null', null],
    ['an empty header', ''],
    ['a blank header', '  '],
    ['the scheme alone', 'Bearer'],
    ['the scheme and a space', 'Bearer '],
    ['a raw token', TOKEN],
    ['another scheme', `Basic ${TOKEN}`],
    ['DPoP (RFC 9449)', `DPoP ${TOKEN}`],
    ['a longer scheme', `Bearers ${TOKEN}`],
    ['a scheme in front', `X-Bearer ${TOKEN}`],
    ['no space', `Bearer${TOKEN}`],
    ['a colon', `Bearer:${TOKEN}`],
    ['an equals sign', `Bearer=${TOKEN}`],
    ['a tab', `Bearer\t${TOKEN}`],
    ['a line break', `Bearer\n${TOKEN}`],
    ['a no-break space', `Bearer\u00a0${TOKEN}`],
    ['the word in quotes', `"Bearer" ${TOKEN}`],
    ['two other credentials', `Basic ${TOKEN}, Digest ${TOKEN}`],
  ])('finds no bearer credential in %s', (_case, header) => {
    expect(() => readBearerToken(header)).toThrow(refusal('token_missing'))
  })

  it.each([...'\n\r\v\f\u0085\u00a0\u1680\u2003\u200b\u2028\u202f\u205f\u3000\ufeff'])(
    'takes %j for no white space, around nor within (RFC 9110 section 5.5)',
    (blank) => {
      expect(() => readBearerToken(`${blank}Bearer ${TOKEN}`)).toThrow(refusal('token_missing'))
      expect(() => readBearerToken(`Bearer${blank}${TOKEN}`)).toThrow(refusal('token_missing'))
      for (const text of [`${TOKEN}${blank}`, `${TOKEN} ${blank}`, `${blank}${TOKEN}`, blank]) {
        expect(() => readBearerToken(`Bearer ${text}`)).toThrow(refusal('token_malformed'))
      }
      const second = `Basic dTpw,${blank}Bearer ${TOKEN}`
      expect(() => readBearerToken(second)).toThrow(refusal('token_missing'))
    },
  )

  it.each([
    ['a space in it', 'a b'],
    ['two tokens', `${TOKEN} ${TOKEN}`],
    ['the scheme twice', `Bearer ${TOKEN}`],
    ['quotes', `"${TOKEN}"`],
    ['padding in it', 'a=b'],
    ['only padding', '='],
    ['a semicolon', `${TOKEN};a=b`],
    ['a letter beyond ASCII', 't\u00f6ken'],
    ['a line break', 'a\nb'],
    ['a NUL', 'a\0'],
    ['percent encoding', 'a%2eb'],
    ['angle brackets', '<token>'],
  ])('refuses a token with %s', (_case, token) => {
    expect(() => readBearerToken(`Bearer ${token}`)).toThrow(refusal('token_malformed'))
  })

  it.each([
    ['two bearer tokens', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['the same without a space', `Bearer ${TOKEN},Bearer ${TOKEN}`],
    ['two in different case', `bearer ${TOKEN} ,\tBEARER ${TOKEN}`],
    ['another credential first', `Basic dTpw, Bearer ${TOKEN}`],
    ['another credential behind', `Bearer ${TOKEN}, Basic dTpw`],
    ['a list of two tokens', `Bearer ${TOKEN},${TOKEN}`],
    ['parameters behind the token', `Bearer ${TOKEN}, realm="x"`],
    ['a comma behind the token', `Bearer ${TOKEN},`],
    ['a comma in front', `Bearer ,${TOKEN}`],
    ['an empty second credential', 'Basic dTpw, Bearer'],
  ])('refuses a request with two credentials: %s (RFC 6750 section 3.1)', (_case, header) => {
    expect(() => readBearerToken(header)).toThrow(refusal('request_invalid'))
  })

  /** What is made of a header: a token, or an error. */
  function outcomeOf(text: string): unknown {
    try {
      return readBearerToken(text)
    } catch (error) {
      return error
    }
  }

  it('makes the same of a header with white space around it (RFC 9110 section 5.5)', () => {
    const piece = fc.constantFrom('Bearer ', 'bearer ', TOKEN, 'a', '=', ',', ' ', '\n', '\u00e4')
    const header = fc.array(piece, { maxLength: 5 }).map((all) => all.join(''))
    fc.assert(
      fc.property(header, (text) => {
        expect(outcomeOf(text)).toStrictEqual(outcomeOf(` ${text} `))
        expect(outcomeOf(`Bearer ${text}`)).toStrictEqual(outcomeOf(` Bearer ${text} `))
      }),
      { numRuns },
    )
  })

  it('throws only errors of ours, quotes nothing, and returns only tokens', () => {
    const piece = fc.constantFrom(
      'Bearer',
      ' ',
      ',',
      'MARKER',
      '=',
      '\n',
      '\t',
      'Basic',
      '"',
      '\u00e4',
    )
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(header, (text) => {
        const outcome = outcomeOf(text)
        const isToken = typeof outcome === 'string' && /^[\w\-.~+/]+=*$/.test(outcome)
        expect(isToken || AuthError.isInstance(outcome)).toBe(true)
        expect(isToken || !String(outcome).includes('MARKER')).toBe(true)
      }),
      { numRuns: numRuns * 2 },
    )
  })
})
