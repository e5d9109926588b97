import type { Permission } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { readRefusal } from '@signet/test-support/application/application'
import {
  secondsLater,
  setClock,
  TEMPLATE,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'

const { ask, read, createThread } = useMemoryApplication()

const notesPath = (threadId: string, agentId: string) =>
  `/api/memory/threads/${threadId}/working-memory?agentId=${agentId}`
const readNotes = (threadId: string, agentId: string, as?: string) =>
  read(notesPath(threadId, agentId), { as })
const writeNotes = (threadId: string, agentId: string, workingMemory: string, as?: string) =>
  read(notesPath(threadId, agentId), { as, json: { workingMemory } })

const NOT_FOUND = { status: 404, code: 'not_found', text: 'Not found.', challenge: null }

describe('GET /memory/status', () => {
  it.each([
    ['notes-agent', true],
    ['notesAgent', true],
    ['plain-agent', true],
    ['forgetful-agent', false],
  ])('says of %s whether it remembers: %s', async (agentId, result) => {
    const answer = await read(`/api/memory/status?agentId=${agentId}&resourceId=bob&threadId=t`)
    expect(answer).toStrictEqual({ result, memoryType: 'local' })
  })
})

describe('GET /memory/config', () => {
  const observationalMemory = { enabled: false }

  it('says how an agent with a working memory remembers, under its id and its key', async () => {
    const config = {
      lastMessages: 7,
      semanticRecall: false,
      generateTitle: false,
      workingMemory: { enabled: true, scope: 'resource', template: TEMPLATE },
      observationalMemory,
    }
    for (const agentId of ['notes-agent', 'notesAgent']) {
      const answer = await read(`/api/memory/config?agentId=${agentId}`)
      expect(answer).toStrictEqual({ config })
    }
  })

  it('says false where no message is shown to the model, and true where titles are made', async () => {
    expect(await read('/api/memory/config?agentId=thread-agent')).toStrictEqual({
      config: {
        lastMessages: false,
        semanticRecall: false,
        generateTitle: true,
        workingMemory: { enabled: true, scope: 'thread', template: TEMPLATE },
        observationalMemory,
      },
    })
  })

  it('says what holds where the application says nothing', async () => {
    expect(await read('/api/memory/config?agentId=plain-agent')).toStrictEqual({
      config: {
        lastMessages: 10,
        semanticRecall: false,
        generateTitle: false,
        workingMemory: {
          enabled: false,
          scope: 'resource',
          template: expect.stringContaining('# About the user'),
        },
        observationalMemory,
      },
    })
  })

  it('answers 404 for an agent without a memory', async () => {
    const refusal = await readRefusal(await ask('/api/memory/config?agentId=forgetful-agent'))
    expect(refusal).toMatchObject(NOT_FOUND)
  })
})

describe('working memory of the caller', () => {
  it('is none at first, whether the thread exists or not', async () => {
    const none = {
      workingMemory: null,
      source: 'resource',
      workingMemoryTemplate: { format: 'markdown', content: TEMPLATE },
      threadExists: false,
    }
    expect(await readNotes('t', 'notes-agent')).toStrictEqual(none)
    await createThread('t')
    expect(await readNotes('t', 'notes-agent')).toStrictEqual({ ...none, threadExists: true })
  })

  it('is the same in all threads of the caller, also those to come', async () => {
    await createThread('t')
    const answer = await writeNotes('t', 'notes-agent', 'Likes tea.')
    expect(answer).toStrictEqual({ success: true })
    for (const threadId of ['t', 'u']) {
      expect(await readNotes(threadId, 'notes-agent')).toStrictEqual({
        workingMemory: 'Likes tea.',
        source: 'resource',
        workingMemoryTemplate: { format: 'markdown', content: TEMPLATE },
        threadExists: threadId === 't',
      })
    }
  })

  it('is replaced as a whole, and can be empty', async () => {
    for (const text of ['Likes tea.', 'Likes coffee.', '']) {
      await writeNotes('t', 'notesAgent', text)
      expect(await readNotes('t', 'notes-agent')).toMatchObject({ workingMemory: text })
    }
  })

  it('is that of the caller alone, whoever the request names', async () => {
    await writeNotes('t', 'notes-agent', 'Of alice.')
    await writeNotes('t', 'notes-agent', 'Of bob.', 'bob')
    const path = `${notesPath('t', 'notes-agent')}&resourceId=bob`
    expect(await read(path)).toMatchObject({ workingMemory: 'Of alice.' })
    await read(path, { json: { workingMemory: 'Changed.', resourceId: 'bob' } })
    expect(await readNotes('t', 'notes-agent', 'bob')).toMatchObject({ workingMemory: 'Of bob.' })
  })

  it('outlives the thread in which it was told', async () => {
    await createThread('t')
    await writeNotes('t', 'notes-agent', 'Likes tea.')
    await read('/api/memory/threads/t', { method: 'DELETE' })
    expect(await readNotes('t', 'notes-agent')).toMatchObject({ workingMemory: 'Likes tea.' })
  })
})

describe('working memory of a thread', () => {
  it('is kept for each thread apart', async () => {
    await createThread('t')
    await createThread('u')
    setClock(5)
    expect(await writeNotes('t', 'thread-agent', 'About t.')).toStrictEqual({ success: true })
    expect(await readNotes('t', 'threadAgent')).toStrictEqual({
      workingMemory: 'About t.',
      source: 'thread',
      workingMemoryTemplate: { format: 'markdown', content: TEMPLATE },
      threadExists: true,
    })
    expect(await readNotes('u', 'thread-agent')).toMatchObject({ workingMemory: null })
    expect(await readNotes('t', 'notes-agent')).toMatchObject({ workingMemory: null })
    expect(await read('/api/memory/threads/t')).toMatchObject({ updatedAt: secondsLater(5) })
  })

  it('is none where there is no such thread', async () => {
    expect(await readNotes('t', 'thread-agent')).toStrictEqual({
      workingMemory: null,
      source: 'thread',
      workingMemoryTemplate: { format: 'markdown', content: TEMPLATE },
      threadExists: false,
    })
  })

  it('cannot be written where there is no such thread', async () => {
    const json = { workingMemory: 'x' }
    const refusal = await readRefusal(await ask(notesPath('t', 'thread-agent'), { json }))
    expect(refusal).toMatchObject(NOT_FOUND)
    await createThread('t')
    expect(await readNotes('t', 'thread-agent')).toMatchObject({ workingMemory: null })
  })

  it('goes with its thread', async () => {
    await createThread('t')
    await writeNotes('t', 'thread-agent', 'About t.')
    await read('/api/memory/threads/t', { method: 'DELETE' })
    await createThread('t')
    expect(await readNotes('t', 'thread-agent')).toMatchObject({ workingMemory: null })
  })
})

describe.each(['plain-agent', 'forgetful-agent'])('%s, which has no working memory', (agentId) => {
  it('shows none and has no template', async () => {
    await writeNotes('t', 'notes-agent', 'Likes tea.')
    await createThread('t')
    expect(await readNotes('t', agentId)).toStrictEqual({
      workingMemory: null,
      source: 'resource',
      workingMemoryTemplate: null,
      threadExists: true,
    })
  })

  it('takes none', async () => {
    await createThread('t')
    const json = { workingMemory: 'Likes tea.' }
    const refusal = await readRefusal(await ask(notesPath('t', agentId), { json }))
    expect(refusal).toMatchObject({
      status: 400,
      code: 'request_invalid',
      issues: [{ field: 'agentId' }],
    })
    expect(await readNotes('t', 'notes-agent')).toMatchObject({ workingMemory: null })
  })
})

describe('an answer in a thread that is sent as it came', () => {
  it('is stored there, and leaves the thread as it is', async () => {
    const thread = await createThread('t', { title: 'Title' })
    expect(thread).toMatchObject({ metadata: null })
    const json = { messages: 'Hello', memory: { thread } }
    await read('/api/agents/plain-agent/generate', { json })
    expect(await read('/api/memory/threads/t')).toMatchObject({ title: 'Title', metadata: null })
    expect(await read('/api/memory/threads/t/messages')).toMatchObject({ total: 2 })
  })
})

describe('an answer that is to store nothing', () => {
  const GENERATE = '/api/agents/plain-agent/generate'

  it.each([{ readOnly: true }, { options: { readOnly: true } }])(
    'says so at either place: %j',
    async (memory) => {
      for (const thread of ['t', { id: 't' }]) {
        await read(GENERATE, { json: { messages: 'Hello', memory: { thread, ...memory } } })
      }
      expect((await ask('/api/memory/threads/t')).status).toBe(404)
    },
  )

  it.each([{}, { readOnly: false }, { options: { readOnly: false } }])(
    'is stored where it does not say so: %j',
    async (memory) => {
      await read(GENERATE, { json: { messages: 'Hello', memory: { thread: 't', ...memory } } })
      expect((await ask('/api/memory/threads/t')).status).toBe(200)
    },
  )
})

describe('what is observed', () => {
  const PATH = '/api/memory/observational-memory'
  const REFUSED = {
    status: 400,
    code: 'request_invalid',
    issues: [{ field: 'agentId', message: 'Observational memory is not enabled for this agent.' }],
  }
  const query = 'resourceId=bob&threadId=t&from=2030-01-01T00%3A00%3A00.000Z&limit=3'

  it.each(['notes-agent', 'notesAgent', 'forgetful-agent'])(
    'is refused for %s as Mastra refuses it for an agent that does not observe',
    async (agentId) => {
      const read = await ask(`${PATH}?agentId=${agentId}&${query}`)
      expect(await readRefusal(read)).toMatchObject(REFUSED)
      const json = { agentId, resourceId: 'bob', threadId: 't' }
      const waited = await ask(`${PATH}/buffer-status`, { json })
      expect(await readRefusal(waited)).toMatchObject(REFUSED)
    },
  )

  it('is asked of an agent, which the caller may read', async () => {
    const nobody = await readRefusal(await ask(`${PATH}?threadId=t`))
    expect(nobody).toMatchObject({
      status: 400,
      issues: [{ field: 'agentId', message: expect.stringMatching(/string/) }],
    })
    const unknown = await ask(`${PATH}/buffer-status`, { json: { agentId: 'nobody' } })
    expect(await readRefusal(unknown)).toMatchObject(NOT_FOUND)
    for (const permission of ['memory:read', 'agents:read'] as const) {
      const permissions = [permission]
      const denied = [
        await ask(`${PATH}?agentId=notes-agent`, { permissions }),
        await ask(`${PATH}/buffer-status`, { json: { agentId: 'notes-agent' }, permissions }),
      ]
      for (const response of denied) {
        expect(await readRefusal(response)).toMatchObject({
          status: 403,
          code: 'scope_insufficient',
        })
      }
    }
  })
})

/** Every route that names an agent in its query. */
const AGENT_ROUTES: readonly [path: string, json: object | undefined][] = [
  ['/api/memory/status', undefined],
  ['/api/memory/config', undefined],
  ['/api/memory/threads/t/working-memory', undefined],
  ['/api/memory/threads/t/working-memory', { workingMemory: 'Likes tea.' }],
]

describe.each(AGENT_ROUTES)('%s with %j', (path, json) => {
  const own: readonly Permission[] = ['memory:read', 'memory:write']

  it('answers who may read that agent, and no other', async () => {
    for (const agentId of ['notes-agent', 'notesAgent']) {
      const good: readonly Permission[] = [...own, 'agents:read:notes-agent']
      await read(`${path}?agentId=${agentId}`, { json, permissions: good })
      for (const grant of ['agents:read:plain-agent', 'agents:read:notesAgent'] as const) {
        const permissions = [...own, grant]
        const response = await ask(`${path}?agentId=${agentId}`, { json, permissions })
        const body: unknown = await response.clone().json()
        expect(await readRefusal(response)).toMatchObject({
          status: 403,
          code: 'scope_insufficient',
          challenge: expect.stringContaining('scope="agents:read:notes-agent"'),
        })
        expect(body).toMatchObject({ missingScope: 'agents:read:notes-agent' })
      }
    }
  })

  it('tells who may read no agent the same of one that exists and one that does not', async () => {
    const answers = await Promise.all(
      ['notes-agent', 'nothing-here'].map(async (agentId) => {
        const response = await ask(`${path}?agentId=${agentId}`, { json, permissions: own })
        const challenge = response.headers.get('www-authenticate')
        const text = (await response.text()).replace(/"requestId":"[^"]+"/, '')
        return [response.status, challenge?.replace(agentId, 'ID'), text.replace(agentId, 'ID')]
      }),
    )
    expect(answers[0]?.[0]).toBe(403)
    expect(answers[0]).toStrictEqual(answers[1])
  })

  it.each(['unknown', '__proto__', 'constructor', 'a%20b', '', '..', '*', 'a%00', 'a'.repeat(129)])(
    'answers 404 for %s, which is no agent',
    async (agentId) => {
      const refusal = await readRefusal(await ask(`${path}?agentId=${agentId}`, { json }))
      expect(refusal).toMatchObject(NOT_FOUND)
    },
  )

  it.each([
    ['', 'agentId'],
    ['?agentid=notes-agent', 'agentid'],
    ['?agentId=notes-agent&agentId=plain-agent', 'agentId'],
  ])('answers 400 to the query %j, which names no agent or two', async (query, field) => {
    const refusal = await readRefusal(await ask(path + query, { json }))
    expect(refusal).toMatchObject({ status: 400, code: 'request_invalid', issues: [{ field }] })
  })
})
