import { describe, expect, it } from 'vitest'
import { contextText, plainContext } from './request-context.js'

describe('a request context', () => {
  it('is a plain object, or whatever has entries', () => {
    const plain = { city: 'Köln', list: [1] }
    expect(plainContext(plain)).toStrictEqual(plain)
    expect(plainContext(new Map(Object.entries(plain)))).toStrictEqual(plain)
    expect(plainContext(undefined)).toBeUndefined()
  })

  it('takes entries that are no function for a value', () => {
    expect(plainContext({ entries: 7 })).toStrictEqual({ entries: 7 })
  })

  it('is JSON in base64 in a query, whatever its letters are', () => {
    const text = contextText({ city: 'Köln 🌧' }) ?? ''
    expect(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))).toStrictEqual({
      city: 'Köln 🌧',
    })
    expect(contextText({})).toBe('e30=')
    expect(contextText(undefined)).toBeUndefined()
  })
})
