import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fillSchema } from './fill-schema.js'
import { readTopic } from './topic.js'
import { Work } from './work.js'
import { WordReader } from './words.js'

const words = new WordReader(new Work())

const NO_TOPIC = readTopic('', '', words)

const fill = (schema: z.ZodType, text: string, topic = NO_TOPIC): unknown =>
  fillSchema(z.toJSONSchema(schema, { io: 'input' }), { text, topic })

describe('texts', () => {
  const topic = readTopic('measureTide', 'Tells the tide of a harbour: its height in m.', words)
  const harbour = z.object({ harbour: z.string().min(1).max(100) })

  it.each([
    ['Tide in Orvale', 'Orvale'],
    ['what is the tide in são brenno tomorrow?', 'são brenno'],
    ['Orvale tide', 'Orvale'],
    ['tide orvale', 'orvale'],
    ["What's Orvale's tide?", 'Orvale'],
    ['How is the tide at Great Orvale Sands, please?', 'Great Orvale Sands'],
    ['I want to know the tide in orvale right now', 'orvale'],
    ['Tide on Monday in Orvale', 'Orvale'],
    ['Tide in St. Orva today', 'St. Orva'],
    ['Tide in the harbour of Orvale', 'Orvale'],
    ['Tide in Orvale, Umbria Minor', 'Orvale, Umbria Minor'],
    ['Tide in Orvale, Brenno and Ulm', 'Orvale'],
    ['Tide for "the old pier"', 'the old pier'],
    ['Tide in 東港', '東港'],
  ])('takes the value out of: %s', (text, value) => {
    expect(fill(harbour, text, topic)).toEqual({ harbour: value })
  })

  it('takes what stands behind the name of the property first', () => {
    const ticket = z.object({ body: z.string(), title: z.string(), owner: z.string() })
    expect(fill(ticket, 'Owner is Zed, title "Lost keys", body: found nothing')).toEqual({
      body: 'found nothing',
      title: 'Lost keys',
      owner: 'Zed',
    })
  })

  it('ties a preposition to the property that stands for it', () => {
    const trip = z.object({ destination: z.string(), origin: z.string(), day: z.string() })
    expect(fill(trip, 'Trip from Orvale to Brenno next week')).toEqual({
      destination: 'Brenno',
      origin: 'Orvale',
      day: 'next week',
    })
  })

  it('uses no words twice while there are others', () => {
    const pair = z.object({ first: z.string(), second: z.string() })
    expect(fill(pair, 'Compare the tide of Orvale with Brenno')).toEqual({
      first: 'Orvale',
      second: 'Brenno',
    })
  })

  it('leaves an optional text out when nothing is left for it', () => {
    const note = z.object({ place: z.string(), mood: z.string().optional() })
    expect(fill(note, 'Note from Orvale')).toEqual({ place: 'Orvale' })
    expect(fill(note, 'Note from Orvale, mood: merry')).toEqual({ place: 'Orvale', mood: 'merry' })
  })

  it('takes the whole message where no word of it is a value, and fits its length', () => {
    expect(fill(harbour, 'tide', topic)).toEqual({ harbour: 'tide' })
    expect(fill(z.object({ code: z.string().length(3) }), 'in Orvale')).toEqual({ code: 'Orv' })
    expect(fill(z.object({ code: z.string().min(9) }), '')).toEqual({ code: 'unspecified' })
  })

  it('counts a character of two units in UTF-16 as one, and does not cut it', () => {
    expect(fill(z.object({ code: z.string().min(3).max(4) }), '𭫤')).toEqual({ code: '𭫤 𭫤' })
    expect(fill(z.object({ code: z.string().length(2) }), '𐀀𐀁𐀂')).toEqual({ code: '𐀀𐀁' })
    expect(fill(z.object({ code: z.string().length(2) }), '𭫤')).toEqual({ code: '𭫤.' })
  })
})

describe('formats', () => {
  it('takes them out of the text', () => {
    const schema = z.object({
      to: z.email(),
      site: z.url(),
      on: z.iso.date(),
      at: z.iso.datetime(),
    })
    const text = 'Write to zed@orvale.example on 2031-02-03, see https://orvale.example/a?b=1.'
    expect(fill(schema, text)).toEqual({
      to: 'zed@orvale.example',
      site: 'https://orvale.example/a?b=1',
      on: '2031-02-03',
      at: '1970-01-01T00:00:00Z',
    })
    expect(fill(z.object({ at: z.iso.datetime() }), text)).toEqual({ at: '2031-02-03T00:00:00Z' })
  })

  it.each([
    ['an address with an empty part', z.email(), '.zed@orvale.example', 'someone@example.invalid'],
    ['an address with two dots', z.email(), 'z..d@orvale.example', 'someone@example.invalid'],
    ['a host that begins with a hyphen', z.hostname(), '-orvale.example', 'example.invalid'],
    ['a label that ends with a hyphen', z.hostname(), 'orvale-.example', 'example.invalid'],
    ['a label that is too long', z.hostname(), `${'o'.repeat(64)}.example`, 'example.invalid'],
  ])('does not take %s', (_, schema, text, value) => {
    expect(fill(z.object({ at: schema }), text)).toEqual({ at: value })
  })

  it('takes an address and a host with dots and hyphens', () => {
    const schema = z.object({ to: z.email(), host: z.hostname() })
    expect(fill(schema, 'Ask z.e-d+1@sea.orvale.example on a-b.orvale.example.')).toEqual({
      to: 'z.e-d+1@sea.orvale.example',
      host: 'a-b.orvale.example',
    })
  })

  it('takes a fixed date, never that of the clock, where the text has none', () => {
    expect(fill(z.object({ on: z.iso.date() }), 'tomorrow')).toEqual({ on: '1970-01-01' })
    expect(fill(z.object({ on: z.iso.date() }), '2031-02-30')).toEqual({ on: '1970-01-01' })
    expect(fill(z.object({ on: z.iso.date().optional() }), 'tomorrow')).toEqual({})
  })
})

describe('numbers', () => {
  it('takes them in their order, negative ones and decimals too', () => {
    const sum = z.object({ a: z.number(), b: z.number(), c: z.number() })
    expect(fill(sum, 'add 3, -4.5 and 1,200.25')).toEqual({ a: 3, b: -4.5, c: 1200.25 })
  })

  it('ties a number to the word beside it', () => {
    const order = z.object({ plates: z.int(), cups: z.int() })
    expect(fill(order, 'bring 5 cups and 2 plates')).toEqual({ plates: 2, cups: 5 })
  })

  it.each([
    ['above the maximum', z.int().max(10), '42', 10],
    ['below the minimum', z.int().min(10), '2', 10],
    ['no whole one', z.int(), '2.6', 3],
    ['no multiple', z.number().multipleOf(5), '12', 10],
    ['on an exclusive bound', z.number().positive(), '0', 1],
    ['not there', z.int().min(3), 'none', 3],
    ['beyond the largest safe one', z.int().multipleOf(7), '9'.repeat(30), 9_007_199_254_740_988],
    [
      'below the least safe one',
      z.int().multipleOf(7),
      `-${'9'.repeat(30)}`,
      -9_007_199_254_740_988,
    ],
    ['no multiple of a decimal', z.number().multipleOf(0.01), '1,234,567.891', 1_234_567.89],
  ])('moves a number that is %s', (_, schema, text, value) => {
    const filled = fill(z.object({ n: schema }), text)
    expect(filled).toEqual({ n: expect.closeTo(value, 6) })
    expect(z.object({ n: schema }).safeParse(filled).error).toBeUndefined()
  })

  it('leaves an optional number out where the text has none', () => {
    const search = z.object({ query: z.string(), limit: z.int().optional() })
    expect(fill(search, 'red shoes, top 3')).toEqual({ query: 'red shoes', limit: 3 })
    expect(fill(search, 'red shoes')).toEqual({ query: 'red shoes' })
  })
})

describe('choices', () => {
  const paint = z.object({
    colour: z.enum(['red', 'dark red', 'BLUE']),
    gloss: z.boolean(),
    finish: z.literal('matt').optional(),
  })

  it('takes the longest value that the text names, in any case', () => {
    expect(fill(paint, 'paint it Dark Red')).toEqual({ colour: 'dark red', gloss: false })
    expect(fill(paint, 'paint it blue, matt')).toMatchObject({ colour: 'BLUE', finish: 'matt' })
  })

  it('takes the default, else the first, where the text names none', () => {
    expect(fill(paint, 'paint it green')).toEqual({ colour: 'red', gloss: false })
    const schema = { properties: { c: { enum: ['x', 'y'], default: 'y' } }, required: ['c'] }
    expect(fillSchema(schema, { text: 'none', topic: NO_TOPIC })).toEqual({ c: 'y' })
  })

  it.each([
    ['with gloss', true],
    ['without gloss', false],
    ['no gloss', false],
    ['gloss off', false],
    ['plain', false],
  ])('reads yes or no: %s', (text, gloss) => {
    expect(fill(z.object({ gloss: z.boolean() }), `paint it ${text}`)).toEqual({ gloss })
  })

  it('leaves an optional yes or no out where the text does not speak of it', () => {
    const schema = z.object({ isUrgent: z.boolean().optional() })
    expect(fill(schema, 'urgent!')).toEqual({ isUrgent: true })
    expect(fill(schema, 'later')).toEqual({})
  })
})

describe('what is composed', () => {
  it('makes a list of a list', () => {
    const schema = z.object({ tags: z.array(z.string()) })
    expect(fill(schema, 'tags: red, dark blue and green')).toEqual({
      tags: ['red', 'dark blue', 'green'],
    })
    expect(fill(z.object({ n: z.array(z.int()) }), '4, 5 and 6')).toEqual({ n: [4, 5, 6] })
    expect(fill(z.object({ n: z.array(z.int()) }), 'none')).toEqual({ n: [] })
    expect(fill(z.object({ n: z.array(z.int()).min(2).max(2) }), '4, 5, 6')).toEqual({ n: [4, 5] })
  })

  it('fills nested objects, and optional ones only where the words give something', () => {
    const size = z.object({ width: z.int(), height: z.int() })
    const schema = z.object({ size, frame: z.object({ wood: z.string() }).optional() })
    const filled = { size: { width: 3, height: 7 } }
    expect(fill(schema, 'height 7 and width 3')).toEqual(filled)
    expect(fill(schema, 'height 7 and width 3, wood: oak')).toEqual({
      ...filled,
      frame: { wood: 'oak' },
    })
  })

  it('takes the alternative that uses most words', () => {
    const schema = z.object({
      shape: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('circle'), radius: z.number() }),
        z.object({ kind: z.literal('square'), side: z.number() }),
      ]),
    })
    expect(fill(schema, 'a square with side 4')).toEqual({ shape: { kind: 'square', side: 4 } })
    expect(fill(schema, 'a circle with radius 4')).toEqual({ shape: { kind: 'circle', radius: 4 } })
  })

  it('says null where null will do and the words give nothing', () => {
    const schema = z.object({ place: z.string(), mood: z.string().nullable() })
    expect(fill(schema, 'in Orvale')).toEqual({ place: 'Orvale', mood: null })
    expect(fill(schema, 'in Orvale, mood: merry')).toEqual({ place: 'Orvale', mood: 'merry' })
  })

  it('follows references and merges allOf', () => {
    const schema = {
      $defs: {
        base: { properties: { n: { $ref: '#/$defs/count' } }, required: ['n'] },
        count: { type: 'integer', minimum: 2 },
      },
      type: 'object',
      allOf: [{ $ref: '#/$defs/base' }, { properties: { n: { maximum: 4 } } }],
    }
    expect(fillSchema(schema, { text: 'take 9', topic: NO_TOPIC })).toEqual({ n: 4 })
    expect(fillSchema(schema, { text: 'take 1', topic: NO_TOPIC })).toEqual({ n: 2 })
  })

  it.each([
    ['a reference to itself', { $ref: '#' }],
    [
      'a circle of references',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
    ],
    ['an object without end', { properties: { a: { $ref: '#' } }, required: ['a'] }],
    [
      'choices without end',
      {
        anyOf: [{ $ref: '#' }, { $ref: '#' }, { type: 'array', items: { $ref: '#' }, minItems: 2 }],
      },
    ],
    [
      'endless lengths',
      { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } },
    ],
    ['nonsense', { type: 7, properties: 'x', required: 3, enum: {}, allOf: 'y', minItems: 'z' }],
    ['no schema at all', null],
  ])('comes to an end with %s', (_, schema) => {
    expect(() => fillSchema(schema, { text: 'one two three', topic: NO_TOPIC })).not.toThrow()
  })

  it('treats names of Object.prototype as names like any other', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"integer"}},"required":["__proto__","constructor"]}',
    )
    const filled = fillSchema(schema, { text: '5', topic: NO_TOPIC })
    expect(Object.keys(Object(filled))).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(filled)).toBe(Object.prototype)
  })
})

describe('results of tools', () => {
  const schema = z.toJSONSchema(
    z.object({ windSpeed: z.number(), place: z.string(), tags: z.array(z.string()) }),
  )

  it('win over the words, however their names are spelled and wherever they are', () => {
    const results = [{ report: { wind_speed: 12, tags: ['calm'] } }]
    expect(fillSchema(schema, { text: '99 in Orvale', topic: NO_TOPIC, results })).toEqual({
      windSpeed: 12,
      place: 'Orvale',
      tags: ['calm'],
    })
  })

  it('do not win where they do not fit', () => {
    const results = [{ windSpeed: 'strong', tags: [1] }]
    expect(fillSchema(schema, { text: '99 in Orvale', topic: NO_TOPIC, results })).toEqual({
      windSpeed: 99,
      place: 'Orvale',
      tags: [],
    })
  })
})

/** Names, so that words of texts and names of properties meet. */
const name = fc.constantFrom(
  'from',
  'title',
  'count',
  'isOpen',
  'colour',
  'start date',
  '__proto__',
)

const word = fc.oneof(
  fc.constantFrom(
    'from',
    'to',
    'in',
    'title',
    'is',
    'count',
    'open',
    'red',
    'and',
    'not',
    'Orvale',
  ),
  fc.constantFrom('2031-02-03', 'zed@orvale.example', '"two words"', ',', '-4.5', '1e9', 'null'),
  fc.constantFrom(
    '9'.repeat(30),
    `-${'9'.repeat(30)}`,
    '0.001',
    '𭫤',
    '.a@b.example',
    '-a.example',
  ),
  fc.integer().map(String),
  fc.string(),
)

const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '))

const bounds = (max: number) =>
  fc
    .tuple(fc.nat(max), fc.nat(max))
    .map(([left, right]) => [Math.min(left, right), Math.max(left, right)] as const)

const scalar: fc.Arbitrary<z.ZodType> = fc.oneof(
  bounds(20).map(([min, max]) => z.string().min(min).max(max)),
  bounds(20).map(([min, max]) => z.int().min(min).max(max)),
  bounds(20).map(([min, max]) =>
    z
      .number()
      .gt(min - 40)
      .lt(max - 38),
  ),
  fc.constantFrom<z.ZodType>(
    z.email(),
    z.url(),
    z.iso.date(),
    z.iso.datetime(),
    z.iso.duration(),
    z.ipv4(),
    z.ipv6(),
    z.hostname(),
    z.number().positive(),
    z.number().negative(),
    z.number().multipleOf(0.5),
    z.int().multipleOf(7).min(1),
    z.boolean(),
    z.null(),
    z.any(),
    z.unknown(),
    z.literal(['a', 3, true]),
    z.enum(['red', 'not open']),
  ),
)

const { schema: anySchema } = fc.letrec<{ schema: z.ZodType; composed: z.ZodType }>((tie) => ({
  schema: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('composed')),
  composed: fc.oneof(
    fc.dictionary(name, tie('schema'), { maxKeys: 5 }).map((shape) => z.object(shape)),
    fc.dictionary(name, tie('schema'), { maxKeys: 5 }).map((shape) => z.strictObject(shape)),
    tie('schema').map((schema) => z.object({ title: schema.optional(), count: schema.nullable() })),
    fc
      .tuple(tie('schema'), bounds(3))
      .map(([schema, [min, max]]) => z.array(schema).min(min).max(max)),
    fc.tuple(tie('schema'), tie('schema')).map((schemas) => z.tuple(schemas)),
    fc.tuple(tie('schema'), tie('schema')).map((schemas) => z.union(schemas)),
    tie('schema').map((schema) => z.record(z.string(), schema)),
    tie('schema').map((schema) => z.record(z.enum(['a', 'b']), schema)),
    tie('schema').map((schema) => z.intersection(z.object({ a: schema }), z.object({ b: schema }))),
    tie('schema').map((schema) =>
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('x'), value: schema }),
        z.object({ kind: z.literal('y') }),
      ]),
    ),
    tie('schema').map((schema) => {
      const node = z.object({
        value: schema,
        get nodes() {
          return z.array(node)
        },
        get next() {
          return node.optional()
        },
      })
      return node
    }),
  ),
}))

describe('a list whose items are of one kind or another', () => {
  it('takes no words for an item that is not any text', () => {
    const either = z.array(z.union([z.int().max(0), z.email()]))
    expect(fill(either, '0 and 99')).toEqual([0, 0])
    expect(fill(either, 'zed@orvale.example and Brenno')).toEqual(['zed@orvale.example'])
  })

  it('takes the list that a message has where null may stand for an item', () => {
    const schema = z.object({ tags: z.array(z.string().nullable()) })
    expect(fill(schema, 'Tags: red, dark blue and green')).toEqual({
      tags: ['red', 'dark blue', 'green'],
    })
  })
})

describe('any schema that zod writes', () => {
  it.each(['draft-7', 'draft-2020-12'] as const)(
    'is filled with a value that zod takes (%s)',
    (target) => {
      fc.assert(
        fc.property(anySchema, text, (schema, message) => {
          const json = z.toJSONSchema(schema, { io: 'input', target, unrepresentable: 'any' })
          const filled = fillSchema(json, { text: message, topic: NO_TOPIC })
          expect(schema.safeParse(filled).error).toBeUndefined()
          expect(fillSchema(json, { text: message, topic: NO_TOPIC })).toEqual(filled)
        }),
        { numRuns: 300 },
      )
    },
  )
})
