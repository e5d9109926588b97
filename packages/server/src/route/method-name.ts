import { HTTP_METHODS } from '@signet/auth/internal'

const METHODS: ReadonlySet<string> = new Set([...HTTP_METHODS, 'HEAD', 'OPTIONS'])

/** The method of a request as logs and metrics name it: one that no route has is not told. */
export function methodName({ method }: { readonly method: string }): string {
  return METHODS.has(method) ? method : 'other'
}
