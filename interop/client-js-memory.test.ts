import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MastraClient, MastraClientError } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MastraJwtAuth } from '../packages/auth/dist/index.js'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'

const SECRET = 'interop-secret-interop-secret-interop-secret'
const AGENT = 'weather-agent'

const data = mkdtempSync(join(tmpdir(), 'signet-interop-'))
const auth = new MastraJwtAuth({ secret: SECRET })
let server: DevServer

beforeAll(async () => {
  server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: { MASTRA_JWT_SECRET: SECRET, SIGNET_DATA_DIR: data },
  })
})

afterAll(async () => {
  await server?.process.stop()
  rmSync(data, { recursive: true })
})

function connect(subject: string): MastraClient {
  const token = auth.sign({ sub: subject, role: 'member' }, { expiresInSeconds: 600 })
  return new MastraClient({ baseUrl: server.url, headers: { Authorization: `Bearer ${token}` } })
}

let count = 0

/** A client of a caller who has stored nothing yet. */
function newCaller(): { readonly client: MastraClient; readonly subject: string } {
  const subject = `caller-${count++}`
  return { client: connect(subject), subject }
}

/** The status of what a call throws. */
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

const ask = (client: MastraClient, thread: string, text = 'Weather in London') =>
  client.getAgent('weatherAgent').generate(text, {
    memory: { thread, resource: 'whoever the client says' },
  })

describe('the memory calls of the unmodified @mastra/client-js', () => {
  it('generate and stream into a thread, and go on in it', async () => {
    const { client, subject } = newCaller()
    const first = await ask(client, 't')
    expect(first.text).toMatch(/London/)
    const response = await client
      .getAgent('weatherAgent')
      .stream('Weather in Paris', { memory: { thread: 't', resource: subject } })
    await response.processDataStream({ onChunk: async () => undefined })
    const thread = client.getMemoryThread({ threadId: 't', agentId: AGENT })
    const { messages, total } = await thread.listMessages()
    expect(each(messages, 'role')).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(each(messages[1]?.content.parts ?? [], 'type')).toContain('tool-invocation')
    expect(total).toBe(4)
  })

  it('create, read, update, list and delete threads', async () => {
    const { client, subject } = newCaller()
    const created = await client.createMemoryThread({
      resourceId: subject,
      agentId: AGENT,
      title: 'Trip',
      metadata: { city: 'Rome' },
    })
    expect(created).toMatchObject({
      title: 'Trip',
      resourceId: subject,
      metadata: { city: 'Rome' },
    })
    const thread = client.getMemoryThread({ threadId: created.id, agentId: AGENT })
    expect(await thread.get()).toEqual(created)
    const updated = await thread.update({
      title: 'Journey',
      metadata: { year: 2027 },
      resourceId: 'x',
    })
    expect(updated).toMatchObject({
      title: 'Journey',
      resourceId: subject,
      metadata: { city: 'Rome', year: 2027 },
    })
    await client.createMemoryThread({ resourceId: subject, agentId: AGENT, threadId: 'other' })
    const all = await client.listMemoryThreads({
      resourceId: subject,
      agentId: AGENT,
      page: 0,
      perPage: 1,
      orderBy: { field: 'createdAt', direction: 'ASC' },
    })
    expect(all).toMatchObject({
      threads: [{ id: created.id }],
      total: 2,
      perPage: 1,
      hasMore: true,
    })
    const found = await client.listMemoryThreads({ metadata: { city: 'Rome' } })
    expect(found.threads.map(({ id }) => id)).toEqual([created.id])
    const elsewhere = { resourceId: subject, agentId: 'another-agent' }
    expect(await client.listMemoryThreads(elsewhere)).toMatchObject({ threads: [], total: 0 })
    expect(await thread.delete()).toEqual({ result: 'Thread deleted' })
    expect(await statusOf(thread.get())).toBe(404)
    expect(await client.deleteThread('other', { agentId: AGENT })).toEqual({
      result: 'Thread deleted',
    })
  })

  it('read and write threads whose ids need escaping', async () => {
    const { client, subject } = newCaller()
    const threadId = 'user:1/chat ü?#%'
    await client.createMemoryThread({ resourceId: subject, agentId: AGENT, threadId })
    await ask(client, threadId)
    const listed = await client.listMemoryThreads({ resourceId: subject })
    expect(listed.threads.map(({ id }) => id)).toEqual([threadId])
  })

  it('save, list, filter, include and delete messages', async () => {
    const { client, subject } = newCaller()
    await client.createMemoryThread({ resourceId: subject, agentId: AGENT, threadId: 't' })
    const message = (id: string, createdAt: string, metadata?: Record<string, string>) => ({
      id,
      role: 'user' as const,
      createdAt: new Date(createdAt),
      threadId: 't',
      resourceId: subject,
      type: 'text' as const,
      content: { format: 2 as const, parts: [{ type: 'text' as const, text: id }], metadata },
    })
    const saved = await client.saveMessageToMemory({
      agentId: AGENT,
      messages: [
        message('m1', '2026-01-01T00:00:00Z'),
        message('m2', '2026-02-01T00:00:00Z', { kind: 'note' }),
        message('m3', '2026-03-01T00:00:00Z'),
      ],
    })
    expect(saved.messages).toHaveLength(3)
    const thread = client.getMemoryThread({ threadId: 't', agentId: AGENT })
    const idsOf = async (params?: Parameters<typeof thread.listMessages>[0]) => {
      const { messages } = await thread.listMessages(params)
      return each(messages, 'id')
    }
    expect(await idsOf()).toEqual(['m1', 'm2', 'm3'])
    expect(await idsOf({ orderBy: { field: 'createdAt', direction: 'DESC' } })).toEqual([
      'm3',
      'm2',
      'm1',
    ])
    expect(await idsOf({ page: 1, perPage: 2 })).toEqual(['m3'])
    expect(await idsOf({ filter: { metadata: { kind: 'note' } } })).toEqual(['m2'])
    const dateRange = { start: new Date('2026-02-01T00:00:00Z'), startExclusive: true }
    expect(await idsOf({ filter: { dateRange } })).toEqual(['m3'])
    expect(await idsOf({ perPage: 1, include: [{ id: 'm3', withPreviousMessages: 1 }] })).toEqual([
      'm1',
      'm2',
      'm3',
    ])
    const { messages } = await client.listThreadMessages('t', { agentId: AGENT })
    expect(messages).toHaveLength(3)
    expect(await thread.deleteMessages('m1')).toEqual({
      success: true,
      message: '1 message deleted successfully',
    })
    await thread.deleteMessages([{ id: 'm2' }, { id: 'none' }])
    expect(await idsOf()).toEqual(['m3'])
  })

  it('save a message whose content is a text, as the documentation shows', async () => {
    const { client, subject } = newCaller()
    await client.createMemoryThread({ resourceId: subject, agentId: AGENT, threadId: 't' })
    const { messages } = await client.saveMessageToMemory({
      agentId: AGENT,
      messages: [
        {
          role: 'user',
          content: 'Hello!',
          id: '1',
          threadId: 't',
          resourceId: subject,
          createdAt: new Date(),
          type: 'text',
        },
      ],
    })
    expect(messages).toMatchObject([{ id: '1', content: { content: 'Hello!' } }])
  })

  it('clone a thread', async () => {
    const { client } = newCaller()
    await ask(client, 't')
    const thread = client.getMemoryThread({ threadId: 't', agentId: AGENT })
    const whole = await thread.clone()
    expect(whole.clonedMessages).toHaveLength(2)
    expect(whole.thread.id).not.toBe('t')
    const part = await thread.clone({
      newThreadId: 'copy',
      title: 'Copy',
      metadata: { branch: 1 },
      options: { messageLimit: 1 },
    })
    expect(part.thread).toMatchObject({ id: 'copy', title: 'Copy', metadata: { branch: 1 } })
    expect(each(part.clonedMessages, 'role')).toEqual(['assistant'])
    const sources = each((await thread.listMessages()).messages, 'id')
    expect(Reflect.get(whole, 'messageIdMap')).toEqual(
      Object.fromEntries(sources.map((id, index) => [id, each(whole.clonedMessages, 'id')[index]])),
    )
  })

  it('search what was said', async () => {
    const { client, subject } = newCaller()
    await ask(client, 't', 'Weather in London')
    await ask(client, 'u', 'Weather in Paris')
    const { results, ...found } = await client.searchMemory({
      agentId: AGENT,
      resourceId: subject,
      searchQuery: 'weather in PARIS',
    })
    expect(found).toMatchObject({ count: results.length, searchType: 'text' })
    expect(results.map(({ threadId }) => threadId)).not.toContain('t')
    expect(results.filter(({ role }) => role === 'user')).toMatchObject([
      { threadId: 'u', content: 'Weather in Paris' },
    ])
  })

  it('read and update working memory', async () => {
    const { client, subject } = newCaller()
    await client.createMemoryThread({ resourceId: subject, agentId: AGENT, threadId: 't' })
    const where = { agentId: AGENT, threadId: 't', resourceId: subject }
    expect(await client.getWorkingMemory(where)).toMatchObject({
      workingMemory: null,
      source: 'resource',
      workingMemoryTemplate: { format: 'markdown', content: expect.any(String) },
      threadExists: true,
    })
    await client.updateWorkingMemory({ ...where, workingMemory: '- **Name**: Alice' })
    expect(await client.getWorkingMemory(where)).toMatchObject({
      workingMemory: '- **Name**: Alice',
    })
  })

  it('read status and config', async () => {
    const { client } = newCaller()
    expect(await client.getMemoryStatus(AGENT)).toMatchObject({ result: true })
    const { config } = await client.getMemoryConfig({ agentId: AGENT })
    expect(config).toMatchObject({ lastMessages: 20, workingMemory: { enabled: true } })
    const where = { agentId: AGENT, resourceId: 'x', threadId: 't' }
    expect(await statusOf(client.getObservationalMemory(where))).toBe(400)
    expect(await statusOf(client.awaitBufferStatus(where))).toBe(400)
  })

  it('keep a thread whole while the client runs a tool of its own', async () => {
    const clientTools = {
      paintWall: {
        id: 'paintWall',
        description: 'Paint the wall in a color',
        inputSchema: { type: 'object', properties: { color: { type: 'string' } } },
        execute: async () => ({ painted: true }),
      },
    }
    for (const verb of ['generate', 'stream'] as const) {
      const { client, subject } = newCaller()
      const agent = client.getAgent('weatherAgent')
      const options = { memory: { thread: 't', resource: subject }, clientTools } as never
      if (verb === 'generate') await agent.generate('Paint the wall blue', options)
      else {
        const response = await agent.stream('Paint the wall blue', options)
        await response.processDataStream({ onChunk: async () => undefined })
      }
      const thread = client.getMemoryThread({ threadId: 't', agentId: AGENT })
      const { messages } = await thread.listMessages()
      expect(each(messages, 'role')).toEqual(['user', 'assistant', 'assistant'])
      expect(messages[1]?.content.parts).toMatchObject([
        { toolInvocation: { state: 'result', toolName: 'paintWall', result: { painted: true } } },
      ])
    }
  })

  it('reach nothing of another caller, who names every id', async () => {
    const { client, subject } = newCaller()
    const { client: other } = newCaller()
    await ask(client, 't')
    const mine = client.getMemoryThread({ threadId: 't', agentId: AGENT })
    const theirs = other.getMemoryThread({ threadId: 't', agentId: AGENT })
    const { messages } = await mine.listMessages()
    const ids = each(messages, 'id')
    expect((await other.listMemoryThreads({ resourceId: subject })).threads).toEqual([])
    for (const call of [
      () => theirs.get(),
      () => theirs.update({ title: 'Mine now' }),
      () => theirs.listMessages({ resourceId: subject }),
      () => theirs.clone({ resourceId: subject }),
      () => theirs.delete(),
      () => theirs.transfer({ resourceId: 'bob' }),
      () => mine.transfer({ resourceId: 'bob' }),
    ]) {
      expect(await statusOf(call())).toBe(404)
    }
    expect(await theirs.deleteMessages(ids)).toMatchObject({
      message: '0 messages deleted successfully',
    })
    await ask(other, 't')
    expect((await theirs.listMessages()).total).toBe(2)
    expect(each((await mine.listMessages()).messages, 'id')).toEqual(ids)
  })
})

describe('what the unmodified @mastra/client-js asks for at start', () => {
  it('is there, and empty', async () => {
    const { client } = newCaller()
    expect(await client.listWorkflows()).toEqual({})
    expect(await client.listProcessors()).toEqual({})
    expect(await client.listScorers()).toEqual({})
    expect(await client.listLogTransports()).toEqual({ transports: [] })
    expect((await client.getMcpServers()).servers).toEqual([])
    expect(await client.getSystemPackages()).toMatchObject({ storageType: 'libsql' })
  })
})
