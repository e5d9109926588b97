import { describe, expect, it } from 'vitest'
import { toParameters } from './tool-parameters.js'

const text = { type: 'string' }
const many = (value: string) => Array.from({ length: 4000 }, () => value)
const keywords = many('').map((_, index): [string, object] => [`x-${index}`, {}])

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

  it.each([
    ['forms of forms', { anyOf: Array.from({ length: 500 }, () => ({ $ref: '#/$defs/x' })) }],
    ['a name that is needed again and again', { properties: {}, required: many('a') }],
    ['a form with many keywords', { anyOf: [{ properties: {} }], ...Object.fromEntries(keywords) }],
    ['a form with many members', { properties: Object.fromEntries(keywords) }],
  ])('is left as it is where that takes too long: %s', (_, x) => {
    const forms = Array.from({ length: 500 }, () => ({ $ref: '#/$defs/x' }))
    const schema = { anyOf: forms, $defs: { x } }

    expect(toParameters(schema)).toBe(schema)
  })
})
