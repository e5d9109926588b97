import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownerKey } from './owner.js'

describe('ownerKey', () => {
  it('is the SHA-256 of the JSON of issuer and resource', () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('hex')
    const owner = { issuer: 'https://issuer', resourceId: 'alice' }
    expect(ownerKey(owner)).toBe(hash('["https://issuer","alice"]'))
    expect(ownerKey({ resourceId: 'alice' })).toBe(hash('["local","alice"]'))
  })

  it('differs where issuer or resource differ, however they are cut', () => {
    const text = fc.string({ unit: 'binary' })
    const differ = fc.property(text, text, text, text, (issuer, resourceId, other, another) => {
      fc.pre(issuer !== other || resourceId !== another)
      const key = ownerKey({ issuer, resourceId })
      expect(key).not.toBe(ownerKey({ issuer: other, resourceId: another }))
    })
    fc.assert(differ)
    const cuts = [
      ['a', 'b,c'],
      ['a,b', 'c'],
      ['a","b', 'c'],
      ['', 'abc'],
      ['\ud800', ''],
      ['\ud801', ''],
      ['\ufffd', ''],
    ] as const
    const keys = cuts.map(([issuer, resourceId]) => ownerKey({ issuer, resourceId }))
    expect(new Set(keys).size).toBe(cuts.length)
  })
})
