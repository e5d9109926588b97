import { describe, expect, it } from 'vitest'
import { codeOf } from './error-code.js'

describe('the code of an error', () => {
  it('is its member code, also where its class has it', () => {
    class Coded extends Error {
      get code(): string {
        return 'EEXIST'
      }
    }
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT')
    expect(codeOf(new Coded('x'))).toBe('EEXIST')
  })

  it('is undefined where it is not a text, and for what is not an error', () => {
    const numbered = Object.assign(new Error('x'), { code: 11 })
    const values = [new Error('x'), numbered, { code: 'ENOENT' }, 'ENOENT', null, undefined]
    expect(values.map(codeOf).filter((code) => code !== undefined)).toStrictEqual([])
  })
})
