import { describe, expect, it } from 'vitest'
import { listed } from './quoted.js'

describe('listed', () => {
  const five = ['a', 'b', 'c', 'd', 'e']

  it.each([
    [[], 'nothing', 'nothing'],
    [['a'], '"a"', '"a"'],
    [['a', 'b'], '"a" or "b"', '"a" and "b"'],
    [five, '"a", "b", "c", "d" or "e"', '"a", "b", "c", "d" and "e"'],
    [[...five, 'f'], '"a", "b", "c", "d" or one of 2 others', '"a", "b", "c", "d" and 2 others'],
  ])('shows all of a few values, and the first of many: %j', (values, either, all) => {
    expect(listed(values)).toBe(either)
    expect(listed(values, 'and')).toBe(all)
  })
})
