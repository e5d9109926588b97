import { describe, expect, it } from 'vitest'
import { readCredential } from './credential.js'
import { readTokenHeaderName, tokenHeaderOf } from './token-header.js'

const NAME = 'cf-access-jwt-assertion'
const TOKEN = 'abc.def.ghi'
const refusal = (words: string) =>
  expect.objectContaining({
    name: 'ConfigurationError',
    code: 'option_invalid',
    message: expect.stringContaining(words),
  })

function read(
  headers: Readonly<Record<string, string>>,
  { method = 'GET', query = '' }: { readonly method?: string; readonly query?: string } = {},
): string {
  const all = new Headers(headers)
  return readCredential({ header: (name) => all.get(name) ?? undefined, method, query }, NAME)
}

describe('readTokenHeaderName', () => {
  it.each([
    ['Cf-Access-Jwt-Assertion', NAME],
    ['X-Goog-IAP-JWT-Assertion', 'x-goog-iap-jwt-assertion'],
    ['x_token~1', 'x_token~1'],
  ])('takes %s in lower case', (given, name) => {
    expect(readTokenHeaderName(given)).toBe(name)
    expect(tokenHeaderOf({ tokenHeader: given })).toBe(name)
  })

  it.each([
    '',
    ' ',
    'x-token ',
    ' x-token',
    'x token',
    'x-token:',
    'x-token\r\nx',
    'x-tökén',
    ':path',
    'x,y',
    '"x"',
    null,
    7,
    true,
    ['x-token'],
    {},
  ])('refuses %j, which is not a name (RFC 9110 section 5.6.2)', (given) => {
    expect(() => readTokenHeaderName(given)).toThrow(refusal('must be the name of the header'))
  })

  it.each([
    'authorization',
    'Authorization',
    'COOKIE',
    'Set-Cookie',
    'Proxy-Authorization',
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Host',
    'Origin',
    'Content-Type',
    'Content-Length',
    'Sec-Fetch-Site',
  ])('refuses %s, which has another meaning', (given) => {
    expect(() => readTokenHeaderName(given)).toThrow(refusal('has another meaning'))
  })

  it('is undefined where a provider does not name one', () => {
    expect(tokenHeaderOf({})).toBeUndefined()
    expect(tokenHeaderOf({ tokenHeader: undefined })).toBeUndefined()
  })
})

describe('readCredential with a header of the proxy', () => {
  it('takes the token alone, and does not look at Authorization', () => {
    expect(read({ [NAME]: TOKEN })).toBe(TOKEN)
    expect(read({ [NAME]: `\t${TOKEN} ` })).toBe(TOKEN)
    expect(read({ [NAME]: TOKEN, authorization: 'Bearer another, Bearer third' })).toBe(TOKEN)
  })

  it.each([
    ['nothing', {}, 'token_missing'],
    ['Authorization alone', { authorization: `Bearer ${TOKEN}` }, 'token_missing'],
    ['a cookie alone', { cookie: `CF_Authorization=${TOKEN}` }, 'token_missing'],
    ['an empty header', { [NAME]: '' }, 'token_missing'],
    ['the scheme before it', { [NAME]: `Bearer ${TOKEN}` }, 'token_malformed'],
    ['the scheme alone', { [NAME]: 'Bearer ' }, undefined],
    ['quotes', { [NAME]: `"${TOKEN}"` }, 'token_malformed'],
    ['two headers', { [NAME]: `${TOKEN}, ${TOKEN}` }, 'request_invalid'],
    ['an empty second one', { [NAME]: `${TOKEN}, ` }, 'request_invalid'],
    ['an empty first one', { [NAME]: `, ${TOKEN}` }, 'request_invalid'],
  ])('refuses %s', (_case, headers: Record<string, string>, code) => {
    // A word that can be a token is one, which nobody has signed.
    if (code === undefined) expect(read(headers)).toBe('Bearer')
    else expect(() => read(headers)).toThrow(expect.objectContaining({ code }))
  })

  it('refuses a token in the URL beside it', () => {
    expect(() => read({ [NAME]: TOKEN }, { query: 'access_token=x' })).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    )
    expect(() => read({}, { query: 'access_token=x' })).toThrow(
      expect.objectContaining({ code: 'token_missing' }),
    )
  })

  it.each([
    ['same-origin', { 'sec-fetch-site': 'same-origin' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['no browser', {}],
    ['an old browser, of its own origin', { origin: 'https://a.example', host: 'a.example' }],
    ['an old browser, of its own port', { origin: 'http://a.example:81', host: 'A.example:81' }],
  ])('lets a request that changes something come from %s', (_case, headers) => {
    expect(read({ [NAME]: TOKEN, ...headers }, { method: 'POST' })).toBe(TOKEN)
  })

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another origin of the site', { 'sec-fetch-site': 'same-site' }],
    ['what no browser says', { 'sec-fetch-site': 'Same-Origin' }],
    ['two sites', { 'sec-fetch-site': 'same-origin, cross-site' }],
    ['an old browser, of another origin', { origin: 'https://evil.example', host: 'a.example' }],
    ['an old browser, of a frame without one', { origin: 'null', host: 'a.example' }],
    ['an old browser, to no host', { origin: 'https://a.example' }],
  ])(
    'refuses one from %s, as the proxy adds the token to it',
    (_case, headers: Record<string, string>) => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'post']) {
        expect(() => read({ [NAME]: TOKEN, ...headers }, { method })).toThrow(
          expect.objectContaining({ code: 'access_denied' }),
        )
      }
      expect(read({ [NAME]: TOKEN, ...headers }, { method: 'GET' })).toBe(TOKEN)
    },
  )
})
