import { describe, expect, it } from 'vitest'
import { shorten } from './shorten.js'

describe('a text that is shown in one piece', () => {
  it('is whole up to 100,000 characters', () => {
    const text = 'x'.repeat(100_000)
    expect(shorten(text)).toBe(text)
    expect(shorten('')).toBe('')
  })

  it('is cut behind them, and says how much follows', () => {
    expect(shorten('x'.repeat(100_007))).toBe(`${'x'.repeat(100_000)}\n… and 7 more characters`)
  })
})
