import type { JSONValue } from '@ai-sdk/provider'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { wordText, wordValue } from './word-value.js'

it.each([
  ['names as people write them', { windSpeed: 3, 'is-open': true }, 'Wind speed: 3; is open: yes.'],
  ['a number with its unit', { depth: 3, depthUnit: 'm', note: 'x' }, 'Depth: 3 m; note: x.'],
  ['the one number with the one unit', { depth: 3, unit: 'm' }, 'Depth: 3 m.'],
  ['a unit by itself where it could be of two', { a: 1, b: 2, unit: 'm' }, 'A: 1; b: 2; unit: m.'],
  ['a short sentence within another', { note: 'All is well.', a: 1 }, 'Note: All is well; a: 1.'],
  [
    'what has more than a few words by its name',
    { a: 1, source: 'x'.repeat(81) },
    "A: 1. Source is in the tool's result.",
  ],
  [
    'several sentences by their name',
    { a: 1, note: 'All is well. Go on.' },
    "A: 1. Note is in the tool's result.",
  ],
  [
    'what comes after the first values by its name',
    { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, gH: 7 },
    "A: 1; b: 2; c: 3; d: 4; e: 5. F and g h are in the tool's result.",
  ],
  [
    'what is nothing but long',
    { note: 'x\ny', log: 'x'.repeat(1000) },
    "Note and log are in the tool's result.",
  ],
  ['a number beside a value without a name', { a: 1, '': 'x' }, 'A: 1; value: x.'],
  ['nested values', { wind: { speed: 3, isWarm: false } }, 'Wind: (speed: 3, is warm: no).'],
  ['lists', { tags: ['a', 'b', 'c'], none: [] }, 'Tags: a, b and c; none: none.'],
  ['what is not there', { a: null, b: '', c: {} }, 'A: none; b: none; c: none.'],
  [
    'a list of objects by the first',
    [{ a: 1, b: 'x' }, { a: 2 }],
    "There are 2 items in the tool's result, the first with a: 1; b: x.",
  ],
  ['a list of one object as that', [{ a: 1, b: 'x' }], 'A: 1; b: x.'],
  ['a list of long texts by its length', ['x'.repeat(81), 'y'], "The tool's result has 2 items."],
  ['an empty list', [], 'There is nothing in it.'],
  ['a list', [1, 2], '1 and 2.'],
  ['a number', 41.5, '41.5.'],
  ['an empty object', {}, 'There is nothing in it.'],
])('words %s', (_, value, text) => {
  expect(wordValue(value)).toBe(text)
})

it('counts what would be too long to read', () => {
  const items = Array.from({ length: 23 }, (_, index) => index)
  expect(wordValue(items)).toBe('0, 1, 2, 3, 4 and 18 more.')
  const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)
  expect(wordValue(deep)).toBe("A is in the tool's result.")
})

it.each([
  ['short', 'Done', 'Done'],
  ['two sentences', 'It rains. Take a coat!', 'It rains. Take a coat!'],
  ['three sentences', 'It rains. Take a coat! Go.', "It rains. The rest is in the tool's result."],
  ['lines', 'one\ntwo\nthree', "one. The rest is in the tool's result."],
  [
    'too long',
    'word '.repeat(100),
    `${'word '.repeat(60).trim()}… The rest is in the tool's result.`,
  ],
])('says a text that is %s', (_, text, said) => {
  expect(wordText(text)).toBe(said)
})

/** How many sentences a text has, as a person counts. */
const sentencesIn = (text: string) => text.split(/[.!?…]["'”’)]*(?:\s+|$)/u).filter(Boolean).length

it('says whatever a tool answers in two short sentences', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const said = wordValue(value as JSONValue)
      expect(said).not.toBe('')
      expect(said).not.toMatch(/[\r\n]/u)
      expect(said.length).toBeLessThan(600)
      expect(sentencesIn(said)).toBeLessThanOrEqual(2)
    }),
    { numRuns: 2000 },
  )
})
