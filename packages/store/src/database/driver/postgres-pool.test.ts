import { ownerKey } from '@signet/core'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ALICE, names, textMessage } from '@signet/test-support/store/memory'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import { postgresDriver } from './postgres.js'

describeStores(
  'a PostgreSQL that gives few connections',
  (stores) => {
    /** A database of a role that may have so many connections. */
    async function locateFor(role: string, limit: number) {
      const options = await stores.locate()
      const url = new URL(options.databaseUrl ?? '')
      await stores.server().ask(`create role ${role} login connection limit ${limit}`)
      await stores.server().ask(`alter database ${url.pathname.slice(1)} owner to ${role}`)
      url.username = role
      return { ...options, databaseUrl: url.href }
    }

    const ownerOf = (resourceId: string) => ownerKey({ resourceId })
    const turn = (id: string) => ({ thread: { id }, messages: [textMessage(id)] })

    async function expectAllKept(
      options: Awaited<ReturnType<Stores['locate']>>,
      id = 't',
    ): Promise<void> {
      const { memory, revocations } = await stores.open(options)
      const end = revocations.onAppend?.(() => undefined)
      const owners = names('owner', 40).map(ownerOf)
      await Promise.all(owners.map((owner) => memory.commitExchange(owner, turn(id))))
      for (const owner of owners) expect(await memory.lastMessages(owner, id, 9)).toHaveLength(1)
      end?.()
    }

    it.each([1, 2, 3])('has them shared by all work, where it gives %i', async (limit) => {
      await expectAllKept(await locateFor(`few_${limit}`, limit))
    })

    it('has them shared by two processes', async () => {
      const options = await locateFor('few_of_two', 3)
      await Promise.all([expectAllKept(options, 'first'), expectAllKept(options, 'second')])
    })

    it('is waited for no longer than some seconds, where others have all of them', async () => {
      const options = await locateFor('alone', 1)
      const store = await stores.open(options)
      const database = createDatabase(postgresDriver(options.databaseUrl))
      await database.read(async (tx) => {
        await sql`select 1`.execute(tx)
        await expect(store.memory.commitExchange(ALICE, turn('t'))).rejects.toMatchObject({
          code: 'storage_unavailable',
          fault: 'unavailable',
          driverCode: '53300',
        })
      })
      await database.close()
      await store.memory.commitExchange(ALICE, turn('t'))
    })

    it('is asked for no more of them than were said', async () => {
      const options = { ...(await locateFor('said', 90)), maxConnections: 2 }
      const { memory } = await stores.open(options)
      await Promise.all(
        names('owner', 20).map((name) => memory.commitExchange(ownerOf(name), turn('t'))),
      )
      const database = createDatabase(postgresDriver((await stores.locate()).databaseUrl ?? ''))
      const { rows } = await database.read((tx) =>
        sql<{
          count: number
        }>`select count(*) from pg_stat_activity where usename = 'said'`.execute(tx),
      )
      expect([1, 2]).toContain(rows[0]?.count)
      await database.close()
    })
  },
  ['postgres'],
)
