import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { ALICE, names, textMessage } from '../../../../test/support/memory.js'
import { describeStores } from '../../../../test/support/stores.js'
import { createDatabase } from '../database.js'
import { openStore } from '../open.js'
import { postgresDriver } from './postgres.js'

const unavailable = expect.objectContaining({ name: 'StorageError', code: 'storage_unavailable' })

/** A server that passes on to another, and can fall silent without closing anything. */
async function createRelay(target: URL) {
  let isSilent = false
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    const pairs = [
      [near, far],
      [far, near],
    ] as const
    for (const [from, to] of pairs) {
      sockets.add(from)
      from.on('data', (data) => void (isSilent || to.write(data)))
      from.on('close', () => to.destroy())
      from.on('error', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    setSilent: (value: boolean) => (isSilent = value),
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describeStores(
  'a PostgreSQL server',
  (stores) => {
    it('that is lost makes the store unavailable until it is back', async () => {
      const store = await stores.open()
      const { memory } = store
      const exchange = (id: string) => ({ thread: { id: 't' }, messages: [textMessage(id)] })
      await memory.commitExchange(ALICE, exchange('before'))
      // Some in mid-work, some not yet begun.
      const running = names('r', 30).map((id) => memory.commitExchange(ALICE, exchange(id)))
      const settled = Promise.allSettled(running)
      await stores.server().halt()
      const results = await settled
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toEqual(unavailable)
      }
      await expect(memory.getThread(ALICE, 't')).rejects.toEqual(unavailable)
      await expect(memory.commitExchange(ALICE, exchange('lost'))).rejects.toEqual(unavailable)
      await expect(store.ready()).rejects.toEqual(unavailable)

      await stores.server().start()
      await store.ready()
      await memory.commitExchange(ALICE, exchange('after'))
      const ids = (await memory.lastMessages(ALICE, 't', 99)).map(({ id }) => id)
      const kept = results.flatMap((result, index) =>
        result.status === 'fulfilled' ? [`r${index}`] : [],
      )
      expect(ids).toEqual(expect.arrayContaining(['before', ...kept, 'after']))
      expect(ids).not.toContain('lost')
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
