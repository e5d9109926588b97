import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ALICE, BOB } from '@signet/test-support/store/memory'
import { libsqlPlan, postgresPlan } from '@signet/test-support/application/plan'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { createDatabase, type Database, type Statement } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'
import type { Store } from '../store.js'

/** What is looked at is the plan and the rows that it touches: of more messages they are the same. */
const COUNT = 100_000

/** Fills a thread of Alice with many messages, in one statement, beside many threads of Bob. */
async function fill(database: Database, driver: Stores['driver']): Promise<void> {
  const body = '{"type":"text","content":{"format":2,"parts":[],"content":"text"}}'
  const rows =
    driver === 'libsql'
      ? sql`with recursive numbers(n) as (
          select 0 union all select n + 1 from numbers where n + 1 < ${sql.lit(COUNT)}
        )`
      : sql`with numbers(n) as (select generate_series(0, ${sql.lit(COUNT - 1)}))`
  await database.write(async (tx) => {
    const columns = sql.raw(
      'owner, id, thread_id, position, role, created_at, body, words, entries',
    )
    const select = sql`select ${sql.lit(ALICE)}, 'm' || n, 't', n, 'user', n, ${sql.lit(body)},
      ${sql.lit(ALICE)} || ' w' || n, '' from numbers`
    await sql`insert into signet_message (${columns}) ${rows} ${select}`.execute(tx)
    await tx
      .updateTable('signet_thread')
      .set({ next_position: COUNT, message_count: COUNT })
      .where('owner', '=', ALICE)
      .where('id', '=', 't')
      .execute()
    // As many threads as make a look at the index worth it.
    const threads = sql.raw(
      'owner, id, title, next_position, message_count, created_at, updated_at',
    )
    await sql`insert into signet_thread (${threads}) ${rows}
      select ${sql.lit(BOB)}, 't' || n, '""', 0, 0, n, n from numbers where n < 20000`.execute(tx)
    await sql`analyze`.execute(tx)
  })
}

describeStores('a thread of a hundred thousand messages', (stores) => {
  it('opens its pages from an index, and does not count', async () => {
    const options = await stores.locate()
    const seen: Statement[] = []
    const probe = { onStatement: (statement: Statement) => void seen.push(statement) }
    const store: Store = await stores.open(options, probe)
    const { memory } = store
    for (const owner of [ALICE, BOB]) {
      await memory.createThread(owner, { id: 't' })
      await memory.createThread(owner, { id: 'u' })
    }
    const driver = options.databaseUrl
      ? postgresDriver(options.databaseUrl, { isPatient: true })
      : libsqlDriver(options.directory)
    const database = createDatabase(driver)
    await fill(database, stores.driver)

    const idsOf = (messages: readonly { id: string }[] = []) => messages.map(({ id }) => id)
    const watch = async <T>(work: () => Promise<T>) => {
      seen.length = 0
      const value = await work()
      // Only what reads has a plan worth a look.
      return { value, statements: seen.filter(({ sql }) => sql.startsWith('select')) }
    }
    const perPage = 40
    const last = COUNT / perPage - 1
    const reads = [
      await watch(() => memory.listMessages(ALICE, 't', { perPage, direction: 'desc' })),
      await watch(() => memory.listMessages(ALICE, 't', { perPage, page: last })),
      await watch(() => memory.listMessages(ALICE, 't', { perPage })),
      await watch(() =>
        memory.listMessages(ALICE, 't', { perPage, page: last, direction: 'desc' }),
      ),
    ]
    expect(reads.map(({ value }) => value?.total)).toStrictEqual([COUNT, COUNT, COUNT, COUNT])
    expect(reads.map(({ value }) => idsOf(value?.messages)[0])).toStrictEqual([
      'm99999',
      'm99960',
      'm0',
      'm39',
    ])
    const lastRead = await watch(() => memory.lastMessages(ALICE, 't', perPage))
    expect(idsOf(lastRead.value).at(-1)).toBe('m99999')
    const around = { id: 'm50000', previous: 2, next: 2 }
    const neighbours = await watch(() => memory.getMessages(ALICE, [around]))
    expect(neighbours.value).toHaveLength(5)
    const search = await watch(() => memory.searchMessages(ALICE, { text: 'w77', limit: 5 }))
    expect(search.value.map(({ message }) => message.id)).toStrictEqual(['m77'])

    const [found, ...byId] = search.statements
    const all = [...reads, lastRead, neighbours].flatMap(({ statements }) => statements)
    all.push(...byId)
    expect(all.length).toBeGreaterThanOrEqual(13)
    for (const statement of all) {
      expect(statement.sql).not.toMatch(/count\(/)
      if (stores.driver === 'libsql') {
        const [step, ...others] = await libsqlPlan(database, statement)
        expect(step).toMatch(/^SEARCH signet_(?:thread|message) USING INDEX \w+ \(owner=\?/)
        expect(others).toStrictEqual([])
      } else {
        const steps = await postgresPlan(database, statement)
        const kinds = steps.map((step) => step['Node Type'])
        expect(kinds.filter((kind) => !/^(?:Limit|Index Scan)$/.test(kind))).toStrictEqual([])
        for (const step of steps) {
          if (step['Index Name']) expect(step['Index Cond']).toContain('owner')
          expect(step['Actual Rows']).toBeLessThanOrEqual(perPage)
          expect(step['Rows Removed by Filter'] ?? 0).toBe(0)
        }
      }
    }
    for (const statement of found === undefined ? [] : [found]) {
      if (stores.driver === 'libsql') {
        const steps = await libsqlPlan(database, statement)
        expect(steps.filter((step) => step.startsWith('SCAN'))).toStrictEqual([
          expect.stringMatching(/^SCAN signet_message_search VIRTUAL TABLE INDEX/),
        ])
      } else {
        const steps = await postgresPlan(database, statement)
        expect(steps.map((step) => step['Node Type'])).not.toContain('Seq Scan')
        expect(steps.map((step) => step['Index Name'])).toContain('signet_message_search')
        for (const step of steps) expect(step['Actual Rows']).toBeLessThanOrEqual(2)
      }
    }
    expect(await memory.deleteThread(ALICE, 't')).toBe(true)
    await database.close()
  })
})
