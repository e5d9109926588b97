import { describe, expect, it } from 'vitest'
import { looksLikeJwt } from './looks-like-jwt.js'

const encode = (text: string) => Buffer.from(text).toString('base64url')

describe('looksLikeJwt', () => {
  it.each(['{"alg":"HS256"}', '{}', ' {"a":1}', '{\n"a":1}', '{ }', '\uFEFF{"a":1}'])(
    'is true where the first part begins an object: %j',
    (header) => {
      expect(looksLikeJwt(`${encode(header)}.e30.AAAA`)).toBe(true)
      expect(looksLikeJwt(`${encode(header)}.`)).toBe(true)
      expect(looksLikeJwt(`${encode(header)}.a.b.c.d`)).toBe(true)
      expect(looksLikeJwt(encode(header))).toBe(false)
    },
  )

  it.each(['', '.', '..', 'a.b.c', 'opaque', 'prefix.0123456789abcdef', '.e30.', 'ewallet.a.b'])(
    'is false for %j',
    (token) => expect(looksLikeJwt(token)).toBe(false),
  )

  it.each(['[]', '"text"', '{7}', 'null'])('is false where the first part is %s', (header) => {
    expect(looksLikeJwt(`${encode(header)}.e30.AAAA`)).toBe(false)
  })
})
