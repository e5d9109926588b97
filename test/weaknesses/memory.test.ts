import { MastraJwtAuth } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { SECRET } from '@signet/test-support/application/application'
import {
  GENERATE,
  tokenFor,
  useApplications,
  type RememberingApplication,
} from '@signet/test-support/application/remembering-application'

// The numbers are those of the weaknesses of Mastra; each group shows one closed.

const create = useApplications()

const ALICE = tokenFor('alice')
const BOB = tokenFor('bob')
/** A role that may do everything, but owns nothing of others. */
const ROOT = tokenFor('root', { role: 'owner' })
const THREADS = '/api/memory/threads'
const QUERY = '?agentId=weather-agent&resourceId=alice'

/** Lets Alice talk in a thread, and her agent keep something in mind. */
async function remember(application: RememberingApplication, token = ALICE): Promise<void> {
  const memory = { thread: { id: 'journal', title: 'Journal' }, resource: 'alice' }
  const json = { messages: 'My password is zanzibar', memory }
  expect(await application.ask(GENERATE, { token, json })).toMatchObject({ status: 200 })
  const notes = { workingMemory: 'She likes tea.' }
  const path = `${THREADS}/journal/working-memory${QUERY}`
  expect(await application.ask(path, { token, json: notes })).toMatchObject({ status: 200 })
}

/** Everything that is Alice's, as she sees it. */
async function everythingOf({ ask }: RememberingApplication, token = ALICE): Promise<unknown[]> {
  const paths = ['', '/journal', '/journal/messages', `/journal/working-memory${QUERY}`]
  const answers = await Promise.all(paths.map((path) => ask(THREADS + path, { token })))
  for (const { status } of answers) expect(status).toBe(200)
  return answers.map(({ body }) => body)
}

async function messageIds({ ask }: RememberingApplication): Promise<string[]> {
  const { body } = await ask(`${THREADS}/journal/messages`, { token: ALICE })
  return (body as { messages: { id: string }[] }).messages.map(({ id }) => id)
}

const message = { id: 'm', threadId: 'journal', resourceId: 'alice', role: 'user', content: 'hi' }

const ATTEMPTS: readonly [what: string, method: string, path: string, json?: object][] = [
  ['read', 'GET', `${THREADS}/journal${QUERY}`],
  ['change', 'PATCH', `${THREADS}/journal${QUERY}`, { title: 'Mine', resourceId: 'alice' }],
  ['delete', 'DELETE', `${THREADS}/journal${QUERY}`],
  ['list the messages of', 'GET', `${THREADS}/journal/messages${QUERY}`],
  ['copy', 'POST', `${THREADS}/journal/clone${QUERY}`, { resourceId: 'alice' }],
  ['write into', 'POST', `/api/memory/save-messages${QUERY}`, { messages: [message] }],
]

describe("1: no caller reads, changes, searches or writes what is another's", () => {
  it.each(ATTEMPTS)('to %s a thread is for its owner alone', async (_, method, path, json) => {
    const application = await create()
    await remember(application)
    const before = await everythingOf(application)
    for (const token of [BOB, ROOT]) {
      const answer = await application.ask(path, { token, method, json })
      expect(answer).toMatchObject({ status: 404, code: 'not_found' })
      expect(answer.text).not.toMatch(/zanzibar|Journal/)
    }
    expect(await everythingOf(application)).toStrictEqual(before)
    const own = await application.ask(path, { token: ALICE, method, json })
    expect(own).toMatchObject({ status: 200 })
  })

  it('a list and a search show only what is the own, whichever owner they name', async () => {
    const { ask, ...rest } = await create()
    await remember({ ask, ...rest })
    const search = `/api/memory/search${QUERY}&searchQuery=zanzibar`
    for (const token of [BOB, ROOT]) {
      for (const query of ['', QUERY]) {
        const { status, body } = await ask(THREADS + query, { token })
        expect({ status, body }).toMatchObject({ status: 200, body: { threads: [], total: 0 } })
      }
      expect((await ask(search, { token })).body).toMatchObject({ results: [], count: 0 })
    }
    expect((await ask(THREADS, { token: ALICE })).body).toMatchObject({ total: 1 })
    expect((await ask(search, { token: ALICE })).body).toMatchObject({ count: 1 })
  })

  it('an answer remembers and stores under the caller, whichever owner the request names', async () => {
    const application = await create()
    const { ask, model } = application
    await remember(application)
    const before = await everythingOf(application)
    const memory = { thread: 'journal', resource: 'alice' }
    const json = { messages: 'What is my password?', memory }
    expect(await ask(GENERATE, { token: BOB, json })).toMatchObject({ status: 200 })
    expect(JSON.stringify(model.calls.at(-1)?.prompt)).not.toMatch(/zanzibar|She likes tea/)
    expect(await everythingOf(application)).toStrictEqual(before)
    const own = await ask(`${THREADS}/journal`, { token: BOB })
    expect(own.body).toMatchObject({ resourceId: 'bob' })
    expect(await ask(GENERATE, { token: ALICE, json })).toMatchObject({ status: 200 })
    expect(JSON.stringify(model.calls.at(-1)?.prompt)).toMatch(/She likes tea.*zanzibar/)
  })

  it('a message is neither shown nor replaced by its id in a thread of another', async () => {
    const application = await create()
    const { ask } = application
    await remember(application)
    const before = await everythingOf(application)
    const [id = ''] = await messageIds(application)
    await ask(THREADS, { token: BOB, json: { threadId: 'own' } })
    const include = encodeURIComponent(JSON.stringify([{ id, withNextMessages: 10 }]))
    const listed = await ask(`${THREADS}/own/messages?include=${include}`, { token: BOB })
    expect(listed.body).toMatchObject({ messages: [] })
    const messages = [{ ...message, id, threadId: 'own' }]
    const saved = await ask('/api/memory/save-messages', { token: BOB, json: { messages } })
    expect(saved.body).toMatchObject({ messages: [{ id, resourceId: 'bob' }] })
    expect(await everythingOf(application)).toStrictEqual(before)
  })

  it('what an agent keeps in mind of one caller is nothing to another', async () => {
    const application = await create()
    const { ask } = application
    await remember(application)
    const before = await everythingOf(application)
    const path = `${THREADS}/journal/working-memory${QUERY}`
    for (const token of [BOB, ROOT]) {
      const expected = { workingMemory: null, threadExists: false }
      expect((await ask(path, { token })).body).toMatchObject(expected)
      await ask(path, { token, json: { workingMemory: 'She likes coffee.' } })
    }
    expect(await everythingOf(application)).toStrictEqual(before)
  })

  it('the same name from another issuer is another owner', async () => {
    const issuer = ['https://one.example', 'https://two.example']
    const auth = new MastraJwtAuth({ secret: SECRET, issuer })
    const application = await create({ server: { auth } })
    const [one = '', two = ''] = issuer.map((iss) => tokenFor('alice', { role: 'member', iss }))
    await remember(application, one)
    const path = `${THREADS}/journal`
    const answer = await application.ask(path, { token: two })
    expect(answer).toMatchObject({ status: 404, code: 'not_found' })
    expect(await application.ask(path, { token: one })).toMatchObject({ status: 200 })
  })

  it('nobody listens to the live answers of a thread: there is no such route', async () => {
    const application = await create()
    await remember(application)
    for (const name of ['threads/subscribe', 'send-message']) {
      const path = `/api/agents/weather-agent/${name}`
      const json = { threadId: 'journal', resourceId: 'alice' }
      const known = await application.ask(path, { token: BOB, json })
      expect(known).toMatchObject({ status: 404, code: 'not_supported' })
      const stranger = await application.ask(path, { json })
      expect(stranger).toMatchObject({ status: 401, code: 'token_missing' })
    }
  })
})

describe('2: no caller takes over a thread by its id', () => {
  const mapUserToResourceId = ({ sub }: { readonly sub?: string }) => `account-${sub}`
  const server = { auth: new MastraJwtAuth({ secret: SECRET, mapUserToResourceId }) }
  const json = { threadId: 'journal', resourceId: 'account-alice', title: 'Mine' }

  it('who creates a thread of that id has one of their own, and the owner keeps hers', async () => {
    const application = await create({ server })
    await remember(application)
    const before = await everythingOf(application)
    const taken = await application.ask(THREADS, { token: BOB, json })
    expect(taken).toMatchObject({ status: 200, body: { resourceId: 'account-bob', title: 'Mine' } })
    const messages = await application.ask(`${THREADS}/journal/messages`, { token: BOB })
    expect(messages.body).toMatchObject({ messages: [], total: 0 })
    expect(await everythingOf(application)).toStrictEqual(before)
    expect(before[1]).toMatchObject({ resourceId: 'account-alice', title: 'Journal' })
  })

  it('nor is one taken over by a copy, or lost when the copy is deleted', async () => {
    const application = await create({ server })
    const { ask } = application
    await remember(application)
    const before = await everythingOf(application)
    await ask(THREADS, { token: BOB, json: { threadId: 'own' } })
    const copy = { token: BOB, json: { newThreadId: 'journal' } }
    expect(await ask(`${THREADS}/own/clone`, copy)).toMatchObject({ status: 200 })
    const gone = await ask(`${THREADS}/journal`, { token: BOB, method: 'DELETE' })
    expect(gone).toMatchObject({ status: 200 })
    expect(await everythingOf(application)).toStrictEqual(before)
  })

  it('an own thread is not overwritten either', async () => {
    const application = await create({ server })
    await remember(application)
    const before = await everythingOf(application)
    const again = await application.ask(THREADS, { token: ALICE, json })
    expect(again).toMatchObject({ status: 409, code: 'thread_exists' })
    await application.ask(THREADS, { token: ALICE, json: { threadId: 'own' } })
    const copy = { token: ALICE, json: { newThreadId: 'journal' } }
    const copied = await application.ask(`${THREADS}/own/clone`, copy)
    expect(copied).toMatchObject({ status: 409, code: 'thread_exists' })
    await application.ask(`${THREADS}/own`, { token: ALICE, method: 'DELETE' })
    expect(await everythingOf(application)).toStrictEqual(before)
  })
})

describe('22: a deletion says how many messages there were, and a search finds only the own', () => {
  const remove = async (
    { ask }: RememberingApplication,
    token: string,
    ids: unknown,
  ): Promise<unknown> => {
    const { status, body } = await ask(`/api/memory/messages/delete${QUERY}`, {
      token,
      json: { messageIds: ids },
    })
    expect(status).toBe(200)
    return (body as { message: unknown }).message
  }

  it('unknown ids are 0 messages, own ones are counted once', async () => {
    const application = await create()
    await remember(application)
    const [first = '', second = ''] = await messageIds(application)
    for (const unknown of ['nothing', ['nothing'], { id: 'nothing' }, [{ id: 'a' }, 'b'], []]) {
      expect(await remove(application, ALICE, unknown)).toBe('0 messages deleted successfully')
    }
    expect(await messageIds(application)).toStrictEqual([first, second])
    const own = [first, first, 'nothing']
    expect(await remove(application, ALICE, own)).toBe('1 message deleted successfully')
    expect(await remove(application, ALICE, own)).toBe('0 messages deleted successfully')
    expect(await messageIds(application)).toStrictEqual([second])
  })

  it('foreign ids are 0 messages, and stay', async () => {
    const application = await create()
    await remember(application)
    const ids = await messageIds(application)
    for (const token of [BOB, ROOT]) {
      expect(await remove(application, token, ids)).toBe('0 messages deleted successfully')
    }
    expect(await messageIds(application)).toStrictEqual(ids)
    expect(await remove(application, ALICE, ids)).toBe('2 messages deleted successfully')
  })

  it('a token that may not delete is refused', async () => {
    const application = await create()
    await remember(application)
    const ids = await messageIds(application)
    const token = tokenFor('alice', { scope: 'memory:read memory:write' })
    const path = '/api/memory/messages/delete'
    const answer = await application.ask(path, { token, json: { messageIds: ids } })
    expect(answer).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(await messageIds(application)).toStrictEqual(ids)
  })

  it.each(['alice', 'bob', 'nobody', ''])(
    'a search that names the owner %j is one of the own messages',
    async (resourceId) => {
      const application = await create()
      await remember(application)
      const path = `/api/memory/search?searchQuery=password&resourceId=${resourceId}`
      expect((await application.ask(path, { token: BOB })).body).toMatchObject({ results: [] })
      const own = await application.ask(path, { token: ALICE })
      expect(own.body).toMatchObject({ results: [{ content: 'My password is zanzibar' }] })
      expect(await application.ask(path)).toMatchObject({ status: 401, code: 'token_missing' })
    },
  )
})
