import { describe, expect, it } from 'vitest'
import { isJsonObject, isObject, ownMember } from './object.js'

const NEITHER = [null, undefined, 'text', 1, true, Symbol('a'), () => 1]

describe('isObject', () => {
  it('is true for objects and lists', () => {
    expect([{}, [], Object.create(null), new Date()].every(isObject)).toBe(true)
  })

  it('is false for null, functions and primitives', () => {
    expect(NEITHER.filter(isObject)).toStrictEqual([])
  })
})

describe('isJsonObject', () => {
  it('is true for objects (RFC 8259 section 4)', () => {
    expect([{}, Object.create(null)].every(isJsonObject)).toBe(true)
  })

  it('is false for lists, null, functions and primitives', () => {
    expect([[], ...NEITHER].filter(isJsonObject)).toStrictEqual([])
  })
})

describe('ownMember', () => {
  it('is the member that an object has itself', () => {
    expect(ownMember({ sub: 'alice' }, 'sub')).toBe('alice')
    expect(ownMember(['a'], '0')).toBe('a')
  })

  it('is undefined for a member of the prototype, and of what has no members', () => {
    expect(ownMember(Object.create({ sub: 'alice' }), 'sub')).toBeUndefined()
    expect(ownMember({}, 'constructor')).toBeUndefined()
    expect(ownMember('text', 'length')).toBeUndefined()
    expect(ownMember(undefined, 'sub')).toBeUndefined()
    expect(ownMember(null, 'sub')).toBeUndefined()
  })
})
