import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import { libsqlDriver } from './libsql.js'

describeStores(
  'a file that may not grow any more',
  (stores) => {
    it('is told of as such, although the database has rolled back by itself, and works again later', async () => {
      const { directory } = await stores.locate()
      const database = createDatabase(libsqlDriver(directory))
      const allowPages = (count: number) =>
        database.write((tx) => sql.raw(`pragma max_page_count = ${count}`).execute(tx))
      const fill = (bytes: number) =>
        database.write((tx) =>
          sql.raw(`insert into filling values (zeroblob(${bytes}))`).execute(tx),
        )
      await database.write((tx) => sql`create table filling (value blob)`.execute(tx))
      await allowPages(5)

      const full = {
        status: 'rejected',
        reason: { code: 'storage_unavailable', driverCode: 'SQLITE_FULL' },
      }
      expect(await Promise.allSettled([fill(1_000_000)])).toMatchObject([full])
      expect(await Promise.allSettled([fill(1), fill(1_000_000)])).toMatchObject([full, full])
      await allowPages(100_000)
      await fill(1_000_000)
      const { rows } = await database.read((tx) =>
        sql<{ size: number }>`select length(value) as size from filling`.execute(tx),
      )
      expect(rows).toStrictEqual([{ size: 1_000_000 }])
      await database.close()
    })
  },
  ['libsql'],
)
