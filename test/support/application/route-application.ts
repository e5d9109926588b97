import {
  Agent,
  createTool,
  Mastra,
  Memory,
  type AgentTools,
  type Logger,
  type MemoryStorage,
  type ServerConfig,
} from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { z } from 'zod'

/** Names that paths of the application may have. */
export const KNOWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  agentId: ['keeper', 'note-keeper'],
  toolId: ['look-up', 'lookUp', 'send-note', 'sendNote'],
  workflowId: ['ask-twice', 'askTwice'],
}

/** What an application of all kinds of routes stands on. */
export interface RouteApplicationOptions {
  readonly storage: MemoryStorage
  readonly logger: Logger
  /** Who may call, and how often. */
  readonly server: Pick<ServerConfig, 'auth' | 'limits'>
}

/** A workflow that waits, and tells who runs it. */
function createAskTwice() {
  const ask = createStep({
    id: 'ask',
    inputSchema: z.unknown(),
    outputSchema: z.unknown(),
    async execute({ inputData, resumeData, requestContext, resourceId, suspend }) {
      if (resumeData === undefined) return await suspend({ resourceId })
      return { inputData, resumeData, owner: requestContext.principal?.resourceId }
    },
  })
  return createWorkflow({ id: 'ask-twice', inputSchema: z.unknown(), outputSchema: z.unknown() })
    .then(ask)
    .commit()
}

/**
 * Agents that remember, a tool for each, of which one waits for an approval, a workflow that waits, and a route of the
 * application: something behind every route of the table.
 */
export function createRouteApplication({
  storage,
  logger,
  server,
}: RouteApplicationOptions): Mastra {
  const lookUp = createTool({
    id: 'look-up',
    description: 'Looks up the weather of a place',
    execute: async (input, { requestContext }) => ({
      input,
      owner: requestContext.principal?.resourceId,
    }),
  })
  const sendNote = createTool({
    id: 'send-note',
    description: 'Sends the weather of a place',
    requireApproval: true,
    execute: async (input, { requestContext }) => ({
      input,
      owner: requestContext.principal?.resourceId,
    }),
  })
  const agent = (id: string, scope: 'resource' | 'thread', tools: AgentTools) =>
    new Agent({
      id,
      name: id,
      instructions: 'Keep notes.',
      model: 'signet/rehearsal',
      tools,
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
    agents: {
      keeper: agent('keeper', 'resource', { lookUp }),
      noteKeeper: agent('note-keeper', 'thread', { sendNote }),
    },
    workflows: { askTwice: createAskTwice() },
    storage,
    logger,
    server: { ...server, apiRoutes: [whoami] },
  })
}
