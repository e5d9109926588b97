import { describe, expect, it } from 'vitest'
import { deepFreeze } from './freeze.js'

describe('deepFreeze', () => {
  it('freezes a JSON value through and through, and returns the same value', () => {
    const value = { list: [{ a: 1 }], inner: { deep: {} } }
    expect(deepFreeze(value)).toBe(value)
    const parts: object[] = [value, value.list, ...value.list, value.inner, value.inner.deep]
    expect(parts.filter((part) => !Object.isFrozen(part))).toStrictEqual([])
  })

  it('returns primitives as they are', () => {
    expect(['a', 1, null, undefined, true].map((value) => deepFreeze(value))).toStrictEqual([
      'a',
      1,
      null,
      undefined,
      true,
    ])
  })

  it('ends at a circle', () => {
    const circle: { self?: object } = {}
    circle.self = circle
    expect(Object.isFrozen(deepFreeze(circle))).toBe(true)
  })

  it('leaves alone what is no JSON: bytes cannot be frozen, and a class instance is its owner\u2019s', () => {
    const instance = new Map([['a', {}]])
    const bytes = Buffer.from('abc')
    expect(Object.isFrozen(deepFreeze({ instance, bytes }))).toBe(true)
    expect(Object.isFrozen(instance)).toBe(false)
  })
})
