import { MastraJwtAuth } from '@signet/auth'
import { Agent, createTool, Mastra, Memory, type Logger, type MemoryStorage } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import type { AppOptions } from '@signet/server'
import type { Store } from '@signet/store'

const SECRET = 'the secret of the fuzzing of bodies, which nothing else uses'
const WEEK_SECONDS = 7 * 24 * 3600

function createAuth(): MastraJwtAuth {
  return new MastraJwtAuth({ secret: SECRET })
}

/** Who calls, and what they may do. Each issuer is a world of its own. */
export interface Caller {
  readonly issuer: string
  readonly subject: string
  readonly permissions: readonly string[]
  /** Of the token: each request has its own, so that one that logs out ends no other. */
  readonly tokenId: string
}

/** A token that the application accepts. */
export function signToken({ issuer, subject, permissions, tokenId }: Caller): string {
  const claims = { iss: issuer, sub: subject, permissions, jti: tokenId }
  return createAuth().sign(claims, { expiresInSeconds: WEEK_SECONDS })
}

/** Names that paths may have. */
export const KNOWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  agentId: ['keeper', 'note-keeper'],
  toolId: ['look-up', 'lookUp'],
}

/** Agents that remember, a tool, and a route of the application. No limit counts how often callers ask. */
export function createBodiesApplication(storage: MemoryStorage, logger: Logger): Mastra {
  const lookUp = createTool({
    id: 'look-up',
    description: 'Looks up the weather of a place',
    execute: async (input, { requestContext }) => ({
      input,
      owner: requestContext.principal?.resourceId,
    }),
  })
  const agent = (id: string, scope: 'resource' | 'thread') =>
    new Agent({
      id,
      name: id,
      instructions: 'Keep notes.',
      model: 'signet/rehearsal',
      tools: { lookUp },
      memory: new Memory({ options: { workingMemory: { enabled: true, scope } } }),
    })
  const whoami = registerApiRoute('/whoami/:name', {
    method: 'POST',
    handler: async (context) => {
      const owner = context.get('requestContext').principal?.resourceId
      return context.json({ owner, name: context.req.param('name') })
    },
  })
  return new Mastra({
    agents: { keeper: agent('keeper', 'resource'), noteKeeper: agent('note-keeper', 'thread') },
    storage,
    logger,
    server: {
      auth: createAuth(),
      apiRoutes: [whoami],
      limits: { answers: false, requests: false, failures: false },
    },
  })
}

/** How it is served: with every route that there is, those of development too. */
export function appOptions({ audit, apiKeys, revocations }: Store): AppOptions {
  return {
    state: { audit, apiKeys, revocations },
    isDevelopment: true,
    isLoopbackOnly: true,
  }
}
