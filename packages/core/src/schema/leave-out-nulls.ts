import { isObject } from '@signet/auth/internal'
import { itemSchema } from './check-array.js'
import { fits } from './check-value.js'
import type { Check } from './check.js'
import {
  followReference,
  isSchemaObject,
  listOf,
  namedSchemas,
  ownSchema,
  type JsonSchema,
} from './json-schema.js'

type Members = Readonly<Record<string, unknown>>

/** How deep a value, and references at one value, are followed. */
const MAX_DEPTH = 100

function holdsNull(value: unknown, check: Check, depth = 0): boolean {
  check.work.spend(1)
  if (value === null) return true
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false
  return Object.values(value).some((each) => holdsNull(each, check, depth + 1))
}

/** Whether a value can be meant by one of several forms: their fixed members tell them apart. */
function mayBe(value: object, form: unknown, check: Check): boolean {
  check.work.spend(1)
  const schema = resolve(form, check)
  if (schema === undefined) return false
  const { type, properties } = schema
  const types = typeof type === 'string' ? [type] : listOf(type)
  const members = namedSchemas(properties)
  check.work.spend(types.length + members.length)
  if (types.length > 0 && !types.includes(Array.isArray(value) ? 'array' : 'object')) return false
  return members.every(([name, member]) => {
    const isFixed =
      isSchemaObject(member) && (Object.hasOwn(member, 'const') || Array.isArray(member['enum']))
    if (!isFixed || !Object.hasOwn(value, name)) return true
    const given: unknown = Reflect.get(value, name)
    return given === null || fits(given, member, check)
  })
}

/** The schema that a reference leads to. */
function resolve(schema: unknown, { document, work }: Check): JsonSchema | undefined {
  let at = schema
  for (let count = 0; count < MAX_DEPTH; count++) {
    if (!isSchemaObject(at)) return undefined
    if (typeof at['$ref'] !== 'string') return at
    work.spend(1)
    at = followReference(at['$ref'], document)
  }
  return undefined
}

function fromForms(value: object, forms: readonly unknown[], check: Check, depth: number): unknown {
  const possible = forms.filter((form) => mayBe(value, form, check))
  if (possible.length === 1) return fromSchema(value, possible[0], check, depth)
  if (possible.some((form) => fits(value, form, check))) return value
  for (const form of possible) {
    const without = fromSchema(value, form, check, depth)
    if (fits(without, form, check)) return without
  }
  return value
}

function copyOf(fallback: unknown, { work }: Check): unknown {
  const text = JSON.stringify(fallback)
  work.spend(text.length)
  return JSON.parse(text)
}

function fromObject(value: Members, schema: JsonSchema, check: Check, depth: number): Members {
  const { properties, additionalProperties } = schema
  const names = listOf(schema['required'])
  check.work.spend(names.length)
  const required = new Set(names)
  let isChanged = false
  const kept: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const own = ownSchema(properties, name)
    if (member === null && own !== undefined && !fits(null, own, check)) {
      const fallback = resolve(own, check)?.['default']
      const isLeftOut = !required.has(name)
      if (isLeftOut || fallback !== undefined) {
        isChanged = true
        if (!isLeftOut) kept.push([name, copyOf(fallback, check)])
        continue
      }
    }
    const without = fromSchema(member, own ?? additionalProperties, check, depth)
    if (without !== member) isChanged = true
    kept.push([name, without])
  }
  return isChanged ? Object.fromEntries(kept) : value
}

function fromArray(
  value: readonly unknown[],
  schema: JsonSchema,
  check: Check,
  depth: number,
): readonly unknown[] {
  const kept = value.map((item, index) => fromSchema(item, itemSchema(schema, index), check, depth))
  return kept.some((item, index) => item !== value[index]) ? kept : value
}

function fromSchema(value: unknown, given: unknown, check: Check, depth: number): unknown {
  check.work.spend(1)
  if (!isObject(value) || depth > MAX_DEPTH) return value
  const schema = resolve(given, check)
  if (schema === undefined) return value
  let left: unknown = value
  for (const part of listOf(schema['allOf'])) left = fromSchema(left, part, check, depth + 1)
  for (const forms of [schema['anyOf'], schema['oneOf']]) {
    if (!Array.isArray(forms) || !isObject(left)) continue
    left = fromForms(left, forms, check, depth + 1)
  }
  if (Array.isArray(left)) return fromArray(left, schema, check, depth + 1)
  return isSchemaObject(left) ? fromObject(left, schema, check, depth + 1) : left
}

/**
 * A value without the members of null that stand for something left out: those that need not be there, or have a
 * default, and may not be null. Models write null for them, above all where a provider demands every member. Where one
 * of several forms is meant, and it cannot be told which, the value stays as it is.
 *
 * @returns the value itself where nothing is left out
 * @throws {CheckLimitError} or {PatternLimitError} for what takes too long
 */
export function leaveOutNulls(value: unknown, check: Check): unknown {
  return holdsNull(value, check) ? fromSchema(value, check.document, check, 0) : value
}
