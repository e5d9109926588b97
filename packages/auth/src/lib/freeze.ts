import { isObject } from './object.js'

/** Plain objects and lists, as JSON has them. Anything else is its maker's, and bytes cannot be frozen. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Array.isArray(value)
}

/** Freezes a JSON value and all that it holds, and returns it. Nesting is bounded by the parser. */
export function deepFreeze<T>(value: T): T {
  if (isObject(value) && !Object.isFrozen(value) && isPlain(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
