import { MastraClientError, type MastraClient } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startModelServer, type ModelServer } from './support/model-server.js'
import {
  connect,
  startProxied,
  tokenOf,
  type ProxiedApplication,
} from './support/proxied-application.js'

const AGENT = 'harbour-pilot'
/** Who uses an application: a member has no workflows unless they are granted. */
const GRANTS = {
  scope: 'agents:read agents:execute tools:* memory:* workflows:read workflows:execute',
}

let model: ModelServer

beforeAll(async () => {
  model = await startModelServer()
  model.answerWith({ kind: 'text', pieces: ['Two ', 'metres.'] })
})

afterAll(() => model?.stop())

/** The status of what a call throws, and undefined where it throws nothing. */
async function statusOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    if (error instanceof MastraClientError) return error.status
    throw error
  }
  return undefined
}

/** One member of each; the client's own types of messages are too deep to be read by. */
function each(list: readonly object[], name: string): string[] {
  return list.map((item) => String(Reflect.get(item, name)))
}

async function chunkTypes(stream: ReadableStream<unknown>): Promise<string[]> {
  const types: string[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return types
    if (typeof value === 'object' && value !== null) types.push(String(Reflect.get(value, 'type')))
  }
}

/** Whoever calls: a client, and names that nobody else uses. */
interface Visit {
  readonly client: MastraClient
  /** A thread that the caller has, with a question and an answer. */
  readonly thread: string
  /** An id that nobody has. */
  readonly fresh: string
}

const threadOf = ({ client, thread }: Visit) =>
  client.getMemoryThread({ threadId: thread, agentId: AGENT })

const harbour = { harbour: 'Brest' }

/** Each method of the client, and what of its result is the same for whoever calls. */
const METHODS: Readonly<Record<string, (visit: Visit) => Promise<unknown>>> = {
  listAgents: async ({ client }) => Object.keys(await client.listAgents()),
  'getAgent().details': async ({ client }) => {
    const { name, tools } = await client.getAgent(AGENT).details()
    return [name, Object.keys(tools)]
  },
  'getAgent().generate': async ({ client }) => (await client.getAgent(AGENT).generate('?')).text,
  'getAgent().generate, by the key of the agent': async ({ client }) =>
    (await client.getAgent('pilot').generate('?')).text,
  'getAgent().generate, with a memory': async ({ client, thread }) => {
    const memory = { thread, resource: 'whoever' }
    return (await client.getAgent(AGENT).generate('?', { memory })).text
  },
  'getAgent().stream': async ({ client }) => {
    let text = ''
    const response = await client.getAgent(AGENT).stream('?')
    await response.processDataStream({
      async onChunk(chunk) {
        if (chunk.type === 'text-delta') text += chunk.payload.text
      },
    })
    return text
  },
  'getAgent().executeTool': ({ client }) =>
    client.getAgent(AGENT).executeTool('read-tide', { data: harbour }),
  listTools: async ({ client }) => Object.keys(await client.listTools()),
  'getTool().details': async ({ client }) => (await client.getTool('read-tide').details()).id,
  'getTool().execute': ({ client }) => client.getTool('read-tide').execute({ data: harbour }),
  createMemoryThread: async ({ client, fresh }) => {
    const owner = { resourceId: 'whoever', agentId: AGENT }
    const { title } = await client.createMemoryThread({ ...owner, threadId: fresh, title: 'T' })
    return title
  },
  listMemoryThreads: async ({ client, thread }) => {
    const { threads } = await client.listMemoryThreads({ agentId: AGENT })
    return each(threads, 'id').includes(thread)
  },
  'getMemoryThread().get': async (visit) => (await threadOf(visit).get()).id === visit.thread,
  'getMemoryThread().update': async (visit) =>
    (await threadOf(visit).update({ title: 'Tides', metadata: {}, resourceId: 'whoever' })).title,
  'getMemoryThread().listMessages': async (visit) =>
    each((await threadOf(visit).listMessages()).messages, 'role').slice(0, 2),
  'getMemoryThread().clone': async (visit) => {
    const { clonedMessages } = await threadOf(visit).clone()
    return each(clonedMessages, 'role').slice(0, 2)
  },
  'getMemoryThread().delete': async ({ client, fresh }) =>
    client.getMemoryThread({ threadId: fresh, agentId: AGENT }).delete(),
  getWorkingMemory: async ({ client, thread }) => {
    const where = { agentId: AGENT, threadId: thread, resourceId: 'whoever' }
    return Object.entries((await client.getWorkingMemory(where)) ?? {})
  },
  getMemoryConfig: async ({ client }) =>
    Object.keys((await client.getMemoryConfig({ agentId: AGENT })).config ?? {}),
  getMemoryStatus: async ({ client }) => (await client.getMemoryStatus(AGENT)).result,
  listWorkflows: async ({ client }) => Object.keys(await client.listWorkflows()),
  'getWorkflow().details': async ({ client }) =>
    (await client.getWorkflow('tideReport').details()).name,
  'createRun().startAsync': async ({ client }) => {
    const run = await client.getWorkflow('tideReport').createRun()
    const { status } = await run.startAsync({ inputData: harbour })
    return status
  },
  'createRun().start': async ({ client }) => {
    const run = await client.getWorkflow('tideReport').createRun()
    return await run.start({ inputData: harbour })
  },
  'createRun().stream': async ({ client }) => {
    const run = await client.getWorkflow('tideReport').createRun()
    return await chunkTypes(await run.stream({ inputData: harbour }))
  },
  'getWorkflow().runs and runById': async ({ client }) => {
    const workflow = client.getWorkflow('tideReport')
    const { runs } = await workflow.runs({ status: 'success' })
    const { status } = await workflow.runById(runs[0]?.runId ?? '')
    return status
  },
  getSystemPackages: async ({ client }) => (await client.getSystemPackages()).packages.length > 0,
}

describe('the first application of somebody who begins with Mastra, behind the proxy', () => {
  let proxied: ProxiedApplication
  let direct: Visit
  let alice: Visit
  let bob: MastraClient

  beforeAll(async () => {
    proxied = await startProxied('starter', model.url)
    const { url, application } = proxied
    direct = { client: connect(application), thread: 'direct', fresh: 'direct-2' }
    alice = { client: connect(url, tokenOf('alice', GRANTS)), thread: 'mine', fresh: 'mine-2' }
    bob = connect(url, tokenOf('bob', GRANTS))
    for (const { client, thread } of [direct, alice]) {
      await client.getAgent(AGENT).generate('?', { memory: { thread, resource: 'whoever' } })
    }
  })

  afterAll(() => proxied?.stop())

  it.each(Object.entries(METHODS))('answers %s as without it', async (_, call) => {
    const without = await call(direct)
    expect(without).not.toBeUndefined()
    expect(await call(alice)).toEqual(without)
  })

  it.each(Object.entries(METHODS))('refuses a stranger: %s', async (_, call) => {
    const stranger = { ...alice, client: connect(proxied.url) }
    expect(await statusOf(call(stranger))).toBe(401)
  })

  it.each([
    'getMemoryThread().get',
    'getMemoryThread().update',
    'getMemoryThread().listMessages',
    'getMemoryThread().clone',
    'getWorkingMemory',
    'getAgent().generate, with a memory',
  ])('does not find the thread of another: %s', async (name) => {
    const call = METHODS[name] ?? (() => Promise.reject(new Error(name)))
    expect(await statusOf(call({ ...alice, client: bob }))).toBe(404)
    expect(await call(alice)).toBeDefined()
  })

  it('lists the threads and the runs of nobody else', async () => {
    const { threads } = await bob.listMemoryThreads({ agentId: AGENT, resourceId: 'whoever' })
    expect(threads).toEqual([])
    const { runs } = await bob.getWorkflow('tideReport').runs()
    expect(runs).toEqual([])
  })

  it('lets a narrow token do what it grants, and says what it lacks', async () => {
    const narrow = connect(proxied.url, tokenOf('carol', { scope: `agents:execute:${AGENT}` }))
    expect((await narrow.getAgent(AGENT).generate('?')).text).toBe('Two metres.')
    const calls: readonly Promise<unknown>[] = [
      narrow.getTool('read-tide').execute({ data: harbour }),
      narrow.getAgent(AGENT).details(),
      narrow.listMemoryThreads({ agentId: AGENT }),
      narrow.getWorkflow('tideReport').createRun(),
    ]
    expect(await Promise.all(calls.map(statusOf))).toEqual([403, 403, 403, 403])
    expect(await narrow.listAgents()).toEqual({})
  })

  it('does not offer the model a tool that the caller may not execute', async () => {
    const offered = async (scope: string) => {
      model.answerWith({ kind: 'text', pieces: ['Two ', 'metres.'] })
      await connect(proxied.url, tokenOf('carol', { scope })).getAgent(AGENT).generate('?')
      return model.requests.at(-1)?.tools
    }
    const ask = `agents:execute:${AGENT}`
    expect(await offered(`${ask} tools:execute`)).toEqual(['tideTool', 'bellTool'])
    expect(await offered(`${ask} tools:execute:read-tide`)).toEqual(['tideTool'])
    expect(await offered(ask)).toEqual([])
  })
})

describe('a workflow that waits for a person, behind the proxy', () => {
  let proxied: ProxiedApplication
  beforeAll(async () => void (proxied = await startProxied('suspending', model.url)))
  afterAll(() => proxied?.stop())

  const workflowOf = (subject: string, grants = GRANTS) =>
    connect(proxied.url, tokenOf(subject, grants)).getWorkflow('purchase')
  const inputData = { item: 'rope', price: 9 }
  const decision = { step: 'decide', resumeData: { approved: true } }

  it('stops, and continues for who began it', async () => {
    const run = await workflowOf('alice').createRun()
    expect((await run.startAsync({ inputData })).status).toBe('suspended')
    expect(await run.resumeAsync(decision)).toMatchObject({
      status: 'success',
      result: { state: 'rope ordered' },
    })
    expect(await statusOf(run.resumeAsync(decision))).toBe(404)
  })

  it('streams until it stops, and streams on', async () => {
    const run = await workflowOf('alice').createRun()
    const first = await chunkTypes(await run.stream({ inputData }))
    expect(first).toContain('workflow-step-suspended')
    const rest = await chunkTypes(await run.resumeStream(decision))
    expect(rest.at(-1)).toBe('workflow-finish')
  })

  it('continues for nobody else, whatever run they name, and ends for nobody else', async () => {
    const run = await workflowOf('alice').createRun()
    await run.startAsync({ inputData })
    const bob = workflowOf('bob')
    expect(await statusOf(bob.runById(run.runId))).toBe(404)
    expect(await statusOf(bob.deleteRunById(run.runId))).toBe(404)
    const same = await bob.createRun({ runId: run.runId })
    expect(same.runId).not.toBe(run.runId)
    // It is a run of his own now, which never began.
    expect(await statusOf(same.resumeAsync(decision))).toBe(404)
    expect(await run.resumeAsync(decision)).toMatchObject({ status: 'success' })
  })

  it('begins for nobody without the permission to execute it', async () => {
    const reader = workflowOf('carol', { scope: 'workflows:read' })
    expect((await reader.details()).name).toBe('purchase')
    expect(await statusOf(reader.createRun())).toBe(403)
    const other = workflowOf('carol', { scope: 'workflows:execute:other' })
    expect(await statusOf(other.createRun())).toBe(403)
  })
})

describe('an application with a middleware that asks for tokens, behind the proxy', () => {
  let proxied: ProxiedApplication
  beforeAll(async () => void (proxied = await startProxied('own-middleware', model.url)))
  afterAll(() => proxied?.stop())

  const whoami = async (token?: string, url = proxied.url) => {
    const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]])
    const response = await fetch(`${url}/whoami`, { headers })
    const body: unknown = await response.json()
    return { status: response.status, body }
  }
  const scope = 'routes:execute:/whoami'

  it('is not warned about, and answers the client', async () => {
    expect(proxied.process.stderr).not.toContain('verifies no tokens')
    const alice = connect(proxied.url, tokenOf('alice', GRANTS))
    expect((await alice.getAgent('clerk').generate('?')).text).toBe('Two metres.')
  })

  it('is told the owner key of the caller, and never the token of the caller', async () => {
    const { status, body } = await whoami(tokenOf('alice', { scope }))
    expect(status).toBe(200)
    expect(body).toEqual({ caller: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect((await whoami(tokenOf('bob', { scope }))).body).not.toEqual(body)
    expect((await whoami(tokenOf('alice', { scope }), proxied.application)).status).toBe(401)
  })

  it('has a route of its own closed until a permission opens it', async () => {
    expect((await whoami()).status).toBe(401)
    const { status, body } = await whoami(tokenOf('alice', GRANTS))
    expect(status).toBe(403)
    expect(body).toMatchObject({ code: 'scope_insufficient', missingScope: scope })
    const other = tokenOf('alice', { scope: 'routes:execute:/whoami/else' })
    expect((await whoami(other)).status).toBe(403)
  })
})
