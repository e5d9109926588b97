import { afterEach, describe, expect, it, vi } from 'vitest'
import { readQuery } from './validation.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('readQuery', () => {
  it('keeps all values of a name, in their order', () => {
    expect(readQuery('a=1&b=2&a=3&c&a=')).toStrictEqual({ a: ['1', '3', ''], b: '2', c: '' })
  })

  it('takes names for names, whatever objects have', () => {
    const query = readQuery('__proto__=a&constructor=b&__proto__=c')
    expect(Object.entries(query)).toStrictEqual([
      ['__proto__', ['a', 'c']],
      ['constructor', 'b'],
    ])
    expect(Object.getPrototypeOf(query)).toBe(Object.prototype)
  })

  it('goes through its parameters once, and not once for each name', () => {
    const lookUps = (['get', 'getAll', 'has'] as const).map((name) =>
      vi.spyOn(URLSearchParams.prototype, name),
    )
    const names = Array.from({ length: 4000 }, (_, index) => index.toString(36))
    expect(Object.keys(readQuery(names.join('&')))).toHaveLength(4000)
    for (const lookUp of lookUps) expect(lookUp).not.toHaveBeenCalled()
  })
})
