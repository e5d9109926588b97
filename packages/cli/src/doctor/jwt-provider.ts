import type { MastraJwtAuth } from '@signet/auth'

/** What the command line asks of a `MastraJwtAuth`, of whichever installed copy it is. */
export type JwtProvider = Pick<MastraJwtAuth, 'name' | 'describe' | 'probeKeys'>

const METHODS: readonly (keyof JwtProvider)[] = ['describe', 'probeKeys']

/** Whether a provider is a `MastraJwtAuth`. */
export function isJwtProvider(provider: unknown): provider is JwtProvider {
  if (typeof provider !== 'object' || provider === null) return false
  return METHODS.every((name) => typeof Reflect.get(provider, name) === 'function')
}
