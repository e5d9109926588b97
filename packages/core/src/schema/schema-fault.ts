import { nearestName } from '@signet/auth/internal'
import { followReference, isSchemaObject, listOf, MAX_REFERENCE } from './json-schema.js'
import { readPattern } from './pattern-test.js'

/** Keywords whose values are data, and no schemas. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'example', 'examples'])

/** Keywords whose values are schemas, or lists of names, by names that the application chose. */
const BY_NAME: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'dependentRequired',
])

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const

/** A name is told as far as a type may be long. */
const MAX_NAME = 20

function findTypeFault(type: unknown): string | undefined {
  const names = typeof type === 'string' ? [type] : listOf(type)
  const unknown = names.find((name) => !TYPES.some((each) => each === name))
  if (typeof unknown !== 'string') return undefined
  const near = nearestName(unknown, TYPES)
  const hint = near === undefined ? `Write one of ${TYPES.join(', ')}.` : `Did you mean ${near}?`
  return `It has the type ${JSON.stringify(unknown.slice(0, MAX_NAME))}, which JSON Schema does not have. ${hint}`
}

function isPattern(pattern: string): boolean {
  try {
    return readPattern(pattern) instanceof RegExp
  } catch {
    return false
  }
}

/**
 * Why nothing can be checked by a JSON Schema: it refers to what is not in it, has a pattern that is none, or a type that is
 * none.
 * @returns undefined for a schema that can be used
 */
export function findSchemaFault(document: unknown): string | undefined {
  const open: unknown[] = [document]
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    if (Array.isArray(schema)) for (const each of schema) open.push(each)
    if (!isSchemaObject(schema)) continue
    const { $ref: reference, pattern, patternProperties } = schema
    if (typeof reference === 'string' && followReference(reference, document) === undefined) {
      return `It has a $ref that does not name a part of it, or that has more than ${MAX_REFERENCE} characters. Write the schema that it means below $defs, with a short name.`
    }
    const names = isSchemaObject(patternProperties) ? Object.keys(patternProperties) : []
    const patterns = typeof pattern === 'string' ? [pattern, ...names] : names
    if (!patterns.every(isPattern)) return 'It has a pattern that is not a regular expression.'
    const fault = findTypeFault(schema['type'])
    if (fault !== undefined) return fault
    for (const [name, member] of Object.entries(schema)) {
      if (DATA.has(name)) continue
      if (BY_NAME.has(name) && isSchemaObject(member)) open.push(Object.values(member))
      else open.push(member)
    }
  }
  return undefined
}
