import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALICE, names, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { encodeJson, hashEntries } from './value.js'

const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })

function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

const ODD_TEXTS: readonly (readonly [string, string])[] = [
  ['NUL', 'a\0b'],
  ['control characters', '\u0001\u001f\u007f\r\n\t'],
  ['an unpaired high surrogate', 'a\ud800b'],
  ['an unpaired low surrogate', '\udfff'],
  ['a pair', '\u{1f600}'],
  ['a byte order mark', '\ufeffa'],
  ['SQL', `'; drop table signet_thread; -- " \\ $1 ? %`],
  ['escapes', '\\u0000 \\x00 \\\\ {}'],
  ['line separators', '\u2028\u2029'],
  ['blanks at both ends', '  a  '],
  ['both forms of a letter', 'é e\u0301'],
  ['nothing', ''],
]
const LARGE_TEXTS = [
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['300,000 NUL', '\0'.repeat(300_000)],
  ['a million marks on one letter', `a${'\u0300'.repeat(500_000)}${'\u0316'.repeat(500_000)}`],
] as const

describeStores('values', (stores) => {
  it.each(ODD_TEXTS)('come back as they were with %s', async (_, text) => {
    const { memory } = await stores.open()
    const metadata = { [text]: text, list: [text] }
    const thread = await memory.createThread(ALICE, { id: 't', title: text, metadata })
    expect(await memory.getThread(ALICE, 't')).toStrictEqual(thread)
    expect(thread).toMatchObject({ title: text, metadata })
    expect((await memory.listThreads(ALICE, { perPage: 1, metadata })).threads).toHaveLength(1)
    const message = textMessage('m', text, { type: text })
    await memory.commitExchange(ALICE, { thread: { id: 't' }, messages: [message] })
    expect(await memory.lastMessages(ALICE, 't', 1)).toStrictEqual([{ ...message, threadId: 't' }])
    await memory.setWorkingMemory(ALICE, text, 't')
    await memory.setWorkingMemory(ALICE, text)
    expect(await memory.getWorkingMemory(ALICE, 't')).toBe(text)
    expect(await memory.getWorkingMemory(ALICE)).toBe(text)
  })

  it('come back as they were, whatever JSON they are', async () => {
    const { memory } = await stores.open()
    let count = 0
    const json = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.jsonValue({ stringUnit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(json, async (metadata) => {
        const id = `t${count++}`
        await memory.createThread(ALICE, { id, metadata })
        const kept = (await memory.getThread(ALICE, id))?.metadata
        expect(JSON.stringify(kept)).toBe(JSON.stringify(metadata))
        const found = await memory.listThreads(ALICE, { perPage: 1, metadata })
        expect(found.total).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })

  it('keep names that objects have of themselves', async () => {
    const { memory } = await stores.open()
    const json = '{"__proto__":{"a":1},"constructor":1,"toString":"x"}'
    const metadata: Record<string, unknown> = JSON.parse(json)
    await memory.createThread(ALICE, { id: 't', metadata })
    expect(JSON.stringify((await memory.getThread(ALICE, 't'))?.metadata)).toBe(json)
    await memory.updateThread(ALICE, 't', { metadata: JSON.parse('{"__proto__":2}') })
    const merged = (await memory.getThread(ALICE, 't'))?.metadata
    expect(JSON.stringify(merged)).toBe(json.replace('{"a":1}', '2'))
  })

  it('may be nested 1000 deep, and are refused beyond', async () => {
    const { memory } = await stores.open()
    const metadata = { a: nested(999) }
    await memory.createThread(ALICE, { id: 't', metadata })
    expect((await memory.getThread(ALICE, 't'))?.metadata).toStrictEqual(metadata)
    for (const depth of [1000, 5000, 100_000]) {
      const deep = { id: 'u', metadata: { a: nested(depth) } }
      await expect(memory.createThread(ALICE, deep)).rejects.toEqual(invalid)
    }
    expect(await memory.getThread(ALICE, 'u')).toBeUndefined()
  })

  it.each(LARGE_TEXTS)(
    'come back as they were with %s, in messages, titles and notes',
    async (_, text) => {
      const { memory } = await stores.open()
      const message = textMessage('m', text)
      const title = text.slice(0, 1000)
      await memory.commitExchange(ALICE, { thread: { id: 't', title }, messages: [message] })
      expect((await memory.lastMessages(ALICE, 't', 1))[0]?.content.content === text).toBe(true)
      expect((await memory.getThread(ALICE, 't'))?.title === title).toBe(true)
      const notes = text.slice(0, 100_000)
      await memory.setWorkingMemory(ALICE, notes)
      expect((await memory.getWorkingMemory(ALICE)) === notes).toBe(true)
    },
  )

  it('have bounds as the metadata of a thread, also once it is merged', async () => {
    const { memory } = await stores.open()
    const named = (prefix: string, count: number) =>
      Object.fromEntries(names(prefix, count).map((name) => [name, 1]))
    await memory.createThread(ALICE, { id: 't', metadata: named('a', 200) })
    const tooMany = memory.updateThread(ALICE, 't', { metadata: named('b', 57) })
    await expect(tooMany).rejects.toEqual(invalid)
    await memory.updateThread(ALICE, 't', { metadata: named('b', 56) })
    const tooLong = { metadata: { text: 'x'.repeat(70_000) } }
    await expect(memory.updateThread(ALICE, 't', tooLong)).rejects.toEqual(invalid)
    await expect(memory.createThread(ALICE, { id: 'u', ...tooLong })).rejects.toEqual(invalid)
    expect(Object.keys((await memory.getThread(ALICE, 't'))?.metadata ?? {})).toHaveLength(256)
  })

  it('are refused when they are no JSON', async () => {
    const { memory } = await stores.open()
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    for (const metadata of [cycle, { a: 1n }, [] as never, 'text' as never, null as never]) {
      await expect(memory.createThread(ALICE, { id: 't', metadata })).rejects.toEqual(invalid)
    }
    await expect(memory.createThread(ALICE, { id: 't', title: 1 as never })).rejects.toEqual(
      invalid,
    )
  })

  it.each([
    'a',
    'x'.repeat(255),
    '\u{1f600}'.repeat(127),
    `'";--\\%_$1?`,
    ' ',
    '__proto__',
    'é',
    'É',
  ])('take the id %j', async (id) => {
    const { memory } = await stores.open()
    const turn = { thread: { id }, messages: [textMessage(id), textMessage('other')] }
    await memory.commitExchange(ALICE, turn)
    expect((await memory.getThread(ALICE, id))?.id).toBe(id)
    expect(await memory.getMessages(ALICE, [{ id }])).toMatchObject([{ id, threadId: id }])
    const clone = await memory.cloneThread(ALICE, id, { id: 'clone' })
    expect(Object.keys(clone?.messageIds ?? {})).toContain(id)
    expect(await memory.deleteMessages(ALICE, [id])).toBe(1)
  })

  it('are told apart by id to the last byte', async () => {
    const { memory } = await stores.open()
    const ids = ['a', 'A', 'a ', 'é', 'e\u0301', 'ａ', 'ß', 'ss', 'ı', 'i']
    for (const id of ids) await memory.createThread(ALICE, { id })
    const { threads } = await memory.listThreads(ALICE, { perPage: 99 })
    expect(threads.map(({ id }) => id).sort()).toStrictEqual(ids.toSorted())
  })

  it.each(['', 'a\0b', '\ud800', 'a\udc00', 'x'.repeat(256), 1 as never, undefined as never])(
    'refuse the id %j',
    async (id) => {
      const { memory } = await stores.open()
      await memory.createThread(ALICE, { id: 't' })
      const message = textMessage(id)
      const attempts = [
        () => memory.createThread(ALICE, { id }),
        () => memory.getThread(ALICE, id),
        () => memory.updateThread(ALICE, id, {}),
        () => memory.deleteThread(ALICE, id),
        () => memory.cloneThread(ALICE, id, { id: 'c' }),
        () => memory.cloneThread(ALICE, 't', { id }),
        () => memory.listMessages(ALICE, id, { perPage: 1 }),
        () => memory.lastMessages(ALICE, id, 1),
        () => memory.getMessages(ALICE, [{ id }]),
        () => memory.saveMessages(ALICE, [{ ...message, threadId: 't' }]),
        () => memory.saveMessages(ALICE, [{ ...textMessage('m'), threadId: id }]),
        () => memory.deleteMessages(ALICE, [id]),
        () => memory.commitExchange(ALICE, { thread: { id }, messages: [] }),
        () => memory.commitExchange(ALICE, { thread: { id: 't' }, messages: [message] }),
      ]
      for (const attempt of attempts) await expect(attempt()).rejects.toEqual(invalid)
    },
  )
})

describe('hashEntries', () => {
  it('is the same for equal JSON values and differs for all others', () => {
    const hash = (value: unknown) => hashEntries(encodeJson({ name: value })).join()
    expect(hash({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(hash({ b: [{ d: 3, c: 2 }], a: 1 }))
    const others = [1, '1', true, 'true', null, [], {}, [1], ['1'], { a: 1 }, [['a', 1]], '', 0]
    expect(new Set(others.map(hash)).size).toBe(others.length)
  })
})
