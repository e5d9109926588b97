import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NUM_RUNS } from '@signet/test-support/time/property-runs'
import { decodeCanonical, decodeCanonicalBinary, isPlain } from './base64url.js'

/** The rule, said plainly: encoding again gives the same text. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}

/** Whether a text is decoded, which is the same for both forms of what it is decoded to. */
function decodes(text: string): boolean {
  if (!isPlain(text)) return false
  const bytes = decodeCanonical(text)
  if (decodeCanonicalBinary(text) !== bytes?.toString('latin1')) throw new Error('They differ.')
  return bytes !== undefined
}

describe('canonical base64url (RFC 7515 section 2)', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const decoded = decodeCanonical(Buffer.from(bytes).toString('base64url'))
        expect(decoded && Buffer.compare(decoded, bytes)).toBe(0)
      }),
    )
  })

  it('knows every character of every place, alone and beside others', () => {
    for (let code = 0; code < 0x1_0000; code++) {
      const character = String.fromCharCode(code)
      for (const text of [
        character,
        `A${character}`,
        `${character}A`,
        `AA${character}`,
        `AAAA${character}A`,
        `A${character}AA`,
      ]) {
        if (decodes(text) !== isCanonical(text)) expect(`${code} in ${text}`).toBe('as canonical')
      }
    }
  })

  it('knows all texts of two characters of ASCII', () => {
    for (let code = 0; code < 128 * 128; code++) {
      const text = String.fromCharCode(code >> 7, code & 127)
      if (decodes(text) !== isCanonical(text)) expect(JSON.stringify(text)).toBe('as canonical')
    }
  })

  it('agrees with the plain rule on texts that are nearly base64url', () => {
    const character = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...'ABCxyz019-_') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.constantFrom('=', '+', '/', ' ', '\n', '\0', 'ſ', 'Ł', '\ud800') },
    )
    const text = fc.array(character, { maxLength: 40 }).map((characters) => characters.join(''))
    fc.assert(
      fc.property(text, (text) => {
        expect(decodes(text)).toBe(isCanonical(text))
      }),
      { numRuns: NUM_RUNS },
    )
  })
})
