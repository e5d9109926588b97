import { createPrivateKey, createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signToken } from '../jwt/sign.js'
import { createVerifier } from '../jwt/verify.js'
import { createTestKeyPair } from '../test/key-pair.js'
import { privateKey } from './private-key.js'
import { publicKeys } from './public-keys.js'

const NOW = 1_700_000_000
const now = () => NOW * 1000
const pairs = (['RS256', 'ES256', 'EdDSA'] as const).map((algorithm) => ({
  ...createTestKeyPair(algorithm),
  /** Of a key of the same kind that signs nothing here. */
  otherPem: createTestKeyPair(algorithm).publicPem,
}))
const [rsa, ec] = [pairs[0]?.publicPem ?? '', pairs[1]?.publicPem ?? '']

/** How variables, files of variables, forms and editors hand on a PEM. */
const WRAPPED: readonly (readonly [string, (pem: string) => string])[] = [
  ['as it is', (pem) => pem],
  ['with escaped newlines', (pem) => pem.replaceAll('\n', '\\n')],
  ['with newlines that are escaped twice', (pem) => pem.replaceAll('\n', '\\\\n')],
  ['with escaped line ends of Windows', (pem) => pem.replaceAll('\n', '\\r\\n')],
  ['in double quotes', (pem) => `"${pem.replaceAll('\n', '\\n')}"`],
  ['in single quotes', (pem) => `'${pem}'`],
  ['in quotes with white space around them', (pem) => ` "${pem}" \n`],
  ['on one line with blanks', (pem) => pem.replaceAll('\n', ' ')],
  ['on one line without anything', (pem) => pem.replaceAll('\n', '')],
  ['with the line ends of Windows', (pem) => pem.replaceAll('\n', '\r\n')],
  ['with the line ends of an old Mac', (pem) => pem.replaceAll('\n', '\r')],
  ['with blanks at the lines', (pem) => pem.replaceAll('\n', '  \n\t ')],
  ['with empty lines', (pem) => `\n\n${pem.replaceAll('\n', '\n\n')}\n`],
  ['after a byte order mark', (pem) => `\ufeff${pem}`],
  ['in base64', (pem) => Buffer.from(pem).toString('base64')],
  ['in base64url', (pem) => Buffer.from(pem).toString('base64url')],
  [
    'in base64 of several lines',
    (pem) => Buffer.from(pem).toString('base64').replace(/.{64}/g, '$&\n'),
  ],
  ['in base64 in quotes', (pem) => `"${Buffer.from(pem).toString('base64')}"\n`],
]

describe.each(WRAPPED)('a key %s', (_, wrap) => {
  it.each(pairs)('signs and verifies: $algorithm', async ({ publicPem, privatePem, otherPem }) => {
    const token = signToken({ sub: 'alice' }, privateKey(wrap(privatePem)), {
      now,
      expiresInSeconds: 60,
    })
    const verify = (pem: string) =>
      createVerifier({ keys: publicKeys(wrap(pem)), now }).verify(token)
    await expect(verify(publicPem)).resolves.toHaveProperty('claims.sub', 'alice')
    await expect(verify(otherPem)).rejects.toHaveProperty('code', 'token_signature')
  })

  it('is private where it is, however it is wrapped', () => {
    const pem = pairs[1]?.privatePem ?? ''
    const refusal = expect.objectContaining({ code: 'key_is_private' })
    expect(() => publicKeys(wrap(pem))).toThrow(refusal)
    expect(() => publicKeys(wrap(ec + pem))).toThrow(refusal)
    expect(() => privateKey(wrap(ec))).toThrow(expect.objectContaining({ code: 'key_invalid' }))
  })
})

describe('other forms', () => {
  const spki = createPublicKey(rsa)

  it('takes PKCS#1 and SEC 1 on one line', () => {
    const pkcs1 = spki.export({ format: 'pem', type: 'pkcs1' }).toString()
    expect(() => publicKeys(pkcs1.replaceAll('\n', '\\n'))).not.toThrow()
    const key = createPrivateKey(pairs[1]?.privatePem ?? '')
    const sec1 = key.export({ format: 'pem', type: 'sec1' }).toString()
    expect(() => privateKey(sec1.replaceAll('\n', ' '))).not.toThrow()
  })

  it.each([
    ['as it is', (text: string) => text],
    ['in quotes', (text: string) => `'${text}'`],
    ['with white space', (text: string) => `\ufeff\n ${text}\n`],
    ['in base64', (text: string) => Buffer.from(text).toString('base64')],
  ])('takes a JWK as text %s', (_, wrap) => {
    const { publicJwk, privateJwk } = createTestKeyPair('ES256', { keyId: 'es' })
    expect(publicKeys(wrap(JSON.stringify(publicJwk))).algorithms).toStrictEqual(['ES256'])
    const text = wrap(JSON.stringify(privateJwk))
    expect(privateKey(text).keyId).toBe('es')
    const refused = expect.objectContaining({ code: 'key_is_private' })
    expect(() => publicKeys(text)).toThrow(refused)
    expect(() => publicKeys(text)).not.toThrow(privateJwk.d)
  })

  it.each([
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      /openssl x509 -pubkey/,
    ],
    ['a key of OpenSSH', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ== me@here', /ssh-keygen/],
    [
      'a private key of OpenSSH',
      '-----BEGIN OPENSSH KEY-----\nAAAA\n-----END OPENSSH KEY-----',
      /ssh-keygen/,
    ],
    [
      'the inside of a PEM',
      rsa.replace(/-----.*-----/g, ''),
      /base64 without the first and the last line/,
    ],
    ['several keys', rsa + ec, /more than one block/],
    ['a key set', JSON.stringify({ keys: [] }), /Set the option jwks/],
    ['a JWK that is cut off', '{"kty":"RSA","n":"', /not JSON/],
    ['half a PEM', rsa.slice(0, -30), /neither a key in PEM nor a JWK/],
    ['two beginnings and one end', `${rsa.slice(0, -26)}${rsa}`, /more than one block/],
    [
      'something in the middle',
      rsa.replace('\n', '\nVersion: 1\n'),
      /neither a key in PEM nor a JWK/,
    ],
    ['a text that is longer than any key', 'A'.repeat(65_537), /too long for a key/],
    ['a word', 'hunter2', /neither a key in PEM nor a JWK/],
    ['quotes', '"', /neither a key in PEM nor a JWK/],
  ])('says what is wrong with %s', (_, text, reason) => {
    expect(() => publicKeys(text)).toThrow(expect.objectContaining({ code: 'key_invalid' }))
    expect(() => publicKeys(text)).toThrow(reason)
    expect(() => privateKey(text)).toThrow(reason)
  })

  it.each([
    ['dashes', '-'.repeat(65_000)],
    ['beginnings', '-----BEGIN '.repeat(5_000)],
    ['white space in a PEM', `-----BEGIN PUBLIC KEY-----${' '.repeat(60_000)}`],
    ['backslashes', '\\'.repeat(65_000)],
    ['quotes', `"${'\\"'.repeat(30_000)}"`],
    ['objects', '{"a":'.repeat(10_000)],
  ])('refuses %s without end', (_, text) => {
    expect(() => publicKeys(text)).toThrow(expect.objectContaining({ code: 'key_invalid' }))
  })
})
