import type { JSONValue } from '@ai-sdk/provider'
import { readSchema, type Schema, type SchemaType } from './json-schema.js'

/** How many pairs of a value and a schema one validator looks at; what is left counts as invalid. */
const WORK_LIMIT = 50_000

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

/** Whether a text keeps the length of a schema. */
export function isValidText(value: string, { minLength, maxLength }: Schema): boolean {
  return value.length >= minLength && value.length <= maxLength
}

function isValidArray(items: readonly JSONValue[], schema: Schema, validate: Validator): boolean {
  if (items.length < schema.minItems || items.length > schema.maxItems) return false
  const texts = new Set(items.map((item) => JSON.stringify(item)))
  if (schema.hasUniqueItems && texts.size < items.length) return false
  return items.every((item, index) => validate(item, schema.prefixItems[index] ?? schema.items))
}

function isValidObject(
  value: Readonly<Record<string, JSONValue>>,
  schema: Schema,
  validate: Validator,
): boolean {
  if (![...schema.required].every((name) => Object.hasOwn(value, name))) return false
  return Object.entries(value).every(([name, each]) =>
    validate(each, schema.properties.get(name) ?? schema.additionalProperties),
  )
}

/** Whether a value fits a schema of the validator's document. */
export type Validator = (value: JSONValue, schema: unknown) => boolean

/**
 * Makes a validator for the keywords that `readSchema` reads. It does not check `format`, `not`, `if`,
 * `pattern`, `patternProperties`, `propertyNames`, `contains` and `dependent…`. It does a limited amount of
 * work in its life, so that no schema keeps it busy for long, and then calls everything invalid.
 *
 * @param document - the whole that `$ref` points into
 */
export function createValidator(document: unknown): Validator {
  let work = 0
  let depth = 0
  const validate: Validator = (value, schema) => {
    if (schema === false || ++work > WORK_LIMIT || depth > DEPTH_LIMIT) return false
    depth++
    const isFitting = fits(value, readSchema(schema, document), validate)
    depth--
    return isFitting
  }
  return validate
}

function fits(value: JSONValue, schema: Schema, validate: Validator): boolean {
  const { types, values, alternatives, isExclusive } = schema
  if (alternatives.length > 0) {
    const fitting = alternatives.filter((alternative) => validate(value, alternative)).length
    return isExclusive ? fitting === 1 : fitting > 0
  }
  if (types.length > 0 && !types.some((type) => typeFits(value, type))) return false
  if (values && !values.some((each) => JSON.stringify(each) === JSON.stringify(value))) return false
  if (typeof value === 'string') return isValidText(value, schema)
  if (typeof value === 'number') return isValidNumber(value, schema)
  if (Array.isArray(value)) return isValidArray(value, schema, validate)
  return !isObject(value) || isValidObject(value, schema, validate)
}
