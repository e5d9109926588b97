import { BOUNDS, type MemorySettings } from '@signet/core'
import { z } from 'zod'
import { RequestError } from '../../error/error.js'
import {
  AGENT_MEMORY_QUERY,
  OBSERVATIONS_QUERY,
  OBSERVER,
  OWNED_QUERY,
  WORKING_MEMORY,
} from '../../route/option/route-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { ownedMemory, readableAgent, type MemoryCaller } from './owned-memory.js'
import { agentQuery, ignoredOwner } from './schema.js'

const scope = z.enum(['thread', 'resource'])

const status = defineRoute({
  method: 'GET',
  path: '/memory/status',
  access: 'memory:read',
  summary: 'Whether an agent remembers',
  queryOptions: AGENT_MEMORY_QUERY,
  query: agentQuery,
  response: z.object({ result: z.boolean(), memoryType: z.literal('local') }),
  handler(input) {
    const memory = readableAgent(input, input.query.agentId).getMemory()
    return { result: memory !== undefined, memoryType: 'local' }
  },
})

const config = defineRoute({
  method: 'GET',
  path: '/memory/config',
  access: 'memory:read',
  summary: 'How an agent remembers',
  queryOptions: AGENT_MEMORY_QUERY,
  query: agentQuery,
  response: z.object({
    config: z.object({
      lastMessages: z.union([z.int(), z.literal(false)]),
      semanticRecall: z.literal(false),
      generateTitle: z.boolean(),
      workingMemory: z.object({ enabled: z.boolean(), scope, template: z.string() }),
      observationalMemory: z.object({ enabled: z.literal(false) }),
    }),
  }),
  handler(input) {
    const memory = readableAgent(input, input.query.agentId).getMemory()
    if (memory === undefined) throw new RequestError('not_found', 'The agent has no memory.')
    const { lastMessages, title, workingMemory } = memory.settings
    return {
      config: {
        lastMessages: lastMessages === 0 ? false : lastMessages,
        semanticRecall: false,
        generateTitle: title !== undefined,
        workingMemory: { ...workingMemory },
        observationalMemory: { enabled: false },
      },
    }
  },
})

/** The thread that a working memory belongs to; undefined where it is the owner's. */
function threadOf({ workingMemory }: MemorySettings, threadId: string): string | undefined {
  return workingMemory.scope === 'thread' ? threadId : undefined
}

const readNotes = defineRoute({
  method: 'GET',
  path: '/memory/threads/:threadId/working-memory',
  access: 'memory:read',
  summary: 'What an agent keeps in mind about the caller',
  queryOptions: AGENT_MEMORY_QUERY,
  query: agentQuery,
  response: z.object({
    workingMemory: z.string().nullable(),
    source: scope,
    workingMemoryTemplate: z
      .object({ format: z.literal('markdown'), content: z.string() })
      .nullable(),
    threadExists: z.boolean(),
  }),
  async handler(input) {
    const { storage, owner } = ownedMemory(input)
    const { threadId } = input.params
    const settings = readableAgent(input, input.query.agentId).getMemory()?.settings
    const isEnabled = settings?.workingMemory.enabled === true
    const notes = isEnabled
      ? await storage.getWorkingMemory(owner, threadOf(settings, threadId))
      : undefined
    return {
      workingMemory: notes ?? null,
      source: settings?.workingMemory.scope ?? 'resource',
      workingMemoryTemplate: isEnabled
        ? { format: 'markdown', content: settings.workingMemory.template }
        : null,
      threadExists: (await storage.getThread(owner, threadId)) !== undefined,
    }
  },
})

const writeNotes = defineRoute({
  method: 'POST',
  path: '/memory/threads/:threadId/working-memory',
  access: 'memory:write',
  summary: 'Replaces what an agent keeps in mind about the caller',
  queryOptions: AGENT_MEMORY_QUERY,
  bodyOptions: WORKING_MEMORY,
  query: agentQuery,
  body: z.object({
    resourceId: ignoredOwner,
    workingMemory: z.string().max(BOUNDS.workingMemoryCharacters.limit),
  }),
  response: z.object({ success: z.literal(true) }),
  async handler(input) {
    const { storage, owner } = ownedMemory(input)
    const settings = readableAgent(input, input.query.agentId).getMemory()?.settings
    if (settings?.workingMemory.enabled !== true) {
      throw new RequestError('request_invalid', 'The agent has no working memory.', {
        issues: [{ field: 'agentId', message: 'The agent has no working memory.' }],
      })
    }
    const threadId = threadOf(settings, input.params.threadId)
    await storage.setWorkingMemory(owner, input.body.workingMemory, threadId)
    return { success: true }
  },
})

/**
 * What is said of observations: no agent makes any.
 * @throws {RequestError} `request_invalid`, as Mastra refuses it for an agent that does not observe
 */
function refuseObservations(caller: MemoryCaller, agentId: string): never {
  readableAgent(caller, agentId)
  const message = 'Observational memory is not enabled for this agent.'
  throw new RequestError('request_invalid', message, { issues: [{ field: 'agentId', message }] })
}

const observations = defineRoute({
  method: 'GET',
  path: '/memory/observational-memory',
  access: 'memory:read',
  summary: 'Always refused: no agent observes',
  queryOptions: OBSERVATIONS_QUERY,
  query: agentQuery,
  handler: (input) => refuseObservations(input, input.query.agentId),
})

const observing = defineRoute({
  method: 'POST',
  path: '/memory/observational-memory/buffer-status',
  access: 'memory:read',
  summary: 'Always refused: no agent observes',
  queryOptions: OWNED_QUERY,
  bodyOptions: OBSERVER,
  body: agentQuery,
  handler: (input) => refuseObservations(input, input.body.agentId),
})

/** How agents remember, and what they keep in mind about the caller. */
export const agentMemoryRoutes: readonly Route[] = [
  status,
  config,
  readNotes,
  writeNotes,
  observations,
  observing,
]
