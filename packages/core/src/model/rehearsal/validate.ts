import type { JSONValue } from '@ai-sdk/provider'
import { readSchema, type Schema, type SchemaType } from './json-schema.js'
import { matchesPattern } from './match-pattern.js'
import { readPattern } from './pattern.js'

/** How many pairs of a value and a schema are looked at; what is left counts as invalid. */
const WORK_LIMIT = 10_000

/** How deep they may be nested to be looked at. */
const DEPTH_LIMIT = 200

function typeFits(value: JSONValue, type: SchemaType): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function isObject(value: JSONValue): value is Readonly<Record<string, JSONValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a number keeps the bounds and the step of a schema. */
export function isValidNumber(value: number, schema: Schema): boolean {
  const { lowerBound: lower, upperBound: upper, multipleOf } = schema
  if (!Number.isFinite(value)) return false
  if (lower.isExclusive ? value <= lower.value : value < lower.value) return false
  if (upper.isExclusive ? value >= upper.value : value > upper.value) return false
  if (schema.types.includes('integer') && !Number.isInteger(value)) return false
  const steps = value / (multipleOf ?? 1)
  return multipleOf === undefined || Math.abs(steps - Math.round(steps)) < 1e-9
}

/** Whether a text keeps the length and the pattern of a schema; a pattern that is not read counts as kept. */
export function isValidText(value: string, { minLength, maxLength, pattern }: Schema): boolean {
  if (value.length < minLength || value.length > maxLength) return false
  const node = pattern === undefined ? undefined : readPattern(pattern)
  return node === undefined || matchesPattern(node, value)
}

function isValidArray(items: readonly JSONValue[], schema: Schema, check: Check): boolean {
  if (items.length < schema.minItems || items.length > schema.maxItems) return false
  const texts = new Set(items.map((item) => JSON.stringify(item)))
  if (schema.hasUniqueItems && texts.size < items.length) return false
  return items.every((item, index) => check(item, schema.prefixItems[index] ?? schema.items))
}

function isValidObject(
  value: Readonly<Record<string, JSONValue>>,
  schema: Schema,
  check: Check,
): boolean {
  if (![...schema.required].every((name) => Object.hasOwn(value, name))) return false
  return Object.entries(value).every(([name, each]) =>
    check(each, schema.properties.get(name) ?? schema.additionalProperties),
  )
}

type Check = (value: JSONValue, schema: unknown) => boolean

/**
 * Whether a value fits a schema, by the keywords that `readSchema` reads. Does not check `format`,
 * `not`, `if`, `patternProperties`, `propertyNames`, `contains` and `dependent…`.
 *
 * @param schema - the schema, or one inside it
 * @param document - the whole that `$ref` points into
 */
export function isValid(value: JSONValue, schema: unknown, document: unknown): boolean {
  let work = 0
  let depth = 0
  const check: Check = (inner, innerSchema) => {
    if (innerSchema === false || ++work > WORK_LIMIT || depth > DEPTH_LIMIT) return false
    depth++
    const isFitting = fits(inner, readSchema(innerSchema, document), check)
    depth--
    return isFitting
  }
  return check(value, schema)
}

function fits(value: JSONValue, schema: Schema, check: Check): boolean {
  const { types, values, alternatives, isExclusive } = schema
  if (alternatives.length > 0) {
    const fitting = alternatives.filter((alternative) => check(value, alternative)).length
    return isExclusive ? fitting === 1 : fitting > 0
  }
  if (types.length > 0 && !types.some((type) => typeFits(value, type))) return false
  if (values && !values.some((each) => JSON.stringify(each) === JSON.stringify(value))) return false
  if (typeof value === 'string') return isValidText(value, schema)
  if (typeof value === 'number') return isValidNumber(value, schema)
  if (Array.isArray(value)) return isValidArray(value, schema, check)
  return !isObject(value) || isValidObject(value, schema, check)
}
