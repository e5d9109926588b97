import { isObject } from './object.js'

/**
 * Marks an error, or the prototype of a class of errors, so that another installed copy of the package knows it too.
 * @param kind - from `Symbol.for`, which all copies share
 */
export function markError(error: Error, kind: symbol): void {
  Object.defineProperty(error, kind, { value: true })
}

/** Whether a value is an error that was marked as this kind, here or in another installed copy of the package. */
export function isMarkedError(value: unknown, kind: symbol): boolean {
  return isObject(value) && kind in value
}
