import { expect, it } from 'vitest'
import { visibleRows } from './visible-rows.js'

it.each([
  [0, 480, { first: 0, last: 17 }],
  [24, 480, { first: 0, last: 18 }],
  [48 * 100, 480, { first: 92, last: 117 }],
  [-30, 480, { first: 0, last: 17 }],
  [0, 0, { first: 0, last: 7 }],
])('at %i px, of a window of %i px, are there %j', (top, height, rows) => {
  expect(visibleRows(top, height, 48)).toStrictEqual(rows)
})

it('are as few in a list of a million as in one of a hundred', () => {
  const { first, last } = visibleRows(48 * 1_000_000, 900, 48)
  expect(last - first).toBeLessThan(40)
})
