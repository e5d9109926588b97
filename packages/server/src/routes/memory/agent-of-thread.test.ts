import type { Permission } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { readRefusal } from '@signet/test-support/application/application'
import {
  idsOf,
  queryOf,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'

const THREADS = '/api/memory/threads'
const { ask, read } = useMemoryApplication()

const create = (threadId: string, agentId: string, permissions?: readonly Permission[]) =>
  read(`${THREADS}?${queryOf({ agentId })}`, { json: { threadId }, permissions })

const list = async (parameters: Record<string, string>, permissions?: readonly Permission[]) =>
  idsOf(await read(`${THREADS}?${queryOf(parameters)}`, { permissions }), 'threads').sort()

const answer = (agentId: string, thread: string, permissions?: readonly Permission[]) =>
  read(`/api/agents/${agentId}/generate`, {
    json: { messages: 'Hello', memory: { thread } },
    permissions,
  })

describe('the agent of a thread', () => {
  it('is the one whose answer begins it, by whatever name it was asked', async () => {
    await answer('plainAgent', 'by-key')
    await answer('plain-agent', 'by-id')
    await answer('notes-agent', 'notes')
    for (const agentId of ['plain-agent', 'plainAgent']) {
      expect(await list({ agentId })).toStrictEqual(['by-id', 'by-key'])
    }
    expect(await list({ agentId: 'notes-agent' })).toStrictEqual(['notes'])
    expect(await list({})).toStrictEqual(['by-id', 'by-key', 'notes'])
  })

  it('is the one that whoever makes it names, in the query or in the body', async () => {
    await create('by-query', 'plainAgent')
    await read(THREADS, { json: { threadId: 'by-body', agentId: 'plain-agent' } })
    await read(THREADS, { json: { threadId: 'unknown' } })
    expect(await list({ agentId: 'plain-agent' })).toStrictEqual(['by-body', 'by-query', 'unknown'])
    expect(await list({ agentId: 'notes-agent' })).toStrictEqual(['unknown'])
  })

  it('stays, whichever agent goes on in it, and goes with a clone', async () => {
    await answer('plain-agent', 't')
    await answer('notes-agent', 't')
    await read(`${THREADS}/t/clone`, { json: { newThreadId: 'copy' } })
    expect(await list({ agentId: 'plain-agent' })).toStrictEqual(['copy', 't'])
    expect(await list({ agentId: 'notes-agent' })).toStrictEqual([])
    const messages = await read(`${THREADS}/t/messages?agentId=notes-agent`)
    expect(idsOf(messages, 'messages')).toHaveLength(4)
  })

  it('changes nothing of how a thread looks on the wire', async () => {
    const created = await create('t', 'plain-agent')
    const names = ['createdAt', 'id', 'metadata', 'resourceId', 'title', 'updatedAt']
    expect(Object.keys(Object(created)).sort()).toStrictEqual(names)
    expect(await read(`${THREADS}/t`)).toStrictEqual(created)
  })
})

describe('a search with an agent', () => {
  it('finds messages in the threads that a list with it has', async () => {
    await answer('plain-agent', 'plain')
    await answer('notes-agent', 'notes')
    await read(THREADS, { json: { threadId: 'unknown' } })
    const messages = [{ role: 'user', threadId: 'unknown', content: 'Hello' }]
    await read('/api/memory/save-messages', { json: { messages } })
    const search = async (agentId: string) => {
      const query = queryOf({ searchQuery: 'hello', agentId })
      const { results }: { results?: { threadId: string }[] } = Object(
        await read(`/api/memory/search?${query}`),
      )
      return [...new Set(results?.map(({ threadId }) => threadId))].sort()
    }
    expect(await search('plainAgent')).toStrictEqual(['plain', 'unknown'])
    expect(await search('nobody')).toStrictEqual(['unknown'])
    expect(await search('')).toStrictEqual(['notes', 'plain', 'unknown'])
  })
})

describe('the name of an agent that its caller may not read', () => {
  const NO_AGENTS = ['memory:read', 'memory:write'] as const
  const MAY_ASK = ['memory:read', 'memory:write', 'agents:execute:plain-agent'] as const

  it.each(['nobody', 'plain-agent', 'plainAgent', 'a/b', '__proto__', 'constructor', '*', ' '])(
    'answers alike, whether there is such an agent or not: %j',
    async (agentId) => {
      await create('known', 'plain-agent')
      const made = await ask(`${THREADS}?${queryOf({ agentId })}`, {
        json: { threadId: 'made' },
        permissions: NO_AGENTS,
      })
      expect(made.status).toBe(200)
      // Nothing is noted of a name that the caller may not read, so nothing can be found by another name of it.
      for (const name of ['plain-agent', 'notes-agent', 'nobody']) {
        expect(await list({ agentId: name })).toContain('made')
      }
    },
  )

  it('lists the threads that know no agent, and of the caller’s own those of exactly this name', async () => {
    await answer('plainAgent', 'asked', MAY_ASK)
    await read(THREADS, { json: { threadId: 'unknown' } })
    await read(THREADS, { json: { threadId: 'bobs' }, as: 'bob' })
    expect(await list({ agentId: 'plain-agent' }, MAY_ASK)).toStrictEqual(['asked', 'unknown'])
    // Were this another list, it would tell that plainAgent is plain-agent.
    expect(await list({ agentId: 'plainAgent' }, MAY_ASK)).toStrictEqual(['unknown'])
    expect(await list({ agentId: 'nobody' }, MAY_ASK)).toStrictEqual(['unknown'])
  })

  it('names all threads where it is empty', async () => {
    await create('t', 'plain-agent')
    expect(await list({ agentId: '' })).toStrictEqual(['t'])
  })

  it.each(['a\0b', 'x'.repeat(256), '..', `eyJ${'a'.repeat(40)}.eyJ${'b'.repeat(40)}.c`])(
    'is refused where it can be none: %j',
    async (agentId) => {
      const query = queryOf({ agentId })
      for (const json of [undefined, {}]) {
        const refusal = await readRefusal(await ask(`${THREADS}?${query}`, { json }))
        expect(refusal).toMatchObject({ status: 400, issues: [{ field: 'agentId' }] })
      }
      expect(await list({})).toStrictEqual([])
    },
  )

  it('is given once', async () => {
    const twice = await readRefusal(await ask(`${THREADS}?agentId=a&agentId=b`))
    expect(twice).toMatchObject({ status: 400, issues: [{ field: 'agentId' }] })
  })
})

describe('threads by title', () => {
  const make = async (titles: readonly string[]) => {
    for (const title of titles) await read(THREADS, { json: { threadId: title, title } })
  }

  it('are those that have the text in it, in whatever case, with no wildcard', async () => {
    await make(['100% Sure', 'ZÜRICH_2', 'Moon'])
    await read(THREADS, { json: { threadId: 'bobs', title: 'Moon of Bob' }, as: 'bob' })
    expect(await list({ title: '100%' })).toStrictEqual(['100% Sure'])
    expect(await list({ title: 'zürich_' })).toStrictEqual(['ZÜRICH_2'])
    expect(await list({ title: '%' })).toStrictEqual(['100% Sure'])
    expect(await list({ title: 'MOON' })).toStrictEqual(['Moon'])
    expect(await list({ title: 'sun' })).toStrictEqual([])
    expect(await list({ title: '' })).toHaveLength(3)
  })

  it('are counted on all pages, and of one agent where one is named', async () => {
    await make(['a1', 'a2', 'a3', 'b'])
    const page = await read(`${THREADS}?title=A&perPage=2&page=1`)
    expect(page).toMatchObject({ total: 3, page: 1, perPage: 2, hasMore: false })
    await read(`${THREADS}?agentId=plain-agent`, { json: { threadId: 'a4', title: 'a4' } })
    expect(await list({ title: 'a', agentId: 'notes-agent' })).toStrictEqual(['a1', 'a2', 'a3'])
  })

  it('are not looked for by a text that is too long, or by two', async () => {
    const long = await readRefusal(await ask(`${THREADS}?title=${'x'.repeat(201)}`))
    expect(long).toMatchObject({ status: 400, issues: [{ field: 'title' }] })
    const twice = await readRefusal(await ask(`${THREADS}?title=a&title=b`))
    expect(twice).toMatchObject({ status: 400, issues: [{ field: 'title' }] })
  })
})
