import type { Permission } from '@signet/auth'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
} from '@signet/test-support/application/application'
import {
  idsOf,
  stableAnswer,
  TEMPLATE,
  useMemoryApplication,
  type MemoryTestRequest,
} from '@signet/test-support/application/memory-application'
import { createApp } from '../../app.js'

const { ask, read, createThread, saveTexts } = useMemoryApplication()

const THREAD = '/api/memory/threads/THREAD'
const NOTES = `${THREAD}/working-memory?agentId=`
const MESSAGES = [{ id: 'new', role: 'user', threadId: 'THREAD', content: 'x' }]

interface Call {
  readonly path: string
  readonly method?: string
  readonly json?: unknown
}

/** Every route of memory: a call of it, and the permissions of memory that it needs. */
const CALLS: readonly [name: string, call: Call, needs: readonly Permission[]][] = [
  ['list threads', { path: '/api/memory/threads' }, ['memory:read']],
  ['create a thread', { path: '/api/memory/threads', json: {} }, ['memory:write']],
  ['read a thread', { path: THREAD }, ['memory:read']],
  ['change a thread', { path: THREAD, method: 'PATCH', json: { title: 'x' } }, ['memory:write']],
  ['delete a thread', { path: THREAD, method: 'DELETE' }, ['memory:delete']],
  ['clone a thread', { path: `${THREAD}/clone`, json: {} }, ['memory:read', 'memory:write']],
  ['list messages', { path: `${THREAD}/messages` }, ['memory:read']],
  [
    'save messages',
    { path: '/api/memory/save-messages', json: { messages: MESSAGES } },
    ['memory:write'],
  ],
  [
    'delete messages',
    { path: '/api/memory/messages/delete', json: { messageIds: ['MESSAGE'] } },
    ['memory:delete'],
  ],
  ['search', { path: '/api/memory/search?searchQuery=heliotrope' }, ['memory:read']],
  ['ask for the status', { path: '/api/memory/status?agentId=notes-agent' }, ['memory:read']],
  ['ask for the config', { path: '/api/memory/config?agentId=notes-agent' }, ['memory:read']],
  ['read working memory', { path: `${NOTES}thread-agent` }, ['memory:read']],
  [
    'write working memory',
    { path: `${NOTES}thread-agent`, json: { workingMemory: 'x' } },
    ['memory:write'],
  ],
]

/** A call with real ids in it. */
function make(
  { path, method, json }: Call,
  threadId: string,
  messageId = 'x',
): MemoryTestRequest & { path: string } {
  const fill = (text: string) =>
    text.replaceAll('THREAD', threadId).replaceAll('MESSAGE', messageId)
  return {
    path: fill(path),
    method,
    json: json === undefined ? undefined : (JSON.parse(fill(JSON.stringify(json))) as unknown),
  }
}

/** Everything that alice has. */
async function aliceHas(): Promise<unknown> {
  const paths = ['/threads', '/threads/hers', '/threads/hers/messages']
  const notes = '/threads/hers/working-memory?agentId=thread-agent'
  return await Promise.all([...paths, notes].map((path) => read(`/api/memory${path}`)))
}

beforeEach(async () => {
  await createThread('hers', { title: 'heliotrope', metadata: { secret: 'heliotrope' } })
  await saveTexts('hers', ['heliotrope'])
  const json = { workingMemory: 'heliotrope' }
  await read('/api/memory/threads/hers/working-memory?agentId=thread-agent', { json })
})

describe.each(CALLS)('to %s', (_, call, needs) => {
  const { path, ...request } = make(call, 'hers')
  const ALL = ['memory:read', 'memory:write', 'memory:delete'] as const

  it('needs no more than its permissions', async () => {
    await read(path, { ...request, permissions: [...needs, 'agents:read'] })
  })

  it.each(needs)('needs %s, and says so', async (missing) => {
    const permissions: Permission[] = [...ALL.filter((each) => each !== missing), 'agents:read']
    const before = await aliceHas()
    const response = await ask(path, { ...request, permissions })
    const body: unknown = await response.clone().json()
    const text = 'The token does not grant what this request needs.'
    expect(await readRefusal(response)).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
      text,
      challenge: `Bearer error="insufficient_scope", error_description="${text}", scope="${missing}"`,
    })
    expect(body).toMatchObject({ missingScope: missing })
    expect(await aliceHas()).toStrictEqual(before)
  })

  it('needs a token', async () => {
    const refusal = await readRefusal(await ask(path, { ...request, token: 'x' }))
    expect(refusal).toMatchObject({ status: 401, code: 'token_malformed' })
  })

  it('tells who lacks the permission before it looks at anything', async () => {
    const permissions = ['audit:read'] as const
    const [exists, missing] = await Promise.all(
      ['hers', 'nothing-here'].map(async (threadId) => {
        const { path: other, ...same } = make(call, threadId)
        return stableAnswer(await ask(other, { ...same, permissions }))
      }),
    )
    expect(exists?.status).toBe(403)
    expect(exists).toStrictEqual(missing)
  })

  it('answers another owner as if there were nothing, and changes nothing', async () => {
    const before = await aliceHas()
    const answers: unknown[] = []
    for (const [threadId, messageId] of [
      ['hers', 'heliotrope'],
      ['none', 'nothing'],
    ] as const) {
      const { path: other, ...same } = make(call, threadId, messageId)
      const response = await ask(other, { ...same, as: 'bob', permissions: ['*' as Permission] })
      const text = await response.clone().text()
      const { status } = response
      if (!other.includes('searchQuery')) expect(text).not.toContain('heliotrope')
      // Ids made by chance are not what one could tell anything by.
      const stable = await stableAnswer(response)
      answers.push({ status, body: { ...Object(stable.body), id: undefined } as unknown })
    }
    expect(answers[0]).toStrictEqual(answers[1])
    expect(await aliceHas()).toStrictEqual(before)
  })
})

describe('what belongs to another', () => {
  it('answers 404 in every way to name its thread', async () => {
    const calls = CALLS.map(([, call]) => call).filter(
      ({ path, json }) =>
        (path + JSON.stringify(json)).includes('THREAD') && path !== `${NOTES}thread-agent`,
    )
    expect(calls).toHaveLength(6)
    for (const call of calls) {
      const { path, ...request } = make(call, 'hers')
      const refusal = await readRefusal(await ask(path, { ...request, as: 'bob' }))
      expect(refusal).toMatchObject({ status: 404, code: 'not_found', text: 'Not found.' })
    }
  })

  it('is not found by a search, within its thread or anywhere', async () => {
    for (const query of [
      '',
      '&threadId=hers',
      '&resourceId=alice',
      '&threadId=hers&resourceId=alice',
    ]) {
      const answer = await read(`/api/memory/search?searchQuery=heliotrope${query}`, { as: 'bob' })
      expect(answer).toMatchObject({ results: [], count: 0 })
    }
  })

  it('is not included in a thread of the caller', async () => {
    await createThread('his', {}, 'bob')
    await saveTexts('his', ['mine'], 'bob')
    const include = encodeURIComponent('[{"id":"heliotrope","withPreviousMessages":9}]')
    const answer = await read(`/api/memory/threads/his/messages?include=${include}`, { as: 'bob' })
    expect(idsOf(answer, 'messages')).toStrictEqual(['mine'])
  })

  it('is not deleted, and does not count as deleted', async () => {
    const json = { messageIds: ['heliotrope'] }
    const answer = await read('/api/memory/messages/delete', { as: 'bob', json })
    expect(answer).toStrictEqual({ success: true, message: '0 messages deleted successfully' })
    const listed = await read('/api/memory/threads/hers/messages')
    expect(idsOf(listed, 'messages')).toStrictEqual(['heliotrope'])
  })

  it('stands in the way of no id: a message of the same id is another one', async () => {
    await createThread('hers', {}, 'bob')
    const before = await aliceHas()
    const message = { id: 'heliotrope', role: 'assistant', threadId: 'hers', content: 'Of bob' }
    await read('/api/memory/save-messages', { as: 'bob', json: { messages: [message] } })
    expect(await aliceHas()).toStrictEqual(before)
    const his = await read('/api/memory/threads/hers/messages', { as: 'bob' })
    expect(his).toMatchObject({ messages: [{ content: { content: 'Of bob' } }], total: 1 })
  })

  it('shows nothing of working memory', async () => {
    for (const agentId of ['thread-agent', 'notes-agent']) {
      const path = `/api/memory/threads/hers/working-memory?agentId=${agentId}`
      expect(await read(path, { as: 'bob' })).toMatchObject({
        workingMemory: null,
        workingMemoryTemplate: { format: 'markdown', content: TEMPLATE },
        threadExists: false,
      })
    }
  })

  it('is out of reach of every permission', async () => {
    const permissions: readonly Permission[] = ['*' as Permission]
    const refusal = await readRefusal(
      await ask('/api/memory/threads/hers', { as: 'root', permissions }),
    )
    expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
  })
})

describe('an application without storage', () => {
  const app = createApp(createTestApplication().mastra)
  const answer = (call: Call) => {
    const { path, ...request } = make(call, 't')
    const url = path.replace(/(notes|thread)-agent/, 'weather-agent')
    return app.fetch(makeRequest(url, { ...request, token: tokenOf('member') }))
  }
  const unstored = new Set(['ask for the status'])

  it.each(CALLS.filter(([name]) => !unstored.has(name)))('answers 404 to %s', async (_, call) => {
    const refusal = await readRefusal(await answer(call))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found', text: 'Not found.' })
  })

  it('says of its agents that they do not remember', async () => {
    const status = await answer({ path: '/api/memory/status?agentId=weather-agent' })
    expect(await status.json()).toStrictEqual({ result: false, memoryType: 'local' })
  })
})
