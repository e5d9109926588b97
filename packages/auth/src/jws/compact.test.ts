import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEAR_RUNS } from '@signet/test-support/time/property-runs'
import { TokenError } from '../error.js'
import { checkSize, parseCompact, parseJsonObject } from './compact.js'

const numRuns = DEAR_RUNS
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const refusal = (code: string) => expect.objectContaining({ name: 'TokenError', code })
const malformed = refusal('token_malformed')
const encode = (content: string | Uint8Array) => Buffer.from(content).toString('base64url')

const HEADER = encode('{"alg":"HS256"}')
const PAYLOAD = encode('{}')
const SIGNATURE = encode('signature')
const PARTS = [0, 1, 2] as const
const TOKEN = `${HEADER}.${PAYLOAD}.${SIGNATURE}`

const withPart = (index: number, text: string) => TOKEN.split('.').with(index, text).join('.')
const bytesOf = (binary: string) => Buffer.from(binary, 'latin1')
const binaryOf = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const payloadOf = (text: string) => bytesOf(parseCompact(withPart(1, text)).payload)

/** The code of the refusal; what is no refusal is thrown on. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof TokenError) return error.code
    throw error
  }
  return undefined
}

describe('checkSize', () => {
  it('takes a token of exactly the largest size, and refuses one byte more', () => {
    expect(() => checkSize('a'.repeat(8192), 8192)).not.toThrow()
    expect(() => checkSize('a'.repeat(8193), 8192)).toThrow(refusal('token_too_large'))
  })

  it.each([
    [undefined],
    [null],
    [1],
    [true],
    [{}],
    [[TOKEN]],
    [Buffer.from(TOKEN)],
    [Object(TOKEN)],
  ])('refuses what is not a string: %o', (value: unknown) => {
    expect(() => checkSize(value, 8192)).toThrow(malformed)
  })

  it('never asks a value that is no string for its text', () => {
    const hostile = {
      toString(): string {
        throw new Error('was asked')
      },
      length: 1,
    }
    expect(() => checkSize(hostile, 8192)).toThrow(malformed)
  })
})

describe('parseCompact (RFC 7515 section 7.1)', () => {
  it('takes a token apart without verifying it', () => {
    expect(parseCompact(TOKEN)).toStrictEqual({
      header: { alg: 'HS256' },
      signingInput: `${HEADER}.${PAYLOAD}`,
      payload: '{}',
      signature: Buffer.from('signature'),
    })
  })

  it('gives an empty signature for an empty third part, so that its refusal names the algorithm (RFC 7515 appendix A.5)', () => {
    expect(parseCompact(`${HEADER}.${PAYLOAD}.`).signature).toHaveLength(0)
  })

  it.each([
    ['empty', ''],
    ['one part', HEADER],
    ['two parts', `${HEADER}.${PAYLOAD}`],
    ['four parts', `${TOKEN}.${SIGNATURE}`],
    ['five parts, a JWE (RFC 7516 section 7.1)', `${TOKEN}.${SIGNATURE}.${SIGNATURE}`],
    ['a trailing dot', `${TOKEN}.`],
    ['a leading dot', `.${TOKEN}`],
    ['no header', `.${PAYLOAD}.${SIGNATURE}`],
    ['only dots', '..'],
    ['one dot', '.'],
    ['the JSON serialization (RFC 7515 section 7.2)', '{"payload":"e30","signatures":[]}'],
  ])('refuses a text that is not three parts: %s', (_case, text) => {
    expect(() => parseCompact(text)).toThrow(malformed)
  })

  it.each([
    ['a text', '"HS256"'],
    ['a list', '[{"alg":"HS256"}]'],
    ['null', 'null'],
    ['two objects', '{"alg":"HS256"}{}'],
    ['a duplicate name', '{"alg":"none","alg":"HS256"}'],
    ['nesting beyond 100', `{"alg":"HS256","a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['a byte order mark', '\ufeff{"alg":"HS256"}'],
    ['UTF-16', Buffer.from('{"alg":"HS256"}', 'utf16le')],
    ['no UTF-8', Buffer.from('7b22616c67223a22ff227d', 'hex')],
    ['an overlong encoding', Buffer.from('7b22c0af223a317d', 'hex')],
    ['a surrogate in UTF-8', Buffer.from('7b22eda080223a317d', 'hex')],
  ])('refuses a header that is not one JSON object: %s (RFC 7515 section 4)', (_case, header) => {
    expect(() => parseCompact(`${encode(header)}.${PAYLOAD}.${SIGNATURE}`)).toThrow(malformed)
  })

  it('does not read the payload, which may be any bytes (RFC 7515 section 3)', () => {
    const bytes = Buffer.from([0, 255, 128])
    expect(payloadOf(encode(bytes))).toStrictEqual(bytes)
  })

  it.each([6142, 6143, 6144, 6145, 20_000])('takes a payload of %d bytes', (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_byte, index) => (index * 7919) & 255))
    expect(payloadOf(encode(bytes)).equals(bytes)).toBe(true)
    expect(() => payloadOf(`${encode(bytes).slice(0, -4)}AA A`)).toThrow(malformed)
  })

  it('gives what stays as it is, whatever is read after it', () => {
    const { payload, signature } = parseCompact(TOKEN)
    parseCompact(`${HEADER}.${encode('x'.repeat(100))}.${encode('y'.repeat(100))}`)
    expect([payload, String(signature)]).toStrictEqual(['{}', 'signature'])
  })
})

describe('canonical base64url (RFC 7515 section 2)', () => {
  it.each([
    '=',
    '==',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '+',
    '/',
    '?',
    '\0',
    '%3D',
    '\u00e9',
    '\ufeff',
    '\ud800',
  ])('refuses %j in front of, behind or inside a part', (foreign) => {
    for (const index of PARTS) {
      const part = TOKEN.split('.')[index] ?? ''
      for (const text of [
        foreign + part,
        part + foreign,
        part.slice(0, 2) + foreign + part.slice(2),
      ]) {
        expect(() => parseCompact(withPart(index, text))).toThrow(malformed)
      }
    }
  })

  it('takes every part that Node encodes, and no other spelling of the same bytes', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(bytes, fc.constantFrom(...ALPHABET), (content, last) => {
        const canonical = encode(content)
        expect(payloadOf(canonical)).toStrictEqual(Buffer.from(content))
        const twin = canonical.slice(0, -1) + last
        const isOtherSpelling = twin !== canonical && Buffer.from(twin, 'base64url').equals(content)
        fc.pre(isOtherSpelling)
        expect(codeOf(() => payloadOf(twin))).toBe('token_malformed')
      }),
      { numRuns },
    )
  })

  it('refuses a part with any foreign character put in', () => {
    const foreign = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
    fc.assert(
      fc.property(fc.constantFrom(...PARTS), foreign, fc.nat(), (index, character, at) => {
        fc.pre(!ALPHABET.includes(character) && character !== '.')
        const part = TOKEN.split('.')[index] ?? ''
        const position = at % (part.length + 1)
        const text = part.slice(0, position) + character + part.slice(position)
        expect(codeOf(() => parseCompact(withPart(index, text)))).toBe('token_malformed')
      }),
      { numRuns },
    )
  })

  it('takes no two texts for the same signature', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1 }), (text) => {
        const bytes = Buffer.from(text, 'base64url')
        const token = withPart(2, text)
        fc.pre(bytes.toString('base64url') !== text)
        expect(codeOf(() => parseCompact(token))).toBe('token_malformed')
      }),
      { numRuns },
    )
  })
})

describe('parseJsonObject', () => {
  it('reads UTF-8 beyond ASCII, and own members of any name', () => {
    const binary = binaryOf('{"n\u00e4me":"\ud83d\ude00","__proto__":1}')
    expect(Object.entries(parseJsonObject(binary, 'payload'))).toStrictEqual([
      ['n\u00e4me', '\ud83d\ude00'],
      ['__proto__', 1],
    ])
  })

  it('names the part at fault and nothing that stands in it', () => {
    const secret = '{"password":"hunter2",}'
    const message = /^The payload is refused: The text is not JSON\.$/
    expect(() => parseJsonObject(secret, 'payload')).toThrow(message)
  })
})
