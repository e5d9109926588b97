import { MastraJwtAuth } from '@signet/auth'
import { Agent, Mastra, type Logger } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'

/** Stands in every answer to who is let in, and in no other. */
export const PROTECTED = 'protected-content-b71e'
/** Stands in the answer to a request that is hidden in the body of another. */
export const SMUGGLED = 'smuggled-request-4d02'
/** Whose answer has `SMUGGLED`. */
export const SMUGGLED_PATH = '/open/smuggled'

const SECRET = 'the secret of the fuzzing of HTTP, which nothing else uses'

function createAuth(): MastraJwtAuth {
  return new MastraJwtAuth({ secret: SECRET })
}

/** A token that the application accepts. */
export function signToken(): string {
  return createAuth().sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 7 * 24 * 3600 })
}

/** Routes that are open and closed, with a body that is read and one that is not. */
export function createHttpApplication(logger: Logger): Mastra {
  const agent = new Agent({
    id: 'keeper',
    name: PROTECTED,
    instructions: PROTECTED,
    model: 'signet/rehearsal',
  })
  return new Mastra({
    agents: { keeper: agent },
    logger,
    server: {
      auth: createAuth(),
      limits: { answers: false, requests: false, failures: false },
      cors: { origin: 'https://app.example' },
      apiRoutes: [
        registerApiRoute('/closed', {
          method: 'ALL',
          handler: async (c) => c.text(`${PROTECTED} ${(await c.req.text()).length}`),
        }),
        registerApiRoute('/open', {
          method: 'ALL',
          requiresAuth: false,
          handler: async (c) => c.text(`open ${(await c.req.text()).length}`),
        }),
        registerApiRoute('/open/unread', {
          method: 'ALL',
          requiresAuth: false,
          handler: (c) => c.text('open'),
        }),
        registerApiRoute(SMUGGLED_PATH, {
          method: 'ALL',
          requiresAuth: false,
          handler: (c) => c.text(SMUGGLED),
        }),
      ],
    },
  })
}
