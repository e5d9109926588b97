import { isJsonObject, isObject } from '@signet/auth/internal'
import type { JSONValue } from '@ai-sdk/provider'
import { listOf } from '../schema/json-schema.js'
import { WorkLimitError, type Work } from './work.js'

/** How many schemas may stand inside one another, or refer to one another, to be merged into one. */
const MAX_MERGED_DEPTH = 200

/** The types that JSON Schema names. */
export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'

/** A bound of a number. */
interface Bound {
  readonly value: number
  readonly isExclusive: boolean
}

/**
 * What the rehearsal model reads of a JSON Schema (draft 7 or 2020-12), with `$ref` followed and
 * `allOf` merged. Schemas inside it are left as they came, for the reader to read in turn.
 */
export interface Schema {
  /** Empty: any type. */
  readonly types: readonly SchemaType[]
  /** The only values there are, of `enum` and `const`; undefined: any. */
  readonly values: readonly JSONValue[] | undefined
  /** The same as JSON. */
  readonly valueTexts: ReadonlySet<string>
  readonly default: JSONValue | undefined
  readonly description: string
  /** Of `anyOf` and `oneOf`, with the keywords beside them merged in; empty: none. */
  readonly alternatives: readonly unknown[]
  /** Whether exactly one of the alternatives must fit. */
  readonly isExclusive: boolean
  /** A schema of the alternatives alone. */
  readonly choice: unknown
  readonly properties: ReadonlyMap<string, unknown>
  readonly required: ReadonlySet<string>
  /** The schema of properties that `properties` does not name; `false`: there may be none. */
  readonly additionalProperties: unknown
  /** The schemas of the first items; empty: none is special. */
  readonly prefixItems: readonly unknown[]
  /** The schema of the other items; `false`: there may be none. */
  readonly items: unknown
  readonly minItems: number
  readonly maxItems: number
  readonly hasUniqueItems: boolean
  /** In characters. */
  readonly minLength: number
  /** In characters. */
  readonly maxLength: number
  readonly format: string | undefined
  readonly lowerBound: Bound
  readonly upperBound: Bound
  readonly multipleOf: number | undefined
}

/** What it takes to read one schema, beside its keywords, in units of work. */
const READ_WORK = 80

/** What it takes to read that there is a property, in units of work. */
const PROPERTY_WORK = 8

type Keywords = Readonly<Record<string, unknown>>

const SCHEMA_TYPES: readonly SchemaType[] = [
  'object',
  'array',
  'string',
  'number',
  'integer',
  'boolean',
  'null',
]

function isJson(value: unknown): value is JSONValue {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}

/** Follows a pointer such as `#/$defs/node` inside the document; other references give undefined. */
function follow(reference: string, document: unknown): unknown {
  if (!reference.startsWith('#')) return undefined
  let value = document
  for (const segment of reference.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}

function pickNumber(pick: (...numbers: number[]) => number, ...values: unknown[]): unknown {
  const numbers = values.filter((value) => typeof value === 'number')
  return numbers.length === 0 ? undefined : pick(...numbers)
}

function jsonText(value: unknown, work: Work): string | undefined {
  const text = JSON.stringify(value)
  work.spendText(text?.length ?? 0)
  return text
}

function intersect(left: unknown, right: unknown, work: Work): unknown {
  if (!Array.isArray(left) || !Array.isArray(right)) return left ?? right
  const texts = new Set(right.map((value) => jsonText(value, work)))
  return left.filter((value) => texts.has(jsonText(value, work)))
}

type Merger = (left: unknown, right: unknown, work: Work) => unknown

const largest: Merger = (left, right) => pickNumber(Math.max, left, right)
const smallest: Merger = (left, right) => pickNumber(Math.min, left, right)

/** How two values of one keyword become one; of keywords that are not here, the later one stays. */
const MERGERS: ReadonlyMap<string, Merger> = new Map([
  ['enum', intersect],
  ['minimum', largest],
  ['maximum', smallest],
  ['exclusiveMinimum', largest],
  ['exclusiveMaximum', smallest],
  ['minLength', largest],
  ['maxLength', smallest],
  ['minItems', largest],
  ['maxItems', smallest],
])

/** The keywords of a schema while `$ref` and `allOf` are worked in. */
class Merged {
  readonly #document: unknown
  readonly #work: Work
  readonly #keywords = new Map<string, unknown>()
  /** By the name of a property, what each schema says of it. */
  readonly #properties = new Map<string, unknown[]>()
  readonly #required: unknown[] = []
  /** A reference counts once: the second time it can say nothing new, and a circle of references ends. */
  readonly #followed = new Set<string>()

  constructor(document: unknown, work: Work) {
    this.#document = document
    this.#work = work
  }

  /**
   * Adds what a schema says. Its own keywords come after those that it refers to.
   * @throws {WorkLimitError}
   */
  add(schema: unknown, depth = 0): void {
    if (!isJsonObject(schema)) return
    if (depth > MAX_MERGED_DEPTH) throw new WorkLimitError('The schema is nested too deep.')
    const { $ref: reference, allOf, ...own } = schema
    if (typeof reference === 'string' && !this.#followed.has(reference)) {
      this.#work.spendText(reference.length)
      this.#followed.add(reference)
      this.add(follow(reference, this.#document), depth + 1)
    }
    for (const part of listOf(allOf)) this.add(part, depth + 1)
    for (const [keyword, value] of Object.entries(own)) this.#set(keyword, value)
  }

  #set(keyword: string, value: unknown): void {
    this.#work.spend(1)
    if (keyword === 'properties' && isJsonObject(value)) this.#addProperties(value)
    else if (keyword === 'required') this.#addRequired(listOf(value))
    else {
      const before = this.#keywords.get(keyword)
      const merge = before === undefined ? undefined : MERGERS.get(keyword)
      this.#keywords.set(keyword, merge?.(before, value, this.#work) ?? value)
    }
  }

  #addProperties(properties: Keywords): void {
    const entries = Object.entries(properties)
    this.#work.spend(PROPERTY_WORK * entries.length)
    this.#keywords.set('properties', {})
    for (const [name, schema] of entries) {
      const before = this.#properties.get(name)
      if (before === undefined) this.#properties.set(name, [schema])
      else before.push(schema)
    }
  }

  #addRequired(names: readonly unknown[]): void {
    this.#work.spend(2 * names.length)
    for (const name of names) this.#required.push(name)
  }

  /** All that was added, as one schema without `$ref` and `allOf`. */
  keywords(): Keywords {
    const merged = new Map(this.#keywords)
    if (merged.has('properties')) {
      const properties = Array.from(this.#properties, ([name, schemas]): [string, unknown] => [
        name,
        schemas.length === 1 ? schemas[0] : { allOf: schemas },
      ])
      merged.set('properties', Object.fromEntries(properties))
    }
    if (this.#required.length > 0) merged.set('required', this.#required)
    return Object.fromEntries(merged)
  }
}

function readTypes(type: unknown): readonly SchemaType[] {
  const names = typeof type === 'string' ? [type] : listOf(type)
  const named = new Set(names)
  return SCHEMA_TYPES.filter((name) => named.has(name))
}

/** The type that the other keywords give away, where none is named. */
function impliedTypes({ properties, items, prefixItems }: Keywords): readonly SchemaType[] {
  if (properties !== undefined) return ['object']
  return items === undefined && prefixItems === undefined ? [] : ['array']
}

function readValues({ enum: values, ...keywords }: Keywords): readonly JSONValue[] | undefined {
  if (isJson(keywords['const'])) return [keywords['const']]
  return Array.isArray(values) ? values.filter(isJson) : undefined
}

function readAlternatives(keywords: Keywords, types: readonly SchemaType[]): readonly unknown[] {
  const { anyOf, oneOf, ...own } = keywords
  const listed = [...listOf(anyOf), ...listOf(oneOf)]
  // As they are where nothing is to be merged in, for what is the same object is read once.
  if (Object.keys(own).length === 0) return listed
  if (listed.length > 0) return listed.map((alternative) => ({ allOf: [own, alternative] }))
  return types.length > 1 && own['enum'] === undefined
    ? types.map((type) => ({ ...own, type }))
    : []
}

function readCount(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? value : otherwise
}

function readBound(limit: unknown, exclusiveLimit: unknown, direction: 1 | -1): Bound {
  const inclusive = typeof limit === 'number' ? limit : -direction * Infinity
  const exclusive = typeof exclusiveLimit === 'number' ? exclusiveLimit : -direction * Infinity
  return direction * exclusive >= direction * inclusive && Number.isFinite(exclusive)
    ? { value: exclusive, isExclusive: true }
    : { value: inclusive, isExclusive: false }
}

function readItems(keywords: Keywords): Pick<Schema, 'prefixItems' | 'items'> {
  const { items, prefixItems, additionalItems } = keywords
  if (Array.isArray(items)) return { prefixItems: items, items: additionalItems ?? true }
  return { prefixItems: listOf(prefixItems), items: items ?? true }
}

function interpret(keywords: Keywords, work: Work): Schema {
  const named = readTypes(keywords['type'])
  const types = named.length > 0 ? named : impliedTypes(keywords)
  const { description, format, multipleOf, properties } = keywords
  const values = readValues(keywords)
  const alternatives = readAlternatives(keywords, types)
  const isExclusive = Array.isArray(keywords['oneOf'])
  return {
    types,
    values,
    valueTexts: new Set(values?.flatMap((value) => jsonText(value, work) ?? [])),
    default: isJson(keywords['default']) ? keywords['default'] : undefined,
    description: typeof description === 'string' ? description : '',
    alternatives,
    isExclusive,
    choice: { [isExclusive ? 'oneOf' : 'anyOf']: alternatives },
    properties: new Map(isJsonObject(properties) ? Object.entries(properties) : []),
    required: new Set(listOf(keywords['required']).filter((name) => typeof name === 'string')),
    additionalProperties: keywords['additionalProperties'] ?? true,
    ...readItems(keywords),
    minItems: readCount(keywords['minItems'], 0),
    maxItems: readCount(keywords['maxItems'], Infinity),
    hasUniqueItems: keywords['uniqueItems'] === true,
    minLength: readCount(keywords['minLength'], 0),
    maxLength: readCount(keywords['maxLength'], Infinity),
    format: typeof format === 'string' ? format : undefined,
    lowerBound: readBound(keywords['minimum'], keywords['exclusiveMinimum'], 1),
    upperBound: readBound(keywords['maximum'], keywords['exclusiveMaximum'], -1),
    multipleOf: typeof multipleOf === 'number' && multipleOf > 0 ? multipleOf : undefined,
  }
}

/** Reads a schema, or one inside it. Takes anything: what is not a schema reads as one that allows every value. */
export type SchemaReader = (schema: unknown) => Schema

/**
 * Makes a reader of the schemas of a document, which reads each once.
 *
 * @param document - the whole that `$ref` points into
 * @throws {WorkLimitError} where a schema is read that is too much, or nested too deep
 */
export function createSchemaReader(document: unknown, work: Work): SchemaReader {
  const known = new Map<unknown, Schema>()
  return (schema) => {
    const key = isJsonObject(schema) ? schema : undefined
    const before = known.get(key)
    if (before !== undefined) return before
    work.spend(READ_WORK)
    const merged = new Merged(document, work)
    merged.add(schema)
    const read = interpret(merged.keywords(), work)
    known.set(key, read)
    return read
  }
}
