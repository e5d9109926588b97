import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createPermissions, MastraJwtAuth, type Permission } from '@signet/auth'
import { permissionTemplates } from '@signet/auth/internal'
import { createProxy, type ProxyApp } from '@signet/proxy'
import { serve, type RunningServer } from '@signet/server'
import { MastraClient } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { COMPARED_WITH, findPolicy } from '../packages/proxy/src/policy/mastra-1.js'
import type { KnownRoute, PolicyMatch } from '../packages/proxy/src/policy/policy-table.js'
import { listClientMethods, type ClientMethod } from './support/client-methods.js'
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

async function converse(client: MastraClient): Promise<string> {
  return (await client.conversations.create({ agent_id: agentId })).id
}

/** A response that is stored in a conversation. */
async function respond(client: MastraClient): Promise<string> {
  const conversation_id = await converse(client)
  const { id } = await client.responses.create({
    agent_id: agentId,
    input: 'Hi',
    store: true,
    conversation_id,
  })
  return id
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
  updateWorkingMemory: (client, { threadId }) =>
    client.updateWorkingMemory({
      agentId: 'keeper',
      threadId,
      resourceId,
      workingMemory: 'Alice.',
    }),
  deleteThread: (client, { threadId }) => client.deleteThread(threadId, { agentId }),
  'thread.delete': (client, { threadId }) => client.getMemoryThread({ threadId, agentId }).delete(),
  'conversations.create': (client) =>
    client.conversations.create({ agent_id: agentId, title: 'T', metadata: { a: 1 } }),
  'conversations.retrieve': async (client) => client.conversations.retrieve(await converse(client)),
  'conversations.items.list': async (client) =>
    client.conversations.items.list(await converse(client)),
  'conversations.delete': async (client) => client.conversations.delete(await converse(client)),
  'responses.create': (client) => client.responses.create({ agent_id: agentId, input: 'Hi' }),
  'responses.create in a conversation': async (client) =>
    client.responses.create({
      agent_id: agentId,
      input: 'Hi',
      store: true,
      conversation_id: await converse(client),
    }),
  'responses.create after another': async (client) =>
    client.responses.create({
      agent_id: agentId,
      input: 'Hi',
      store: true,
      previous_response_id: await respond(client),
    }),
  'responses.stream': async (client) => {
    const stream = await client.responses.stream({ agent_id: agentId, input: 'Hi' })
    for await (const { type } of stream) if (type === 'response.completed') return
    throw new Error('The response is not complete.')
  },
  'responses.retrieve': async (client) => client.responses.retrieve(await respond(client)),
  'responses.delete': async (client) => client.responses.delete(await respond(client)),
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

const METHODS = (await listClientMethods()).map((method) => [method.name, method] as const)

function matchOf({ request }: ClientMethod): PolicyMatch {
  const [method = '', path = ''] = request.split(' ')
  return findPolicy(method, `/api${path}`)
}

/** The permissions of a method, as templates. */
function templatesOf({ policy }: KnownRoute): readonly string[] {
  const { bodyAccess } = policy
  return [
    ...permissionTemplates(policy.access),
    ...(bodyAccess === undefined ? [] : [bodyAccess.permission]),
  ]
}

const ofMember = createPermissions(MEMBER)

/** What a member is told who calls a method. */
function verdictOf(method: ClientMethod): 'closed' | 'refused' | 'works' {
  const match = matchOf(method)
  if (match.kind === 'refused') return 'closed'
  if (match.kind === 'unknown') return 'refused'
  const asked = templatesOf(match).map((each) => each.replaceAll(/\{\w+\}/g, 'x1') as Permission)
  return asked.every((each) => ofMember.allows(each)) ? 'works' : 'refused'
}

const MAX_WAIT_MS = 2000

/** How a method ends: with the status of an error, or 0 for none. */
async function endOf(call: () => Promise<unknown>): Promise<number> {
  try {
    const result = await Promise.race([call(), delay(MAX_WAIT_MS)])
    await drain(result)
    return 0
  } catch (error) {
    const status: unknown = error instanceof Error ? Reflect.get(error, 'status') : undefined
    return typeof status === 'number' ? status : 0
  }
}

describe('each method that the client has', () => {
  const of = (verdict: string) => METHODS.filter(([, method]) => verdictOf(method) === verdict)

  it.each(of('refused'))('%s is refused to a member', async (_, method) => {
    expect(await endOf(() => method.call(through(MEMBER)))).toBe(403)
  })

  it.each(of('closed'))('%s is found by nobody', async (_, method) => {
    expect(await endOf(() => method.call(through(['*'])))).toBe(404)
  })

  it.each(of('works'))('%s lets a member in', async (_, method) => {
    expect([401, 403]).not.toContain(await endOf(() => method.call(through(MEMBER))))
  })

  it('is named where this file says that it works, or that it is refused', () => {
    const verdicts = new Map(METHODS.map(([name, method]) => [name, verdictOf(method)]))
    const told = Object.keys(OF_MEMBERS).map(
      (name) => name.split(/,| (?:by|in|with|after)/)[0] ?? '',
    )
    expect(told.filter((name) => verdicts.get(name) !== 'works')).toEqual([])
  })
})

const PAGE = new URL('../docs/reference/proxy-client.md', import.meta.url)

function row([name, method]: readonly [string, ClientMethod]): string {
  const match = matchOf(method)
  const route =
    match.kind === 'known'
      ? `${method.request.split(' ')[0]} ${match.policy.path}`
      : method.request.replaceAll('x1', ':id')
  const permission =
    match.kind === 'known'
      ? templatesOf(match)
          .map((each) => `\`${each}\``)
          .join(', ') || 'a good token'
      : match.kind === 'unknown'
        ? `\`${match.permission.replaceAll('x1', '<id>')}\``
        : match.reason
  return `| \`${name}\` | \`${route}\` | ${permission} | ${verdictOf(method)} |`
}

const count = (verdict: string) =>
  METHODS.filter(([, method]) => verdictOf(method) === verdict).length

const page = `# Methods of the client behind the proxy

Each method of the unmodified \`@mastra/client-js\` ${COMPARED_WITH['@mastra/client-js']} that asks the server for something, with the route below
\`/api\` that it calls, and the permissions that the caller needs for it, all of them together. The last column says what
happens to a caller with the role \`member\`: of ${METHODS.length} methods, ${count('works')} work, ${count('refused')} are refused with 403, and ${count('closed')} are closed to
everybody, with 404. The permissions of the row open a method that is refused.

\`agent.generate\` is the method \`generate\` of \`client.getAgent(id)\`, and so for the other objects. \`{agentId}\` is the id in
the path or in the body. Options of a call that change the agent, such as \`instructions\`, need \`agents:write:{agentId}\`, too.

A method does through the proxy what it does without it, with these exceptions:

- \`responses.create\` with \`store: true\`, and without \`conversation_id\` and \`previous_response_id\`: the application stores
  the response without an owner, so \`responses.retrieve\` is 404. Make a conversation first, and send its id.
- \`createSchedule\` for an agent needs \`threadId\`, a thread of the caller. Without one, the application takes no owner.
- \`saveMessageToMemory\` does not keep the id that the client gives to a message: the application makes one.
- An option that the proxy does not know is refused with 400 and the name of the option.

| method | route | permission | member |
| --- | --- | --- | --- |
${METHODS.map(row).join('\n')}
`

/** A page without what its formatter decides: the width of its columns and the breaks of its lines. */
const plain = (text: string) => text.replaceAll(/-{3,}/g, '---').replaceAll(/\s+/g, ' ').trim()

describe('the page of the methods', () => {
  it('says what the table says; SIGNET_WRITE_DOCS=1 writes it', () => {
    if (process.env['SIGNET_WRITE_DOCS'] === '1') writeFileSync(PAGE, page)
    expect(plain(readFileSync(PAGE, 'utf8'))).toBe(plain(page))
  })
})
