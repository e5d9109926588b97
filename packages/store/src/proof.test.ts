import { CompiledQuery, sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import { libsqlPlan } from '@signet/test-support/application/plan'
import { names } from '@signet/test-support/store/memory'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { createDatabase, type Database, type Statement } from './database/database.js'
import { libsqlDriver } from './database/driver/libsql.js'
import { postgresDriver } from './database/driver/postgres.js'
import { createStore } from './open.js'
import type { StoreOptions } from './store.js'

const START = 1_900_000_000_000
const MINUTE_MS = 60_000
/** How far clocks may differ. */
const DIFFERENCE_MS = 5 * MINUTE_MS

const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })

/** What reads the tables beside the store. */
function look({ databaseUrl, directory }: StoreOptions) {
  return createDatabase(databaseUrl ? postgresDriver(databaseUrl) : libsqlDriver(directory))
}

/** How many proofs there are. */
async function countProofs(options: StoreOptions): Promise<number> {
  const database = look(options)
  try {
    return await database.read(async (tx) => {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from signet_proof`.execute(tx)
      return Number(rows[0]?.count)
    })
  } finally {
    await database.close()
  }
}

/** The plan of a statement that locks what it finds, where so few rows are not read as a whole. */
async function postgresPlanOfLocks(
  database: Database,
  { sql: text, parameters }: Statement,
): Promise<readonly unknown[]> {
  return await database.write(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx)
    return (await tx.executeQuery(CompiledQuery.raw(`explain ${text}`, [...parameters]))).rows
  })
}

/** Waits until there are so many; the test's own time limit ends what never comes. */
async function untilCount(options: StoreOptions, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await countProofs(options)).toBe(count), { timeout: 5000 })
}

describeStores('the register of proofs', (stores: Stores) => {
  it('takes a proof once, and each proof', async () => {
    const { proofs } = await stores.open()
    const expiresAt = Date.now() + MINUTE_MS
    expect(await proofs.register('one', expiresAt)).toBe(true)
    expect(await proofs.register('one', expiresAt)).toBe(false)
    expect(await proofs.register('one', expiresAt + MINUTE_MS)).toBe(false)
    expect(await proofs.register('One', expiresAt)).toBe(true)
    expect(await proofs.register('two', expiresAt)).toBe(true)
  })

  it('is one for all who open the same database, also later', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    const expiresAt = Date.now() + MINUTE_MS
    expect(await first.proofs.register('one', expiresAt)).toBe(true)
    expect(await second.proofs.register('one', expiresAt)).toBe(false)
    await first.close()
    await second.close()
    const third = await stores.open(options)
    expect(await third.proofs.register('one', expiresAt)).toBe(false)
  })

  it('lets one of all win that come with a proof at the same time', async () => {
    const options = await stores.locate()
    const instances = [await stores.open(options), await stores.open(options)] as const
    const expiresAt = Date.now() + MINUTE_MS
    for (const key of names('proof', 5)) {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          instances[index % 2 === 0 ? 0 : 1].proofs.register(key, expiresAt),
        ),
      )
      expect(outcomes.filter((isFirst) => isFirst)).toHaveLength(1)
    }
  })

  it.each<readonly [string, string, number]>([
    ['without a key', '', START],
    ['of a key that is too long', 'x'.repeat(256), START],
    ['until no time', 'one', NaN],
    ['for ever', 'one', Infinity],
  ])('refuses a proof %s, and keeps nothing', async (_, key, expiresAt) => {
    const options = await stores.locate()
    const { proofs } = await stores.open(options)
    await expect(proofs.register(key, expiresAt)).rejects.toEqual(invalid)
    expect(await countProofs(options)).toBe(0)
  })

  it('takes a time that is between two milliseconds, and a proof that ends now', async () => {
    const { proofs } = await stores.open()
    expect(await proofs.register('one', START + 0.25)).toBe(true)
    expect(await proofs.register('two', 0)).toBe(true)
    expect(await proofs.register('two', 0)).toBe(false)
  })

  it('keeps a proof beyond its end, as long as a clock that is behind may still take it', async () => {
    let now = START
    const options = await stores.locate()
    const first = await stores.open(options, { now: () => now })
    await first.proofs.register('one', START)
    await first.close()
    now = START + DIFFERENCE_MS
    // The first proof of a process deletes what has ended.
    const second = await stores.open(options, { now: () => now })
    await second.proofs.register('two', now)
    await second.close()
    expect(await countProofs(options)).toBe(2)
    now += 1
    const third = await stores.open(options, { now: () => now })
    await third.proofs.register('three', now)
    await untilCount(options, 2)
    expect(await third.proofs.register('two', now)).toBe(false)
  })

  it('deletes a bounded number at a time, more than come meanwhile', async () => {
    let now = START
    const options = await stores.locate()
    const { proofs } = await stores.open(options, { now: () => now })
    for (const key of names('old', 200)) await proofs.register(key, START)
    now = START + DIFFERENCE_MS + 1
    // Of 64 proofs each, the 193rd was the last after which some were deleted: the 257th is the next.
    for (const key of names('new', 56)) await proofs.register(key, now)
    expect(await countProofs(options)).toBe(256)
    await proofs.register('next', now)
    await untilCount(options, 257 - 128)
    for (const key of names('later', 64)) await proofs.register(key, now)
    await untilCount(options, 57 + 64)
  })

  it('finds by their index those that have ended', async () => {
    const deletions: Statement[] = []
    const options = await stores.locate()
    const { proofs } = await stores.open(options, {
      onStatement: (statement) => {
        if (statement.sql.startsWith('delete')) deletions.push(statement)
      },
    })
    await proofs.register('one', START)
    const deletion = await vi.waitFor(() => {
      expect(deletions).toHaveLength(1)
      return deletions[0] ?? { sql: '', parameters: [] }
    })
    const chosen = { ...deletion, sql: deletion.sql.replace(/^.* in \((.*)\)$/s, '$1') }
    const database = look(options)
    try {
      const plan =
        stores.driver === 'libsql'
          ? await libsqlPlan(database, chosen)
          : await postgresPlanOfLocks(database, chosen)
      expect(JSON.stringify(plan)).toContain('signet_proof_expiry')
    } finally {
      await database.close()
    }
  })

  it('takes nothing once it is closed', async () => {
    const store = await stores.open()
    await store.close()
    await expect(store.proofs.register('one', START)).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('rejects where its table is lost', async () => {
    const options = await stores.locate()
    const { proofs } = await stores.open(options)
    const database = look(options)
    await database.write((tx) => sql`drop table signet_proof`.execute(tx))
    await database.close()
    await expect(proofs.register('one', START)).rejects.toMatchObject({ name: 'StorageError' })
  })
})

describe('the register of proofs of a server that is gone', () => {
  it('rejects, and never says that a proof is used for the first time', async () => {
    const store = createStore({ directory: '/nowhere', databaseUrl: 'postgres://127.0.0.1:1/none' })
    await expect(store.proofs.register('one', START)).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
    await store.close()
  })
})
