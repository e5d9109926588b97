import { describe, expect, it } from 'vitest'
import { isMarkedError, markError } from './marked-error.js'

const KIND = Symbol.for('signet.test.kind')

describe('a marked error', () => {
  it('is known by its mark, also where its class was marked', () => {
    const error = new Error('marked')
    markError(error, KIND)
    expect(isMarkedError(error, KIND)).toBe(true)
    class Marked extends Error {}
    markError(Marked.prototype, KIND)
    expect(isMarkedError(new Marked(), KIND)).toBe(true)
  })

  it('does not show its mark where its members are listed', () => {
    const error = new Error('marked')
    markError(error, KIND)
    expect({ ...error }).toStrictEqual({})
  })

  it('is neither another error nor a value that cannot have a mark', () => {
    const other = new Error('other')
    markError(other, Symbol.for('signet.test.other'))
    const values = [other, new Error('bare'), {}, null, undefined, 'text', 1]
    expect(values.filter((value) => isMarkedError(value, KIND))).toStrictEqual([])
  })
})
