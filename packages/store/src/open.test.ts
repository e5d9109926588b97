import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALICE, names, savedMessage, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from './database/database.js'
import { libsqlDriver } from './database/driver/libsql.js'
import { postgresDriver } from './database/driver/postgres.js'
import { createStore, openStore } from './open.js'
import type { StoreOptions } from './store.js'

const unavailable = expect.objectContaining({ name: 'StorageError', code: 'storage_unavailable' })

const createDriver = ({ databaseUrl, directory }: StoreOptions) =>
  databaseUrl ? postgresDriver(databaseUrl) : libsqlDriver(directory)

describeStores('opening', (stores) => {
  it('finds what was stored before', async () => {
    const options = await stores.locate()
    const first = await stores.open(options)
    const turn = { thread: { id: 't' }, messages: [textMessage('m', 'needle')] }
    await first.memory.commitExchange(ALICE, turn)
    await first.close()
    const { memory } = await stores.open(options)
    expect(await memory.lastMessages(ALICE, 't', 9)).toMatchObject([{ id: 'm' }])
    expect(await memory.searchMessages(ALICE, { text: 'needle', limit: 9 })).toHaveLength(1)
  })

  it('may be done by several at once, of which each succeeds', async () => {
    const options = await stores.locate()
    const opened = await Promise.all(names('', 5).map(() => stores.open(options)))
    for (const [index, { memory }] of opened.entries()) {
      await memory.createThread(ALICE, { id: `t${index}` })
    }
    const { memory } = await stores.open(options)
    expect((await memory.listThreads(ALICE, { perPage: 9 })).total).toBe(5)
  })

  it('refuses a database that a newer version has used', async () => {
    const options = await stores.locate()
    await (await stores.open(options)).close()
    const database = createDatabase(createDriver(options))
    const migration = { name: '9999-from-the-future', applied_at: 0 }
    await database.write((tx) => tx.insertInto('signet_migration').values(migration).execute())
    await database.close()
    await expect(openStore(options)).rejects.toMatchObject({ code: 'storage_newer' })
  })

  it('is over once closed: what runs ends well, what comes later is refused', async () => {
    const store = await stores.open()
    const running = names('t', 5).map((id) => store.memory.createThread(ALICE, { id }))
    const closed = store.close()
    expect(await Promise.all(running)).toHaveLength(5)
    await closed
    await store.close()
    await expect(store.memory.getThread(ALICE, 't0')).rejects.toEqual(unavailable)
    await expect(store.ready()).rejects.toEqual(unavailable)
  })

  it('refuses what comes before it is open, and then takes it', async () => {
    const store = createStore(await stores.locate())
    await expect(store.memory.createThread(ALICE, { id: 't' })).rejects.toEqual(unavailable)
    await expect(store.memory.getThread(ALICE, 't')).rejects.toEqual(unavailable)
    await expect(store.ready()).rejects.toEqual(unavailable)
    await store.open()
    await expect(store.memory.createThread(ALICE, { id: 't' })).resolves.toMatchObject({ id: 't' })
    await store.close()
  })

  it('gives its state to nobody before it is open, nor once it is closed', async () => {
    const store = createStore(await stores.locate())
    const { revocations, apiKeys, audit } = store
    const asks = [
      () => revocations.append({ kind: 'token-id', issuer: 'local', tokenId: 'j' }),
      () => revocations.readAfter(0, 1),
      () => apiKeys.find('k'),
      () => apiKeys.touch([{ id: 'k', at: 1 }]),
      () => apiKeys.revoke('k', 1),
      () => audit.list({ limit: 1 }),
      () => audit.prune(1, 1),
    ]
    for (const ask of asks) await expect(ask()).rejects.toEqual(unavailable)
    await store.open()
    for (const ask of asks) await ask()
    await store.close()
    for (const ask of asks) await expect(ask()).rejects.toEqual(unavailable)
  })

  it('is ready when the database answers', async () => {
    const store = await stores.open()
    await expect(store.ready()).resolves.toBeUndefined()
  })
})

describeStores('writers at once', (stores) => {
  const openTwo = async () => {
    const options = await stores.locate()
    const first = await stores.open(options)
    const second = await stores.open(options)
    return [first.memory, second.memory] as const
  }
  const each = (count: number) => Array.from({ length: count }, (_, index) => index)

  it('never lose an update of metadata', async () => {
    const memories = await openTwo()
    await memories[0].createThread(ALICE, { id: 't' })
    const updates = each(40).map((index) =>
      memories[index % 2]?.updateThread(ALICE, 't', { metadata: { [`k${index}`]: index } }),
    )
    await Promise.all(updates)
    const thread = await memories[1].getThread(ALICE, 't')
    expect(Object.keys(thread?.metadata ?? {})).toHaveLength(40)
  })

  it('create a thread once', async () => {
    const memories = await openTwo()
    const results = await Promise.allSettled(
      each(10).map((index) => memories[index % 2]?.createThread(ALICE, { id: 't' })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason.code).toBe('thread_exists')
    }
  })

  it('do not wait for each other in a circle', async () => {
    const memories = await openTwo()
    for (const id of ['t', 'u']) await memories[0].createThread(ALICE, { id })
    const saves = each(30).map((index) => {
      const [a, b] = index % 2 === 0 ? (['t', 'u'] as const) : (['u', 't'] as const)
      const messages = [savedMessage(a, `a${index}`), savedMessage(b, `b${index}`)]
      return memories[index % 2]?.saveMessages(ALICE, messages)
    })
    await Promise.all(saves)
    for (const id of ['t', 'u']) {
      const page = await memories[0].listMessages(ALICE, id, { perPage: 99 })
      expect(page?.messages).toHaveLength(30)
      expect(page?.total).toBe(30)
    }
  })

  it('give one id to one message', async () => {
    const memories = await openTwo()
    for (const id of ['t', 'u']) await memories[0].createThread(ALICE, { id })
    const results = await Promise.allSettled(
      each(20).map((index) => {
        const ids = index % 2 === 0 ? ['x', 'y'] : ['y', 'x']
        const threadId = index % 2 === 0 ? 't' : 'u'
        const messages = ids.map((id) => savedMessage(threadId, id))
        return memories[index % 2]?.saveMessages(ALICE, messages)
      }),
    )
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason.code).toBe('message_exists')
    }
    const totals = await Promise.all(
      ['t', 'u'].map((id) => memories[0].listMessages(ALICE, id, { perPage: 9 })),
    )
    expect(totals.map((page) => page?.total).toSorted()).toStrictEqual([0, 2])
  })

  it('keep count while a thread is deleted and made again', async () => {
    const memories = await openTwo()
    await Promise.all(
      each(60).map(async (index) => {
        const memory = memories[index % 2]
        if (index % 6 === 5) return await memory?.deleteThread(ALICE, 't')
        if (index % 6 === 4) return await memory?.deleteMessages(ALICE, names('m', 60))
        const messages = [textMessage(`m${index}`)]
        return await memory?.commitExchange(ALICE, { thread: { id: 't' }, messages })
      }),
    )
    const page = await memories[0].listMessages(ALICE, 't', { perPage: 99 })
    expect(page?.total ?? 0).toBe(page?.messages.length ?? 0)
    const hits = await memories[0].searchMessages(ALICE, {
      text: page?.messages[0]?.id ?? 'none',
      limit: 9,
    })
    expect(hits).toHaveLength(page?.messages.length ? 1 : 0)
  })
})

describe('a libsql file', () => {
  describeStores(
    'on disk',
    (stores) => {
      it('is made with its folder, for nobody but its owner', async () => {
        const { directory } = await stores.locate()
        const folder = join(directory, 'a', 'b')
        const { memory } = await stores.open({ directory: folder })
        await memory.createThread(ALICE, { id: 't' })
        expect(statSync(folder).mode & 0o777).toBe(0o700)
        for (const name of ['signet.db', 'signet.db-wal']) {
          expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
        }
      })

      it.each([
        ['is no database', (file: string) => writeFileSync(file, 'no database '.repeat(999))],
        ['is a folder', (file: string) => mkdirSync(file)],
      ])('is unavailable when it %s', async (_, spoil) => {
        const { directory } = await stores.locate()
        spoil(join(directory, 'signet.db'))
        await expect(openStore({ directory })).rejects.toEqual(unavailable)
      })

      it('is unavailable when its folder cannot be made', async () => {
        const { directory } = await stores.locate()
        writeFileSync(join(directory, 'file'), '')
        const folder = join(directory, 'file', 'folder')
        await expect(openStore({ directory: folder })).rejects.toEqual(unavailable)
      })
    },
    ['libsql'],
  )
})
