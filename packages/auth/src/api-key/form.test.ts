import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { containsApiKey, isApiKey, looksLikeApiKey, spellApiKey } from './form.js'
import { apiKeyDigest, createApiKey } from './make.js'

const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 1000)
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The expression of docs/api-keys.md. */
const DOCUMENTED = /\bsgn_[0-9A-Za-z]{49}\b/

const random = fc.uint8Array({ minLength: 32, maxLength: 32 })
const key = random.map((bytes) => spellApiKey(bytes))

describe('the form of an API key', () => {
  it('is sgn_, 43 characters of base62 and 6 of checksum', () => {
    const keys = ['0'.repeat(64), 'f'.repeat(64)].map((hex) => spellApiKey(Buffer.from(hex, 'hex')))
    expect(keys).toStrictEqual([
      `sgn_${'0'.repeat(43)}${keys[0]?.slice(-6)}`,
      expect.stringMatching(/^sgn_[0-9A-Za-z]{49}$/),
    ])
    expect(keys.every(isApiKey)).toBe(true)
  })

  it('does not change: keys that were made are good for years', () => {
    const made = spellApiKey(Buffer.from('0123456789abcdef'.repeat(4), 'hex'))
    expect(made).toBe('sgn_0Gj7PHcTWolMMAoH3h6Ln2Wqzlj9JIFHhROBI35WkDX0XBqkS')
  })

  it('is found by what the documentation tells scanners of secrets', () => {
    fc.assert(
      fc.property(key, (text) => {
        expect(DOCUMENTED.exec(`apiKey: "${text}",`)?.[0]).toBe(text)
        expect(isApiKey(text) && looksLikeApiKey(text)).toBe(true)
        expect(containsApiKey(`agents:read:${text}`) && containsApiKey(text.slice(0, -6))).toBe(
          true,
        )
      }),
      { numRuns },
    )
  })

  it('keeps apart what is random in it', () => {
    fc.assert(
      fc.property(random, random, (left, right) => {
        const isSame = Buffer.compare(left, right) === 0
        expect(spellApiKey(left) === spellApiKey(right)).toBe(isSame)
      }),
      { numRuns },
    )
  })

  it('is refused with any single character changed, left out, doubled or swapped with the next', () => {
    fc.assert(
      fc.property(key, fc.nat(52), fc.constantFrom(...BASE62, '-', '_', ' '), (text, at, other) => {
        const [before, here = '', next = '', after] = [
          text.slice(0, at),
          text[at],
          text[at + 1],
          text.slice(at + 2),
        ]
        const wrong = [
          before + other + next + after,
          before + next + after,
          before + here + here + next + after,
          before + next + here + after,
        ].filter((each) => each !== text)
        expect(wrong.filter(isApiKey)).toStrictEqual([])
      }),
      { numRuns },
    )
  })

  it.each([
    '',
    'sgn_',
    'sgn',
    `sgn_${'0'.repeat(49)}`,
    `sgn_${'A'.repeat(49)}`,
    `SGN_${'0'.repeat(49)}`,
    'eyJhbGciOiJIUzI1NiJ9.e30.x',
  ])('is not %j', (text) => {
    expect(isApiKey(text)).toBe(false)
  })

  it('is not a key with anything before or behind it', () => {
    const good = createApiKey()
    expect([` ${good}`, `${good}\n`, `${good} `, `x${good}`, `${good}0`].some(isApiKey)).toBe(false)
  })
})

describe('a text without a key', () => {
  it.each(['', 'sgn_', 'sgn_helper', 'weather-agent', `sgn_${'x'.repeat(42)}`, 'x'.repeat(60)])(
    'contains none: %j',
    (text) => {
      expect(containsApiKey(text)).toBe(false)
    },
  )
})

describe('a fresh API key', () => {
  it('is another each time', () => {
    const keys = Array.from({ length: 100 }, createApiKey)
    expect(new Set(keys).size).toBe(100)
    expect(keys.every(isApiKey)).toBe(true)
  })

  it('is kept as SHA-256 in hex, of the whole of it', () => {
    const digests = ['sgn_a', 'sgn_b'].map(apiKeyDigest)
    expect(digests.map((digest) => /^[0-9a-f]{64}$/.test(digest))).toStrictEqual([true, true])
    expect(digests[0]).toBe('a85920d92048dae28275402258a6b8702d5e4a240bad98c7abf12ca6cf9d5f3c')
    expect(digests[0]).not.toBe(digests[1])
  })
})
