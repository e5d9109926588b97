import type { MemoryStorage, ThreadQuery } from '@signet/core'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { ALICE, BOB, names, textMessage } from '@signet/test-support/store/memory'
import { libsqlPlan, postgresPlan } from '@signet/test-support/application/plan'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase, type Statement } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'

/** The ids of a page, and how many there are on all. */
async function find(memory: MemoryStorage, query: Partial<ThreadQuery>, owner = ALICE) {
  const { threads, total } = await memory.listThreads(owner, { perPage: 100, ...query })
  return { ids: threads.map(({ id }) => id), total }
}

describeStores('threads by agent', (stores) => {
  const openFilled = async () => {
    let time = 0
    const { memory } = await stores.open(undefined, { now: () => ++time })
    await memory.createThread(ALICE, { id: 'unknown' })
    await memory.createThread(ALICE, { id: 'made', agentId: 'clerk' })
    const answered = { thread: { id: 'answered', agentId: 'clerk' }, messages: [] }
    await memory.commitExchange(ALICE, answered)
    await memory.createThread(ALICE, { id: 'other', agentId: 'guide' })
    await memory.createThread(BOB, { id: 'bobs', agentId: 'clerk' })
    return memory
  }

  it('are those that were begun with it, and those of which no agent is known', async () => {
    const memory = await openFilled()
    expect(await find(memory, { agentId: 'clerk' })).toStrictEqual({
      ids: ['answered', 'made', 'unknown'],
      total: 3,
    })
    expect(await find(memory, { agentId: 'guide' })).toMatchObject({ ids: ['other', 'unknown'] })
    expect(await find(memory, { agentId: 'nobody' })).toMatchObject({ ids: ['unknown'] })
    expect(await find(memory, {})).toMatchObject({ total: 4 })
  })

  it('are compared exactly, and never of another owner', async () => {
    const memory = await openFilled()
    for (const agentId of ['Clerk', 'clerk ', 'cler_', '%', "' or 1=1 --"]) {
      expect(await find(memory, { agentId })).toStrictEqual({ ids: ['unknown'], total: 1 })
    }
    expect(await find(memory, { agentId: 'clerk' }, BOB)).toMatchObject({ ids: ['bobs'] })
    expect(await find(memory, { agentId: 'guide' }, BOB)).toMatchObject({ ids: [], total: 0 })
  })

  it('have pages and orders, and are found by metadata too', async () => {
    const memory = await openFilled()
    await memory.createThread(ALICE, { id: 'last', agentId: 'clerk', metadata: { k: 1 } })
    const page = await memory.listThreads(ALICE, { agentId: 'clerk', perPage: 2, page: 1 })
    expect(page).toMatchObject({ total: 4, hasMore: false, threads: [{ id: 'made' }, {}] })
    const orderBy = { field: 'updatedAt', direction: 'asc' } as const
    const ids = ['unknown', 'made', 'answered', 'last']
    expect(await find(memory, { agentId: 'clerk', orderBy })).toMatchObject({ ids })
    const byBoth = { agentId: 'clerk', metadata: { k: 1 } }
    expect(await find(memory, byBoth)).toStrictEqual({ ids: ['last'], total: 1 })
  })

  it('keep the agent that they began with, whoever goes on in them, and so does a clone', async () => {
    const memory = await openFilled()
    for (const id of ['made', 'unknown']) {
      const thread = { id, agentId: 'guide' }
      await memory.commitExchange(ALICE, { thread, messages: [textMessage(`in ${id}`)] })
    }
    await memory.updateThread(ALICE, 'made', { title: 'New' })
    expect(await memory.getThread(ALICE, 'made')).toMatchObject({ agentId: 'clerk' })
    expect(await memory.getThread(ALICE, 'unknown')).not.toHaveProperty('agentId')
    const cloned = await memory.cloneThread(ALICE, 'made', { id: 'copy' })
    expect(cloned?.thread).toMatchObject({ agentId: 'clerk' })
    const copy = await memory.cloneThread(ALICE, 'unknown', { id: 'copy of unknown' })
    expect(copy?.thread).not.toHaveProperty('agentId')
    const { ids } = await find(memory, { agentId: 'guide' })
    expect(ids).toStrictEqual(['copy of unknown', 'other', 'unknown'])
  })

  it('refuses what can be the id of none', async () => {
    const { memory } = await stores.open()
    for (const agentId of ['', 'a\0b', '\ud800', 'x'.repeat(256)]) {
      const invalid = { code: 'value_invalid' }
      await expect(find(memory, { agentId })).rejects.toMatchObject(invalid)
      const creating = memory.createThread(ALICE, { id: 't', agentId })
      await expect(creating).rejects.toMatchObject(invalid)
    }
    expect(await memory.getThread(ALICE, 't')).toBeUndefined()
  })

  it('are counted and found by an index, which holds the agent', async () => {
    const options = await stores.locate()
    const seen: Statement[] = []
    const onStatement = (statement: Statement) => void seen.push(statement)
    const { memory } = await stores.open(options, { onStatement })
    const database = createDatabase(
      options.databaseUrl ? postgresDriver(options.databaseUrl) : libsqlDriver(options.directory),
    )
    const numbers =
      stores.driver === 'libsql'
        ? sql`with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < 20000)`
        : sql`with numbers(n) as (select generate_series(0, 20000))`
    const columns = sql.raw(
      'owner, id, title, agent, next_position, message_count, created_at, updated_at',
    )
    await database.write(async (tx) => {
      for (const owner of [ALICE, BOB]) {
        await sql`insert into signet_thread (${columns}) ${numbers}
          select ${sql.lit(owner)}, 't' || n, '""', 'a' || (n % 2), 0, 0, n, n from numbers`.execute(
          tx,
        )
      }
      await sql`analyze`.execute(tx)
    })
    seen.length = 0
    const orderBy = { field: 'updatedAt' } as const
    expect(await find(memory, { agentId: 'a1', orderBy, perPage: 2 })).toStrictEqual({
      ids: ['t19999', 't19997'],
      total: 10_000,
    })
    const selects = seen.filter(({ sql }) => sql.startsWith('select'))
    expect(selects).toHaveLength(2)
    const [counting, reading] = selects
    if (counting === undefined || reading === undefined) throw new Error('Nothing was asked.')
    if (stores.driver === 'libsql') {
      expect(await libsqlPlan(database, counting)).toStrictEqual([
        expect.stringMatching(/^SEARCH signet_thread USING COVERING INDEX .* \(owner=\?\)$/),
      ])
      expect(await libsqlPlan(database, reading)).toStrictEqual([
        expect.stringMatching(/^SEARCH signet_thread USING INDEX signet_thread_updated /),
      ])
    } else {
      const steps = await postgresPlan(database, reading)
      expect(steps.map((step) => step['Index Name'])).toContain('signet_thread_updated')
      expect(steps.map((step) => step['Node Type'])).not.toContain('Sort')
      for (const step of steps) expect(step['Actual Rows']).toBeLessThanOrEqual(2)
    }
    await database.close()
  })
})

describeStores('threads by title', (stores) => {
  const openTitled = async (titles: readonly string[]) => {
    let time = 0
    const { memory } = await stores.open(undefined, { now: () => ++time })
    for (const title of titles) await memory.createThread(ALICE, { id: title, title })
    return memory
  }

  it.each([
    ['moon', ['To the MOON', 'Moonlight']],
    ['THE moon', ['To the MOON']],
    ['zürich', ['ZÜRICH in May']],
    ['ПРИВЕТ', ['привет мир']],
    ['天気', ['東京の天気']],
    ['😀', ['a 😀 b']],
    ['100%', ['100% sure']],
    ['%', ['100% sure']],
    ['_', ['snake_case']],
    ['\\', ['back\\slash']],
    ['"', ['a "quote"']],
    ["'", ["it's"]],
    ['\n', ['two\nlines']],
    ['\\n', []],
    ['\\"', []],
    ['moon%', []],
    ['m__n', []],
    ['.*', []],
    ['zurich', []],
  ])('have %j in them, in whatever case and of whatever script', async (title, expected) => {
    const memory = await openTitled([
      'Moonlight',
      'To the MOON',
      'ZÜRICH in May',
      'привет мир',
      '東京の天気',
      'a 😀 b',
      'snake_case',
      'back\\slash',
      'a "quote"',
      "it's",
      'two\nlines',
      '100% sure',
    ])
    expect(await find(memory, { title })).toStrictEqual({ ids: expected, total: expected.length })
  })

  it('are all where the text is empty', async () => {
    const memory = await openTitled(['a', 'b'])
    await memory.createThread(ALICE, { id: 'untitled' })
    expect(await find(memory, { title: '' })).toMatchObject({ total: 3 })
    expect(await find(memory, { title: 'untitled' })).toMatchObject({ total: 0 })
  })

  describe('of hundreds', () => {
    it('are found behind the first ones too, page by page, in each order', async () => {
      // Many threads of the same time: what is read in groups must neither skip nor repeat one of them.
      let time = 0
      const { memory } = await stores.open(undefined, { now: () => Math.floor(++time / 100) })
      await memory.createThread(ALICE, { id: 'needle', title: 'The needle' })
      const ids = names('t', 700)
      for (const id of ids) {
        await memory.createThread(ALICE, { id, title: `Hay ${id}`, agentId: 'clerk' })
      }
      await memory.createThread(BOB, { id: 'bobs', title: 'The needle of Bob' })
      expect(await find(memory, { title: 'NEEDLE' })).toStrictEqual({ ids: ['needle'], total: 1 })

      for (const field of ['createdAt', 'updatedAt'] as const) {
        for (const direction of ['asc', 'desc'] as const) {
          const query = { orderBy: { field, direction }, perPage: 1000, agentId: 'clerk' }
          const all = (await find(memory, query)).ids.filter((id) => id !== 'needle')
          expect(all).toHaveLength(700)
          const pages: string[] = []
          for (let page = 0; page < 3; page++) {
            const found = await find(memory, { ...query, title: 'hay t', perPage: 300, page })
            expect(found.total).toBe(700)
            pages.push(...found.ids)
          }
          expect(pages).toStrictEqual(all)
        }
      }
      const last = await memory.listThreads(ALICE, { title: 'hay', perPage: 300, page: 2 })
      expect(last).toMatchObject({ hasMore: false, total: 700 })
      const beyond = await memory.listThreads(ALICE, { title: 'hay', perPage: 300, page: 9 })
      expect(beyond).toStrictEqual({
        threads: [],
        total: 700,
        page: 9,
        perPage: 300,
        hasMore: false,
      })
    })
  })

  it('are of one agent and metadata where these are asked for too', async () => {
    const { memory } = await stores.open()
    const title = 'Same'
    await memory.createThread(ALICE, { id: 'a', title, agentId: 'clerk', metadata: { k: 1 } })
    await memory.createThread(ALICE, { id: 'b', title, agentId: 'guide', metadata: { k: 1 } })
    await memory.createThread(ALICE, { id: 'c', title, agentId: 'clerk' })
    const query = { title: 'same', agentId: 'clerk', metadata: { k: 1 } }
    expect(await find(memory, query)).toStrictEqual({ ids: ['a'], total: 1 })
  })

  it('refuses a text that is too long, and more titles than one answer may read', async () => {
    const options = await stores.locate()
    const { memory } = await stores.open(options)
    const long = find(memory, { title: 'x'.repeat(201) })
    await expect(long).rejects.toMatchObject({ code: 'value_invalid' })
    const database = createDatabase(
      options.databaseUrl ? postgresDriver(options.databaseUrl) : libsqlDriver(options.directory),
    )
    await memory.createThread(ALICE, { id: 't', title: 'x'.repeat(1000) })
    const columns = sql.raw(
      'owner, id, title, next_position, message_count, created_at, updated_at',
    )
    for (let copies = 1; copies < 17_000; copies *= 2) {
      await database.write((tx) =>
        sql`insert into signet_thread (${columns}) select owner, id || ${sql.lit(`-${copies}`)}, title, 0, 0, 0, 0
          from signet_thread where owner = ${sql.lit(ALICE)}`.execute(tx),
      )
    }
    await database.close()
    const tooMany = { code: 'result_too_large' }
    await expect(find(memory, { title: 'y' })).rejects.toMatchObject(tooMany)
    expect(await find(memory, { perPage: 1 })).toMatchObject({ total: 32_768 })
  })
})
