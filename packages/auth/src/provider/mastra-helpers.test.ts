import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TokenError } from '../error.js'
import { decodeToken, getTokenIssuer, verifyHmac } from './mastra-helpers.js'

const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const SAMPLE = 'supersecretdevkeythatishs256safe!'
const ISSUER = 'https://issuer.example'
const NOW = 1_700_000_000
const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const

const encode = (text: string) => Buffer.from(text).toString('base64url')
const encodeJson = (value: unknown) => encode(JSON.stringify(value))

function craft(
  payload: object,
  secret = SECRET,
  algorithm: keyof typeof HASHES = 'HS256',
  header: object = {},
): string {
  const input = `${encodeJson({ alg: algorithm, ...header })}.${encodeJson(payload)}`
  const signature = createHmac(HASHES[algorithm], secret).update(input).digest('base64url')
  return `${input}.${signature}`
}

const CLAIMS = { iss: ISSUER, sub: 'alice', exp: NOW + 60 }

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] })
  vi.stubEnv('NODE_ENV', 'production')
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('decodeToken', () => {
  it('takes a token apart and verifies nothing', async () => {
    const token = craft(CLAIMS, 'any secret', 'HS256', { kid: 'k1' })
    const [header = '', payload = '', signature = ''] = token.split('.')
    const decoded = { header: { alg: 'HS256', kid: 'k1' }, payload: CLAIMS, signature }
    await expect(decodeToken(token)).resolves.toStrictEqual(decoded)
    const unsigned = { ...decoded, signature: '' }
    await expect(decodeToken(`${header}.${payload}.`)).resolves.toStrictEqual(unsigned)
    await expect(decodeToken(craft({ exp: 0, sub: 7 }))).resolves.toMatchObject({
      payload: { exp: 0, sub: 7 },
    })
  })

  it('returns what nobody can change', async () => {
    const decoded = await decodeToken(craft({ ...CLAIMS, roles: ['viewer'] }))
    expect(Object.isFrozen(decoded?.payload) && Object.isFrozen(decoded?.payload['roles'])).toBe(
      true,
    )
    expect(Object.isFrozen(decoded) && Object.isFrozen(decoded?.header)).toBe(true)
  })

  const good = craft(CLAIMS)
  it.each([
    ['an empty text', ''],
    ['an opaque token', 'opaque'],
    ['two parts', good.slice(0, good.lastIndexOf('.'))],
    ['four parts', `${good}.`],
    ['padding (RFC 7515 section 2)', `${good}=`],
    ['white space', ` ${good}`],
    ['a header that is no object', `${encode('[]')}.${encode('{}')}.AAAA`],
    ['a payload that is no object', `${encode('{}')}.${encode('"alice"')}.AAAA`],
    ['an empty payload', `${encode('{}')}..AAAA`],
    ['a claim twice', `${encode('{}')}.${encode('{"sub":"a","sub":"b"}')}.AAAA`],
    ['no UTF-8', `${encode('{}')}.${Buffer.from('7b22ff227d', 'hex').toString('base64url')}.AAAA`],
    ['more than 64 KiB', craft({ sub: 'x'.repeat(65_536) })],
    ['no text', Object(7)],
    ['nothing', Object.assign([undefined])[0]],
  ])('is null for what is no JWT: %s', async (_case, token: string) => {
    await expect(decodeToken(token)).resolves.toBeNull()
  })
})

describe('getTokenIssuer', () => {
  it('is the claim iss', async () => {
    expect(getTokenIssuer(await decodeToken(craft(CLAIMS)))).toBe(ISSUER)
    expect(getTokenIssuer({ payload: { iss: ISSUER } })).toBe(ISSUER)
  })

  it.each([
    ['Invalid token', 'token_malformed', null],
    ['Invalid token', 'token_malformed', undefined],
    ['Invalid token payload', 'token_malformed', {}],
    ['Invalid token payload', 'token_malformed', { payload: null }],
    ['Invalid token payload', 'token_malformed', { payload: 'alice' }],
    ['Invalid token payload', 'token_malformed', { payload: [] }],
    ['Invalid token header', 'token_claim', { payload: {} }],
    ['Invalid token header', 'token_claim', { payload: { iss: '' } }],
    ['Invalid token header', 'token_claim', { payload: { iss: 7 } }],
    ['Invalid token header', 'token_claim', { payload: Object.create({ iss: ISSUER }) }],
  ])('throws the error of Mastra, %s (%s), for %j', (message, code, decoded) => {
    let error: unknown
    try {
      getTokenIssuer(decoded)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TokenError)
    expect(error).toMatchObject({ message, code })
  })
})

describe('verifyHmac', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)('verifies %s', async (algorithm) => {
    await expect(verifyHmac(craft(CLAIMS, SECRET, algorithm), SECRET)).resolves.toStrictEqual(
      CLAIMS,
    )
    const other = craft(CLAIMS, `not ${SECRET}`, algorithm)
    await expect(verifyHmac(other, SECRET)).rejects.toMatchObject({
      name: 'TokenError',
      code: 'token_signature',
    })
  })

  it('takes an algorithm only with a secret long enough for it (RFC 7518 section 3.2)', async () => {
    const short = 'x1'.repeat(16)
    await expect(verifyHmac(craft(CLAIMS, short), short)).resolves.toStrictEqual(CLAIMS)
    for (const algorithm of ['HS384', 'HS512'] as const) {
      await expect(verifyHmac(craft(CLAIMS, short, algorithm), short)).rejects.toMatchObject({
        code: 'token_algorithm',
      })
    }
  })

  it('refuses other algorithms, and none', async () => {
    for (const alg of ['none', 'RS256', 'hs256']) {
      const token = craft(CLAIMS, SECRET, 'HS256', { alg })
      await expect(verifyHmac(token, SECRET)).rejects.toHaveProperty('code', 'token_algorithm')
    }
    await expect(verifyHmac('opaque', SECRET)).rejects.toHaveProperty('code', 'token_malformed')
  })

  it('does not ask for a subject, nor for an issuer', async () => {
    const claims = { exp: NOW + 1 }
    await expect(verifyHmac(craft(claims), SECRET)).resolves.toStrictEqual(claims)
    await expect(verifyHmac(craft({ exp: NOW }), SECRET)).rejects.toMatchObject({
      code: 'token_expired',
      expiredAt: NOW,
    })
  })

  it('asks for exp unless NODE_ENV is development', async () => {
    const endless = craft({ sub: 'alice' })
    for (const environment of ['production', 'test', '', 'Development', undefined]) {
      vi.stubEnv('NODE_ENV', environment)
      const refusal = { code: 'token_claim', claim: 'exp' }
      await expect(verifyHmac(endless, SECRET)).rejects.toMatchObject(refusal)
    }
    vi.stubEnv('NODE_ENV', 'development')
    await expect(verifyHmac(endless, SECRET)).resolves.toStrictEqual({ sub: 'alice' })
    const expired = verifyHmac(craft({ exp: NOW }), SECRET)
    await expect(expired).rejects.toHaveProperty('code', 'token_expired')
  })

  it('refuses the secrets that MastraJwtAuth refuses', async () => {
    const refusals = [
      ['', 'secret_missing'],
      [Object.assign([undefined])[0], 'secret_missing'],
      ['x'.repeat(31), 'secret_too_short'],
      ['-----BEGIN PUBLIC KEY-----\nMIIB', 'secret_is_public_key'],
      [SAMPLE, 'secret_is_sample'],
    ]
    for (const [secret, code] of refusals) {
      await expect(verifyHmac(craft(CLAIMS, String(secret)), secret)).rejects.toMatchObject({
        name: 'ConfigurationError',
        code,
      })
    }
    vi.stubEnv('NODE_ENV', 'development')
    await expect(verifyHmac(craft(CLAIMS, SAMPLE), SAMPLE)).resolves.toStrictEqual(CLAIMS)
  })
})
