const constants = new WeakSet<object>()

/**
 * Says of an object that nothing about it will ever change: it holds plain data alone, is frozen through and
 * through, and was so by whoever says it. What follows from constants alone may be remembered.
 */
export function markConstant<Kind extends object>(value: Kind): Kind {
  constants.add(value)
  return value
}

/** Whether an object was said to be constant. An application's own never is, frozen or not. */
export function isConstant(value: object): boolean {
  return constants.has(value)
}
