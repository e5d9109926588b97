import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Mastra } from '@mastra/core'
import { Agent } from '@mastra/core/agent'
import { AgentController } from '@mastra/core/agent-controller'
import { createScorer } from '@mastra/core/evals'
import type { IMastraAuthProvider } from '@mastra/core/server'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { LocalFilesystem, Workspace } from '@mastra/core/workspace'
import { createNodeServer } from '@mastra/deployer/server'
import { LibSQLStore, LibSQLVector } from '@mastra/libsql'
import { MCPServer } from '@mastra/mcp'
import { Memory } from '@mastra/memory'
import { z } from 'zod'
import type { ModelServer } from './model-server.js'

/** A request that the application has answered. */
export interface SeenRequest {
  /** The subject of the token that it came with; empty for none. */
  readonly owner: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** As far as it has come. */
  readonly body: string
  /** What the application has answered; 200 as long as it has not. */
  readonly status: number
}

/** An application of Mastra with one thing of each kind that the contract has routes for. */
export interface WholeApplication {
  readonly url: string
  /** Each request that has come in on its socket, in order. */
  readonly seen: readonly SeenRequest[]
  stop(): Promise<void>
}

function subjectOf(authorization: string | undefined): string {
  const payload = authorization?.split('.')[1]
  if (payload === undefined) return ''
  return String(JSON.parse(Buffer.from(payload, 'base64url').toString()).sub)
}

/** Remembers a request, and each piece of its body as it comes in. */
function record(request: IncomingMessage, response: ServerResponse): SeenRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const pieces: Buffer[] = []
  const push = request.push.bind(request)
  request.push = (piece: unknown, encoding?: BufferEncoding) => {
    if (Buffer.isBuffer(piece)) pieces.push(piece)
    return push(piece, encoding)
  }
  return {
    owner: subjectOf(request.headers.authorization),
    method: request.method ?? '',
    path,
    query,
    get body() {
      return Buffer.concat(pieces).toString()
    },
    get status() {
      return response.statusCode
    },
  }
}

/**
 * Serves agents with a memory, tools, a workflow that waits for a person, an MCP server, a scorer, an index of vectors, a
 * workspace, an agent controller and background tasks, all kept in files of LibSQL, on a free port of loopback.
 *
 * @param auth - `server.auth` of the application
 */
export async function startWholeApplication(
  model: ModelServer,
  auth: IMastraAuthProvider,
): Promise<WholeApplication> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-whole-'))
  const file = (name: string) => `file:${join(folder, `${name}.db`)}`
  const storage = new LibSQLStore({ id: 'application', url: file('application') })
  const workspace = new Workspace({
    id: 'shelf',
    name: 'Shelf',
    filesystem: new LocalFilesystem({ basePath: join(folder, 'shelf') }),
  })
  const tool = (id: string) =>
    createTool({
      id,
      description: `Does ${id}.`,
      inputSchema: z.object({ to: z.string().optional() }),
      execute: async () => ({ done: id }),
    })
  const weatherTool = tool('get-weather')
  const mailTool = tool('send-mail')
  const good = createScorer({
    id: 'good',
    name: 'Good',
    description: 'Finds all good.',
  }).generateScore(() => 1)
  const common = { model: { id: 'loopback/model' as const, url: model.url, apiKey: 'none' } }
  const assistantAgent = new Agent({
    ...common,
    id: 'assistant',
    name: 'Assistant',
    description: 'Helps.',
    instructions: 'The secret of the house is 4711.',
    memory: new Memory({ options: { workingMemory: { enabled: true } } }),
    tools: { weatherTool, mailTool },
    workspace,
  })
  const keeper = new Agent({
    ...common,
    id: 'keeper',
    name: 'Keeper',
    instructions: 'You keep things.',
    memory: new Memory(),
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
  const house = new MCPServer({
    id: 'house',
    name: 'House',
    version: '1.0.0',
    tools: { weatherTool, mailTool },
    agents: { assistantAgent },
    workflows: {},
  })
  const desk = new AgentController({
    id: 'desk',
    agent: keeper,
    storage,
    modes: [{ id: 'plan', name: 'Plan', metadata: { default: true } }],
  })
  await desk.init()
  const mastra = new Mastra({
    agents: { assistantAgent, keeper },
    tools: { weatherTool, mailTool },
    workflows: { order },
    mcpServers: { house },
    scorers: { good },
    vectors: { index: new LibSQLVector({ id: 'index', url: file('vectors') }) },
    agentControllers: { desk },
    workspace,
    storage,
    backgroundTasks: { enabled: true },
    server: { port: 0, host: '127.0.0.1', auth },
  })
  const server = await createNodeServer(mastra)
  if (!server.listening) await once(server, 'listening')
  const seen: SeenRequest[] = []
  server.prependListener('request', (request, response) => {
    seen.push(record(request, response))
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
