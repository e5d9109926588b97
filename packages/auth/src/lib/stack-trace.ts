/**
 * Lets errors be created without a stack, until `resumeStackTraces`. For refusals that strangers cause at will: where
 * they arise says nothing that the code does not, and to find it out costs more than an HMAC.
 *
 * @returns what `resumeStackTraces` takes, after the call of `super`
 */
export function pauseStackTraces(): number {
  const { stackTraceLimit } = Error
  setLimit(0)
  return stackTraceLimit
}

/** Lets errors have stacks again, as before `pauseStackTraces`. */
export function resumeStackTraces(limit: number): void {
  setLimit(limit)
}

/** `Reflect.set` does not throw where somebody has frozen the limit. */
function setLimit(limit: number): void {
  Reflect.set(Error, 'stackTraceLimit', limit)
}
