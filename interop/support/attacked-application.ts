import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Mastra } from '@mastra/core'
import { Agent } from '@mastra/core/agent'
import { createScorer } from '@mastra/core/evals'
import { registerApiRoute, type IMastraAuthProvider } from '@mastra/core/server'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { createNodeServer } from '@mastra/deployer/server'
import { LibSQLStore, LibSQLVector } from '@mastra/libsql'
import { MCPServer } from '@mastra/mcp'
import { Memory } from '@mastra/memory'
import { z } from 'zod'
import type { ModelServer } from './model-server.js'

/** An application of Mastra with everything that a caller could aim at. */
export interface AttackedApplication {
  readonly url: string
  /** What its tools were called with, in order. */
  readonly calls: readonly string[]
  /** Stores a trace, a score and a vector of somebody, as a running application does. */
  record(words: string): Promise<void>
  stop(): Promise<void>
}

/** The system prompt of the agent `assistant`. */
export const PROMPT = 'The secret of the house is 4711.'
/** What the tool `explode` and the route `/broken` say when they fail. */
export const FAULT = 'Cannot read process.env.STUB_API_KEY=sk-STUB-123 in /srv/app/src/secret.ts'

interface ContextLike {
  entries?(): Iterable<readonly [string, unknown]>
}

/** Says everything that it finds in the context of its request. */
const dump = (requestContext: ContextLike | undefined) =>
  JSON.stringify(Object.fromEntries(requestContext?.entries?.() ?? []))

/**
 * Serves agents with a memory and tools, workflows, a server of MCP, a scorer, an index of vectors and routes of its own, as
 * `mastra start` does, on a free port of loopback. Everything is kept in a file of LibSQL.
 */
export async function startAttacked(
  model: ModelServer,
  auth: IMastraAuthProvider,
): Promise<AttackedApplication> {
  const calls: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'signet-attacked-'))
  const tool = (id: string, fault?: string) =>
    createTool({
      id,
      description: `Does ${id}.`,
      inputSchema: z.object({ to: z.string().optional() }),
      execute: async (_input, context) => {
        calls.push(id)
        if (fault !== undefined) throw new Error(fault)
        return { done: id, context: dump(context?.requestContext) }
      },
    })
  const weatherTool = tool('get-weather')
  const mailTool = tool('send-mail')
  const explodeTool = tool('explode', FAULT)
  const common = { model: { id: 'loopback/model' as const, url: model.url, apiKey: 'none' } }
  const length = createScorer({
    id: 'length',
    name: 'length',
    description: 'How long an answer is.',
    type: 'agent',
  }).generateScore(() => 1)
  const assistantAgent = new Agent({
    ...common,
    id: 'assistant',
    name: 'Assistant',
    description: 'Helps.',
    instructions: PROMPT,
    memory: new Memory(),
    tools: { weatherTool, mailTool, explodeTool },
    scorers: { length: { scorer: length, sampling: { type: 'ratio', rate: 1 } } },
  })
  const keeper = new Agent({
    ...common,
    id: 'keeper',
    name: 'Keeper',
    description: 'Keeps.',
    instructions: 'You keep things.',
    memory: new Memory({ options: { workingMemory: { enabled: true, scope: 'resource' } } }),
  })
  const boss = new Agent({
    ...common,
    id: 'boss',
    name: 'Boss',
    description: 'Delegates.',
    instructions: 'You delegate.',
    memory: new Memory(),
    agents: { assistantAgent, keeper },
  })
  const approve = createStep({
    id: 'approve',
    inputSchema: z.object({ item: z.string() }),
    outputSchema: z.object({ item: z.string(), by: z.string() }),
    suspendSchema: z.object({ item: z.string() }),
    resumeSchema: z.object({ by: z.string() }),
    execute: async ({ inputData, resumeData, suspend }) => {
      if (inputData.item === 'fault') throw new Error(FAULT)
      if (resumeData === undefined) return await suspend({ item: inputData.item })
      return { item: inputData.item, by: resumeData.by }
    },
  })
  const order = createWorkflow({
    id: 'order',
    description: 'Orders what somebody approves.',
    inputSchema: z.object({ item: z.string() }),
    outputSchema: z.object({ item: z.string(), by: z.string() }),
  })
    .then(approve)
    .commit()
  const desk = new MCPServer({
    id: 'desk',
    name: 'Desk',
    version: '1.0.0',
    tools: { weatherTool, mailTool },
    agents: { assistantAgent },
    workflows: { order },
  })
  const storage = new LibSQLStore({
    id: 'application',
    url: `file:${join(folder, 'application.db')}`,
  })
  const notes = new LibSQLVector({ id: 'notes', url: `file:${join(folder, 'vectors.db')}` })
  await notes.createIndex({ indexName: 'notes', dimension: 2 })
  const mastra = new Mastra({
    agents: { assistantAgent, keeper, boss },
    tools: { weatherTool, mailTool, explodeTool },
    workflows: { order },
    mcpServers: { desk },
    scorers: { length },
    vectors: { notes },
    storage,
    logger: false,
    server: {
      port: 0,
      host: '127.0.0.1',
      auth,
      apiRoutes: [
        registerApiRoute('/report', {
          method: 'POST',
          handler: async (context) =>
            context.json({
              context: dump(context.get('requestContext')),
              headers: Object.fromEntries(context.req.raw.headers),
              body: await context.req.text(),
            }),
        }),
        registerApiRoute('/report/:name', {
          method: 'ALL',
          handler: async (context) => context.json({ reached: context.req.param('name') }),
        }),
        registerApiRoute('/broken', {
          method: 'GET',
          handler: async () => {
            throw new Error(FAULT)
          },
        }),
        registerApiRoute('/open', {
          method: 'GET',
          requiresAuth: false,
          handler: async (context) =>
            context.json({ context: dump(context.get('requestContext')) }),
        }),
      ],
    },
  })
  const server = await createNodeServer(mastra)
  if (!server.listening) await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async record(words) {
      const [scores, spans] = await Promise.all([
        storage.getStore('scores'),
        storage.getStore('observability'),
      ])
      await scores?.saveScore({
        scorerId: 'length',
        entityId: 'assistant',
        runId: `run-of-${words}`,
        input: words,
        output: words,
        score: 1,
        scorer: { id: 'length' },
        source: 'LIVE',
        entity: { id: 'assistant' },
        entityType: 'AGENT',
      })
      await spans?.createSpan({
        span: {
          traceId: `trace-of-${words}`,
          spanId: `span-of-${words}`,
          name: 'agent run',
          spanType: 'agent_run',
          isEvent: false,
          startedAt: new Date(),
          endedAt: new Date(),
          input: words,
        } as never,
      })
      await notes.upsert({ indexName: 'notes', vectors: [[1, 0]], metadata: [{ words }] })
    },
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await notes.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
