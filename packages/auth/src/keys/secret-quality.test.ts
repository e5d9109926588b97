import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicKeyMaterial, isSampleSecret } from './secret-quality.js'

const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 1000)

/** A certificate made for these tests, of a key that was thrown away; DER in base64. */
const CERTIFICATE = [
  'MIIBgjCCASmgAwIBAgIUQDFQM0vdehLaJf334A8ttpNLYGEwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLU2lnbmV0IH',
  'Rlc3QwIBcNMjYxMTIzMjIxMjUwWhgPMjEyNjEwMzAyMjEyNTBaMBYxFDASBgNVBAMMC1NpZ25ldCB0ZXN0MFkwEwYH',
  'KoZIzj0CAQYIKoZIzj0DAQcDQgAEJMm2AkSFh7WSkpUPi4tIo5YVZh5oXIc28jYE4/JzAhqEjmp4pYxVjJnKLbaifd',
  '5gNaCTvCCWI3U+uGoVYzAxZaNTMFEwHQYDVR0OBBYEFBERcscBGgbetgMlAoHySKftnqQ8MB8GA1UdIwQYMBaAFBER',
  'cscBGgbetgMlAoHySKftnqQ8MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgbptwxd4y0n2+M30uNa',
  'y6CuFhNxrz+odfwYc/OT439GsCIG6HWqWoBgWdI0p2io+HDvJ6JGGkrJ7HbGRQgmpMin0L',
].join('')

const SSH_KEYS = {
  'ssh-ed25519': 'AAAAC3NzaC1lZDI1NTE5AAAAIJ0rI7VkW5SjVEzDk4jP5sZ0nO6tB8i0Jc7vK2m1Qw3e',
  'ssh-rsa': 'AAAAB3NzaC1yc2EAAAADAQABAAABAQC7r1dF2m0bX5zJ0o6sT3nQ8pYwVhKcUeLrG4xZa9',
  'ssh-dss': 'AAAAB3NzaC1kc3MAAACBAJ0rI7VkW5SjVEzDk4jP5sZ0nO6tB8i0Jc7vK2m1Qw3e',
  'ecdsa-sha2-nistp256': 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJ0rI7VkW5Sj',
  'sk-ssh-ed25519@openssh.com': 'AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJ0rI7VkW5SjVEzD',
}

/** Ways in which a PEM text ends up in a setting; `der` is the same key without armour. */
function spellings(pem: string, der: Buffer): Record<string, string | Buffer> {
  const base64 = der.toString('base64')
  const hex = der.toString('hex')
  return {
    PEM: pem,
    'PEM with Windows line ends': pem.replaceAll('\n', '\r\n'),
    'PEM in one line': pem.replaceAll('\n', ' '),
    'PEM with escaped line ends': pem.replaceAll('\n', '\\n'),
    'PEM as a JSON text': JSON.stringify(pem),
    'PEM in single quotes': `'${pem}'`,
    'PEM behind a byte order mark': `\ufeff${pem}`,
    'PEM behind blanks': `  \n\t${pem}`,
    'PEM behind a comment': `# our key\n${pem}`,
    'PEM in lower case': pem.toLowerCase(),
    'PEM for a URL': encodeURIComponent(pem),
    'PEM in base64': Buffer.from(pem).toString('base64'),
    'PEM in base64url': Buffer.from(pem).toString('base64url'),
    'PEM in wrapped base64': Buffer.from(pem)
      .toString('base64')
      .replaceAll(/(.{76})/g, '$1\n'),
    'PEM in base64 twice': Buffer.from(Buffer.from(pem).toString('base64')).toString('base64'),
    'PEM in hex': Buffer.from(pem).toString('hex'),
    'PEM in UTF-16': Buffer.from(pem, 'utf16le'),
    'PEM in UTF-16 with a byte order mark': Buffer.from(`\ufeff${pem}`, 'utf16le'),
    'PEM in big-endian UTF-16': Buffer.from(`\ufeff${pem}`, 'utf16le').swap16(),
    'the lines of PEM without its armour': pem.replaceAll(/-.*-/g, ''),
    'the same with escaped line ends': pem.replaceAll(/-.*-\n/g, '').replaceAll('\n', '\\n'),
    DER: der,
    'DER and a line end': Buffer.concat([der, Buffer.from('\n')]),
    'DER in base64': base64,
    'DER in base64url': der.toString('base64url'),
    'DER in quoted base64': `"${base64}"`,
    'DER in base64 behind a byte order mark': `\ufeff${base64}`,
    'DER in base64 in UTF-16': Buffer.from(`\ufeff${base64}`, 'utf16le'),
    'DER in base64 twice': Buffer.from(base64).toString('base64'),
    'DER in hex': hex,
    'DER in upper-case hex': hex.toUpperCase(),
    'DER in hex with 0x': `0x${hex}`,
    'DER in hex with colons': hex.replaceAll(/(..)(?=.)/g, '$1:'),
  }
}

function jwkSpellings(publicKey: KeyObject): Record<string, string | Buffer> {
  const jwk = publicKey.export({ format: 'jwk' })
  const text = JSON.stringify(jwk)
  return {
    JWK: text,
    'JWK in several lines': JSON.stringify(jwk, null, 2),
    'JWK with single quotes': text.replaceAll('"', "'"),
    'JWK in single quotes': `'${text}'`,
    'JWK as a JSON text': JSON.stringify(text),
    'JWK without quotes': text.replaceAll(/"(\w+)":/g, '$1:'),
    'JWK as YAML': Object.entries(jwk)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    'JWK in base64': Buffer.from(text).toString('base64'),
    'JWK in base64url': Buffer.from(text).toString('base64url'),
    'JWK in hex': Buffer.from(text).toString('hex'),
    'JWK in UTF-16': Buffer.from(text, 'utf16le'),
    'JWK behind a byte order mark': `\ufeff${text}`,
    'key set': JSON.stringify({ keys: [jwk] }),
    'key set behind a comment': `// from the issuer\n${JSON.stringify({ keys: [jwk] }, null, 2)}`,
  }
}

const KEYS: Readonly<Record<string, KeyObject>> = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
  'EC P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  Ed25519: generateKeyPairSync('ed25519').publicKey,
}

const cases = Object.entries(KEYS).flatMap(([name, key]) => {
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const all = {
    ...spellings(pem, key.export({ type: 'spki', format: 'der' })),
    ...jwkSpellings(key),
  }
  return Object.entries(all).map(([spelling, text]) => [`${name}: ${spelling}`, text] as const)
})

const rsa = KEYS['RSA']?.export({ type: 'pkcs1', format: 'der' }) ?? Buffer.alloc(0)
const armoured = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`
const certificate = Buffer.from(CERTIFICATE, 'base64')

const moreCases = [
  ...Object.entries(spellings(armoured('RSA PUBLIC KEY', rsa), rsa)).map(
    ([spelling, text]) => [`PKCS#1: ${spelling}`, text] as const,
  ),
  ...Object.entries(spellings(armoured('CERTIFICATE', certificate), certificate)).map(
    ([spelling, text]) => [`certificate: ${spelling}`, text] as const,
  ),
  ...Object.entries(SSH_KEYS).flatMap(([type, blob]) => [
    [`SSH: ${type}`, `${type} ${blob} alice@example`] as const,
    [`SSH: ${type} without its type`, blob] as const,
    [`SSH: ${type} in base64`, Buffer.from(`${type} ${blob}`).toString('base64')] as const,
  ]),
  [
    'SSH: RFC 4716',
    '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----',
  ] as const,
  ['PGP', '-----BEGIN PGP PUBLIC KEY BLOCK-----'] as const,
]

describe('isPublicKeyMaterial (RFC 8725 section 2.1)', () => {
  it.each([...cases, ...moreCases])('knows a public key as %s', (_case, text) => {
    expect(isPublicKeyMaterial(Buffer.from(text))).toBe(true)
  })

  it.each([
    'correct horse battery staple, twice: correct horse battery staple',
    'supersecretdevkeythatishs256safe!',
    '0123456789abcdef'.repeat(4),
    '3082'.repeat(16),
    'MIIB'.repeat(16),
    'AAAA'.repeat(16),
    '--- begin of my secret, which is long enough for everything ---',
    'my ssh-rsa key is somewhere else, this is only a long sentence',
    'kitty: a cat; its secret is long enough for every algorithm here',
    '{"secret":"which happens to be written as a JSON object, why not"}',
    '\ufeff\ufeff\ufeff\ufeff\ufeff\ufeff\ufeff\ufeff\ufeff\ufeff\ufeff',
    '0'.repeat(64),
  ])('takes %j for a secret', (text) => {
    expect(isPublicKeyMaterial(Buffer.from(text))).toBe(false)
  })

  it('never takes random bytes for a key, as they are or in any usual encoding', () => {
    const der = fc.uint8Array({ minLength: 32, maxLength: 96 }).map((bytes) => bytes.with(0, 0x30))
    const bytes = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 96 }), der)
    const encoding = fc.constantFrom(
      'latin1' as const,
      'hex' as const,
      'base64' as const,
      'base64url' as const,
    )
    fc.assert(
      fc.property(bytes, encoding, (content, name) => {
        const secret = Buffer.from(Buffer.from(content).toString(name), 'latin1')
        expect(isPublicKeyMaterial(secret)).toBe(false)
      }),
      { numRuns },
    )
  })

  it('never takes random text for a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 32, maxLength: 200 }), (text) => {
        expect(isPublicKeyMaterial(Buffer.from(text))).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('isSampleSecret', () => {
  it('knows the secrets that documentation prints, also with blanks around them', () => {
    const samples = [
      'supersecretdevkeythatishs256safe!',
      'a-string-secret-at-least-256-bits-long',
      'a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long',
      'your-256-bit-secret',
      ' supersecretdevkeythatishs256safe!\n',
    ]
    expect(samples.every((sample) => isSampleSecret(Buffer.from(sample)))).toBe(true)
  })

  it('knows no other secret', () => {
    const others = ['supersecretdevkeythatishs256safe', 'Supersecretdevkeythatishs256safe!', '']
    expect(others.some((secret) => isSampleSecret(Buffer.from(secret)))).toBe(false)
  })
})

describe('a public key among other text', () => {
  const pairs = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ed25519'),
  ]
  const keys = pairs.map(({ publicKey }) => ({
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    der: publicKey.export({ type: 'spki', format: 'der' }),
    jwk: publicKey.export({ format: 'jwk' }),
  }))
  const encode = (text: string) => Buffer.from(text).toString('base64')
  type Key = (typeof keys)[number]
  const spellings: readonly (readonly [string, (key: Key, base64: string) => string | Buffer])[] = [
    ['behind a comment', (_, base64) => `# a key\n${base64}`],
    ['before a comment', (_, base64) => `${base64} # a key`],
    ['as a variable', (_, base64) => `PUBLIC_KEY=${base64}`],
    ['as a block of YAML', (_, b) => `key: |\n  ${(b.match(/.{1,64}/g) ?? []).join('\n  ')}`],
    ['before a semicolon', (_, base64) => `${base64};`],
    ['in brackets', (_, base64) => `(${base64})`],
    ['with a blank that is no ASCII', (_, b) => `${b.slice(0, 30)}\u00A0${b.slice(30)}`],
    ['with a blank of no width', (_, b) => `${b.slice(0, 30)}\u200B${b.slice(30)}`],
    ['in a data URL', (_, base64) => `data:text/plain;base64,${base64}`],
    ['in base64 for a URL', (_, base64) => encodeURIComponent(base64)],
    ['as a JWK for a URL', ({ jwk }) => encodeURIComponent(JSON.stringify(jwk))],
    ['as a JWK with an escaped name', ({ jwk }) => JSON.stringify(jwk).replace('kty', '\\u006bty')],
    ['as a JWK without its type', ({ jwk }) => JSON.stringify({ ...jwk, kty: undefined })],
    ['in base64 three times', ({ pem }) => encode(encode(encode(pem)))],
    ['as PEM with other dashes', ({ pem }) => pem.replaceAll('-----', '\u2014')],
    [
      'as a list of bytes in hex',
      ({ der }) => Array.from(der, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', '),
    ],
    ['as bytes behind a line break', ({ der }) => Buffer.concat([Buffer.from('\n'), der])],
  ]

  it.each(spellings)('is found: %s', (_, spell) => {
    for (const key of keys) {
      const secret = spell(key, key.der.toString('base64'))
      expect(isPublicKeyMaterial(Buffer.from(secret))).toBe(true)
    }
  })
})

describe('a public key as others print it', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'jwk',
  })
  const hex = Buffer.from(String(rsa.n), 'base64url').toString('hex')
  const point = (curve: string) => {
    const { x, y } = generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({
      format: 'jwk',
    })
    const coordinates = [x, y].map((each) => Buffer.from(String(each), 'base64url'))
    return Buffer.concat([Buffer.from([4]), ...coordinates])
  }

  it.each([
    ['in the XML of .NET', `<RSAKeyValue><Modulus>${rsa.n}</Modulus></RSAKeyValue>`],
    ['by OpenSSL', `Public-Key: (2048 bit)\nModulus:\n    ${hex.match(/../g)?.join(':')}`],
    ['as a point of P-256 in hex', point('P-256').toString('hex')],
    ['as a point of P-384 in base64', point('P-384').toString('base64')],
    ['as the bytes of a point of P-521', point('P-521')],
  ])('is known: %s', (_, spelling) => {
    expect(isPublicKeyMaterial(Buffer.from(spelling))).toBe(true)
  })

  it('is not seen in bytes that only begin like a point', () => {
    const bytes = point('P-256')
    bytes[40] = (bytes[40] ?? 0) ^ 1
    expect(isPublicKeyMaterial(Buffer.from(bytes.toString('hex')))).toBe(false)
  })
})
