import { isSchemaObject } from './json-schema.js'
import type { CheckWork } from './work.js'

/** Whether two JSON values are the same; the order of members does not count. */
export function isSame(left: unknown, right: unknown, work: CheckWork): boolean {
  work.spend(1)
  if (left === right) return true
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((each, index) => isSame(each, right[index], work))
  }
  if (!isSchemaObject(left) || !isSchemaObject(right)) return false
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  return names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name], work))
}

/** A JSON value as text, the same for values that are the same. */
export function canonicalText(value: unknown, work: CheckWork): string {
  work.spend(1)
  if (Array.isArray(value)) return `[${value.map((each) => canonicalText(each, work)).join(',')}]`
  if (!isSchemaObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name], work)}`)
  return `{${members.join(',')}}`
}
