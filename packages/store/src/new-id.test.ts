import { sql } from 'kysely'
import { ownerKey } from '@signet/core'
import { describe, expect, it, vi } from 'vitest'
import { names } from '@signet/test-support/store/memory'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { createDatabase } from './database/database.js'
import { libsqlDriver } from './database/driver/libsql.js'
import { postgresDriver } from './database/driver/postgres.js'
import { createStore } from './open.js'
import type { StoreOptions } from './store.js'

const START = 1_900_000_000_000
const HOLD_MS = 60_000
/** How far clocks may differ. */
const DIFFERENCE_MS = 300_000
const ALICE = ownerKey({ resourceId: 'alice' })
const BOB = ownerKey({ resourceId: 'bob' })

const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })

/** What reads the table beside the store. */
function look({ databaseUrl, directory }: StoreOptions) {
  return createDatabase(databaseUrl ? postgresDriver(databaseUrl) : libsqlDriver(directory))
}

async function countIds(options: StoreOptions): Promise<number> {
  const database = look(options)
  try {
    return await database.read(async (tx) => {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from signet_new_id`.execute(tx)
      return Number(rows[0]?.count)
    })
  } finally {
    await database.close()
  }
}

describeStores('the register of new ids', (stores: Stores) => {
  it('gives an id to the owner that registers it first, who may register it again', async () => {
    const { newIds } = await stores.open()
    expect(await newIds.register('one', ALICE, HOLD_MS)).toBe(true)
    expect(await newIds.register('one', BOB, HOLD_MS)).toBe(false)
    expect(await newIds.register('one', ALICE, HOLD_MS)).toBe(true)
    expect(await newIds.register('One', BOB, HOLD_MS)).toBe(true)
    expect(await newIds.register('two', BOB, HOLD_MS)).toBe(true)
    expect(await newIds.register('two', ALICE, HOLD_MS)).toBe(false)
  })

  it('is one for all who open the same database, also later', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    expect(await first.newIds.register('one', ALICE, HOLD_MS)).toBe(true)
    expect(await second.newIds.register('one', BOB, HOLD_MS)).toBe(false)
    expect(await second.newIds.register('one', ALICE, HOLD_MS)).toBe(true)
    await first.close()
    await second.close()
    const third = await stores.open(options)
    expect(await third.newIds.register('one', BOB, HOLD_MS)).toBe(false)
  })

  it('gives an id to one of all owners that register it at the same time', async () => {
    const options = await stores.locate()
    const instances = [await stores.open(options), await stores.open(options)] as const
    for (const id of names('id', 5)) {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          instances[index % 2 === 0 ? 0 : 1].newIds.register(
            id,
            ownerKey({ resourceId: `owner ${index}` }),
            HOLD_MS,
          ),
        ),
      )
      expect(outcomes.filter((isTheirs) => isTheirs)).toHaveLength(1)
    }
  })

  it('gives it to another owner once its time is over on each clock, and not before', async () => {
    let now = START
    const { newIds } = await stores.open(undefined, { now: () => now })
    await newIds.register('one', ALICE, HOLD_MS)
    now = START + HOLD_MS + DIFFERENCE_MS
    expect(await newIds.register('one', BOB, HOLD_MS)).toBe(false)
    now += 1
    expect(await newIds.register('one', BOB, HOLD_MS)).toBe(true)
    expect(await newIds.register('one', ALICE, HOLD_MS)).toBe(false)
  })

  it('begins its time anew with each time that its owner registers it', async () => {
    let now = START
    const { newIds } = await stores.open(undefined, { now: () => now })
    await newIds.register('one', ALICE, HOLD_MS)
    now = START + HOLD_MS
    await newIds.register('one', ALICE, HOLD_MS)
    now = START + 2 * HOLD_MS + DIFFERENCE_MS
    expect(await newIds.register('one', BOB, HOLD_MS)).toBe(false)
  })

  it.each<readonly [string, string, string, number]>([
    ['without a name', '', ALICE, HOLD_MS],
    ['that is too long', 'x'.repeat(256), ALICE, HOLD_MS],
    ['of nobody', 'one', '', HOLD_MS],
    ['of what is not an owner key', 'one', 'alice', HOLD_MS],
    ['for less than no time', 'one', ALICE, -1],
    ['for ever', 'one', ALICE, Infinity],
    ['for a time that is not a number', 'one', ALICE, NaN],
  ])('refuses an id %s, and keeps nothing', async (_, id, owner, holdMs) => {
    const options = await stores.locate()
    const { newIds } = await stores.open(options)
    await expect(newIds.register(id, owner, holdMs)).rejects.toEqual(invalid)
    expect(await countIds(options)).toBe(0)
  })

  it('deletes ids that have ended, a bounded number at a time', async () => {
    let now = START
    const options = await stores.locate()
    const { newIds } = await stores.open(options, { now: () => now })
    for (const id of names('old', 200)) await newIds.register(id, ALICE, 0)
    now = START + DIFFERENCE_MS + 1
    for (const id of names('new', 56)) await newIds.register(id, ALICE, HOLD_MS)
    expect(await countIds(options)).toBe(256)
    await newIds.register('next', ALICE, HOLD_MS)
    await vi.waitFor(async () => expect(await countIds(options)).toBe(257 - 128), {
      timeout: 5000,
    })
  })

  it('takes nothing once it is closed', async () => {
    const store = await stores.open()
    await store.close()
    await expect(store.newIds.register('one', ALICE, HOLD_MS)).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })
})

describe('the register of new ids of a server that is gone', () => {
  it('rejects, and gives an id to nobody', async () => {
    const store = createStore({ directory: '/nowhere', databaseUrl: 'postgres://127.0.0.1:1/none' })
    await expect(store.newIds.register('one', ALICE, HOLD_MS)).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
    await store.close()
  })
})
