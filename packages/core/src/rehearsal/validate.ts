import { isJsonObject } from '@signet/auth/internal'
import type { JSONObject, JSONValue } from '@ai-sdk/provider'
import { isMultiple, lengthOf } from '../schema/json-schema.js'
import type { Schema, SchemaReader, SchemaType } from './json-schema.js'
import type { Work } from './work.js'

/** How deep a value may be nested to be looked at; one that is deeper counts as invalid. */
const MAX_DEPTH = 200

/** What it takes to look at one value, in units of work. */
const VALUE_WORK = 5

function typeFits(value: JSONValue, type: SchemaType): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isJsonObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

/** Whether a number keeps the bounds and the step of a schema. */
export function isValidNumber(value: number, schema: Schema): boolean {
  const { lowerBound: lower, upperBound: upper, multipleOf } = schema
  if (!Number.isFinite(value)) return false
  if (lower.isExclusive ? value <= lower.value : value < lower.value) return false
  if (upper.isExclusive ? value >= upper.value : value > upper.value) return false
  if (schema.types.includes('integer') && !Number.isInteger(value)) return false
  return multipleOf === undefined || isMultiple(value, multipleOf)
}

/** Whether a text keeps the length of a schema. */
export function isValidText(value: string, { minLength, maxLength }: Schema): boolean {
  const length = lengthOf(value)
  return length >= minLength && length <= maxLength
}

function isUnique(items: readonly JSONValue[], work: Work): boolean {
  const texts = new Set<string>()
  for (const item of items) {
    const text = JSON.stringify(item)
    work.spendText(text.length)
    texts.add(text)
  }
  return texts.size === items.length
}

function isValidArray(items: readonly JSONValue[], schema: Schema, checks: Checks): boolean {
  if (items.length < schema.minItems || items.length > schema.maxItems) return false
  if (schema.hasUniqueItems && !isUnique(items, checks.work)) return false
  return items.every((item, index) =>
    checks.validate(item, schema.prefixItems[index] ?? schema.items),
  )
}

function isValidObject(
  value: Readonly<JSONObject>,
  schema: Schema,
  { validate, work }: Checks,
): boolean {
  work.spend(schema.required.size)
  for (const name of schema.required) if (!Object.hasOwn(value, name)) return false
  return Object.entries(value).every(
    ([name, each]) =>
      each === undefined ||
      validate(each, schema.properties.get(name) ?? schema.additionalProperties),
  )
}

/**
 * Whether a value fits a schema of the validator's document.
 * @throws {WorkLimitError}
 */
export type Validator = (value: JSONValue, schema: unknown) => boolean

interface Checks {
  readonly validate: Validator
  readonly work: Work
}

/**
 * Makes a validator for the keywords that a schema reader reads. It does not check `format`, `not`, `if`,
 * `pattern`, `patternProperties`, `propertyNames`, `contains` and `dependent…`.
 */
export function createValidator(read: SchemaReader, work: Work): Validator {
  let depth = 0
  /** The choices that the value at hand is being looked at for. */
  let open = new Set<Schema>()

  /** A choice that comes to itself again for the same value allows nothing by that. */
  function fitsChoice(value: JSONValue, schema: Schema): boolean {
    if (open.has(schema)) return false
    open.add(schema)
    const fitting = schema.alternatives.filter((each) => check(value, each)).length
    open.delete(schema)
    return schema.isExclusive ? fitting === 1 : fitting > 0
  }

  function check(value: JSONValue, raw: unknown): boolean {
    work.spend(VALUE_WORK)
    if (raw === false || depth > MAX_DEPTH) return false
    const schema = read(raw)
    depth++
    const isFitting =
      schema.alternatives.length > 0
        ? fitsChoice(value, schema)
        : fits(value, schema, { validate, work })
    depth--
    return isFitting
  }

  const validate: Validator = (value, schema) => {
    const outer = open
    open = new Set()
    const isFitting = check(value, schema)
    open = outer
    return isFitting
  }
  return validate
}

function hasValue({ values, valueTexts }: Schema, value: JSONValue, work: Work): boolean {
  if (values === undefined) return true
  const text = JSON.stringify(value)
  work.spendText(text.length)
  return valueTexts.has(text)
}

function fits(value: JSONValue, schema: Schema, checks: Checks): boolean {
  const { types } = schema
  const { work } = checks
  if (types.length > 0 && !types.some((type) => typeFits(value, type))) return false
  if (!hasValue(schema, value, work)) return false
  if (typeof value === 'string') {
    work.spendText(value.length)
    return isValidText(value, schema)
  }
  if (typeof value === 'number') return isValidNumber(value, schema)
  if (Array.isArray(value)) return isValidArray(value, schema, checks)
  return !isJsonObject(value) || isValidObject(value, schema, checks)
}
