import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isSchemaObject, type JsonSchema } from './json-schema.js'
import { toStrictSchema } from './strict-schema.js'

const json = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })

const ALLOWED = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  '$ref',
  '$defs',
])

/** What OpenAI's rules are broken by, as its documentation has them. */
function broken(schema: unknown, at: string, root: JsonSchema): string[] {
  if (!isSchemaObject(schema)) return [`${at} is no schema`]
  const faults = Object.keys(schema)
    .filter((name) => !ALLOWED.has(name))
    .map((name) => `${at} has ${name}`)
  const {
    type,
    properties,
    required,
    additionalProperties,
    items,
    anyOf,
    $ref: reference,
    $defs,
  } = schema
  const types = Array.isArray(type) ? type : [type]
  if (typeof reference === 'string') {
    const name = /^#\/\$defs\/(.+)$/u.exec(reference)?.[1]
    const known = isSchemaObject(root['$defs']) ? root['$defs'] : {}
    if (reference !== '#' && (name === undefined || !(name in known)))
      faults.push(`${at} refers to nothing`)
    if (Object.keys(schema).length > 1) faults.push(`${at} has more than its reference`)
  } else if (type === undefined && anyOf === undefined) faults.push(`${at} has no type`)
  if (types.includes('object')) {
    const members = isSchemaObject(properties) ? properties : {}
    if (additionalProperties !== false) faults.push(`${at} is open`)
    if (JSON.stringify(Object.keys(members)) !== JSON.stringify(required))
      faults.push(`${at} does not need all`)
    for (const [name, each] of Object.entries(members))
      faults.push(...broken(each, `${at}.${name}`, root))
  }
  if (types.includes('array')) faults.push(...broken(items, `${at}[]`, root))
  if (Array.isArray(anyOf)) for (const each of anyOf) faults.push(...broken(each, `${at}|`, root))
  for (const [name, each] of Object.entries(isSchemaObject($defs) ? $defs : {}))
    faults.push(...broken(each, name, root))
  return faults
}

const Node = z.object({
  value: z.string().describe('What stands here'),
  get next() {
    return Node.optional().describe('What comes behind')
  },
  get kids() {
    return z.array(Node)
  },
})

describe('a schema by the strict rules', () => {
  it.each<readonly [string, JsonSchema]>([
    ['plain members', json(z.object({ name: z.string(), n: z.int(), yes: z.boolean() }))],
    [
      'optional members and defaults',
      json(
        z.object({
          a: z.string().optional(),
          b: z.number().default(3),
          c: z.object({ d: z.string().optional() }).optional(),
        }),
      ),
    ],
    [
      'null',
      json(z.object({ a: z.string().nullable(), b: z.enum(['x', 'y']).nullish(), c: z.null() })),
    ],
    [
      'bounds and formats',
      json(
        z.object({
          a: z.email().max(9),
          b: z.array(z.number().min(1)).min(1).max(3),
          c: z.url(),
          d: z.iso.datetime(),
        }),
      ),
    ],
    [
      'choices',
      json(
        z.object({
          a: z.enum(['x', 'y']),
          b: z.literal(['a', 1, null]),
          c: z.literal('z').optional(),
        }),
      ),
    ],
    [
      'unions',
      json(
        z.object({
          a: z.union([z.string(), z.object({ b: z.number().optional() })]),
          c: z.discriminatedUnion('k', [
            z.object({ k: z.literal('x') }),
            z.object({ k: z.literal('y'), n: z.number().optional() }),
          ]),
        }),
      ),
    ],
    [
      'lists in lists',
      json(z.object({ a: z.array(z.array(z.object({ b: z.string().optional() }))) })),
    ],
    ['itself', json(Node)],
    ['a form that stands twice', json(z.object({ a: Node, b: Node.optional() }))],
    ['no members', json(z.object({}))],
    [
      '$defs',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/x', description: 'an x' } },
        $defs: { x: { type: 'object', properties: { y: { type: ['string', 'number'] } } } },
      },
    ],
    [
      'types in a list',
      {
        type: 'object',
        properties: { a: { type: ['object', 'null'], properties: { b: { type: 'string' } } } },
        required: ['a'],
      },
    ],
    [
      'an enum without a type',
      { type: 'object', properties: { a: { enum: [1, 'x'] }, b: { const: 4 } } },
    ],
  ])('keeps them with %s', (_, schema) => {
    const strict = toStrictSchema(schema)

    expect(strict).toBeDefined()
    expect(broken(strict, 'root', strict ?? {})).toEqual([])
  })

  it('looks at each form once, where each refers to all', () => {
    const forms = Array.from({ length: 500 }, () => ({ $ref: '#/$defs/x' }))
    const schema = {
      type: 'object',
      properties: { a: { anyOf: forms } },
      $defs: { x: { anyOf: forms } },
    }

    expect(toStrictSchema(schema)).toBeDefined()
  })

  it('lets be null what may be left out, and tells bounds in words', () => {
    const schema = json(
      z.object({
        a: z.string().min(2).optional().describe('A name'),
        b: z.string().nullable().optional(),
      }),
    )

    expect(toStrictSchema(schema)).toEqual({
      type: 'object',
      properties: {
        a: { anyOf: [{ type: 'string', description: 'A name – minLength: 2' }, { type: 'null' }] },
        b: { type: ['string', 'null'] },
      },
      required: ['a', 'b'],
      additionalProperties: false,
    })
  })

  it.each<readonly [string, JsonSchema]>([
    [
      'a type twice',
      {
        type: 'object',
        properties: { a: { type: ['array', 'array'], items: { type: 'string' } } },
      },
    ],
    ['a record', json(z.object({ a: z.record(z.string(), z.number()) }))],
    ['a record as the whole', json(z.record(z.string(), z.number()))],
    ['an object that is open', json(z.looseObject({ a: z.string() }))],
    ['anything', json(z.object({ a: z.any() }))],
    ['a tuple', json(z.object({ a: z.tuple([z.string(), z.number()]) }))],
    [
      'an intersection',
      { type: 'object', properties: { a: { allOf: [{ type: 'string' }, { minLength: 1 }] } } },
    ],
    ['a list as the whole', json(z.array(z.string()))],
    [
      'a union as the whole',
      json(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])),
    ],
    ['a text as the whole', json(z.string())],
    ['an object without members', { type: 'object', properties: { a: { type: 'object' } } }],
    ['a list of anything', { type: 'object', properties: { a: { type: 'array' } } }],
    ['a condition', { type: 'object', properties: { a: { type: 'string' } }, if: {}, else: {} }],
    ['what must not be', { type: 'object', properties: { a: { not: { type: 'string' } } } }],
    ['members by pattern', { type: 'object', properties: {}, patternProperties: { a: {} } }],
    [
      'forms with members beside them',
      { type: 'object', properties: { a: { anyOf: [{ type: 'string' }], required: ['b'] } } },
    ],
    ['a reference to nothing', { type: 'object', properties: { a: { $ref: '#/$defs/none' } } }],
    [
      'a reference into its members',
      { type: 'object', properties: { a: { type: 'string' }, b: { $ref: '#/properties/a' } } },
    ],
    ['a needed member that it does not have', { type: 'object', properties: {}, required: ['a'] }],
    ['a schema of true', { type: 'object', properties: { a: true } }],
    ['values that are objects', { type: 'object', properties: { a: { enum: [{ b: 1 }] } } }],
    [
      'too many values',
      json(z.object({ a: z.enum(Array.from({ length: 1001 }, (_, index) => `v${index}`)) })),
    ],
    [
      'too many levels',
      JSON.parse(
        `${'{"type":"object","properties":{"a":'.repeat(12)}{"type":"string"}${'}}'.repeat(12)}`,
      ),
    ],
    [
      'a member that is called as its parent is',
      { type: 'object', properties: {}, required: ['constructor'] },
    ],
  ])('is not made of %s', (_, schema) => {
    expect(toStrictSchema(schema)).toBeUndefined()
  })
})
