import { followReference, isSchemaObject, MAX_REFERENCE } from './json-schema.js'
import { readPattern } from './pattern-test.js'

/** Keywords whose values are data, and no schemas. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'example', 'examples'])

function isPattern(pattern: string): boolean {
  try {
    return readPattern(pattern) instanceof RegExp
  } catch {
    return false
  }
}

/**
 * Why nothing can be checked by a JSON Schema: it refers to what is not in it, or has a pattern that is none.
 * @returns undefined for a schema that can be used
 */
export function findSchemaFault(document: unknown): string | undefined {
  const open: unknown[] = [document]
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    if (Array.isArray(schema)) for (const each of schema) open.push(each)
    if (!isSchemaObject(schema)) continue
    const { $ref: reference, pattern, patternProperties } = schema
    if (typeof reference === 'string' && followReference(reference, document) === undefined) {
      return `It has a $ref that leads to nothing in it, or has more than ${MAX_REFERENCE} characters. Write what is meant below $defs, by a short name.`
    }
    const names = isSchemaObject(patternProperties) ? Object.keys(patternProperties) : []
    const patterns = typeof pattern === 'string' ? [pattern, ...names] : names
    if (!patterns.every(isPattern)) return 'It has a pattern that is not a regular expression.'
    for (const [name, member] of Object.entries(schema)) if (!DATA.has(name)) open.push(member)
  }
  return undefined
}
