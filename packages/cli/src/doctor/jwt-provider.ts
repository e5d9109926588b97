import type { MastraJwtAuth } from '@signet/auth'
import { isObject } from '@signet/auth/internal'

/** The members of a `MastraJwtAuth` that the command line uses. The class may come from another installed copy. */
export type JwtProvider = Pick<MastraJwtAuth, 'name' | 'describe' | 'probeKeys'>

const METHODS: readonly (keyof JwtProvider)[] = ['describe', 'probeKeys']

/** Whether a provider is a `MastraJwtAuth`. */
export function isJwtProvider(provider: unknown): provider is JwtProvider {
  if (!isObject(provider)) return false
  return METHODS.every((name) => typeof Reflect.get(provider, name) === 'function')
}
