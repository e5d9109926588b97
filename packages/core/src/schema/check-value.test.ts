import { describe, expect, it } from 'vitest'
import { fits, findProblems } from './check-value.js'
import type { Check } from './check.js'
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
    [{ multipleOf: 0.01 }, [1_234_567.89], [1_234_567.891]],
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

const many = <Value>(value: Value): Value[] => Array.from({ length: 4000 }, () => value)

/** A small schema that has another looked at a hundred times. */
function repeated(schema: JsonSchema): JsonSchema {
  const ten = (name: string) => ({ allOf: Array.from({ length: 10 }, () => ({ $ref: name })) })
  return { ...ten('#/$defs/ten'), $defs: { ten: ten('#/$defs/one'), one: schema } }
}

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
    ['has parts that say nothing, again and again', repeated({ allOf: many(true) }), 1],
    ['has forms that say nothing', repeated({ oneOf: many(false) }), 1],
    ['has items that it must contain', repeated({ contains: true }), many(1)],
    ['has many types', repeated({ type: ['number', ...many('null')] }), 1],
    ['has a long constant', repeated({ enum: [`${'a'.repeat(100_000)}b`] }), 'a'.repeat(100_001)],
    [
      'has a constant with many members',
      repeated({ not: { const: Object.fromEntries(many(0).map((_, index) => [index, 0])) } }),
      { a: 1 },
    ],
    [
      'has items that are all of their own',
      repeated({ uniqueItems: true }),
      many(1).map((_, n) => n),
    ],
    ['has a pattern for a long text', repeated({ pattern: '^a' }), 'a'.repeat(100_000)],
    [
      'has patterns of names',
      { patternProperties: Object.fromEntries(many(0).map((_, n) => [`^x${n}$`, true])) },
      Object.fromEntries(many(0).map((_, n) => [`m${n}`, 1])),
    ],
    [
      'has what depends on members',
      repeated({ dependentSchemas: Object.fromEntries(many(0).map((_, n) => [`m${n}`, true])) }),
      {},
    ],
  ])('is bounded where it %s', (_, schema, value) => {
    const check = checkOf(schema, 50_000)

    expect(() => Array.from(findProblems(value, schema, check))).toThrow(CheckLimitError)
  })

  it('leaves each form that does not fit, so that a long list of others is not too deep', () => {
    const schema = { items: { anyOf: [{ type: 'string' }, { type: 'number' }] } }

    expect(isFitting(schema, many(1))).toBe(true)
    expect(isFitting(schema, [...many(1), null])).toBe(false)
  })

  it('names none but real types of those that a caller wrote', () => {
    const schema = { type: ['x'.repeat(1000), 'string', 'null'] }

    expect([...findProblems(1, schema, checkOf(schema))]).toEqual([
      { path: [], message: 'Invalid input: expected string or null, received number' },
    ])
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

  it('has a reference that is too long to be followed each time', () => {
    const ofLength = (length: number) => {
      const name = 'k'.repeat(length - '#/$defs/'.length)
      return { $ref: `#/$defs/${name}`, $defs: { [name]: {} } }
    }

    expect(findSchemaFault(ofLength(1000))).toBeUndefined()
    expect(findSchemaFault(ofLength(1001))).toContain('more than 1000 characters')
  })
})
