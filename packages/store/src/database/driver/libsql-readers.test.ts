import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { countedDriver } from '@signet/test-support/store/counted-driver'
import { ALICE, BOB, names, savedMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createApiKeyStore } from '../../api-key.js'
import { createDatabase } from '../database.js'
import { createMemoryStorage } from '../../memory/memory-storage.js'
import { libsqlDriver } from './libsql.js'

const MIB = 1024 * 1024
/** The bodies of how many messages fit into one part of a long read. */
const MESSAGES = 32

describeStores(
  'reads of a file',
  (stores) => {
    it('of one owner hold up neither another owner nor the look-up of an API key', async () => {
      const options = await stores.locate()
      await stores.open(options)
      const read = { parts: 0 }
      const driver = countedDriver(libsqlDriver(options.directory), ({ bytes }) => {
        if (bytes > MIB / 8) read.parts += 1
      })
      const database = createDatabase(driver)
      const memory = createMemoryStorage(database, Date.now)
      await memory.createThread(ALICE, { id: 't' })
      for (const id of names('m', MESSAGES)) {
        await memory.saveMessages(ALICE, [savedMessage('t', id, 'x'.repeat(MIB / 8))])
      }
      await memory.createThread(BOB, { id: 'of-bob' })
      const list = () => memory.listMessages(ALICE, 't', { perPage: MESSAGES })
      await list()
      const partsOfOne = read.parts
      expect(partsOfOne).toBeGreaterThan(8)

      const long = names('l', 16).map(list)
      while (read.parts < partsOfOne + 2) await setImmediate()
      const before = read.parts
      const page = await memory.listThreads(BOB, { perPage: 9 })
      expect(page.threads).toMatchObject([{ id: 'of-bob' }])
      expect(await createApiKeyStore(database).find('unknown')).toBeUndefined()
      // Of one owner one read is done at once, and its next part is another turn's.
      expect(read.parts - before).toBeLessThanOrEqual(3)
      await Promise.all(long)
      expect(read.parts).toBe(17 * partsOfOne)
      await database.close()
    })

    it('see one state, do not wait for what is not committed yet, and cannot write', async () => {
      const { directory } = await stores.locate()
      const database = createDatabase(libsqlDriver(directory))
      await database.write((tx) => sql`create table filling (value integer)`.execute(tx))
      const count = () =>
        database.read(async (tx) => {
          const query = sql<{ count: number }>`select count(*) as count from filling`
          const counts: (number | undefined)[] = []
          for (let look = 0; look < 9; look++) {
            counts.push((await query.execute(tx)).rows[0]?.count)
            await setImmediate()
          }
          return new Set(counts)
        })
      const insert = sql`insert into filling values (1)`
      const seen = await database.write(async (tx) => {
        await insert.execute(tx)
        return await count()
      })
      expect(seen).toStrictEqual(new Set([0]))
      const reading = count()
      await database.write((tx) => insert.execute(tx))
      expect((await reading).size).toBe(1)
      expect(await count()).toStrictEqual(new Set([2]))
      await expect(database.read((tx) => insert.execute(tx))).rejects.toMatchObject({
        code: 'storage_unavailable',
        driverCode: 'SQLITE_READONLY',
      })
      await database.close()
    })

    it('that always overlap do not let the log of what was written grow without end', async () => {
      const { directory } = await stores.locate()
      const database = createDatabase(libsqlDriver(directory))
      await database.write((tx) => sql`create table filling (value blob)`.execute(tx))
      const writing = { isOver: false }
      let reads = 0
      const readOn = async (turns: number) => {
        while (!writing.isOver) {
          await database.read(async (tx) => {
            await sql`select count(*) from filling`.execute(tx)
            for (let turn = 0; turn < turns; turn++) await setImmediate()
          })
          reads += 1
        }
      }
      const readers = [5, 7, 9].map(readOn)
      const sizes: number[] = []
      for (let round = 0; round < 40; round++) {
        await database.write(async (tx) => {
          await sql`delete from filling`.execute(tx)
          await sql`insert into filling values (zeroblob(${4 * MIB}))`.execute(tx)
        })
        sizes.push(statSync(join(directory, 'signet.db-wal')).size)
      }
      writing.isOver = true
      await Promise.all(readers)
      expect(reads).toBeGreaterThan(9)
      expect(Math.max(...sizes)).toBeLessThan(48 * MIB)
      await database.close()
    })
  },
  ['libsql'],
)
