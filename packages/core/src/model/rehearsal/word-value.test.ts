import { expect, it } from 'vitest'
import { wordValue } from './word-value.js'

it.each([
  ['names as people write them', { windSpeed: 3, 'is-open': true }, 'Wind speed: 3. Is open: yes.'],
  ['a number with its unit', { depth: 3, depthUnit: 'm', note: 'x' }, 'Depth: 3 m. Note: x.'],
  ['the one number with the one unit', { depth: 3, unit: 'm' }, 'Depth: 3 m.'],
  ['a unit by itself where it could be of two', { a: 1, b: 2, unit: 'm' }, 'A: 1. B: 2. Unit: m.'],
  ['sentences as they are', { note: 'All is well.' }, 'Note: All is well.'],
  ['nested values', { wind: { speed: 3, isWarm: false } }, 'Wind: (speed: 3, is warm: no).'],
  ['lists', { tags: ['a', 'b', 'c'], none: [] }, 'Tags: a, b and c. None: none.'],
  ['what is not there', { a: null, b: '', c: {} }, 'A: none. B: none. C: none.'],
  ['a list of objects line by line', [{ a: 1, b: 'x' }, { a: 2 }], '- A: 1, b: x\n- A: 2'],
  ['a list', [1, 2], '1 and 2.'],
  ['a number', 41.5, '41.5.'],
  ['an empty object', {}, 'There is nothing in it.'],
])('words %s', (_, value, text) => {
  expect(wordValue(value)).toBe(text)
})

it('counts what would be too long to read', () => {
  const items = Array.from({ length: 23 }, (_, index) => index)
  expect(wordValue(items)).toMatch(/, 19 and 3 more\.$/u)
  expect(wordValue(items.map((n) => ({ n })))).toMatch(/- N: 19\n- 3 more$/u)
  const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)
  expect(wordValue(deep)).toContain('a: more')
})
