import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Mastra } from '@mastra/core'
import { Agent } from '@mastra/core/agent'
import { registerApiRoute, type IMastraAuthProvider } from '@mastra/core/server'
import { InMemoryStore } from '@mastra/core/storage'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { createNodeServer } from '@mastra/deployer/server'
import { LibSQLStore } from '@mastra/libsql'
import { Memory } from '@mastra/memory'
import { z } from 'zod'
import type { ModelServer } from './model-server.js'

/** An application of Mastra that runs as it is, and knows nothing of a proxy. */
export interface OriginalApplication {
  readonly url: string
  /** What its tools were called with, in order. */
  readonly calls: readonly string[]
  stop(): Promise<void>
}

/** Says everything that it finds in the context of its request. */
const dump = (
  requestContext: { entries?: () => Iterable<readonly [string, unknown]> } | undefined,
) => JSON.stringify(Object.fromEntries(requestContext?.entries?.() ?? []))

/**
 * Serves two agents with a memory and tools, a workflow that waits for a person, and a custom route, as `mastra start` does,
 * on a free port of loopback.
 *
 * @param auth - `server.auth` of the application; undefined for an open one
 * @param kept - where it keeps what it stores: in a file of LibSQL, or in memory
 */
export async function startApplication(
  model: ModelServer,
  auth: IMastraAuthProvider | undefined,
  kept: 'file' | 'memory' = 'memory',
): Promise<OriginalApplication> {
  const calls: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'signet-application-'))
  const file = `file:${join(folder, 'application.db')}`
  const tool = (id: string) =>
    createTool({
      id,
      description: `Does ${id}.`,
      inputSchema: z.object({ to: z.string().optional() }),
      execute: async (_input, context) => {
        calls.push(id)
        return { done: id, context: dump(context?.requestContext) }
      },
    })
  const weatherTool = tool('get-weather')
  const mailTool = tool('send-mail')
  const common = { model: { id: 'loopback/model' as const, url: model.url, apiKey: 'none' } }
  const assistantAgent = new Agent({
    ...common,
    id: 'assistant',
    name: 'Assistant',
    instructions: 'The secret of the house is 4711.',
    memory: new Memory(),
    tools: { weatherTool, mailTool },
  })
  const keeper = new Agent({
    ...common,
    id: 'keeper',
    name: 'Keeper',
    instructions: 'You keep things.',
    memory: new Memory({ options: { workingMemory: { enabled: true } } }),
  })
  const approve = createStep({
    id: 'approve',
    inputSchema: z.object({ item: z.string() }),
    outputSchema: z.object({ item: z.string(), by: z.string() }),
    suspendSchema: z.object({ item: z.string() }),
    resumeSchema: z.object({ by: z.string() }),
    execute: async ({ inputData, resumeData, suspend }) =>
      resumeData === undefined
        ? await suspend({ item: inputData.item })
        : { item: inputData.item, by: resumeData.by },
  })
  const order = createWorkflow({
    id: 'order',
    inputSchema: z.object({ item: z.string() }),
    outputSchema: z.object({ item: z.string(), by: z.string() }),
  })
    .then(approve)
    .commit()
  const mastra = new Mastra({
    agents: { assistantAgent, keeper },
    tools: { weatherTool, mailTool },
    workflows: { order },
    storage:
      kept === 'file' ? new LibSQLStore({ id: 'application', url: file }) : new InMemoryStore(),
    server: {
      port: 0,
      host: '127.0.0.1',
      ...(auth !== undefined && { auth }),
      apiRoutes: [
        registerApiRoute('/report', {
          method: 'POST',
          handler: async (context) =>
            context.json({
              context: dump(context.get('requestContext')),
              body: await context.req.json(),
            }),
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
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
