import { describe, expect, it } from 'vitest'
import { fieldsOf, readFields, readJson } from './fields.js'

const SCHEMA = {
  type: 'object',
  properties: {
    seat: { type: 'string', description: 'The number of the seat' },
    count: { type: 'integer' },
    isWindow: { type: 'boolean' },
    class: { enum: ['first', 'second'] },
  },
  required: ['seat', 'count'],
}

function fieldsOfSchema() {
  const fields = fieldsOf(SCHEMA)
  if (fields === undefined) throw new Error('There are fields.')
  return fields
}

describe('fieldsOf', () => {
  it('has a control for each member of an object', () => {
    expect(fieldsOfSchema()).toMatchObject([
      { name: 'seat', kind: 'text', isRequired: true, description: 'The number of the seat' },
      { name: 'count', kind: 'number', isRequired: true },
      { name: 'isWindow', kind: 'boolean', isRequired: false },
      { name: 'class', kind: 'choice', choices: ['first', 'second'] },
    ])
  })

  it.each([
    ['none', undefined],
    ['null', null],
    ['a text', { type: 'string' }],
    ['an object of any members', { type: 'object' }],
    ['an object without members', { type: 'object', properties: {} }],
    ['a list in an object', { type: 'object', properties: { a: { type: 'array' } } }],
    ['one of several', { type: 'object', properties: { a: { anyOf: [] } } }],
    [
      'choices that are no texts',
      { type: 'object', properties: { a: { type: 'number', enum: [1] } } },
    ],
    [
      'more members than a person fills in',
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 31 }, (_, at) => [at, { type: 'string' }]),
        ),
      },
    ],
  ])('leaves to be written as JSON: %s', (_case, schema) => {
    expect(fieldsOf(schema)).toBeUndefined()
  })
})

describe('readFields', () => {
  it('makes an object of what was entered, without what was left empty', () => {
    const entries = { seat: '12a', count: '2', isWindow: true, class: '' }
    expect(readFields(fieldsOfSchema(), entries)).toStrictEqual({
      value: { seat: '12a', count: 2, isWindow: true },
    })
  })

  it('says what is missing, and what is no number', () => {
    expect(readFields(fieldsOfSchema(), { count: 'two' })).toStrictEqual({
      problems: { seat: 'Fill this in.', count: 'Write a number.' },
    })
  })
})

describe('readJson', () => {
  it('reads JSON, and says what is none', () => {
    expect(readJson('{"a":[1]}')).toStrictEqual({ value: { a: [1] } })
    expect(readJson('{a}')).toStrictEqual({ problems: { JSON: 'This is not JSON.' } })
  })
})
