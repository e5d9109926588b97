// Checked by the compiler alone: what a user writes compiles with Mastra's own types.
import {
  CompositeAuth,
  defineAuth,
  MastraAuthProvider,
  MastraJwtAuth,
  SimpleAuth,
} from '@signet/auth'
import { Mastra } from '@mastra/core'
import type { IMastraAuthProvider } from '@mastra/core/server'

const jwt = new MastraJwtAuth({
  secret: process.env['MASTRA_JWT_SECRET'],
  public: ['/open', /^\/free/, ['/news', 'GET']],
  protected: [['/news', ['POST', 'PUT']]] as const,
})
const simple = new SimpleAuth({ tokens: {} })

export const applications: readonly Mastra[] = [
  new Mastra({ server: { auth: jwt } }),
  new Mastra({ server: { auth: simple } }),
  new Mastra({ server: { auth: new CompositeAuth([jwt, simple]) } }),
]

class Badges extends MastraAuthProvider<{ readonly sub: string }> {
  async authenticateToken(token: string) {
    return { sub: token }
  }
}
export const providers: readonly IMastraAuthProvider[] = [jwt, simple, new Badges()]

// A plain object may answer at once here, and not in Mastra.
const plain = defineAuth({ authenticateToken: (token) => ({ sub: token }) })
// @ts-expect-error - so it is no provider there: extend MastraAuthProvider instead.
export const refused: Mastra = new Mastra({ server: { auth: plain } })
