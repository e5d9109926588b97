import { describe, expect, it } from 'vitest'
import { dateText, durationWords, momentText } from './time-text.js'

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

describe('momentText', () => {
  it.each([
    [NOW - 180, '3 min ago, at 2023-11-14T22:10:20Z'],
    [NOW + 7200, 'in 2 h, at 2023-11-15T00:13:20Z'],
    [NOW + 1e15, 'in 31709791 y 359 d'],
  ])('says how far it is, and when: %d', (at, text) => {
    expect(momentText(at, NOW)).toBe(text)
  })
})
