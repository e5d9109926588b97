import type { MastraJwtAuth } from '@signet/auth'
import { isObject } from '@signet/auth/internal'

/** What the command line asks of a `MastraJwtAuth`, of whichever installed copy it is. */
export type JwtProvider = Pick<MastraJwtAuth, 'name' | 'describe' | 'probeKeys'>

const METHODS: readonly (keyof JwtProvider)[] = ['describe', 'probeKeys']

/** Whether a provider is a `MastraJwtAuth`. */
export function isJwtProvider(provider: unknown): provider is JwtProvider {
  if (!isObject(provider)) return false
  return METHODS.every((name) => typeof Reflect.get(provider, name) === 'function')
}
