/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Whether a value is a schema with keywords; `true` and `false` are schemas without. */
export function isSchemaObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The named schemas of a keyword such as `properties`. Names are own members only. */
export function namedSchemas(value: unknown): readonly (readonly [string, unknown])[] {
  return isSchemaObject(value) ? Object.entries(value) : []
}

/** A member that a schema itself has: a property may be called as one of `Object.prototype` is. */
export function ownSchema(schemas: unknown, name: string): unknown {
  return isSchemaObject(schemas) && Object.hasOwn(schemas, name) ? schemas[name] : undefined
}

/** Follows a pointer such as `#/$defs/node` inside a document; any other reference gives undefined. */
export function followReference(reference: string, document: unknown): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined
  let value = document
  for (const segment of reference.split('/').slice(1)) {
    const name = decodeSegment(segment)
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}

function decodeSegment(segment: string): string {
  const plain = segment.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}
