import { isSchemaObject, type JsonSchema } from './json-schema.js'
import {
  readBy,
  sayable,
  type ReadSchema,
  type SchemaOrigin,
  type UnreadSchema,
} from './readable-schema.js'
import { findSchemaFault } from './schema-fault.js'

/** By one of these a plain object is a JSON Schema. */
const KEYWORDS = [
  '$schema',
  '$ref',
  'type',
  'properties',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'allOf',
] as const

/** Whether a value is meant as a JSON Schema. */
export function isJsonSchema(value: unknown): value is JsonSchema {
  if (!isSchemaObject(value)) return false
  if (Object.keys(value).length === 0) return true
  const { type } = value
  const isTyped = type === undefined || typeof type === 'string' || Array.isArray(type)
  return isTyped && KEYWORDS.some((keyword) => Object.hasOwn(value, keyword))
}

/** Reads a JSON Schema, by which alone values are checked. */
export function readJson(schema: JsonSchema, origin: SchemaOrigin): ReadSchema | UnreadSchema {
  const fault = findSchemaFault(schema)
  return fault === undefined
    ? readBy(sayable(schema), () => schema, undefined, origin)
    : { remedy: fault }
}
