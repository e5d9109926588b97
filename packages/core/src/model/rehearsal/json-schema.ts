import type { JSONValue } from '@ai-sdk/provider'

/** The types that JSON Schema names. */
export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'

/** A bound of a number. */
interface Bound {
  readonly value: number
  readonly isExclusive: boolean
}

/**
 * What the rehearsal model reads of a JSON Schema (draft 7 or 2020-12), with `$ref` followed and
 * `allOf` merged. Schemas inside it are left as they came, for `readSchema` to read in turn.
 */
export interface Schema {
  /** Empty: any type. */
  readonly types: readonly SchemaType[]
  /** The only values there are, of `enum` and `const`; undefined: any. */
  readonly values: readonly JSONValue[] | undefined
  readonly default: JSONValue | undefined
  readonly description: string
  /** Of `anyOf` and `oneOf`, with the keywords beside them merged in; empty: none. */
  readonly alternatives: readonly unknown[]
  /** Whether exactly one of the alternatives must fit. */
  readonly isExclusive: boolean
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

function isKeywords(value: unknown): value is Keywords {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJson(value: unknown): value is JSONValue {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Follows a pointer such as `#/$defs/node` inside the document; other references give undefined. */
function follow(reference: string, document: unknown): unknown {
  if (!reference.startsWith('#')) return undefined
  const segments = reference.split('/').slice(1)
  return segments.reduce<unknown>((value, segment) => {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null) return undefined
    return Object.entries(value).find(([key]) => key === name)?.[1]
  }, document)
}

function mergeProperties(left: unknown, right: unknown): Keywords {
  const merged = new Map(isKeywords(left) ? Object.entries(left) : [])
  for (const [name, schema] of Object.entries(isKeywords(right) ? right : {})) {
    merged.set(name, merged.has(name) ? { allOf: [merged.get(name), schema] } : schema)
  }
  return Object.fromEntries(merged)
}

function pickNumber(pick: (...numbers: number[]) => number, ...values: unknown[]): unknown {
  const numbers = values.filter((value) => typeof value === 'number')
  return numbers.length === 0 ? undefined : pick(...numbers)
}

function intersect(left: unknown, right: unknown): unknown {
  if (!Array.isArray(left) || !Array.isArray(right)) return left ?? right
  const texts = new Set(right.map((value) => JSON.stringify(value)))
  return left.filter((value) => texts.has(JSON.stringify(value)))
}

/** How two values of one keyword become one; of keywords that are not here, the later one stays. */
const MERGERS: Readonly<Record<string, (left: unknown, right: unknown) => unknown>> = {
  properties: mergeProperties,
  required: (left, right) => [...listOf(left), ...listOf(right)],
  enum: intersect,
  minimum: (left, right) => pickNumber(Math.max, left, right),
  maximum: (left, right) => pickNumber(Math.min, left, right),
  exclusiveMinimum: (left, right) => pickNumber(Math.max, left, right),
  exclusiveMaximum: (left, right) => pickNumber(Math.min, left, right),
  minLength: (left, right) => pickNumber(Math.max, left, right),
  maxLength: (left, right) => pickNumber(Math.min, left, right),
  minItems: (left, right) => pickNumber(Math.max, left, right),
  maxItems: (left, right) => pickNumber(Math.min, left, right),
}

function merge(left: Keywords, right: Keywords): Keywords {
  const merged = new Map(Object.entries(left))
  for (const [keyword, value] of Object.entries(right)) {
    const before = merged.get(keyword)
    const mergeValues = Object.hasOwn(MERGERS, keyword) ? MERGERS[keyword] : undefined
    merged.set(keyword, before === undefined ? value : (mergeValues?.(before, value) ?? value))
  }
  return Object.fromEntries(merged)
}

/**
 * The keywords of a schema with `$ref` and `allOf` worked in. A reference counts once: the second
 * time it can say nothing new, and a circle of references ends.
 */
function flatten(schema: unknown, document: unknown, followed = new Set<string>()): Keywords {
  if (!isKeywords(schema)) return {}
  const { $ref: reference, allOf, ...own } = schema
  const parts = [...listOf(allOf)]
  if (typeof reference === 'string' && !followed.has(reference)) {
    followed.add(reference)
    parts.unshift(follow(reference, document))
  }
  return parts
    .map((part) => flatten(part, document, followed))
    .reduceRight((keywords, part) => merge(part, keywords), own)
}

function readTypes(type: unknown): readonly SchemaType[] {
  const names = typeof type === 'string' ? [type] : listOf(type)
  return SCHEMA_TYPES.filter((name) => names.includes(name))
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

/**
 * Reads a schema. Takes anything: what is no schema reads as one that allows every value.
 *
 * @param schema - the schema, or one inside it
 * @param document - the whole that `$ref` points into
 */
export function readSchema(schema: unknown, document: unknown): Schema {
  const keywords = flatten(schema, document)
  const named = readTypes(keywords['type'])
  const types = named.length > 0 ? named : impliedTypes(keywords)
  const { description, format, multipleOf, properties } = keywords
  return {
    types,
    values: readValues(keywords),
    default: isJson(keywords['default']) ? keywords['default'] : undefined,
    description: typeof description === 'string' ? description : '',
    alternatives: readAlternatives(keywords, types),
    isExclusive: Array.isArray(keywords['oneOf']),
    properties: new Map(isKeywords(properties) ? Object.entries(properties) : []),
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
