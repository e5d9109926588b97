import type { Method } from './route.js'

const METHODS: ReadonlySet<string> = new Set<Method | 'HEAD' | 'OPTIONS'>([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
])

/** The method of a request as logs and metrics name it: one that no route has is not told. */
export function methodName({ method }: { readonly method: string }): string {
  return METHODS.has(method) ? method : 'other'
}
