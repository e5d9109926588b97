import { describe, expect, it } from 'vitest'
import { isNonBlank, isTextList, nonEmptyText } from './text.js'

describe('a text with a character', () => {
  it.each(['a', ' ', '0'])('is taken as it is: %j', (text) => {
    expect(nonEmptyText(text)).toBe(text)
  })

  it.each(['', 0, 1, null, undefined, [['a']], { a: 'a' }])('is not another value: %j', (value) => {
    expect(nonEmptyText(value)).toBeUndefined()
  })
})

describe('a text that is not blank', () => {
  it('has more than white space', () => {
    expect(['a', ' a ', '0', '\u200b'].every(isNonBlank)).toBe(true)
  })

  it('is neither white space alone nor another value', () => {
    const values = ['', ' ', '\t\r\n', '\u00a0\u2003', 0, null, undefined, ['a'], new Date()]
    expect(values.filter(isNonBlank)).toStrictEqual([])
  })
})

describe('a list of texts', () => {
  it('is a list of texts only, or of nothing', () => {
    expect([[], ['a'], ['a', '']].every(isTextList)).toBe(true)
  })

  it('is neither a text nor a list with something else', () => {
    expect(
      ['a', ['a', 1], [undefined], { 0: 'a', length: 1 }, null].filter(isTextList),
    ).toStrictEqual([])
  })
})
