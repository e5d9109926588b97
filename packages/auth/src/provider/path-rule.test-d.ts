// Checked by the compiler alone: a comment that expects an error fails where there is none.
import { CompositeAuth } from './composite-auth.js'
import type { AuthRequest } from './auth-provider.js'
import { MastraJwtAuth } from './jwt-auth.js'
import type { PathRule } from './path-rule.js'
import { SimpleAuth } from './simple-auth.js'

type Methods = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'ALL'
type Rules = (RegExp | string | [string, Methods | Methods[]])[]

/** A provider as Mastra's server wants it; interop/ checks it against Mastra's own type. */
interface Wanted {
  name?: string
  public?: Rules
  protected?: Rules
  authenticateToken(token: string, request: AuthRequest): Promise<unknown>
  authorizeUser(user: unknown, request: AuthRequest): boolean | Promise<boolean>
  mapUserToResourceId?(user: unknown): string | null | undefined
}

const jwt = new MastraJwtAuth({ public: ['/a', /^\/b/u, ['/c', ['GET', 'PUT']]] as const })
export const providers: readonly Wanted[] = [
  jwt,
  new SimpleAuth({ tokens: {} }),
  new CompositeAuth([jwt]),
]

// Mastra knows no pattern with methods, and no method that is no method.
// @ts-expect-error
export const pattern: PathRule = [/^\/b/u, 'GET']
// @ts-expect-error
export const method: PathRule = ['/c', 'get']
// What a provider is given stays readonly.
export const given: readonly PathRule[] = Object.freeze(['/a'])
// @ts-expect-error
given.push('/b')
