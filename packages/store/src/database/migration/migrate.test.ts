import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ALICE, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import { libsqlDriver } from '../driver/libsql.js'
import { postgresDriver } from '../driver/postgres.js'
import type { StoreOptions } from '../../store.js'
import { createTables } from './first.js'

/** Leaves a database as the first version did, with a thread and a message in it. */
async function createFirstVersion({ databaseUrl, directory }: StoreOptions): Promise<void> {
  const database = createDatabase(
    databaseUrl ? postgresDriver(databaseUrl) : libsqlDriver(directory),
  )
  const { content } = textMessage('m', 'needle')
  await database.write(async (tx) => {
    await tx.schema
      .createTable('signet_migration')
      .addColumn('name', database.driver.textType, (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    await createTables(tx, database.driver)
    const name = '0001-threads-and-messages'
    await tx.insertInto('signet_migration').values({ name, applied_at: 1 }).execute()
    const times = { created_at: 1, updated_at: 1 }
    const counts = { next_position: 1, message_count: 1 }
    const thread = { owner: ALICE, id: 't', title: '"Title"', ...counts, ...times }
    await tx.insertInto('signet_thread').values(thread).execute()
    const message = { owner: ALICE, id: 'm', thread_id: 't', position: 0, role: 'user' }
    const found = { body: JSON.stringify({ content }), words: `${ALICE} needle`, entries: '' }
    await tx
      .insertInto('signet_message')
      .values({ ...message, ...found, created_at: 1 })
      .execute()
  })
  await database.close()
}

describeStores('a database of the first version', (stores) => {
  it('is brought up to date, and keeps what is in it', async () => {
    const options = await stores.locate()
    await createFirstVersion(options)
    const { memory, revocations, apiKeys, audit, proofs, runs } = await stores.open(options)
    const thread = { id: 't', title: 'Title', createdAt: 1, updatedAt: 1 }
    expect(await memory.getThread(ALICE, 't')).toStrictEqual(thread)
    const page = await memory.listThreads(ALICE, { agentId: 'clerk', title: 'TITLE', perPage: 9 })
    expect(page.threads).toStrictEqual([thread])
    expect(await memory.lastMessages(ALICE, 't', 9)).toMatchObject([{ id: 'm' }])
    await memory.commitExchange(ALICE, { thread: { id: 't' }, messages: [textMessage('n')] })
    expect(await memory.lastMessages(ALICE, 't', 9)).toMatchObject([{ id: 'm' }, { id: 'n' }])
    const entry = await revocations.append({ kind: 'token-id', issuer: 'local', tokenId: 'j' })
    expect(await revocations.readAfter(0, 9)).toStrictEqual([entry])
    expect(await apiKeys.list({ page: 0, perPage: 1 })).toStrictEqual({ keys: [], total: 0 })
    expect(await audit.list({ limit: 1 })).toStrictEqual([])
    expect(await proofs.register('proof', Date.now() + 60_000)).toBe(true)
    expect(await runs.list(ALICE, { kind: 'agent', perPage: 1 })).toStrictEqual({
      runs: [],
      total: 0,
    })
  })

  it('is brought up to date once, by several that open it at once', async () => {
    const options = await stores.locate()
    await createFirstVersion(options)
    await Promise.all(Array.from({ length: 4 }, () => stores.open(options)))
    const database = createDatabase(
      options.databaseUrl ? postgresDriver(options.databaseUrl) : libsqlDriver(options.directory),
    )
    const rows = await database.read((tx) =>
      tx.selectFrom('signet_migration').select('name').orderBy('name').execute(),
    )
    expect(rows.map(({ name }) => name)).toStrictEqual([
      '0001-threads-and-messages',
      '0002-revocations-keys-audit',
      '0003-agents-of-threads',
      '0004-used-proofs',
      '0005-new-ids',
      '0006-runs',
      '0007-run-events',
      '0008-schedules',
      '0009-suspensions',
      '0010-revisions-of-runs',
    ])
    await database.close()
  })

  it('stays as it is where a table of another stands in the way', async () => {
    const options = await stores.locate()
    await createFirstVersion(options)
    const database = createDatabase(
      options.databaseUrl ? postgresDriver(options.databaseUrl) : libsqlDriver(options.directory),
    )
    await database.write((tx) => sql`create table signet_audit (own text)`.execute(tx))
    await expect(stores.open(options)).rejects.toMatchObject({ code: 'storage_failed' })
    await database.write((tx) => sql`drop table signet_audit`.execute(tx))
    await database.close()
    const { audit, memory } = await stores.open(options)
    expect(await audit.list({ limit: 1 })).toStrictEqual([])
    expect(await memory.getThread(ALICE, 't')).toBeDefined()
  })
})
