import { isObject } from '@signet/auth/internal'

/** In characters. */
const MAX_TEXT = 500
/** Of a value that is looked into. */
const MAX_DEPTH = 100
/** A path of a machine, a variable of its environment, a key: what tells how the application is built. */
const TELLING =
  /\n|process\.env|\b[A-Z][A-Z\d]*_[A-Z\d_]+\b|[/\\](?:home|usr|root|app|var|tmp|opt|Users|node_modules|src|dist)[/\\]|\bfile:|\bsk-|\bnode:|[A-Za-z]:\\/
/** What a line of a stack has: where the code stands, and the number of the line. */
const PLACE = /\bat /
const LINE_NUMBER = /:\d/
const STACK = /\n[ \t]+at /
const PUBLIC_ERROR = 'The answer failed.'

/** What the application says of an error, where that tells nothing of how it is built. */
export function publicText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) return undefined
  const isTelling = TELLING.test(value) || (PLACE.test(value) && LINE_NUMBER.test(value))
  return isTelling ? undefined : value
}

/** An error of JavaScript as JSON: its message only where that may be told. */
function publicError(error: object, isTold: boolean): object {
  const message = isTold ? publicText(Reflect.get(error, 'message')) : undefined
  return { name: 'Error', message: message ?? PUBLIC_ERROR }
}

function withoutText(text: string): string {
  return STACK.test(text) ? PUBLIC_ERROR : text
}

/** The `error` of a chunk that ends an answer: whatever it is, nothing of it is told. */
function blank(value: unknown): unknown {
  return isObject(value) ? publicError(value, false) : PUBLIC_ERROR
}

/**
 * A value of JSON as callers may see it: without stacks, and without what a chunk of the type `error` says of the model and
 * its provider.
 */
export function withoutStacks(value: unknown, depth = 0): unknown {
  if (!isObject(value) || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((each: unknown) => withoutStacks(each, depth + 1))
  if (typeof Reflect.get(value, 'stack') === 'string') return publicError(value, true)
  const isError = Reflect.get(value, 'type') === 'error'
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, unknown] => {
      if (isError && name === 'error') return [name, blank(member)]
      if (isError && name === 'payload' && isObject(member) && 'error' in member)
        return [name, { ...member, error: blank(member['error']) }]
      if (name === 'error' && typeof member === 'string') return [name, withoutText(member)]
      // Of a chunk of the AI SDK.
      if (name === 'errorText') return [name, publicText(member) ?? PUBLIC_ERROR]
      return [name, withoutStacks(member, depth + 1)]
    }),
  )
}
