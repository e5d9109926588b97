import { describe, expect, it } from 'vitest'
import { dateText, durationWords, timeWords } from './time-words.js'

const NOW = 1_700_000_000

describe('durationWords', () => {
  it.each([
    [0, 'less than 1 s'],
    [0.9, 'less than 1 s'],
    [1, '1 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [61, '1 min 1 s'],
    [8 * 3600 - 1, '7 h 59 min'],
    [3600 + 59, '1 h'],
    [86_400 * 7, '7 d'],
    [86_400 * 366, '1 y 1 d'],
    [-180, '3 min'],
  ])('says the two largest units, and leaves out what is less: %d s', (seconds, words) => {
    expect(durationWords(seconds)).toBe(words)
  })
})

describe('dateText', () => {
  it('is ISO 8601 in UTC, in whole seconds', () => {
    expect(dateText(NOW)).toBe('2023-11-14T22:13:20Z')
    expect(dateText(NOW + 0.7)).toBe('2023-11-14T22:13:20Z')
    expect(dateText(-1)).toBe('1969-12-31T23:59:59Z')
  })

  it('is nothing for what has no date', () => {
    expect(dateText(1e15)).toBeUndefined()
    expect(dateText(Number.NaN)).toBeUndefined()
  })
})

describe('timeWords', () => {
  it('says that a token expires, and that it has expired, from exp on (RFC 7519 section 4.1.4)', () => {
    expect(timeWords('exp', NOW + 120, NOW)).toBe('expires in 2 min')
    expect(timeWords('exp', NOW, NOW)).toBe('expired less than 1 s ago')
    expect(timeWords('exp', NOW - 180, NOW)).toBe('expired 3 min ago')
  })

  it('says whether a token is active, from nbf on (RFC 7519 section 4.1.5)', () => {
    expect(timeWords('nbf', NOW + 60, NOW)).toBe('not active for another 1 min')
    expect(timeWords('nbf', NOW - 60, NOW)).toBe('active for 1 min')
  })

  it('says when a token was issued, also where that is yet to come', () => {
    expect(timeWords('iat', NOW - 5, NOW)).toBe('issued 5 s ago')
    expect(timeWords('iat', NOW + 5, NOW)).toBe('issued 5 s in the future')
  })
})
