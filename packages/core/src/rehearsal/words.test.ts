import { describe, expect, it } from 'vitest'
import { contentStems, splitName, stem } from './words.js'

it.each([
  ['openOrders', ['open', 'orders']],
  ['OpenHTTPOrders2', ['open', 'http', 'orders2']],
  ['open-orders_now', ['open', 'orders', 'now']],
  ['__', []],
])('splits the name %s', (name, words) => {
  expect(splitName(name)).toEqual(words)
})

describe('stems', () => {
  it.each([
    ['lamp', 'lamps'],
    ['stop', 'stopping'],
    ['convert', 'converted'],
    ['make', 'making'],
    ['party', 'parties'],
    ['dish', 'dishes'],
    ['keeper', 'keeper’s'],
    ['Tide', 'tide'],
  ])('are one for %s and %s', (left, right) => {
    expect(stem(left)).toBe(stem(right))
  })

  it.each([
    ['ring', 'r'],
    ['bus', 'bu'],
    ['glass', 'glas'],
    ['red', 'r'],
  ])('keep %s apart from %s', (left, right) => {
    expect(stem(left)).not.toBe(stem(right))
  })

  it('leave out the words that every sentence has', () => {
    expect([...contentStems("What's the tide, and is it high?")]).toEqual(['tid', 'high'])
  })
})
