import type { Caller } from './require-bearer.js'

const callers = new WeakMap<object, Caller>()

/** Gives a request of a framework its caller: as `request.auth`, and for `callerOf`. */
export function setCaller(request: object, caller: Caller): void {
  callers.set(request, caller)
  Object.assign(request, { auth: caller })
}

/**
 * The caller whom the guard has let in with this request. It is `request.auth` with its type, and also where another
 * middleware has put something else there.
 *
 * @param request - of the framework, as the handler has it
 * @throws {TypeError} where no guard stands before the handler
 */
export function callerOf(request: object): Caller {
  const caller = callers.get(request)
  if (caller !== undefined) return caller
  throw new TypeError(
    'The request has no caller: requireBearer does not stand before this handler.',
  )
}
