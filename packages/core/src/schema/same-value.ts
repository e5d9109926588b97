import { isSchemaObject } from './json-schema.js'
import type { CheckWork } from './work.js'

/** Whether two JSON values are the same; the order of members does not count. */
export function isSame(left: unknown, right: unknown, work: CheckWork): boolean {
  work.spend(1)
  if (typeof left === 'string' && typeof right === 'string' && left.length === right.length) {
    work.read(left)
  }
  if (left === right) return true
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((each, index) => isSame(each, right[index], work))
  }
  if (!isSchemaObject(left) || !isSchemaObject(right)) return false
  const names = Object.keys(left)
  const others = Object.keys(right)
  work.spend(names.length + others.length)
  if (names.length !== others.length) return false
  return names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name], work))
}

/** A JSON value as text, the same for values that are the same. */
export function canonicalText(value: unknown, work: CheckWork): string {
  work.enter()
  const text = toText(value, work)
  // What stands deep inside is copied once more at each level around it.
  work.read(text)
  work.leave()
  return text
}

function toText(value: unknown, work: CheckWork): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalText(each, work)).join(',')}]`
  if (!isSchemaObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name], work)}`)
  return `{${members.join(',')}}`
}
