import { describe, expect, it } from 'vitest'
import { fits, findProblems, type Check } from './check-value.js'
import type { JsonSchema } from './json-schema.js'
import { createBoundedTest, createPlainTest, PatternLimitError } from './pattern-test.js'
import { findSchemaFault } from './schema-fault.js'
import { CheckLimitError, CheckWork } from './work.js'

function checkOf(document: JsonSchema, steps = 100_000): Check {
  return { document, work: new CheckWork(steps), test: createPlainTest() }
}

const isFitting = (schema: JsonSchema, value: unknown) => fits(value, schema, checkOf(schema))

const CONDITION = '{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}'

const tree = {
  $defs: {
    node: {
      type: 'object',
      properties: { kids: { type: 'array', items: { $ref: '#/$defs/node' } } },
      additionalProperties: false,
    },
  },
  $ref: '#/$defs/node',
}

describe('a value fits a JSON Schema', () => {
  it.each<readonly [JsonSchema, readonly unknown[], readonly unknown[]]>([
    [{}, [1, null, 'a', {}], []],
    [{ type: 'string' }, ['', 'a'], [1, null, {}, []]],
    [{ type: ['string', 'null'] }, ['a', null], [1, false]],
    [{ type: 'integer' }, [1, 1.0, -3], [1.5, '1', null]],
    [{ type: 'number' }, [1.5], ['1', true]],
    [{ type: 'object' }, [{}], [[], null, 'a']],
    [{ type: 'string', nullable: true }, ['a', null], [1]],
    [
      { enum: ['a', 1, null, { x: [1] }] },
      ['a', 1, null, { x: [1] }],
      ['b', 2, { x: [2] }, undefined],
    ],
    [{ const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }], [{ a: 1 }, { a: 1, b: 2, c: 3 }]],
    [{ const: null }, [null], [0, '']],
    [{ minLength: 2, maxLength: 3 }, ['ab', '🌦🌦', 7], ['a', 'abcd', '🌦']],
    [{ pattern: '^\\p{L}+$' }, ['ä', 7], ['1', '']],
    [{ minimum: 1, exclusiveMaximum: 3 }, [1, 2.9, 'x'], [0, 3]],
    [{ minimum: 1, exclusiveMinimum: true }, [1.1], [1]],
    [{ multipleOf: 0.1 }, [0.3, 1.1, 0], [0.35]],
    [{ required: ['a'] }, [{ a: null }, 'x'], [{}, { b: 1 }]],
    [{ properties: { a: { type: 'string' } } }, [{}, { a: 'x', b: 1 }], [{ a: 1 }]],
    [{ properties: { a: {} }, additionalProperties: false }, [{ a: 1 }, {}], [{ b: 1 }]],
    [{ additionalProperties: { type: 'number' } }, [{ b: 1 }], [{ b: 'x' }]],
    [
      { patternProperties: { '^n': { type: 'number' } }, additionalProperties: false },
      [{ n1: 1 }],
      [{ n1: 'x' }, { m: 1 }],
    ],
    [{ propertyNames: { maxLength: 2 } }, [{ ab: 1 }], [{ abc: 1 }]],
    [{ minProperties: 1, maxProperties: 2 }, [{ a: 1 }], [{}, { a: 1, b: 2, c: 3 }]],
    [{ dependentRequired: { a: ['b'] } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
    [{ dependencies: { a: { required: ['b'] } } }, [{}, { a: 1, b: 1 }], [{ a: 1 }]],
    [
      { items: { type: 'number' }, minItems: 1, maxItems: 2 },
      [[1], [1, 2]],
      [[], [1, 2, 3], ['x']],
    ],
    [{ items: [{ type: 'string' }], additionalItems: false }, [['a'], []], [['a', 1], [1]]],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, [['a', 1]], [['a', 'b']]],
    [
      { uniqueItems: true },
      [[1, '1', { a: 1, b: 2 }]],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      ],
    ],
    [{ contains: { const: 1 }, maxContains: 1 }, [[1, 2]], [[2], [1, 1]]],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, ['a', 1], [true]],
    [{ oneOf: [{ type: 'number' }, { minimum: 5 }] }, [1, 'x'], [6]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2], [0, 3]],
    [{ not: { type: 'string' } }, [1], ['a']],
    [JSON.parse(CONDITION), [{ a: 1, b: 1 }, { c: 1 }], [{ a: 1 }, {}]],
    [{ properties: { a: false } }, [{}], [{ a: 1 }]],
    [tree, [{ kids: [{ kids: [] }] }], [{ kids: [{ kid: 1 }] }, { kids: {} }]],
    [
      { properties: { __proto__: { type: 'number' }, constructor: { type: 'number' } } },
      [{}, { constructor: 1 }],
      [{ constructor: 'x' }],
    ],
  ])('%j', (schema, fitting, others) => {
    for (const value of fitting) expect([value, isFitting(schema, value)]).toEqual([value, true])
    for (const value of others) expect([value, isFitting(schema, value)]).toEqual([value, false])
  })

  it('and the places are told where it does not', () => {
    const schema = {
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: {
            type: 'object',
            required: ['n'],
            properties: { m: { anyOf: [{ type: 'number' }, { type: 'null' }] } },
          },
        },
      },
    }
    const problems = [
      ...findProblems({ list: [{ n: 1, m: 'secret' }, {}] }, schema, checkOf(schema)),
    ]

    expect(problems.map(({ path }) => path.join('.'))).toEqual(['list.0.m', 'list.1.n'])
    expect(JSON.stringify(problems)).not.toContain('secret')
  })
})

describe('what a schema may cost', () => {
  it.each<readonly [string, JsonSchema, unknown]>([
    ['refers to itself alone', { $ref: '#' }, 1],
    ['refers to itself in each of its forms', { anyOf: [{ $ref: '#' }, { $ref: '#' }] }, 1],
    [
      'doubles with each level of the value',
      {
        type: 'array',
        items: { anyOf: [{ $ref: '#' }, { $ref: '#' }] },
      },
      JSON.parse(`${'['.repeat(60)}1${']'.repeat(60)}`),
    ],
    [
      'has many values for many items',
      { items: { enum: Array.from({ length: 4000 }, (_, index) => index) } },
      Array.from({ length: 4000 }, () => -1),
    ],
    [
      'needs much of many',
      { items: { required: Array.from({ length: 4000 }, (_, index) => `n${index}`) } },
      Array.from({ length: 4000 }, () => ({})),
    ],
  ])('is bounded where it %s', (_, schema, value) => {
    const check = checkOf(schema, 50_000)

    expect(() => Array.from(findProblems(value, schema, check))).toThrow(CheckLimitError)
  })

  it('is bounded in the patterns that a caller sent', () => {
    const test = createBoundedTest()

    expect(test('^a+$', 'aaa')).toBe(true)
    expect(test('^a+$', 'aab')).toBe(false)
    expect(() => test('^(a+)+$', `${'a'.repeat(60)}!`)).toThrow(PatternLimitError)
    expect(() => test('^a+$', 'aaa')).toThrow(PatternLimitError)
  })
})

describe('a schema by which nothing can be checked', () => {
  it.each<JsonSchema>([
    { $ref: '#/$defs/none' },
    { properties: { a: { $ref: 'https://schemas.example/a.json' } } },
    { items: { pattern: '(' } },
    { patternProperties: { '[': {} } },
    { anyOf: [{ $ref: '#/__proto__' }] },
  ])('has a fault: %j', (schema) => {
    expect(findSchemaFault(schema)).toMatch(/^It has a/u)
  })

  it.each<JsonSchema>([
    { $ref: '#/definitions/a~1b', definitions: { 'a/b': {} } },
    { properties: { pattern: { type: 'string' }, $ref: { type: 'string' } } },
    { default: { pattern: '(' }, enum: [{ $ref: 'x' }], const: { $ref: '#/none' } },
    { pattern: '^[\\w-]+$' },
  ])('is not %j', (schema) => {
    expect(findSchemaFault(schema)).toBeUndefined()
  })
})
