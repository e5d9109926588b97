import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { ALICE, names, textMessage } from '@signet/test-support/store/memory'
import { createRelay } from '@signet/test-support/http/relay'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import { openStore } from '../../open.js'
import { postgresDriver } from './postgres.js'

const unavailable = expect.objectContaining({ name: 'StorageError', code: 'storage_unavailable' })

describeStores(
  'a PostgreSQL server',
  (stores) => {
    it('that is lost makes the store unavailable until it is back', async () => {
      const store = await stores.open()
      const { memory } = store
      const turn = (id: string) => ({ thread: { id: 't' }, messages: [textMessage(id)] })
      await memory.commitExchange(ALICE, turn('before'))
      // Some in mid-work, some not yet begun.
      const running = names('r', 30).map((id) => memory.commitExchange(ALICE, turn(id)))
      const settled = Promise.allSettled(running)
      await stores.server().halt()
      const results = await settled
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toEqual(unavailable)
      }
      await expect(memory.getThread(ALICE, 't')).rejects.toEqual(unavailable)
      await expect(memory.commitExchange(ALICE, turn('lost'))).rejects.toEqual(unavailable)
      await expect(store.ready()).rejects.toEqual(unavailable)

      await stores.server().start()
      await store.ready()
      await memory.commitExchange(ALICE, turn('after'))
      const ids = (await memory.lastMessages(ALICE, 't', 99)).map(({ id }) => id)
      const kept = results.flatMap((result, index) =>
        result.status === 'fulfilled' ? [`r${index}`] : [],
      )
      expect(ids).toEqual(expect.arrayContaining(['before', ...kept, 'after']))
      expect(ids).not.toContain('lost')
    })

    it('lets one append to the log of revocations wait for the commit of another', async () => {
      const options = await stores.locate()
      const { revocations } = await stores.open(options)
      const database = createDatabase(postgresDriver(options.databaseUrl ?? ''))
      const { enterLog } = database.driver
      const mayCommit = createDeferred()
      const hasInserted = createDeferred()
      const row = { kind: 'token-id', issuer: '"local"', name: '"first"', created_at: 1 }
      const first = database.write(async (tx) => {
        await enterLog(tx)
        await tx.insertInto('signet_revocation').values(row).execute()
        hasInserted.resolve()
        await mayCommit.promise
      })
      await hasInserted.promise
      const append = revocations.append({ kind: 'token-id', issuer: 'local', tokenId: 'second' })
      const isWaiting = async () => {
        const waiting = sql`select 1 from pg_locks where locktype = 'advisory' and not granted`
        return (await database.read((tx) => waiting.execute(tx))).rows.length > 0
      }
      const seen = { isAppended: false }
      void append.then(() => (seen.isAppended = true))
      while (!seen.isAppended && !(await isWaiting())) await setImmediate()
      expect(seen.isAppended).toBe(false)
      expect(await revocations.readAfter(0, 9)).toStrictEqual([])
      mayCommit.resolve()
      await Promise.all([first, append])
      expect(await revocations.readAfter(0, 9)).toMatchObject([
        { revocation: { tokenId: 'first' } },
        { revocation: { tokenId: 'second' } },
      ])
      await database.close()
    })

    it('that falls silent is given up, and asked anew when it speaks again', async () => {
      const options = await stores.locate()
      await (await stores.open(options)).close()
      const relay = await createRelay(new URL(options.databaseUrl ?? ''))
      const times = { answerTimeoutMs: 300, connectTimeoutMs: 300 }
      const database = createDatabase(postgresDriver(relay.url, times))
      const ask = () => database.read((tx) => sql`select 1`.execute(tx))
      await ask()
      relay.setSilent(true)
      // The first has a connection that was good, the second gets none.
      for (let attempt = 0; attempt < 2; attempt++) await expect(ask()).rejects.toEqual(unavailable)
      relay.setSilent(false)
      await expect(ask()).resolves.toBeDefined()
      await database.close()
      relay.close()
    })

    it('that is not there, or does not know us, is unavailable', async () => {
      const options = await stores.locate()
      const good = new URL(options.databaseUrl ?? '')
      const change = (part: Partial<URL>) => Object.assign(new URL(good), part).href
      const wrong = [change({ pathname: '/nowhere' }), change({ username: 'nobody' })]
      const closed = await createRelay(good)
      closed.close()
      for (const databaseUrl of [...wrong, closed.url]) {
        await expect(openStore({ ...options, databaseUrl })).rejects.toEqual(unavailable)
      }
    })

    it('is refused a database that is not in UTF-8', async () => {
      const options = await stores.locate()
      const databaseUrl = await stores
        .server()
        .createDatabase("encoding 'LATIN1' template template0")
      await expect(openStore({ ...options, databaseUrl })).rejects.toMatchObject({
        code: 'storage_failed',
        message: expect.stringContaining('UTF-8'),
      })
    })

    it('is told of in errors by its codes alone, without SQL or data', async () => {
      const options = await stores.locate()
      const database = createDatabase(postgresDriver(options.databaseUrl ?? ''))
      const failing = database.read((tx) => sql`select cast('secret' as bigint)`.execute(tx))
      const error = await failing.catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'storage_failed', driverCode: '22P02' })
      expect(error).not.toHaveProperty('cause')
      const told = error instanceof Error ? `${error.message} ${error.stack}` : ''
      expect(told).not.toMatch(/secret|select/)
      await database.close()
    })

    it('gives numbers as numbers, up to the largest that are exact', async () => {
      const { memory } = await stores.open()
      const createdAt = Number.MAX_SAFE_INTEGER
      const messages = [textMessage('m', 'm', { createdAt })]
      await memory.commitExchange(ALICE, { thread: { id: 't' }, messages })
      expect(await memory.lastMessages(ALICE, 't', 1)).toMatchObject([{ createdAt }])
    })
  },
  ['postgres'],
)

describe('a PostgreSQL without the package pg', () => {
  it('is refused, by the name of the package', async () => {
    const loadDriver = () => Promise.reject(new Error('Cannot find package'))
    const database = createDatabase(postgresDriver('postgres://localhost', { loadDriver }))
    const asking = database.read((tx) => sql`select 1`.execute(tx))
    await expect(asking).rejects.toMatchObject({
      code: 'driver_missing',
      message: expect.stringContaining('npm install pg'),
    })
  })
})
