import { createHmac } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import type { KeySource } from '../keys/key-source.js'
import { secretKeys } from '../keys/secret.js'
import type { SinglePolicy } from './policy.js'
import { createVerifier, verifySignature } from './verify.js'

const NOW = 1_700_000_000
const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const OTHER_SECRET = 'another horse battery staple, twice: another horse battery staple'
const keys = secretKeys(SECRET)

const encode = (value: unknown) => {
  const content = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(content).toString('base64url')
}

/** Signs by hand whatever it is given, so that the verifier is not tested against its own signer. */
function craft(header: unknown, payload: unknown, secret = SECRET, hash = 'sha256'): string {
  const signingInput = `${encode(header)}.${encode(payload)}`
  return `${signingInput}.${createHmac(hash, secret).update(signingInput).digest('base64url')}`
}

const HS256 = { alg: 'HS256' }
const CLAIMS = { iss: 'issuer', aud: 'api', sub: 'alice', iat: NOW - 10, exp: NOW + 10 }

function verify(token: unknown, policy: Partial<SinglePolicy> = {}) {
  return createVerifier({ keys, now: () => NOW * 1000, ...policy }).verify(token)
}

const refusal = (code: string) => ({ name: 'TokenError', code })
const configuration = (code: string) =>
  expect.objectContaining({ name: 'ConfigurationError', code })

describe('createVerifier: a token that satisfies its policy', () => {
  it('gives header and claims as signed (RFC 7519 section 7.2)', async () => {
    const header = { alg: 'HS256', typ: 'JWT', kid: 'k1' }
    const verified = await verify(craft(header, CLAIMS), { issuer: 'issuer', audience: 'api' })
    expect(verified.header).toStrictEqual(header)
    expect(verified.claims).toStrictEqual(CLAIMS)
    expect(verified.rules).toMatchObject({ issuer: 'issuer', audience: 'api' })
  })

  it('freezes what it gives, through and through', async () => {
    const { header, claims } = await verify(craft(HS256, { ...CLAIMS, inner: { list: [{}] } }))
    const inner = claims['inner']
    expect([header, claims, inner].every((part) => Object.isFrozen(part))).toBe(true)
    expect(() => Object.assign(claims, { sub: 'mallory' })).toThrow(TypeError)
    expect(() => Object.assign(Object(inner).list[0], { a: 1 })).toThrow(TypeError)
  })

  it.each([
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ])('verifies %s (RFC 7518 section 3.2)', async (alg, hash) => {
    const token = craft({ alg }, CLAIMS, SECRET, hash)
    await expect(verify(token)).resolves.toHaveProperty('header.alg', alg)
    await expect(verify(craft({ alg }, CLAIMS, OTHER_SECRET, hash))).rejects.toMatchObject(
      refusal('token_signature'),
    )
  })

  it('asks for no claim that the policy does not ask for', async () => {
    await expect(verify(craft(HS256, {}))).resolves.toHaveProperty('claims', {})
  })

  it('ignores header parameters that name keys elsewhere (RFC 8725 section 3.10)', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const header = {
      ...HS256,
      jku: 'https://evil.example',
      x5u: 'https://evil.example',
      x5c: ['AA'],
    }
    await expect(verify(craft(header, CLAIMS))).resolves.toHaveProperty('claims.sub', 'alice')
    expect(fetched).not.toHaveBeenCalled()
    fetched.mockRestore()
  })

  it('does not verify with a key that the header brings along (CVE-2018-0114)', async () => {
    const jwk = { kty: 'oct', k: encode(OTHER_SECRET) }
    const token = craft({ ...HS256, jwk }, CLAIMS, OTHER_SECRET)
    await expect(verify(token)).rejects.toMatchObject(refusal('token_signature'))
  })

  it('waits for keys that have to be fetched', async () => {
    const later: KeySource = { find: async (header) => keys.find(header) }
    const token = craft(HS256, CLAIMS)
    await expect(verify(token, { keys: later })).resolves.toHaveProperty('claims.sub', 'alice')
    const forged = craft(HS256, CLAIMS, OTHER_SECRET)
    await expect(verify(forged, { keys: later })).rejects.toMatchObject(refusal('token_signature'))
  })
})

describe('createVerifier: refusals', () => {
  it.each([
    ['a token that is no string', 17, 'token_malformed'],
    ['no token', undefined, 'token_malformed'],
    ['an empty token', '', 'token_malformed'],
    ['a token over 8 KiB, the default', 'a'.repeat(8193), 'token_too_large'],
    ['two parts', `${encode(HS256)}.${encode(CLAIMS)}`, 'token_malformed'],
    [
      'crit with an unknown extension (RFC 7515 section 4.1.11)',
      craft({ ...HS256, crit: ['x'], x: 1 }, CLAIMS),
      'token_malformed',
    ],
    ['crit that is empty', craft({ ...HS256, crit: [] }, CLAIMS), 'token_malformed'],
    ['crit that is null', craft({ ...HS256, crit: null }, CLAIMS), 'token_malformed'],
    ['b64 (RFC 7797 section 6)', craft({ ...HS256, b64: true }, CLAIMS), 'token_malformed'],
    ['no alg (RFC 7515 section 4.1.1)', craft({ typ: 'JWT' }, CLAIMS), 'token_algorithm'],
    ['alg none, signed (RFC 8725 section 3.2)', craft({ alg: 'none' }, CLAIMS), 'token_algorithm'],
    ['alg none, unsigned', `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`, 'token_algorithm'],
    ['alg in lower case', craft({ alg: 'hs256' }, CLAIMS), 'token_algorithm'],
    ['alg as a list', craft({ alg: ['HS256'] }, CLAIMS), 'token_algorithm'],
    ['alg in __proto__', craft('{"__proto__":{"alg":"HS256"}}', CLAIMS), 'token_algorithm'],
    ['an algorithm of another key type', craft({ alg: 'RS256' }, CLAIMS), 'token_algorithm'],
    ['another secret', craft(HS256, CLAIMS, OTHER_SECRET), 'token_signature'],
    ['the hash of another algorithm', craft(HS256, CLAIMS, SECRET, 'sha512'), 'token_signature'],
    ['no signature', `${encode(HS256)}.${encode(CLAIMS)}.`, 'token_signature'],
    ['half a signature', craft(HS256, CLAIMS).slice(0, -23), 'token_signature'],
    ['a payload that is text', craft(HS256, 'hello'), 'token_malformed'],
    ['a payload that is a list', craft(HS256, [CLAIMS]), 'token_malformed'],
    ['a payload that is null', craft(HS256, 'null'), 'token_malformed'],
    ['a name twice in the payload', craft(HS256, '{"sub":"alice","sub":"bob"}'), 'token_malformed'],
    [
      'a payload nested too deeply',
      craft(HS256, `{"a":${'['.repeat(100)}${']'.repeat(100)}}`),
      'token_malformed',
    ],
    [
      'an expired token (RFC 7519 section 4.1.4)',
      craft(HS256, { ...CLAIMS, exp: NOW }),
      'token_expired',
    ],
    [
      'a token before nbf (RFC 7519 section 4.1.5)',
      craft(HS256, { ...CLAIMS, nbf: NOW + 1 }),
      'token_not_active',
    ],
    ['exp that is a text', craft(HS256, { exp: `${NOW + 10}` }), 'token_claim'],
    ['exp beyond all dates', craft(HS256, '{"exp":1e999}'), 'token_claim'],
  ])('refuses %s', async (_case, token, code) => {
    await expect(verify(token)).rejects.toMatchObject(refusal(code))
  })

  it.each([
    ['for another audience (RFC 7519 section 4.1.3)', { audience: 'other' }, 'token_audience'],
    ['where no audience is accepted', { audience: [] }, 'token_audience'],
    ['of another issuer (RFC 7519 section 4.1.1)', { issuer: 'other' }, 'token_issuer'],
    ['where no issuer is accepted', { issuer: [] }, 'token_issuer'],
    ['of another type (RFC 8725 section 3.11)', { typ: 'at+jwt' }, 'token_type'],
    ['without a required claim', { requiredClaims: ['tenant'] }, 'token_claim'],
    ['that is too old', { maxTokenAgeSeconds: 9 }, 'token_expired'],
    [
      'with an algorithm that is not allowed',
      { algorithms: ['HS512' as const] },
      'token_algorithm',
    ],
    ['where no algorithm is allowed', { algorithms: [] }, 'token_algorithm'],
    ['that is larger than allowed', { maxTokenBytes: 20 }, 'token_too_large'],
    ['where the source has no key', { keys: { find: () => [] } }, 'token_key_unknown'],
  ])('rejects a token %s', async (_case, policy, code) => {
    const token = craft(HS256, CLAIMS)
    await expect(verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verify(token, policy)).rejects.toMatchObject(refusal(code))
  })

  it('takes a token of exactly the largest size', async () => {
    const token = craft(HS256, CLAIMS)
    const exact = verify(token, { maxTokenBytes: token.length })
    await expect(exact).resolves.toHaveProperty('claims.sub', 'alice')
    const short = verify(token, { maxTokenBytes: token.length - 1 })
    await expect(short).rejects.toMatchObject(refusal('token_too_large'))
  })

  it('refuses by what the clock says on each call, not when the verifier was made', async () => {
    let now = NOW * 1000
    const verifier = createVerifier({ keys, now: () => now })
    const token = craft(HS256, CLAIMS)
    await expect(verifier.verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    now += 9_999
    await expect(verifier.verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    now += 1
    await expect(verifier.verify(token)).rejects.toMatchObject(refusal('token_expired'))
  })

  it('counts parts of a second, in exp as on the clock (RFC 7519 section 2)', async () => {
    const token = craft(HS256, { exp: NOW + 0.5 })
    const at = (milliseconds: number) => ({ now: () => NOW * 1000 + milliseconds })
    await expect(verify(token, at(499))).resolves.toHaveProperty('claims.exp', NOW + 0.5)
    await expect(verify(token, at(500))).rejects.toMatchObject(refusal('token_expired'))
  })

  it('passes on that the keys cannot be had, and does not take it for a bad token', async () => {
    const down = new Error('key set unreachable')
    const unreachable: KeySource = { find: () => Promise.reject(down) }
    await expect(verify(craft(HS256, CLAIMS), { keys: unreachable })).rejects.toBe(down)
  })
})

describe('createVerifier: order of the steps', () => {
  /** Everything is wrong with this token; each entry repairs what the step before refused. */
  const BAD = { exp: NOW, nbf: NOW + 1, iss: 'mallory', aud: 'other' }
  const policy = {
    algorithms: ['HS256' as const],
    issuer: 'issuer',
    audience: 'api',
    typ: 'at+jwt',
    requiredClaims: ['tenant'],
  }
  const good = { iss: 'issuer', aud: 'api', tenant: 't' }

  it.each([
    ['size first', `${craft({ alg: 'none', crit: 1 }, BAD)}${'.'.repeat(8192)}`, 'token_too_large'],
    ['form before header', `${craft({ alg: 'none', crit: 1 }, BAD)}.`, 'token_malformed'],
    ['header before algorithm', craft({ alg: 'none', crit: [] }, BAD), 'token_malformed'],
    ['algorithm before signature', craft({ alg: 'none' }, BAD, OTHER_SECRET), 'token_algorithm'],
    ['signature before payload', craft(HS256, 'no JSON', OTHER_SECRET), 'token_signature'],
    ['signature before claims', craft(HS256, BAD, OTHER_SECRET), 'token_signature'],
    ['payload before claims', craft(HS256, '{"exp":0,"exp":0}'), 'token_malformed'],
    ['claim types before expiry', craft(HS256, { ...BAD, jti: 7 }), 'token_claim'],
    ['expiry before nbf', craft(HS256, BAD), 'token_expired'],
    ['nbf before issuer', craft(HS256, { ...BAD, exp: NOW + 1 }), 'token_not_active'],
    ['expiry before issuer', craft(HS256, { ...BAD, nbf: NOW }), 'token_expired'],
    ['issuer before audience', craft(HS256, { iss: 'mallory', aud: 'other' }), 'token_issuer'],
    ['audience before type', craft(HS256, { iss: 'issuer', aud: 'other' }), 'token_audience'],
    ['type before required claims', craft(HS256, { iss: 'issuer', aud: 'api' }), 'token_type'],
    [
      'required claims last',
      craft({ ...HS256, typ: 'at+jwt' }, { iss: 'issuer', aud: 'api' }),
      'token_claim',
    ],
  ])('checks %s', async (_case, token, code) => {
    await expect(verify(token, policy)).rejects.toMatchObject(refusal(code))
  })

  it('accepts the token once everything is repaired', async () => {
    const token = craft({ ...HS256, typ: 'at+jwt' }, good)
    await expect(verify(token, policy)).resolves.toHaveProperty('claims', good)
  })

  it('looks for no key where the algorithm is refused, and asks no clock before the signature', async () => {
    const find = vi.fn<KeySource['find']>(keys.find)
    const now = vi.fn<() => number>(() => NOW * 1000)
    const verifier = createVerifier({ keys: { find }, now })
    await expect(verifier.verify(craft({ alg: 'none' }, CLAIMS))).rejects.toThrow('algorithm')
    expect(find).not.toHaveBeenCalled()
    await expect(verifier.verify(craft(HS256, CLAIMS, OTHER_SECRET))).rejects.toThrow('signature')
    expect(find).toHaveBeenCalledOnce()
    expect(now).not.toHaveBeenCalled()
  })

  it('says when a token expired only where its signature verified', async () => {
    const expired = { ...CLAIMS, exp: NOW - 5 }
    await expect(verify(craft(HS256, expired))).rejects.toHaveProperty('expiredAt', NOW - 5)
    const forged = verify(craft(HS256, expired, OTHER_SECRET))
    await expect(forged).rejects.toHaveProperty('expiredAt', undefined)
  })
})

describe('createVerifier: messages', () => {
  it.each([
    ['alg', craft({ alg: 'MARKER' }, CLAIMS)],
    ['kid', craft({ ...HS256, kid: 'MARKER' }, CLAIMS, OTHER_SECRET)],
    ['crit', craft({ ...HS256, crit: ['MARKER'] }, CLAIMS)],
    ['header', craft('{"MARKER"', CLAIMS)],
    ['payload', craft(HS256, '{"MARKER"')],
    ['iss', craft(HS256, { iss: 'MARKER' })],
    ['aud', craft(HS256, { iss: 'issuer', aud: 'MARKER' })],
    ['exp', craft(HS256, { exp: 'MARKER' })],
    ['sub', craft(HS256, { sub: ['MARKER'] })],
  ])('never quotes the %s of the token', async (_case, token) => {
    const error: unknown = await verify(token, { issuer: 'issuer', audience: 'api' }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'TokenError' })
    expect(`${String(error)} ${JSON.stringify(error)} ${Object(error).stack}`).not.toContain(
      'MARKER',
    )
    expect(error).not.toHaveProperty('cause')
  })
})

describe('createVerifier: a policy is checked when it is made', () => {
  it.each([[['none']], [['hs256']], [['HS256', 'ES256K']], [[undefined]], [[['HS256']]]])(
    'refuses the algorithms %j (RFC 8725 section 3.1)',
    (algorithms) => {
      const policy: SinglePolicy = Object({ keys, algorithms })
      expect(() => createVerifier(policy)).toThrow(configuration('algorithm_unknown'))
    },
  )

  it.each([
    { algorithms: 'HS256' },
    { algorithms: null },
    { algorithms: new Set(['HS256']) },
    { keys: undefined },
    { keys: {} },
    { now: 5 },
    { revocation: {} },
    { revocation: null },
    { maxTokenBytes: 0 },
    { maxTokenBytes: -1 },
    { maxTokenBytes: 1.5 },
    { maxTokenBytes: Number.NaN },
    { maxTokenBytes: Number.POSITIVE_INFINITY },
    { maxTokenBytes: '8192' },
    { clockToleranceSeconds: -1 },
    { clockToleranceSeconds: Number.NaN },
    { clockToleranceSeconds: Number.POSITIVE_INFINITY },
    { clockToleranceSeconds: '60' },
    { clockToleranceSeconds: null },
    { maxTokenAgeSeconds: -1 },
    { maxTokenAgeSeconds: Number.NaN },
    { maxTokenAgeSeconds: '1h' },
    { issuer: null },
    { issuer: 1 },
    { issuer: [undefined] },
    { issuer: /issuer/ },
    { audience: null },
    { audience: ['api', null] },
    { audience: new Set(['api']) },
    { typ: ['JWT'] },
    { typ: null },
    { requiredClaims: 'sub' },
    { requiredClaims: [1] },
    { requiredClaims: null },
  ])('refuses the option %o', (options) => {
    const policy: SinglePolicy = Object({ keys, ...options })
    expect(() => createVerifier(policy)).toThrow(configuration('option_invalid'))
  })

  it('refuses by name a source of keys that says how long it is trusted in the way of before', async () => {
    const former = { find: () => [], trustedUntil: 0 }
    const refusal = expect.objectContaining({
      code: 'option_invalid',
      message: expect.stringContaining('trustedUntil'),
    })
    expect(() => createVerifier({ keys: former })).toThrow(refusal)
    const issuers = [{ keys: former, issuer: 'i' }]
    expect(() => createVerifier({ issuers })).toThrow(refusal)
    await expect(verifySignature('', { keys: former })).rejects.toThrow(refusal)
    const keys = Object({ find: () => [], isTrusted: true })
    expect(() => createVerifier({ keys })).toThrow(configuration('option_invalid'))
    const both = { ...former, isTrusted: () => true }
    expect(() => createVerifier({ keys: both })).not.toThrow()
  })

  it('takes options at their limits', () => {
    const limits = { maxTokenBytes: 1, clockToleranceSeconds: 0, maxTokenAgeSeconds: 0.5 }
    expect(() => createVerifier({ keys, ...limits, issuer: [], audience: '' })).not.toThrow()
  })

  it('does not notice when the policy object is changed afterwards', async () => {
    const policy: { keys: KeySource; now: () => number; audience?: string } = {
      keys,
      now: () => NOW * 1000,
      audience: 'api',
    }
    const verifier = createVerifier(policy)
    delete policy.audience
    const other = craft(HS256, { ...CLAIMS, aud: 'other' })
    await expect(verifier.verify(other)).rejects.toMatchObject(refusal('token_audience'))
  })

  it('takes the clock of the machine unless it is given one', async () => {
    vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] })
    const verifier = createVerifier({ keys })
    const token = craft(HS256, CLAIMS)
    await expect(verifier.verify(token)).resolves.toHaveProperty('claims.sub', 'alice')
    vi.setSystemTime((NOW + 10) * 1000)
    await expect(verifier.verify(token)).rejects.toMatchObject(refusal('token_expired'))
    vi.useRealTimers()
  })
})

describe('verifySignature: the JWS layer alone (RFC 7515 section 5.2)', () => {
  it('gives the payload whatever it is, and looks at no claim', async () => {
    const text = await verifySignature(craft(HS256, 'no JSON'), { keys })
    expect(text).toStrictEqual({ header: HS256, payload: Buffer.from('no JSON') })
    const expired = await verifySignature(craft(HS256, { exp: 0 }), { keys })
    expect(expired.payload).toStrictEqual(Buffer.from('{"exp":0}'))
    expect(Object.isFrozen(expired.header)).toBe(true)
  })

  it.each([
    ['another secret', craft(HS256, 'x', OTHER_SECRET), {}, 'token_signature'],
    ['alg none', craft({ alg: 'none' }, 'x'), {}, 'token_algorithm'],
    [
      'an algorithm that is not allowed',
      craft(HS256, 'x'),
      { algorithms: ['HS384' as const] },
      'token_algorithm',
    ],
    ['a document that is too large', craft(HS256, 'x'), { maxTokenBytes: 9 }, 'token_too_large'],
    ['crit', craft({ ...HS256, crit: ['exp'] }, 'x'), {}, 'token_malformed'],
    ['a value that is no string', null, {}, 'token_malformed'],
  ])('refuses %s', async (_case, token, policy, code) => {
    await expect(verifySignature(token, { keys, ...policy })).rejects.toMatchObject(refusal(code))
  })

  it('refuses a bad policy', async () => {
    const verified = verifySignature(craft(HS256, 'x'), { keys, maxTokenBytes: 0 })
    await expect(verified).rejects.toMatchObject({ code: 'option_invalid' })
  })
})
