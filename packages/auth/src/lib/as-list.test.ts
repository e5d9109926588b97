import { describe, expect, it } from 'vitest'
import { asList } from './as-list.js'

describe('what may be one value or a list', () => {
  it('is a list of one where it is one value', () => {
    expect(asList('a')).toStrictEqual(['a'])
    expect(asList<unknown>(undefined)).toStrictEqual([undefined])
    expect(asList(new Uint8Array(2))).toStrictEqual([new Uint8Array(2)])
  })

  it('is the same list where it is a list', () => {
    const list = ['a', 'b']
    expect(asList(list)).toBe(list)
  })
})
