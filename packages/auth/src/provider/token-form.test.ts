import { describe, expect, it } from 'vitest'
import { readTokenForm } from './token-form.js'

const encode = (text: string) => Buffer.from(text).toString('base64url')
const jwt = (header: unknown, payload: unknown, signature = 'AAAA') =>
  `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}.${signature}`

describe('readTokenForm', () => {
  it('tells issuer, algorithm and key ID of a token, and verifies nothing', () => {
    const token = jwt({ alg: 'none', kid: 'k1' }, { iss: 'https://a.example', exp: 0 }, '')
    expect(readTokenForm(token)).toStrictEqual({
      isJwt: true,
      issuer: 'https://a.example',
      algorithm: 'none',
      keyId: 'k1',
      token,
    })
  })

  it('tells nothing that is no text, or not its own', () => {
    const token = jwt({ alg: 7, kid: null }, { iss: ['https://a.example'] })
    const nothing = { isJwt: true, issuer: undefined, algorithm: undefined, keyId: undefined }
    expect(readTokenForm(token)).toStrictEqual({ ...nothing, token })
    expect(readTokenForm(jwt({}, {}))).toMatchObject(nothing)
  })

  it('tells that a token which cannot be read is a JWT, and no more', () => {
    const good = jwt({ alg: 'HS256' }, { iss: 'https://a.example' })
    for (const token of [`${good}=`, `${good}.`, good.replace('.', '..'), good.slice(0, -5)]) {
      expect(readTokenForm(token)).toStrictEqual({ isJwt: true, token })
    }
  })

  it.each(['', '.', 'a.b.c', 'opaque', 'prefix.0123456789abcdef'])(
    'tells of %j that it is none',
    (token) => expect(readTokenForm(token)).toStrictEqual({ isJwt: false, token }),
  )

  it('is frozen', () => {
    expect(Object.isFrozen(readTokenForm(jwt({}, {})))).toBe(true)
    expect(Object.isFrozen(readTokenForm('opaque'))).toBe(true)
  })
})
