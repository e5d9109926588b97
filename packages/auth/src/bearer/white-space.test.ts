import { describe, expect, it } from 'vitest'
import { trimWhiteSpace } from './white-space.js'

/** Everything that `trim` takes for a blank, and RFC 9110 does not. */
const OTHER_BLANKS =
  '\n\v\f\r\u0085\u00a0\u1680\u2000\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff'

describe('trimWhiteSpace (RFC 9110 section 5.5)', () => {
  it.each([
    ['', ''],
    [' \t ', ''],
    ['a', 'a'],
    [' \ta \t b\t ', 'a \t b'],
  ])('makes of %j %j', (text, expected) => {
    expect(trimWhiteSpace(text)).toBe(expected)
  })

  it.each([...OTHER_BLANKS])('keeps %j', (blank) => {
    expect(trimWhiteSpace(` ${blank}a${blank}\t`)).toBe(`${blank}a${blank}`)
  })
})
