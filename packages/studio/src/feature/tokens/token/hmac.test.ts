import { secretKeys, verifySignature } from '@signet/auth'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeToken } from '../../../text/decode-token.js'
import { ALGORITHMS, byteLength, isSignedBy, readSecret, secretProblem, signToken } from './hmac.js'

const SECRET = 'ein Geheimnis mit Umlaut: Grüße, und lang genug für jeden Algorithmus, auch HS512'

describe('signToken', () => {
  it.each(ALGORITHMS)('signs with %s what the server verifies', async (algorithm) => {
    const claims = { sub: 'Zoë', exp: 4_000_000_000, nested: { list: [1, null, '☂'] } }
    const token = await signToken({ algorithm, claims }, SECRET)
    const policy = { keys: secretKeys(SECRET), algorithms: [algorithm] }
    await expect(verifySignature(token, policy)).resolves.toBeDefined()
    expect(decodeToken(token)).toMatchObject({ header: { alg: algorithm, typ: 'JWT' }, claims })
  })

  it('signs whatever the claims are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (claims) => {
        const token = await signToken({ algorithm: 'HS256', claims }, SECRET)
        const policy = { keys: secretKeys(SECRET) }
        await expect(verifySignature(token, policy)).resolves.toBeDefined()
      }),
      { numRuns: 50 },
    )
  })

  it('keeps alg and typ its own, whatever the header asks for', async () => {
    const header = { alg: 'none', kid: 'key-1' }
    const token = await signToken({ algorithm: 'HS384', header, claims: {} }, SECRET)
    expect(decodeToken(token)).toMatchObject({ header: { alg: 'HS384', typ: 'JWT', kid: 'key-1' } })
  })
})

describe('isSignedBy', () => {
  it('knows the secret, and no other', async () => {
    const token = await signToken({ algorithm: 'HS256', claims: { sub: 'alice' } }, SECRET)
    expect(await isSignedBy(token, SECRET, 'HS256')).toBe(true)
    expect(await isSignedBy(token, `${SECRET}!`, 'HS256')).toBe(false)
    expect(await isSignedBy(token, SECRET, 'HS512')).toBe(false)
    expect(await isSignedBy(token.replace('.', '.e'), SECRET, 'HS256')).toBe(false)
  })
})

describe('secretProblem', () => {
  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)('asks of %s for %i bytes', (algorithm, bytes) => {
    expect(secretProblem(bytes, algorithm)).toBeUndefined()
    expect(secretProblem(bytes - 1, algorithm)).toMatch(`${bytes} bytes`)
    expect(secretProblem(0, algorithm)).toMatch(/Enter the secret/)
  })

  it('counts bytes and not characters', () => {
    expect(byteLength('ü')).toBe(2)
  })
})

describe('readSecret', () => {
  it.each([
    ['plain', 'plain'],
    ['  with blanks around ', 'with blanks around'],
    ['MASTRA_JWT_SECRET=abc=def', 'abc=def'],
    ['export JWT_AUTH_SECRET="a b"', 'a b'],
    [`MASTRA_JWT_SECRET='q"q'`, 'q"q'],
    ['is=not_a_line', 'is=not_a_line'],
    ['"quoted"', '"quoted"'],
  ])('reads %j', (pasted, secret) => {
    expect(readSecret(pasted)).toBe(secret)
  })
})
