import { describe, expect, it } from 'vitest'
import { isoTime } from './iso-time.js'

describe('a time as text', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1_796_000_000.25, '2026-11-30T00:53:20.250Z'],
    [-1, '1969-12-31T23:59:59.000Z'],
    [8.64e12, '+275760-09-13T00:00:00.000Z'],
  ])('is ISO 8601 in UTC: %j', (seconds, text) => {
    expect(isoTime(seconds)).toBe(text)
  })

  it.each([8.64e12 + 1, -8.64e12 - 1, Infinity, NaN])('is none for %j', (seconds) => {
    expect(isoTime(seconds)).toBeUndefined()
  })
})
