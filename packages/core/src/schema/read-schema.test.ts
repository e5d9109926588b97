import { jsonSchema, zodSchema } from 'ai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as z3 } from 'zod/v3'
import { readSchema } from './read-schema.js'
import { isRead, quietIssues, type Parsed, type SchemaOrigin } from './readable-schema.js'

function parse(schema: unknown, value: unknown, origin?: SchemaOrigin): Promise<Parsed> {
  const read = readSchema(schema, origin)
  if (!isRead(read)) return expect.unreachable(read.remedy)
  return read.parse(value, 'json')
}

/** What a value becomes; where it does not fit, the fields that are wrong. */
async function outcome(schema: unknown, value: unknown): Promise<unknown> {
  const parsed = await parse(schema, value)
  return 'value' in parsed ? parsed.value : parsed.issues.map(({ field }) => field)
}

const JSON_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 2 }, days: { type: 'integer' } },
  required: ['city'],
}

const standard = {
  '~standard': {
    version: 1,
    vendor: 'own',
    validate: (value: { readonly city?: unknown }) =>
      typeof value.city === 'string' && value.city.length > 1
        ? { value }
        : { issues: [{ message: `not ${String(value.city)}`, path: [{ key: 'city' }] }] },
    jsonSchema: { input: () => JSON_SCHEMA, output: () => JSON_SCHEMA },
  },
}

const arkLike = Object.assign((value: unknown) => value, {
  '~standard': { ...standard['~standard'], jsonSchema: undefined },
  toJsonSchema: () => JSON_SCHEMA,
})

const SCHEMAS: readonly (readonly [string, unknown])[] = [
  ['zod 4', z.object({ city: z.string().min(2), days: z.int().optional() })],
  [
    'zod/mini',
    mini.object({ city: mini.string().check(mini.minLength(2)), days: mini.optional(mini.int()) }),
  ],
  ['zod 3', z3.object({ city: z3.string().min(2), days: z3.number().int().optional() })],
  ['JSON Schema', JSON_SCHEMA],
  ['jsonSchema() of the AI SDK', jsonSchema({ ...JSON_SCHEMA, type: 'object' })],
  [
    'zodSchema() of the AI SDK',
    zodSchema(z.object({ city: z.string().min(2), days: z.int().optional() })),
  ],
  ['a Standard Schema with its JSON Schema', standard],
  ['a Standard Schema that is a function, with toJsonSchema', arkLike],
]

describe.each(SCHEMAS)('a schema of %s', (_, schema) => {
  it('takes what fits', async () => {
    expect(await outcome(schema, { city: 'Oslo', days: 2 })).toEqual({ city: 'Oslo', days: 2 })
  })

  it('refuses what does not fit, and says where', async () => {
    expect(await outcome(schema, { city: 'O' })).toEqual(['city'])
  })

  it('leaves out null where nothing need be there', async () => {
    expect(await outcome(schema, { city: 'Oslo', days: null })).toEqual({ city: 'Oslo' })
  })

  it('says what goes in as JSON Schema', () => {
    expect(readSchema(schema)).toMatchObject({
      input: {
        type: 'object',
        properties: { city: { type: 'string', minLength: 2 } },
        required: ['city'],
      },
    })
  })

  it('has issues that can be told without a word of the value', async () => {
    const parsed = await parse(schema, { city: '§' })

    expect('issues' in parsed && JSON.stringify(quietIssues(parsed))).not.toContain('§')
  })
})

describe('what is no schema, or none by which a model could be asked', () => {
  it.each<readonly [string, unknown, RegExp]>([
    ['a text', 'string', /Give a schema of zod 4 or zod 3, a JSON Schema/u],
    ['a function', () => ({}), /Give a schema/u],
    ['an object of schemas', { city: z.string() }, /Give a schema/u],
    ['a list', [JSON_SCHEMA], /Give a schema/u],
    ['something with a type of its own', { type: 7 }, /Give a schema/u],
    [
      'a Standard Schema without a JSON Schema',
      { '~standard': { ...standard['~standard'], jsonSchema: undefined } },
      /The schema of own does not give its JSON Schema/u,
    ],
    ['a JSON Schema that is made later', jsonSchema(Promise.resolve({})), /Await the promise/u],
    [
      'a JSON Schema with a pattern that is none',
      { type: 'object', properties: { a: { pattern: '(' } } },
      /pattern/u,
    ],
    ['a JSON Schema that refers to nothing', { $ref: '#/$defs/a' }, /\$ref/u],
  ])('is told by what to do: %s', (_, schema, remedy) => {
    expect(readSchema(schema)).toEqual({ remedy: expect.stringMatching(remedy) })
  })

  it('is what a caller sends in the shape of another library', () => {
    const sent: unknown = JSON.parse(
      '{"_zod":{},"safeParseAsync":1,"_def":{"typeName":"ZodAny"},"~standard":{"validate":1}}',
    )

    expect(readSchema(sent, 'caller')).toEqual({ remedy: expect.any(String) })
  })
})

describe('null for what may be left out', () => {
  const inner = z.object({ a: z.number().default(1), b: z.string().optional() })
  const union = z.discriminatedUnion('k', [
    z.object({ k: z.literal('x'), n: z.number().optional() }),
    z.object({ k: z.literal('y'), n: z.string().nullable() }),
  ])
  const Node = z.object({
    name: z.string().optional(),
    get next() {
      return Node.optional()
    },
  })

  it.each<readonly [string, z.ZodType, unknown, unknown]>([
    ['in an object', inner, { a: null, b: null }, { a: 1 }],
    [
      'deeper',
      z.object({ x: z.object({ y: inner }) }),
      { x: { y: { a: null } } },
      { x: { y: { a: 1 } } },
    ],
    ['in a list', z.array(inner), [{ b: null }, { a: 2 }], [{ a: 1 }, { a: 2 }]],
    ['in a record', z.record(z.string(), inner), { r: { a: null } }, { r: { a: 1 } }],
    ['in a tuple', z.tuple([inner, z.null()]), [{ a: null }, null], [{ a: 1 }, null]],
    ['in a form that a member tells', union, { k: 'x', n: null }, { k: 'x' }],
    [
      'in a form that only its members tell',
      z.union([z.object({ p: z.string(), o: z.string().optional() }), z.object({ q: z.string() })]),
      { p: 'p', o: null },
      { p: 'p' },
    ],
    [
      'in both parts of an intersection',
      z.intersection(
        z.object({ a: z.string().optional() }),
        z.object({ b: z.string().optional() }),
      ),
      { a: null, b: null },
      {},
    ],
    ['in what holds itself', Node, { next: { next: null, name: null } }, { next: {} }],
    [
      'where zod would make a value of it',
      z.object({ n: z.coerce.number().default(3), s: z.coerce.string().optional() }),
      { n: null, s: null },
      { n: 3 },
    ],
    ['below null', z.object({ o: inner.nullable() }), { o: { a: null } }, { o: { a: 1 } }],
  ])('is left out %s', async (_, schema, value, made) => {
    expect(await outcome(schema, value)).toEqual(made)
  })

  it.each<readonly [string, z.ZodType, unknown]>([
    [
      'null is allowed',
      z.object({ a: z.string().nullable(), b: z.string().nullish(), c: z.null().optional() }),
      { a: null, b: null, c: null },
    ],
    ['the form that is meant allows it', union, { k: 'y', n: null }],
    ['anything is allowed', z.object({ a: z.unknown().optional() }), { a: null }],
    ['nobody named the member', z.looseObject({}), { a: null }],
    ['it is an item', z.array(z.string().nullable()), [null, 'a']],
  ])('stays where %s', async (_, schema, value) => {
    expect(await outcome(schema, value)).toEqual(value)
  })

  it.each<readonly [string, z.ZodType, unknown, readonly string[]]>([
    ['a member is needed', z.object({ a: z.string() }), { a: null }, ['a']],
    ['an item is no null', z.array(z.string()), [null], ['0']],
    ['the whole is no null', inner, null, ['root']],
  ])('is refused where %s', async (_, schema, value, fields) => {
    expect(await outcome(schema, value)).toEqual(fields)
  })

  it('gets the default that a JSON Schema names, where the member must be there', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'number', default: 7 } },
      required: ['a'],
    }

    expect(await outcome(schema, { a: null })).toEqual({ a: 7 })
  })

  it('is left to a library whose JSON Schema has a pattern that is none', async () => {
    const json = { properties: { a: { type: 'string', pattern: '(' }, b: { enum: [1] } } } as const
    const schema = jsonSchema(json, { validate: (value) => ({ success: true, value }) })

    expect(await outcome({ ...schema, jsonSchema: json }, { a: null, b: null })).toEqual({})
    const forms = { anyOf: [json, { properties: { a: { type: 'string', pattern: '(' } } }] }
    const value = { a: 'x', b: null }
    expect(await outcome({ ...schema, jsonSchema: forms }, value)).toEqual(value)
  })

  it('takes no more work than a value may, in a schema that doubles', async () => {
    const forms = [{ $ref: '#/$defs/n' }, { $ref: '#/$defs/n' }]
    const schema = { $defs: { n: { type: 'array', items: { anyOf: forms } } }, $ref: '#/$defs/n' }
    const value: unknown = JSON.parse(`${'['.repeat(50)}null${']'.repeat(50)}`)

    expect(await parse(schema, value, 'caller')).toMatchObject({
      issues: [{ field: 'root', message: expect.stringMatching(/to check/u) }],
    })
  })
})

describe('a schema of zod 3 as JSON Schema', () => {
  // What TypeScript makes of an enum of numbers.
  const Level = { Low: 0, High: 1, 0: 'Low', 1: 'High' } as const
  interface Tree {
    readonly kids?: readonly Tree[] | undefined
  }
  const Kid: z3.ZodType<Tree> = z3.lazy(() => z3.object({ kids: z3.array(Kid).optional() }))

  it.each<readonly [z3.ZodTypeAny, object]>([
    [z3.string().email().max(9), { type: 'string', format: 'email', maxLength: 9 }],
    [z3.number().int().min(1).lt(5), { type: 'integer', minimum: 1, exclusiveMaximum: 5 }],
    [z3.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    [z3.nativeEnum(Level), { type: 'number', enum: [0, 1] }],
    [z3.literal(null), { type: 'null' }],
    [z3.string().nullable(), { type: ['string', 'null'] }],
    [z3.array(z3.boolean()).min(1), { type: 'array', items: { type: 'boolean' }, minItems: 1 }],
    [
      z3.tuple([z3.string()]).rest(z3.number()),
      { items: [{ type: 'string' }], additionalItems: { type: 'number' } },
    ],
    [z3.record(z3.number()), { type: 'object', additionalProperties: { type: 'number' } }],
    [z3.union([z3.string(), z3.null()]), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [
      z3.discriminatedUnion('k', [z3.object({ k: z3.literal('x') })]),
      { anyOf: [{ properties: { k: { const: 'x' } } }] },
    ],
    [
      z3.intersection(z3.object({}), z3.object({})),
      { allOf: [{ type: 'object' }, { type: 'object' }] },
    ],
    [
      z3
        .object({
          a: z3.number().default(1),
          b: z3.string().transform(Number),
          c: z3.string().brand('c'),
        })
        .strict(),
      {
        required: ['b', 'c'],
        additionalProperties: false,
        properties: { a: { type: 'number', default: 1 } },
      },
    ],
    [
      z3.object({ a: z3.preprocess((value) => value, z3.string().optional()) }).passthrough(),
      { additionalProperties: {} },
    ],
    [z3.string().pipe(z3.coerce.number()), { type: 'string' }],
    [z3.date(), {}],
    [Kid, { type: 'object', properties: { kids: { type: 'array', items: { $ref: '#' } } } }],
    [
      z3.object({ a: Kid, b: Kid }),
      { properties: { a: { $ref: expect.stringMatching(/^#\/definitions\//u) } } },
    ],
  ])('case %#', (schema, expected) => {
    const read = readSchema(schema)

    expect(isRead(read) && read.input).toMatchObject(expected)
  })
})
