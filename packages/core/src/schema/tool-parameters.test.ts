import { describe, expect, it } from 'vitest'
import { toParameters } from './tool-parameters.js'

const text = { type: 'string' }

describe('the input of a tool as one object', () => {
  it('needs what all forms need, and what each part needs', () => {
    const schema = {
      allOf: [{ properties: { id: text }, required: ['id'] }],
      anyOf: [
        { properties: { a: text, b: text }, required: ['a', 'b'] },
        { properties: { a: { type: 'number' } }, required: ['a'] },
      ],
    }

    expect(toParameters(schema)).toEqual({
      type: 'object',
      properties: { id: text, a: { anyOf: [text, { type: 'number' }] }, b: text },
      required: ['id', 'a'],
    })
  })

  it.each([
    { anyOf: [{ type: 'string' }, { properties: {} }] },
    { $ref: '#/$defs/none' },
    { $ref: '#' },
    { type: 'string' },
  ])('is left as it is where a form is no object: %j', (schema) => {
    expect(toParameters(schema)).toEqual(schema)
  })

  it('is left as it is where that takes too long', () => {
    const forms = Array.from({ length: 500 }, () => ({ $ref: '#/$defs/x' }))
    const schema = { anyOf: forms, $defs: { x: { anyOf: forms } } }

    expect(toParameters(schema)).toBe(schema)
  })
})
