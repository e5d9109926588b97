/** Whether a value is an object or a list, and not null. A function is not. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** A JSON object, or what has the same form. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value that was parsed from JSON is an object: neither a list nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own member of a value; undefined where it has none of that name, or only from its prototype. */
export function ownMember(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
