import { isObject } from '@signet/auth/internal'
import type { JsonSchema } from './json-schema.js'

/** What a value is called in the object around it. */
export const WRAPPED = 'value'

/** A reference to the whole would mean something else in an object around it. */
function refersToWhole(schema: unknown): boolean {
  if (!isObject(schema)) return false
  const members = Object.entries(schema)
  return members.some(([name, each]) => (name === '$ref' && each === '#') || refersToWhole(each))
}

/**
 * The schema of an object around a value that is not an object itself: providers make nothing but objects.
 * @returns undefined for the schema of an object, and for one that does not say what it is of
 */
export function wrapSchema(schema: JsonSchema): JsonSchema | undefined {
  const { $schema, $defs, definitions, ...value } = schema
  const isKnown = ['type', 'anyOf', 'oneOf', 'enum', 'const'].some((name) => name in value)
  if (!isKnown || value['type'] === 'object' || refersToWhole(value)) return undefined
  return {
    ...($schema !== undefined && { $schema }),
    type: 'object',
    properties: { [WRAPPED]: value },
    required: [WRAPPED],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  }
}
