import { describe, expect, it } from 'vitest'
import { timeWords } from './time-words.js'

const NOW = 1_700_000_000

describe('timeWords', () => {
  it('says that a token expires, and that it has expired, from exp on (RFC 7519 section 4.1.4)', () => {
    expect(timeWords('exp', NOW + 120, NOW)).toBe('expires in 2 min')
    expect(timeWords('exp', NOW, NOW)).toBe('expired less than 1 s ago')
    expect(timeWords('exp', NOW - 180, NOW)).toBe('expired 3 min ago')
  })

  it('says whether a token is active, from nbf on (RFC 7519 section 4.1.5)', () => {
    expect(timeWords('nbf', NOW + 60, NOW)).toBe('becomes active in 1 min')
    expect(timeWords('nbf', NOW - 60, NOW)).toBe('became active 1 min ago')
  })

  it('says when a token was issued, also where that is yet to come', () => {
    expect(timeWords('iat', NOW - 5, NOW)).toBe('issued 5 s ago')
    expect(timeWords('iat', NOW + 5, NOW)).toBe('issued 5 s in the future')
  })
})
