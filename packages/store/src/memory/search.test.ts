import { expect, it } from 'vitest'
import { ALICE, BOB, savedMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

describeStores('search', (stores) => {
  const search = async (texts: readonly string[], text: string) => {
    const { memory } = await stores.open()
    await memory.createThread(ALICE, { id: 't', title: 'Title' })
    const messages = texts.map((each, index) => savedMessage('t', `m${index}`, each))
    await memory.saveMessages(ALICE, messages)
    const hits = await memory.searchMessages(ALICE, { text, limit: 10 })
    return hits.map(({ message }) => message.id).sort()
  }

  it('finds messages that have all the words, in any order and case', async () => {
    const texts = ['Remember my PIN is 4242', 'the pin, then!', 'My cat', 'PINS']
    expect(await search(texts, 'pin MY')).toStrictEqual(['m0'])
    expect(await search(texts, 'Pin')).toStrictEqual(['m0', 'm1'])
    expect(await search(texts, '4242.')).toStrictEqual(['m0'])
    expect(await search(texts, 'dog')).toStrictEqual([])
  })

  it('knows the words of every script', async () => {
    const texts = ['Straße nach Zürich', 'ПРИВЕТ мир', '東京の天気', 'ﬁne ＡＢＣ', '𝒳 𐐀']
    expect(await search(texts, 'zürich')).toStrictEqual(['m0'])
    expect(await search(texts, 'привет')).toStrictEqual(['m1'])
    expect(await search(texts, '天気')).toStrictEqual(['m2'])
    expect(await search(texts, 'fine abc')).toStrictEqual(['m3'])
    expect(await search(texts, '𐐨')).toStrictEqual(['m4'])
    expect(await search(texts, 'zurich')).toStrictEqual([])
  })

  it.each([
    '"',
    "'",
    "''",
    '"a',
    "a'",
    'a*',
    '*',
    'a -b',
    'NOT',
    'a AND',
    'OR b',
    'NEAR(a b)',
    'words:a',
    '^a',
    '{a}',
    '(a',
    'a)',
    'a & b',
    'a | b',
    '!a',
    'a:*',
    'a <-> b',
    '<->',
    '\\',
    'a\\',
    '\0',
    'a\0b',
    '\ud800',
    'a\udc00b',
    '%',
    '_',
    ';',
    '--',
    '/*',
    "'; drop table signet_message; --",
    '',
    ' ',
    '…',
    '?',
    '$1',
    '🙂',
    'x'.repeat(1_000_000),
    'x y '.repeat(100_000),
    '(('.repeat(9999),
  ])('takes %j for text, never for syntax', async (text) => {
    expect(await search(['word'], text)).toStrictEqual([])
    expect(await search(['word'], `word ${text}`)).toStrictEqual(
      /[\p{L}\p{N}]/u.test(text) ? [] : ['m0'],
    )
  })

  it('takes a question of a thousand different words', async () => {
    const text = Array.from({ length: 1000 }, (_, index) => `w${index}`).join(' ')
    expect(await search([text, 'w1'], text)).toStrictEqual(['m0'])
  })

  it('finds the words of long messages with very many different ones', async () => {
    const long = Array.from({ length: 200_000 }, (_, index) => `w${index}`).join(' ')
    expect(await search([`first ${long}`], 'first w1000')).toStrictEqual(['m0'])
    expect(await search(['é'.repeat(500_000)], 'é'.repeat(500_000))).toStrictEqual(['m0'])
  })

  it('finds text that is only in parts', async () => {
    const { memory } = await stores.open()
    await memory.createThread(ALICE, { id: 't', title: 'Title' })
    const parts = [
      { type: 'text', text: 'alpha' },
      { type: 'file' },
      { type: 'text', text: 'beta' },
    ]
    const message = { ...savedMessage('t', 'm'), content: { format: 2 as const, parts } }
    await memory.saveMessages(ALICE, [message])
    const hits = await memory.searchMessages(ALICE, { text: 'beta alpha', limit: 1 })
    expect(hits).toStrictEqual([{ message: { ...message, type: 'text' }, threadTitle: 'Title' }])
  })

  it('shows the newest first, at most as many as asked for, of one thread if so asked', async () => {
    const { memory } = await stores.open()
    for (const id of ['t', 'u']) await memory.createThread(ALICE, { id })
    const messages = [3, 1, 4, 2].map((createdAt, index) =>
      savedMessage(index < 2 ? 't' : 'u', `m${createdAt}`, 'word', { createdAt }),
    )
    await memory.saveMessages(ALICE, messages)
    const find = async (query: { limit: number; threadId?: string }) => {
      const hits = await memory.searchMessages(ALICE, { text: 'word', ...query })
      return hits.map(({ message }) => message.id).join('')
    }
    expect(await find({ limit: 9 })).toBe('m4m3m2m1')
    expect(await find({ limit: 2 })).toBe('m4m3')
    expect(await find({ limit: 0 })).toBe('')
    expect(await find({ limit: 9, threadId: 't' })).toBe('m3m1')
    expect(await find({ limit: 9, threadId: 'v' })).toBe('')
  })

  it('looks in threads of one agent and of none, if so asked', async () => {
    const { memory } = await stores.open()
    await memory.createThread(ALICE, { id: 'clerk', agentId: 'clerk' })
    await memory.createThread(ALICE, { id: 'guide', agentId: 'guide' })
    await memory.createThread(ALICE, { id: 'none' })
    const ids = ['clerk', 'guide', 'none']
    await memory.saveMessages(
      ALICE,
      ids.map((id) => savedMessage(id, id, 'word')),
    )
    const find = async (agentId?: string) => {
      const hits = await memory.searchMessages(ALICE, { text: 'word', agentId, limit: 9 })
      return hits.map(({ message }) => message.id).sort()
    }
    expect(await find('clerk')).toStrictEqual(['clerk', 'none'])
    expect(await find('Clerk')).toStrictEqual(['none'])
    expect(await find()).toStrictEqual(['clerk', 'guide', 'none'])
    await expect(find('')).rejects.toMatchObject({ code: 'value_invalid' })
  })

  it('never shows what is of another, not by the name of the owner either', async () => {
    const { memory } = await stores.open()
    for (const owner of [ALICE, BOB]) await memory.createThread(owner, { id: 't' })
    await memory.saveMessages(ALICE, [savedMessage('t', 'a', `secret ${BOB}`)])
    await memory.saveMessages(BOB, [savedMessage('t', 'b', `public ${ALICE}`)])
    const find = async (owner: string, text: string) =>
      (await memory.searchMessages(owner, { text, limit: 9 })).map(({ message }) => message.id)
    expect(await find(BOB, 'secret')).toStrictEqual([])
    expect(await find(BOB, `secret ${ALICE}`)).toStrictEqual([])
    expect(await find(ALICE, `secret ${BOB}`)).toStrictEqual(['a'])
    expect(await find(BOB, 'public')).toStrictEqual(['b'])
  })

  it('refuses a limit that is none', async () => {
    const { memory } = await stores.open()
    const promise = memory.searchMessages(ALICE, { text: 'a', limit: -1 })
    await expect(promise).rejects.toMatchObject({ code: 'value_invalid' })
  })
})
