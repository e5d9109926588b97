import { MastraJwtAuth } from '@signet/auth'
import { createProxy, type ProxyApp } from '@signet/proxy'
import { serve, type RunningServer } from '@signet/server'
import { MastraClient } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MEMBER } from './support/member.js'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { startApplication, type OriginalApplication } from './support/original-application.js'

const auth = new MastraJwtAuth({ secret: 'a secret that is used by nothing but these tests' })

let model: ModelServer
let application: OriginalApplication
let proxy: ProxyApp
let server: RunningServer

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockReturnValue()
  model = await startModelServer()
  model.answerWith({ kind: 'text', pieces: ['Noted.'] })
  application = await startApplication(model, undefined)
  proxy = createProxy({ auth }, { upstream: application.url, isUpstreamOpen: true })
  server = await serve(proxy.answer, { port: 0 })
})

afterAll(async () => {
  await server?.close(0)
  await proxy?.close()
  await application?.stop()
  await model?.stop()
  vi.restoreAllMocks()
})

const agentId = 'assistant'
const resourceId = 'alice'

/** What a call may use: a thread, a message and a run that exist, made by the same client. */
interface Made {
  readonly threadId: string
  readonly messageId: string
  readonly runId: string
}

type Call = (client: MastraClient, made: Made) => Promise<unknown>

const drain = async (stream: unknown) => {
  if (stream instanceof Response) await stream.text()
  else if (stream instanceof ReadableStream) await stream.cancel()
}

/** Methods of the client that a member may call. */
const OF_MEMBERS: Readonly<Record<string, Call>> = {
  listAgents: (client) => client.listAgents(),
  'listAgents, in part': (client) => client.listAgents({ tier: 'x' }, true),
  'agent.details': (client) => client.getAgent(agentId).details(),
  'agent.details by key': (client) => client.getAgent('assistantAgent').details(),
  'agent.generate': (client) => client.getAgent(agentId).generate('Hi'),
  'agent.generate by key': (client) => client.getAgent('assistantAgent').generate('Hi'),
  'agent.generate with messages': (client) =>
    client.getAgent(agentId).generate([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Ho' },
      { role: 'user', content: [{ type: 'text', text: 'x' }] },
    ]),
  'agent.generate with memory': (client, { threadId }) =>
    client.getAgent(agentId).generate('Hi', {
      memory: { thread: threadId, resource: resourceId, options: { lastMessages: 5 } },
    }),
  'agent.generate with a thread of metadata': (client) =>
    client.getAgent(agentId).generate('Hi', {
      memory: {
        thread: { id: crypto.randomUUID(), title: 'T', metadata: { a: 1 } },
        resource: resourceId,
      },
    }),
  'agent.generate with settings': (client) =>
    client.getAgent(agentId).generate('Hi', {
      maxSteps: 2,
      modelSettings: { temperature: 0.1, maxOutputTokens: 9 },
      toolChoice: 'auto',
      activeTools: ['weatherTool'],
      runId: crypto.randomUUID(),
    }),
  'agent.generate with a context': (client) =>
    client.getAgent(agentId).generate('Hi', {
      requestContext: { tier: 'gold' } as never,
      tracingOptions: { metadata: { a: 1 } },
    }),
  'agent.stream': async (client) => {
    const stream = await client.getAgent(agentId).stream('Hi')
    await stream.processDataStream({ onChunk: async () => {} })
  },
  'agent.stream with memory': async (client, { threadId }) => {
    const stream = await client
      .getAgent(agentId)
      .stream('Hi', { memory: { thread: threadId, resource: resourceId } })
    await stream.processDataStream({ onChunk: async () => {} })
  },
  'agent.streamUntilIdle': async (client, { threadId }) => {
    const stream = await client
      .getAgent(agentId)
      .streamUntilIdle('Hi', { memory: { thread: threadId, resource: resourceId } })
    await stream.processDataStream({ onChunk: async () => {} })
  },
  'agent.listSuspendedRuns': (client) => client.getAgent(agentId).listSuspendedRuns({ resourceId }),
  'agent.sendMessage': (client, { threadId }) =>
    client.getAgent(agentId).sendMessage({ message: 'Hi', resourceId, threadId }),
  'agent.queueMessage': (client, { threadId }) =>
    client.getAgent(agentId).queueMessage({ message: 'Hi', resourceId, threadId }),
  'agent.abortThread': (client, { threadId }) =>
    client.getAgent(agentId).abortThread({ resourceId, threadId }),
  'agent.getTool': (client) => client.getAgent(agentId).getTool('get-weather'),
  'agent.executeTool': (client) =>
    client.getAgent(agentId).executeTool('get-weather', { data: {} }),
  listTools: (client) => client.listTools(),
  'tool.details': (client) => client.getTool('get-weather').details(),
  'tool.execute': (client) => client.getTool('get-weather').execute({ data: { to: 'x' } }),
  listMemoryThreads: (client) =>
    client.listMemoryThreads({ agentId, resourceId, page: 0, perPage: 5 }),
  getMemoryConfig: (client) => client.getMemoryConfig({ agentId }),
  createMemoryThread: (client) =>
    client.createMemoryThread({ agentId, resourceId, title: 'T', metadata: { a: 1 } }),
  getMemoryStatus: (client) => client.getMemoryStatus(agentId),
  'thread.get': (client, { threadId }) => client.getMemoryThread({ threadId, agentId }).get(),
  'thread.update': (client, { threadId }) =>
    client.getMemoryThread({ threadId, agentId }).update({ title: 'N', metadata: {}, resourceId }),
  'thread.listMessages': (client, { threadId }) =>
    client.getMemoryThread({ threadId, agentId }).listMessages(),
  'thread.listMessages, a page': (client, { threadId }) =>
    client
      .getMemoryThread({ threadId, agentId })
      .listMessages({ page: 0, perPage: 1, orderBy: { field: 'createdAt', direction: 'DESC' } }),
  listThreadMessages: (client, { threadId }) => client.listThreadMessages(threadId, { agentId }),
  'thread.clone': (client, { threadId }) =>
    client.getMemoryThread({ threadId, agentId }).clone({ title: 'Copy' }),
  saveMessageToMemory: (client, { threadId }) =>
    client.saveMessageToMemory({
      agentId,
      messages: [
        {
          id: crypto.randomUUID(),
          role: 'user',
          content: 'x',
          threadId,
          resourceId,
          type: 'text',
          createdAt: new Date(),
        } as never,
      ],
    }),
  'thread.deleteMessages': (client, { threadId, messageId }) =>
    client.getMemoryThread({ threadId, agentId }).deleteMessages([messageId]),
  getWorkingMemory: (client, { threadId }) =>
    client.getWorkingMemory({ agentId, threadId, resourceId }),
  searchMemory: (client) => client.searchMemory({ agentId, resourceId, searchQuery: 'Remember' }),
  listWorkflows: (client) => client.listWorkflows(),
  'workflow.details': (client) => client.getWorkflow('order').details(),
  'workflow.getSchema': (client) => client.getWorkflow('order').getSchema(),
  'workflow.runs': (client) => client.getWorkflow('order').runs({ page: 0, perPage: 5 }),
  'workflow.createRun': (client) => client.getWorkflow('order').createRun(),
  'workflow.createRun with an id': (client) =>
    client.getWorkflow('order').createRun({ runId: crypto.randomUUID(), resourceId }),
  'workflow.runById': (client, { runId }) => client.getWorkflow('order').runById(runId),
  'run.start': async (client) =>
    (await client.getWorkflow('order').createRun()).start({ inputData: { item: 'x' } }),
  'run.startAsync': async (client) =>
    (await client.getWorkflow('order').createRun()).startAsync({
      inputData: { item: 'x' },
      requestContext: { a: 1 },
    }),
  'run.stream': async (client) =>
    drain(
      await (await client.getWorkflow('order').createRun()).stream({ inputData: { item: 'x' } }),
    ),
  'run.resumeAsync': async (client, { runId }) =>
    (await client.getWorkflow('order').createRun({ runId })).resumeAsync({
      step: 'approve',
      resumeData: { by: 'alice' },
    }),
  'run.resumeStream': async (client) => {
    const run = await client.getWorkflow('order').createRun()
    await run.startAsync({ inputData: { item: 'x' } })
    await drain(await run.resumeStream({ step: 'approve', resumeData: { by: 'alice' } }))
  },
  'run.cancel': async (client) => {
    const run = await client.getWorkflow('order').createRun()
    await run.startAsync({ inputData: { item: 'x' } })
    await run.cancel()
  },
  'workflow.deleteRunById': (client, { runId }) => client.getWorkflow('order').deleteRunById(runId),
  listProcessors: (client) => client.listProcessors(),
  listScorers: (client) => client.listScorers(),
  getMcpServers: (client) => client.getMcpServers(),
  listWorkspaces: (client) => client.listWorkspaces(),
  getSystemPackages: (client) => client.getSystemPackages(),
}

/** Methods that a member is refused, with a permission that opens them. */
const OF_OTHERS: Readonly<Record<string, readonly [string, Call]>> = {
  'agent.generate with instructions': [
    'agents:write:assistant',
    (client) => client.getAgent(agentId).generate('Hi', { instructions: 'x' }),
  ],
  listAgentsModelProviders: ['system:read', (client) => client.listAgentsModelProviders()],
  listWorkflowRunCounts: ['system:read', (client) => client.listWorkflowRunCounts()],
  listLogTransports: ['system:read', (client) => client.listLogTransports()],
  listVectors: ['system:read', (client) => client.listVectors()],
  listEmbedders: ['system:read', (client) => client.listEmbedders()],
  listScoresByRunId: ['system:read', (client) => client.listScoresByRunId({ runId: 'x' })],
  'agent.updateModel': [
    'agents:write:assistant',
    (client) => client.getAgent(agentId).updateModel({ modelId: 'm', provider: 'openai' }),
  ],
  'agent.resetModel': ['agents:write:assistant', (client) => client.getAgent(agentId).resetModel()],
}

const through = (permissions: readonly string[]) =>
  new MastraClient({
    baseUrl: `http://127.0.0.1:${server.port}`,
    headers: {
      authorization: `Bearer ${auth.sign({ sub: 'alice', permissions }, { expiresInSeconds: 60 })}`,
    },
    retries: 0,
  })

async function make(client: MastraClient): Promise<Made> {
  const threadId = crypto.randomUUID()
  await client
    .getAgent(agentId)
    .generate('Remember 42.', { memory: { thread: threadId, resource: resourceId } })
  const { messages } = await client.getMemoryThread({ threadId, agentId }).listMessages()
  const run = await client.getWorkflow('order').createRun()
  await run.startAsync({ inputData: { item: 'x' } })
  const [{ id: messageId }] = messages as unknown as [{ id: string }]
  return { threadId, messageId, runId: run.runId }
}

describe('a method of the client', () => {
  it.each(Object.entries(OF_MEMBERS))(
    '%s works through the proxy as without it',
    async (_, call) => {
      const direct = new MastraClient({ baseUrl: application.url, retries: 0 })
      await call(direct, await make(direct))
      const client = through(MEMBER)
      await call(client, await make(client))
    },
  )

  it.each(Object.entries(OF_OTHERS))(
    '%s is refused to a member, and a permission opens it',
    async (_, [permission, call]) => {
      const direct = new MastraClient({ baseUrl: application.url, retries: 0 })
      const made = { threadId: 't', messageId: 'm', runId: 'r' }
      await call(direct, made)
      await expect(call(through(MEMBER), made)).rejects.toMatchObject({
        status: 403,
        body: { code: 'scope_insufficient' },
      })
      await call(through([...MEMBER, permission]), made)
    },
  )
})
