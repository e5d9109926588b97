import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEAR_RUNS } from '@signet/test-support/time/property-runs'
import { createSecret } from './secret.js'
import { isPublicKeyMaterial } from './secret-quality.js'

/** Each costs some ten milliseconds, for three disguises are looked through. */
const numRuns = Math.ceil(DEAR_RUNS / 4)

const keys: readonly KeyObject[] = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey,
  generateKeyPairSync('ed25519').publicKey,
]

/** A text with a character for each byte. */
type Spelling = (key: KeyObject) => string

const latin1 = (bytes: Buffer) => bytes.toString('latin1')
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })
const jwk = (key: KeyObject) => key.export({ format: 'jwk' })

const PLAIN: Readonly<Record<string, Spelling>> = {
  PEM: (key) => key.export({ type: 'spki', format: 'pem' }).toString(),
  'PEM of PKCS#1': (key) =>
    key.asymmetricKeyType === 'rsa'
      ? key.export({ type: 'pkcs1', format: 'pem' }).toString()
      : (PLAIN['PEM']?.(key) ?? ''),
  'PEM without its armour': (key) => PLAIN['PEM']?.(key).replaceAll(/-.*-\n/g, '') ?? '',
  DER: (key) => latin1(spki(key)),
  'DER of PKCS#1': (key) =>
    latin1(
      key.asymmetricKeyType === 'rsa' ? key.export({ type: 'pkcs1', format: 'der' }) : spki(key),
    ),
  JWK: (key) => JSON.stringify(jwk(key)),
  'JWK in several lines': (key) => JSON.stringify(jwk(key), null, 2),
  'JWK without its type': (key) => JSON.stringify({ ...jwk(key), kty: undefined }),
  'key set': (key) => JSON.stringify({ keys: [{ kid: 'one', use: 'sig', ...jwk(key) }] }),
}

const bytesOf = (text: string) => Buffer.from(text, 'latin1')
const wrapped = (text: string, width: number) =>
  text.replaceAll(new RegExp(`(.{${width}})`, 'g'), '$1\n')
const hexOf = (text: string) => bytesOf(text).toString('hex')
const base64Of = (text: string) => bytesOf(text).toString('base64')
const isPlain = (text: string) => /^[\x20-\x7e\n]*$/.test(text)
/** Where only a text can be dressed like this, other bytes are put into base64 first. */
const asText = (text: string) => (isPlain(text) ? text : base64Of(text))
const unicode = (text: string) =>
  text.replaceAll(/[^]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  base64: base64Of,
  base64url: (text) => bytesOf(text).toString('base64url'),
  'base64 in lines of 64': (text) => wrapped(base64Of(text), 64),
  'base64 in lines of 20': (text) => wrapped(base64Of(text), 20),
  'base64 with a comment in each line': (text) =>
    wrapped(base64Of(text), 64).replaceAll('\n', ' # a note\n'),
  'base64 with a quotation sign before each line': (text) =>
    `> ${wrapped(base64Of(text), 48).replaceAll('\n', '\n> ')}`,
  'base64 behind a comment in the same line': (text) => `the key ${base64Of(text)}`,
  hex: hexOf,
  'hex in upper case': (text) => hexOf(text).toUpperCase(),
  'hex with colons': (text) => hexOf(text).replaceAll(/(..)(?=.)/g, '$1:'),
  'hex in lines': (text) => wrapped(hexOf(text), 64),
  'a list of hex numbers': (text) =>
    Array.from(bytesOf(text), (b) => `0x${b.toString(16).padStart(2, '0')}`).join(', '),
  'escapes of C': (text) =>
    Array.from(bytesOf(text), (b) => `\\x${b.toString(16).padStart(2, '0')}`).join(''),
  'a list of numbers': (text) => JSON.stringify([...bytesOf(text)]),
  'a Buffer as JSON': (text) => JSON.stringify(bytesOf(text)),
  'a JSON text': (text) => JSON.stringify(asText(text)),
  'a JSON text in an object': (text) => JSON.stringify({ value: asText(text) }),
  'JSON escapes of every character': unicode,
  'single quotes': (text) => `'${asText(text)}'`,
  'escaped line ends': (text) => asText(text).replaceAll('\n', '\\n'),
  'line ends of Windows': (text) => asText(text).replaceAll('\n', '\r\n'),
  'percent-encoding': (text) => encodeURIComponent(asText(text)),
  'percent-encoding of every character': (text) => hexOf(text).replaceAll(/../g, '%$&'),
  'a form': (text) => new URLSearchParams({ key: asText(text) }).toString(),
  'HTML references': (text) =>
    asText(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
  'numeric HTML references': (text) =>
    text.replaceAll(/[^]/g, (each) => `&#${each.charCodeAt(0)};`),
  'UTF-16': (text) => latin1(Buffer.from(text, 'utf16le')),
  'UTF-16 of the other order': (text) => latin1(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()),
  'a byte order mark': (text) => `\xef\xbb\xbf${text}`,
  blanks: (text) => `\n\n \t${text}\n  `,
  'a comment line': (text) => `# our public key\n${asText(text)}`,
  'comment lines around': (text) => `// begin\n${asText(text)}\n// end`,
  'a comment behind': (text) => `${asText(text)} ; the key of the issuer`,
  'a comment of HTML': (text) => `<!-- key -->\n${asText(text)}\n<!-- end -->`,
  'a variable': (text) => `PUBLIC_KEY=${asText(text)}`,
  'a block of YAML': (text) => `key: |\n  ${asText(text).replaceAll('\n', '\n  ')}`,
  'a data URL': (text) => `data:application/octet-stream;base64,${base64Of(text)}`,
  'a fence of Markdown': (text) => `\`\`\`\n${asText(text)}\n\`\`\``,
  brackets: (text) => `(${asText(text)})`,
}

describe('a public key in a disguise is no secret (RFC 8725 section 2.1)', () => {
  const disguise = fc.constantFrom(...Object.entries(DISGUISES))

  it('is found in each disguise alone, of each key, however it is spelt', () => {
    const missed: string[] = []
    for (const [spelling, spell] of Object.entries(PLAIN)) {
      for (const [name, wrap] of Object.entries(DISGUISES)) {
        for (const key of keys) {
          const secret = bytesOf(wrap(spell(key)))
          if (!isPublicKeyMaterial(secret))
            missed.push(`${key.asymmetricKeyType}: ${spelling}, ${name}`)
        }
      }
    }
    expect(missed).toStrictEqual([])
  })

  it('is found in up to three disguises, one over the other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.constantFrom(...Object.entries(PLAIN)),
        fc.array(disguise, { maxLength: 3 }),
        (key, [, spell], wrappings) => {
          const text = wrappings.reduce((inner, [, wrap]) => wrap(inner), spell(key))
          expect(isPublicKeyMaterial(bytesOf(text))).toBe(true)
        },
      ),
      { numRuns },
    )
  })

  it('is found in more escapes of one kind than are looked through', () => {
    const key = keys[1]
    let text = key === undefined ? '' : JSON.stringify(jwk(key))
    for (let count = 0; count < 12; count++) text = encodeURIComponent(text)
    expect(isPublicKeyMaterial(Buffer.from(text))).toBe(true)
  })
})

describe('a secret that was made at random', () => {
  const encodings = ['hex', 'base64', 'base64url'] as const

  it('is taken as signet secret prints it, and in each usual encoding', () => {
    for (let count = 0; count < numRuns; count++) {
      const secret = createSecret()
      const spellings = [secret, ...encodings.map((each) => Buffer.from(secret).toString(each))]
      for (const text of spellings) expect(isPublicKeyMaterial(Buffer.from(text))).toBe(false)
    }
  })

  it.each([
    [32, 20],
    [64, 20],
    [256, 20],
    [4096, 2],
  ])('is taken with %d bytes', (size, rounds) => {
    for (let count = 0; count < rounds; count++) {
      const bytes = randomBytes(size)
      expect(isPublicKeyMaterial(bytes)).toBe(false)
      for (const each of encodings) {
        expect(isPublicKeyMaterial(Buffer.from(bytes.toString(each)))).toBe(false)
        expect(isPublicKeyMaterial(Buffer.from(`"${bytes.toString(each)}"\n`))).toBe(false)
      }
    }
  })
})
