import { describe, expect, it } from 'vitest'
import { followReference } from './json-schema.js'

describe('a reference in a document', () => {
  it('is read once, however often it is followed', () => {
    let reads = 0
    const $defs = {
      get node() {
        reads++
        return { type: 'string' }
      },
    }
    const document = { $defs }
    const targets = Array.from({ length: 100 }, () => followReference('#/$defs/node', document))

    expect(targets.every((target) => target === targets[0])).toBe(true)
    expect(targets[0]).toEqual({ type: 'string' })
    expect(reads).toBe(1)
  })

  it('leads to nothing where it is longer than 1,000 characters', () => {
    const ofLength = (length: number) => `#/${'k'.repeat(length - 2)}`

    expect(followReference(ofLength(1000), { [ofLength(1000).slice(2)]: true })).toBe(true)
    expect(followReference(ofLength(1001), { [ofLength(1001).slice(2)]: true })).toBeUndefined()
  })

  it('leads to another place in another document', () => {
    expect(followReference('#/a', { a: 1 })).toBe(1)
    expect(followReference('#/a', { a: 2 })).toBe(2)
    expect(followReference('#/a', {})).toBeUndefined()
  })
})
