import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import pg from 'pg'
import { expect, it } from 'vitest'
import { ALICE, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'
import { TABLES } from '../schema.js'
import type { StoreOptions } from '../store.js'
import { inspectStore } from './inspect.js'

async function forge(options: StoreOptions): Promise<void> {
  const { databaseUrl, directory } = options
  const driver = databaseUrl ? postgresDriver(databaseUrl) : libsqlDriver(directory)
  const database = createDatabase(driver)
  const migration = { name: '9999-from-the-future', applied_at: 0 }
  await database.write((tx) => tx.insertInto('signet_migration').values(migration).execute())
  await database.close()
}

async function execute(url: string | undefined, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

describeStores('a look at a store', (stores) => {
  it('finds that the tables are to be made, and makes none', async () => {
    const options = await stores.locate()
    for (let turn = 0; turn < 2; turn++) {
      expect(await inspectStore(options)).toMatchObject({ tables: 'missing', problems: [] })
    }
    expect(existsSync(join(options.directory, 'signet.db'))).toBe(false)
  })

  it('finds nothing wrong while the store is in use and after', async () => {
    const options = await stores.locate()
    const store = await stores.open(options)
    await store.memory.commitExchange(ALICE, {
      thread: { id: 't' },
      messages: [textMessage('m', 'word')],
    })
    expect(await inspectStore(options)).toMatchObject({ tables: 'current', problems: [] })
    await store.close()
    expect(await inspectStore(options)).toMatchObject({ tables: 'current', problems: [] })
  })

  it.each(TABLES.filter((table) => table !== 'signet_migration'))(
    'finds that %s was lost, which no start makes again',
    async (table) => {
      const options = await stores.locate()
      await (await stores.open(options)).close()
      const { databaseUrl, directory } = options
      if (databaseUrl) await execute(databaseUrl, `drop table ${table} cascade`)
      else {
        const database = new Libsql(join(directory, 'signet.db'))
        database.exec(`pragma foreign_keys = off; drop table ${table}`)
        database.close()
      }
      const lost = {
        code: 'storage_unavailable',
        message: expect.stringMatching(/tables.*backup/i),
      }
      expect(await inspectStore(options)).toMatchObject({ problems: [lost] })
      await expect(stores.open(options)).rejects.toMatchObject(lost)
    },
  )

  it('finds that a newer version has used it', async () => {
    const options = await stores.locate()
    await (await stores.open(options)).close()
    await forge(options)
    expect(await inspectStore(options)).toMatchObject({ tables: 'newer' })
  })
})

describeStores(
  'a look at a file',
  (stores) => {
    it('finds junk in the middle of it', async () => {
      const options = await stores.locate()
      await (await stores.open(options)).close()
      const file = join(options.directory, 'signet.db')
      const bytes = readFileSync(file)
      bytes.fill(0xa5, 4096, 4096 * 6)
      writeFileSync(file, bytes)
      const { tables, problems } = await inspectStore(options)
      expect(tables).toBe('unknown')
      expect(problems).toMatchObject([{ fault: 'corrupt' }])
    })

    it('finds that it is not a database', async () => {
      const options = await stores.locate()
      writeFileSync(join(options.directory, 'signet.db'), 'x'.repeat(10_000))
      expect((await inspectStore(options)).problems).toMatchObject([
        { fault: 'corrupt', driverCode: 'SQLITE_NOTADB' },
      ])
    })

    it('finds that the log beside it belongs to another one', async () => {
      const options = await stores.locate()
      const store = await stores.open(options)
      await store.memory.createThread(ALICE, { id: 't' })
      const file = join(options.directory, 'signet.db')
      const other = await stores.locate()
      await (await stores.open(other)).close()
      const copy = mkdtempSync(join(other.directory, 'copy-'))
      copyFileSync(join(other.directory, 'signet.db'), join(copy, 'signet.db'))
      copyFileSync(`${file}-wal`, join(copy, 'signet.db-wal'))
      const { problems } = await inspectStore({ directory: copy })
      expect(problems).toMatchObject([{ fault: 'corrupt', driverCode: 'WAL_FOREIGN' }])
    })

    it('leaves the file and its log as they are', async () => {
      const options = await stores.locate()
      const store = await stores.open(options)
      await store.memory.createThread(ALICE, { id: 't' })
      const read = () =>
        readdirSync(options.directory)
          .filter((name) => !name.endsWith('-shm'))
          .map((name) => readFileSync(join(options.directory, name)).toString('base64'))
      const before = read()
      await inspectStore(options)
      expect(read()).toStrictEqual(before)
    })
  },
  ['libsql'],
)

describeStores(
  'a look at PostgreSQL',
  (stores) => {
    it('finds that it is read-only', async () => {
      const options = await stores.locate()
      const name = new URL(options.databaseUrl ?? '').pathname.slice(1)
      await execute(
        options.databaseUrl,
        `alter database ${name} set default_transaction_read_only = on`,
      )
      expect((await inspectStore(options)).problems).toMatchObject([
        { fault: 'read_only', driverCode: '25006' },
      ])
    })

    it('finds that the role may not make tables, or not use those that there are', async () => {
      const options = await stores.locate()
      const url = new URL(options.databaseUrl ?? '')
      url.username = 'guest'
      await execute(
        options.databaseUrl,
        'create role guest login',
        'revoke create on schema public from public',
      )
      const guest = { ...options, databaseUrl: url.href }
      const denied = [{ fault: 'permission', driverCode: '42501' }]
      expect((await inspectStore(guest)).problems).toMatchObject(denied)
      await (await stores.open(options)).close()
      expect((await inspectStore(guest)).problems).toMatchObject(denied)
    })

    it('finds that nothing answers there', async () => {
      const options = await stores.locate()
      const databaseUrl = 'postgres://signet:hush@127.0.0.1:1/x'
      const { problems } = await inspectStore({ ...options, databaseUrl })
      expect(problems).toMatchObject([{ fault: 'unavailable', driverCode: 'ECONNREFUSED' }])
      expect(JSON.stringify(problems.map(({ message }) => message))).not.toContain('hush')
    })

    it('finds that there is not such a database', async () => {
      const options = await stores.locate()
      const url = new URL(options.databaseUrl ?? '')
      url.pathname = '/elsewhere'
      const { problems } = await inspectStore({ ...options, databaseUrl: url.href })
      expect(problems).toMatchObject([{ driverCode: '3D000' }])
    })
  },
  ['postgres'],
)
