import { describe, expect, it } from 'vitest'
import { describeDistance, describeDuration, describeMoment, describeRemaining } from './time.js'

describe('describeDuration', () => {
  it.each([
    [0, '0 seconds'],
    [1000, '1 second'],
    [59_999, '59 seconds'],
    [60_000, '1 minute'],
    [-185_000, '3 minutes'],
    [7_199_999, '1 hour'],
    [2 * 86_400_000, '2 days'],
  ])('%i ms is %s', (ms, text) => {
    expect(describeDuration(ms)).toBe(text)
  })
})

describe('describeDistance', () => {
  it('says on which side of now', () => {
    expect(describeDistance(0, 185_000)).toBe('3 minutes ago')
    expect(describeDistance(185_000, 0)).toBe('in 3 minutes')
    expect(describeDistance(999, 0)).toBe('now')
  })
})

describe('describeRemaining', () => {
  it.each([
    [-1, '0 s'],
    [12_900, '12 s'],
    [245_000, '4 min 05 s'],
    [28_680_000, '7 h 58 min'],
    [47 * 3_600_000, '47 h 00 min'],
    [48 * 3_600_000, '2 days'],
  ])('%i ms is %s', (ms, text) => {
    expect(describeRemaining(ms)).toBe(text)
  })
})

describe('describeMoment', () => {
  it('says so of a time so far away that it has no date', () => {
    expect(describeMoment(1e18)).toBe('no date')
    expect(describeMoment('2030-06-01T12:00:00Z')).toContain('2030')
  })
})
