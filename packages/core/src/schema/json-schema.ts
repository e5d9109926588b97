import { isJsonObject, isObject } from '@signet/auth/internal'

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Whether a value is a schema with keywords; `true` and `false` are schemas without. */
export function isSchemaObject(value: unknown): value is JsonSchema {
  return isJsonObject(value)
}

/** The value of a keyword that should be a list; the empty list where it is not one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Characters as JSON Schema counts them: code points. */
export function lengthOf(text: string): number {
  let pairs = 0
  for (let index = 0; index < text.length; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      pairs++
      index++
    }
  }
  return text.length - pairs
}

/** The named schemas of a keyword such as `properties`. Names are own members only. */
export function namedSchemas(value: unknown): readonly (readonly [string, unknown])[] {
  return isSchemaObject(value) ? Object.entries(value) : []
}

/** A member that a schema itself has: a property may be called as one of `Object.prototype` is. */
export function ownSchema(schemas: unknown, name: string): unknown {
  return isSchemaObject(schemas) && Object.hasOwn(schemas, name) ? schemas[name] : undefined
}

/** The longest reference that is followed, in characters. */
export const MAX_REFERENCE = 1000

/** What the references of a document lead to: a check follows the same ones again and again. */
const knownTargets = new WeakMap<JsonSchema, Map<string, unknown>>()

/**
 * Follows a pointer such as `#/$defs/node` inside a document. Any other reference gives undefined, and so does one that
 * is longer than 1,000 characters. Each is read once.
 */
export function followReference(reference: string, document: unknown): unknown {
  if (!isSchemaObject(document) || reference.length > MAX_REFERENCE) return undefined
  const targets = knownTargets.get(document) ?? new Map<string, unknown>()
  knownTargets.set(document, targets)
  if (targets.has(reference)) return targets.get(reference)
  const target = findTarget(reference, document)
  targets.set(reference, target)
  return target
}

function findTarget(reference: string, document: JsonSchema): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined
  let value: unknown = document
  for (const segment of reference.split('/').slice(1)) {
    const name = decodeSegment(segment)
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
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

/** Whether a number is so many steps, but for what is lost where a step such as 0.01 is not exact in binary. */
export function isMultiple(value: number, step: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(step)) return value % step === 0
  const steps = value / step
  return Math.abs(steps - Math.round(steps)) < 4 * Number.EPSILON * Math.max(1, Math.abs(steps))
}
