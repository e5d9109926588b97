import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isNamedCurveKey } from './ec-quality.js'
import { publicKeys } from './public-keys.js'

const CURVES = [
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
] as const

function pemOf(spki: Buffer): string {
  return `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`
}

function keyOf(spki: Buffer): KeyObject {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
}

function spkiOf(namedCurve: string, paramEncoding: 'named' | 'explicit' = 'named'): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve, paramEncoding })
  return publicKey.export({ type: 'spki', format: 'der' })
}

/** The same key with its point at infinity, which is one byte (SEC 1 section 2.3.3). */
function atInfinity(spki: Buffer, headBytes: number): Buffer {
  const algorithm = spki.subarray(headBytes, headBytes + 2 + (spki[headBytes + 1] ?? 0))
  const content = Buffer.concat([algorithm, Buffer.from('03020000', 'hex')])
  return Buffer.concat([Buffer.from([0x30, content.length]), content])
}

const refusal = expect.objectContaining({ name: 'ConfigurationError', code: 'key_invalid' })

describe('isNamedCurveKey (RFC 5480 section 2)', () => {
  it.each(CURVES)('takes a key of %s, its point whole or by its x', async (curve, algorithm) => {
    const spki = spkiOf(curve)
    expect(isNamedCurveKey(keyOf(spki))).toBe(true)
    const [key] = await publicKeys(pemOf(spki)).find({})
    expect(key?.algorithms).toStrictEqual([algorithm])
    const fieldBytes = { ES256: 32, ES384: 48, ES512: 66 }[algorithm]
    const header = { ES256: '3039', ES384: '3046', ES512: '3058' }[algorithm]
    const headBytes = algorithm === 'ES512' ? 3 : 2
    const identifiers = spki.subarray(headBytes, headBytes + 2 + (spki[headBytes + 1] ?? 0))
    const isOdd = ((spki.at(-1) ?? 0) & 1) === 1
    const short = Buffer.concat([
      Buffer.from(header, 'hex'),
      identifiers,
      Buffer.from([0x03, fieldBytes + 2, 0, isOdd ? 3 : 2]),
      spki.subarray(-2 * fieldBytes, -fieldBytes),
    ])
    expect(isNamedCurveKey(keyOf(short))).toBe(true)
    expect(() => publicKeys(pemOf(short))).not.toThrow()
  })

  it.each(CURVES)('refuses a key of %s at infinity, which would end the process', (curve) => {
    const spki = atInfinity(spkiOf(curve), curve === 'P-521' ? 3 : 2)
    expect(isNamedCurveKey(keyOf(spki))).toBe(false)
    expect(() => publicKeys(pemOf(spki))).toThrow(refusal)
  })

  it('refuses parameters that are spelled out (section 2.1.1)', () => {
    expect(() => publicKeys(pemOf(spkiOf('P-256', 'explicit')))).toThrow(refusal)
  })

  it('refuses a curve that no algorithm is for (RFC 7518 section 3.4)', () => {
    expect(() => publicKeys(pemOf(spkiOf('secp256k1')))).toThrow(refusal)
  })
})
