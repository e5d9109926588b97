import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { createRelay } from '@signet/test-support/http/relay'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import type { Store } from '../../store.js'
import { loadPg } from './load-pg.js'
import { postgresSignal } from './postgres-signal.js'
import { postgresDriver } from './postgres.js'

const LISTENING = sql`from pg_stat_activity
  where datname = current_database() and query = 'listen signet_revocation'`

const append = async (store: Store) =>
  await store.revocations.append({ kind: 'token-id', issuer: 'local', tokenId: 'j' })

/** Counts calls, and waits for the next one. */
function createListener() {
  let next = createDeferred()
  return {
    listener: () => {
      next.resolve()
      next = createDeferred()
    },
    called: () => next.promise,
  }
}

describeStores(
  'appends told of by NOTIFY',
  (stores) => {
    /** Asks the server apart from any store. */
    async function ask<T>(url: string, work: (ask: typeof sql) => ReturnType<typeof sql<T>>) {
      const database = createDatabase(postgresDriver(url))
      try {
        return await database.read(async (tx) => (await work(sql).execute(tx)).rows)
      } finally {
        await database.close()
      }
    }

    const countListening = async (url: string): Promise<number | undefined> => {
      const [row] = await ask<{ count: number }>(url, (sql) => sql`select count(*) ${LISTENING}`)
      return row?.count
    }

    async function openTwo() {
      const options = await stores.locate()
      const [first, second] = [await stores.open(options), await stores.open(options)]
      return { url: options.databaseUrl ?? '', first, second }
    }

    it('reach another store, and each of its listeners', async () => {
      const { first, second } = await openTwo()
      const listeners = [createListener(), createListener()]
      const begun = Promise.all(listeners.map(({ called }) => called()))
      for (const { listener } of listeners) second.revocations.onAppend?.(listener)
      // The first call says that it listens from now on.
      await begun
      const told = Promise.all(listeners.map(({ called }) => called()))
      const { sequence } = await append(first)
      await told
      expect(await second.revocations.readAfter(sequence - 1, 9)).toHaveLength(1)
    })

    it('are listened to only while somebody wants to know, and not beyond the store', async () => {
      const { url, first } = await openTwo()
      const until = async (count: number) => {
        while ((await countListening(url)) !== count) await setImmediate()
      }
      await append(first)
      expect(await countListening(url)).toBe(0)
      const { listener, called } = createListener()
      const begun = called()
      const end = first.revocations.onAppend?.(listener)
      await begun
      // A second listener needs no second connection.
      const endSecond = first.revocations.onAppend?.(() => undefined)
      expect(await countListening(url)).toBe(1)
      end?.()
      end?.()
      expect(await countListening(url)).toBe(1)
      endSecond?.()
      await until(0)
      const again = called()
      first.revocations.onAppend?.(listener)
      await again
      expect(await countListening(url)).toBe(1)
      await first.close()
      await until(0)
      expect(first.revocations.onAppend?.(listener)).toBeTypeOf('function')
    })

    it('are heard again after the connection was ended', async () => {
      const { url, first, second } = await openTwo()
      const { listener, called } = createListener()
      const begun = called()
      second.revocations.onAppend?.(listener)
      await begun
      for (let round = 0; round < 2; round++) {
        const back = called()
        const ended = await ask(url, (sql) => sql`select pg_terminate_backend(pid) ${LISTENING}`)
        expect(ended).toHaveLength(1)
        await back
        const told = called()
        await append(first)
        await told
      }
    })

    it('are heard again after the server was lost', async () => {
      const { first, second } = await openTwo()
      const { listener, called } = createListener()
      const begun = called()
      second.revocations.onAppend?.(listener)
      await begun
      await stores.server().halt()
      await expect(append(first)).rejects.toMatchObject({ code: 'storage_unavailable' })
      await expect(second.revocations.readAfter(0, 1)).rejects.toMatchObject({
        code: 'storage_unavailable',
      })
      const back = called()
      await stores.server().start()
      await back
      const told = called()
      await append(first)
      await told
      expect(await second.revocations.readAfter(0, 9)).toHaveLength(1)
    })

    it('are heard once a server that was silent speaks', async () => {
      const options = await stores.locate()
      const relay = await createRelay(new URL(options.databaseUrl ?? ''))
      relay.setSilent(true)
      const timedOut = createDeferred()
      let attempts = 0
      const signal = postgresSignal({
        url: relay.url,
        channel: 'signet_revocation',
        connectTimeoutMs: 300,
        onUnheard: () => undefined,
        loadDriver: async () => {
          attempts++
          if (attempts > 1) timedOut.resolve()
          return await loadPg()
        },
      })
      const { listener, called } = createListener()
      const begun = called()
      signal.subscribe(listener)
      await timedOut.promise
      relay.setSilent(false)
      await begun
      signal.close()
      relay.close()
    })

    it('keep no process alive', async () => {
      const options = await stores.locate()
      const script = `
        import { postgresSignal } from './postgres-signal.ts'
        const listen = (url) => new Promise((resolve) => postgresSignal({
          url, channel: 'signet_revocation', connectTimeoutMs: 5000, loadDriver: () => import('pg'),
        }).subscribe(resolve))
        const alive = setInterval(() => undefined, 1000)
        await listen(process.argv[1])
        void listen('postgres://127.0.0.1:1/nowhere')
        clearInterval(alive)
        process.stdout.write('listening')`
      const resolveDir = fileURLToPath(new URL('.', import.meta.url))
      const bundled = buildSync({
        stdin: { contents: script, resolveDir },
        bundle: true,
        format: 'esm',
        platform: 'node',
        packages: 'external',
        write: false,
      })
      const text = bundled.outputFiles[0]?.text ?? ''
      const child = spawn(
        process.execPath,
        ['--input-type=module', '--eval', text, options.databaseUrl ?? ''],
        { cwd: new URL('../../..', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let output = ''
      child.stdout.on('data', (text) => (output += text))
      const [code] = await once(child, 'close')
      expect([code, output]).toStrictEqual([0, 'listening'])
    })
  },
  ['postgres'],
)

describeStores(
  'appends on libsql',
  (stores) => {
    it('are not told of, so that nobody relies on it', async () => {
      expect((await stores.open()).revocations.onAppend).toBeUndefined()
    })
  },
  ['libsql'],
)
