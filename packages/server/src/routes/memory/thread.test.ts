import { describe, expect, it } from 'vitest'
import {
  idsOf,
  queryOf,
  secondsLater,
  setClock,
  START,
  useMemoryApplication,
} from '@signet/test-support/application/memory-application'
import { readRefusal } from '@signet/test-support/application/application'

const THREADS = '/api/memory/threads'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const memory = useMemoryApplication()
const { ask, read, createThread, saveTexts } = memory

/** What a thread of alice is told as, made at the start. */
function view(id: string, facts: object = {}) {
  const none = { title: '', metadata: null }
  return { id, ...none, resourceId: 'alice', createdAt: START, updatedAt: START, ...facts }
}

const NOT_FOUND = { status: 404, code: 'not_found', text: 'Not found.', challenge: null }

describe('POST /memory/threads', () => {
  it('creates a thread of the id, title and metadata that are asked for', async () => {
    const json = { threadId: 't', title: 'Title', metadata: { color: 'red', list: [1, null] } }
    const created = await read(THREADS, { json })
    const thread = view('t', { title: 'Title', metadata: json.metadata })
    expect(created).toStrictEqual(thread)
    expect(await read(`${THREADS}/t`)).toStrictEqual(thread)
  })

  it('makes an id where none is given, and no metadata', async () => {
    const created = await read(THREADS, { json: {} })
    const { id } = Object(created) as { id: string }
    expect(id).toMatch(UUID)
    expect(created).toStrictEqual(view(id))
    expect(await read(THREADS, { json: {} })).not.toMatchObject({ id })
  })

  it('keeps metadata that is empty', async () => {
    const created = await createThread('t', { metadata: {} })
    expect(created).toStrictEqual(view('t', { metadata: {} }))
  })

  it.each(['bob', '', '*', '\0'])('ignores the resource id %j of a body', async (resourceId) => {
    const created = await createThread('t', { resourceId })
    expect(created).toStrictEqual(view('t'))
    expect((await ask(`${THREADS}/t`, { as: 'bob' })).status).toBe(404)
  })

  it('ignores the resource id of a query', async () => {
    const created = await read(`${THREADS}?resourceId=bob&agentId=x`, { json: { threadId: 't' } })
    expect(created).toStrictEqual(view('t'))
  })

  it('answers 409 thread_exists to an id that the caller has, and leaves that thread alone', async () => {
    await createThread('t', { title: 'First' })
    const refusal = await ask(THREADS, { json: { threadId: 't', title: 'Second' } })
    expect(await readRefusal(refusal)).toStrictEqual({
      status: 409,
      code: 'thread_exists',
      text: 'A thread with this id exists already.',
      challenge: null,
      issues: undefined,
    })
    expect(await read(`${THREADS}/t`)).toMatchObject({ title: 'First' })
  })

  it('takes nothing over: the id of a thread of another makes a second one (weakness 2)', async () => {
    await createThread('t', { title: 'Of alice' })
    const created = await createThread('t', { title: 'Of bob' }, 'bob')
    expect(created).toStrictEqual(view('t', { title: 'Of bob', resourceId: 'bob' }))
    expect(await read(`${THREADS}/t`)).toMatchObject({ title: 'Of alice', resourceId: 'alice' })
  })
})

describe('an owner that a request names', () => {
  it.each(['bob', '', 1, null, true, {}, ['bob']])('is not looked at: %j', async (resourceId) => {
    expect(await read(THREADS, { json: { threadId: 't', resourceId } })).toMatchObject({
      resourceId: 'alice',
    })
    const changed = await read(`${THREADS}/t`, {
      method: 'PATCH',
      json: { title: 'Mine', resourceId },
    })
    expect(changed).toMatchObject({ title: 'Mine', resourceId: 'alice' })
    const query = new URLSearchParams({ resourceId: String(resourceId) })
    expect(await read(`${THREADS}?${query}`)).toMatchObject({ total: 1 })
  })
})

describe('GET /memory/threads/:threadId', () => {
  it('answers 404 for a thread that is not there', async () => {
    expect(await readRefusal(await ask(`${THREADS}/t`))).toMatchObject(NOT_FOUND)
  })

  it('answers for an id that has to be encoded', async () => {
    const id = 'a/b?c#d%20é😀'
    await createThread(id)
    expect(await read(`${THREADS}/${encodeURIComponent(id)}`)).toStrictEqual(view(id))
  })
})

describe('PATCH /memory/threads/:threadId', () => {
  it('changes the title and leaves the metadata', async () => {
    await createThread('t', { title: 'Old', metadata: { a: 1 } })
    setClock(5)
    const changed = await read(`${THREADS}/t`, { method: 'PATCH', json: { title: 'New' } })
    const facts = { title: 'New', metadata: { a: 1 }, updatedAt: secondsLater(5) }
    expect(changed).toStrictEqual(view('t', facts))
    expect(await read(`${THREADS}/t`)).toStrictEqual(changed)
  })

  it('adds to the metadata name by name, and leaves the title', async () => {
    await createThread('t', { title: 'Title', metadata: { a: { deep: 1 }, b: 2 } })
    const json = { metadata: { a: { other: 1 }, c: null } }
    const changed = await read(`${THREADS}/t`, { method: 'PATCH', json })
    const metadata = { a: { other: 1 }, b: 2, c: null }
    expect(changed).toStrictEqual(view('t', { title: 'Title', metadata }))
    expect(await read(`${THREADS}/t`)).toStrictEqual(changed)
  })

  it('makes a title empty where that is asked', async () => {
    await createThread('t', { title: 'Old' })
    const changed = await read(`${THREADS}/t`, { method: 'PATCH', json: { title: '' } })
    expect(changed).toMatchObject({ title: '' })
  })

  it('changes neither id nor owner', async () => {
    await createThread('t')
    const json = { resourceId: 'bob' }
    expect(await read(`${THREADS}/t`, { method: 'PATCH', json })).toStrictEqual(view('t'))
    for (const name of ['id', 'threadId', 'createdAt', 'owner', 'user']) {
      const change = { method: 'PATCH', json: { [name]: 'u' } }
      const refusal = await readRefusal(await ask(`${THREADS}/t`, change))
      expect(refusal).toMatchObject({ status: 400, issues: [{ field: name }] })
    }
    expect((await ask(`${THREADS}/u`)).status).toBe(404)
    expect((await ask(`${THREADS}/t`, { as: 'bob' })).status).toBe(404)
  })

  it('answers 404 for a thread that is not there', async () => {
    const refusal = await ask(`${THREADS}/t`, { method: 'PATCH', json: { title: 'New' } })
    expect(await readRefusal(refusal)).toMatchObject(NOT_FOUND)
  })
})

describe('DELETE /memory/threads/:threadId', () => {
  it('deletes a thread with its messages, once', async () => {
    await createThread('t')
    await createThread('u')
    await saveTexts('t', ['one', 'two'])
    await saveTexts('u', ['three'])
    const answer = await read(`${THREADS}/t`, { method: 'DELETE' })
    expect(answer).toStrictEqual({ result: 'Thread deleted' })
    expect((await ask(`${THREADS}/t/messages`)).status).toBe(404)
    const again = await ask(`${THREADS}/t`, { method: 'DELETE' })
    expect(await readRefusal(again)).toMatchObject(NOT_FOUND)
    expect(idsOf(await read(THREADS), 'threads')).toStrictEqual(['u'])
    expect(idsOf(await read(`${THREADS}/u/messages`), 'messages')).toStrictEqual(['three'])
  })

  it('leaves nothing in a thread that is made with the id again', async () => {
    await createThread('t', { title: 'Old', metadata: { a: 1 } })
    await saveTexts('t', ['one'])
    await read(`${THREADS}/t`, { method: 'DELETE' })
    expect(await createThread('t')).toStrictEqual(view('t'))
    expect(await read(`${THREADS}/t/messages`)).toMatchObject({ messages: [], total: 0 })
  })
})

describe('GET /memory/threads', () => {
  async function listIds(parameters: Record<string, string> = {}): Promise<string[]> {
    return idsOf(await read(`${THREADS}?${queryOf(parameters)}`), 'threads')
  }

  it('is an empty page where the caller has no thread', async () => {
    const page = { threads: [], total: 0, page: 0, perPage: 100, hasMore: false }
    expect(await read(THREADS)).toStrictEqual(page)
  })

  it('has every field of the wire', async () => {
    await createThread('t', { title: 'Title', metadata: { a: 1 } })
    expect(await read(THREADS)).toStrictEqual({
      threads: [view('t', { title: 'Title', metadata: { a: 1 } })],
      total: 1,
      page: 0,
      perPage: 100,
      hasMore: false,
    })
  })

  it('has only threads of the caller, whoever the query names', async () => {
    await createThread('a')
    await createThread('b', {}, 'bob')
    expect(await listIds()).toStrictEqual(['a'])
    expect(await listIds({ resourceId: 'bob' })).toStrictEqual(['a'])
    expect(await listIds({ resourceId: '*', agentId: 'x' })).toStrictEqual(['a'])
  })

  describe('of threads made and changed one after the other', () => {
    async function createThree(): Promise<void> {
      for (const [index, id] of ['x', 'm', 'a'].entries()) {
        setClock(index)
        await createThread(id)
      }
      setClock(10)
      await read(`${THREADS}/x`, { method: 'PATCH', json: { title: 'Changed' } })
    }

    it.each<[readonly string[], Record<string, string>]>([
      [['a', 'm', 'x'], {}],
      [['a', 'm', 'x'], { 'orderBy[field]': 'createdAt' }],
      [['x', 'm', 'a'], { 'orderBy[direction]': 'ASC' }],
      [['x', 'm', 'a'], { 'orderBy[field]': 'createdAt', 'orderBy[direction]': 'asc' }],
      [['x', 'a', 'm'], { 'orderBy[field]': 'updatedAt' }],
      [['m', 'a', 'x'], { 'orderBy[field]': 'updatedAt', 'orderBy[direction]': 'ASC' }],
      [['a', 'm', 'x'], { orderBy: '{}' }],
      [['x', 'm', 'a'], { orderBy: '{"direction":"ASC"}' }],
      [['x', 'm', 'a'], { orderBy: '{"direction":"asc"}' }],
      [['a', 'm', 'x'], { orderBy: '{"field":"createdAt","direction":"DESC"}' }],
      [['x', 'a', 'm'], { orderBy: '{"field":"updatedAt","direction":"desc"}' }],
      [['m', 'a', 'x'], { orderBy: '{"field":"updatedAt","direction":"ASC"}' }],
      [['m', 'a', 'x'], { orderBy: '{"field":"updatedAt"}', 'orderBy[direction]': 'ASC' }],
    ])('orders them as %j for %j', async (ids, parameters) => {
      await createThree()
      expect(await listIds(parameters)).toStrictEqual(ids)
    })

    it.each([
      [0, 2, ['a', 'm'], true],
      [1, 2, ['x'], false],
      [0, 3, ['a', 'm', 'x'], false],
      [2, 1, ['x'], false],
      [3, 1, [], false],
      [1_000_000_000, 1000, [], false],
    ])('has on page %i of %i each %j', async (page, perPage, ids, hasMore) => {
      await createThree()
      const answer = await read(`${THREADS}?page=${page}&perPage=${perPage}`)
      expect(answer).toMatchObject({ total: 3, page, perPage, hasMore })
      expect(idsOf(answer, 'threads')).toStrictEqual(ids)
    })
  })

  it.each<[object, readonly string[]]>([
    [{}, ['c', 'b', 'a']],
    [{ color: 'red' }, ['b', 'a']],
    [{ color: 'red', size: 1 }, ['a']],
    [{ size: '1' }, []],
    [{ place: { x: 1, y: [2] } }, ['c']],
    [{ place: { y: [2], x: 1 } }, ['c']],
    [{ place: { x: 1 } }, []],
    [{ none: null }, []],
    [{ constructor: 'x' }, []],
  ])('filters by metadata: %j', async (metadata, ids) => {
    const notes = {
      a: { color: 'red', size: 1 },
      b: { color: 'red', size: 2 },
      c: { place: { x: 1, y: [2] } },
    }
    for (const [id, each] of Object.entries(notes)) await createThread(id, { metadata: each })
    const answer = await read(`${THREADS}?${queryOf({ metadata: JSON.stringify(metadata) })}`)
    expect(idsOf(answer, 'threads')).toStrictEqual(ids)
    expect(answer).toMatchObject({ total: ids.length, hasMore: false })
  })
})
