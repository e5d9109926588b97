import type { AuditQuery, AuditRecord } from '@signet/core'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { libsqlPlan, postgresPlan } from '@signet/test-support/application/plan'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { createDatabase, type Database, type Statement } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'

const COUNT = 200_000
const LIMIT = 50

const RECORD: AuditRecord = {
  at: COUNT * 1000,
  requestId: undefined,
  issuer: undefined,
  subject: 's7',
  actor: undefined,
  action: 'agents:read',
  resource: 'a7',
  isAllowed: true,
  code: undefined,
  status: 200,
  address: undefined,
  durationMs: 1,
  inputTokens: undefined,
  outputTokens: undefined,
  count: 1,
}

/** Fills the audit, in one statement: a second between two records, one in a hundred of them refused. */
async function fill(database: Database, driver: Stores['driver']): Promise<void> {
  const numbers =
    driver === 'libsql'
      ? sql`with recursive numbers(n) as (
          select 0 union all select n + 1 from numbers where n + 1 < ${sql.lit(COUNT)}
        )`
      : sql`with numbers(n) as (select generate_series(0, ${sql.lit(COUNT - 1)}))`
  await database.write(async (tx) => {
    await sql`insert into signet_audit
        (at, request_id, subject, action, resource, is_allowed, code, status, address, duration_ms, count)
      ${numbers} select n * 1000, '"r' || n || '"', '"s' || (n % 1000) || '"', '"agents:execute"',
        '"a' || (n % 2000) || '"', case when n % 100 = 0 then 0 else 1 end,
        case when n % 20000 = 0 then '"rare"' when n % 100 = 0 then '"common"' end,
        200, '"i' || (n % 5000) || '"', 1, 1 from numbers`.execute(tx)
    // A server gathers statistics by itself, a file does not.
    if (driver === 'postgres') await sql`analyze`.execute(tx)
  })
}

/** Of each query: how many it finds, and by which index of libsql; undefined for the order of the rows. */
const QUERIES: readonly (readonly [
  query: Omit<AuditQuery, 'limit'>,
  count: number,
  index: string | undefined,
])[] = [
  [{}, LIMIT, undefined],
  [{ before: 100_000 }, LIMIT, undefined],
  [{ subject: 's7' }, LIMIT, 'subject'],
  [{ subject: 's7', before: 100_000 }, LIMIT, 'subject'],
  [{ subject: 's7', to: 20_000 }, 1, 'subject'],
  [{ subject: 'nobody' }, 0, 'subject'],
  [{ resource: 'a7' }, LIMIT, 'resource'],
  [{ address: 'i7' }, 40, 'address'],
  [{ requestId: 'r77777' }, 1, 'request_id'],
  [{ code: 'rare' }, 10, 'code'],
  [{ code: 'common' }, LIMIT, 'code'],
  [{ isAllowed: false }, LIMIT, 'refused'],
  [{ isAllowed: false, before: 100_000 }, LIMIT, 'refused'],
  [{ from: 5_000_000, to: 5_020_000 }, 21, 'at'],
  [{ from: 5_000_000, to: 5_020_000, action: 'none' }, 0, 'at'],
  [{ to: 20_000 }, 21, 'at'],
  [{ from: (COUNT - 10) * 1000 }, 10, 'at'],
]

async function checkLibsql(
  database: Database,
  statement: Statement,
  { isWhole, index }: { readonly isWhole: boolean; readonly index: string | undefined },
): Promise<void> {
  const [step, ...others] = await libsqlPlan(database, statement)
  const kind = isWhole ? 'SCAN' : 'SEARCH'
  const rows = isWhole ? '' : ' USING INTEGER PRIMARY KEY'
  const by = index === undefined ? rows : ` USING INDEX signet_audit_${index}`
  expect(step?.startsWith(`${kind} signet_audit${by}`)).toBe(true)
  expect(others).toStrictEqual([])
}

/** What records share is found by an index: it is as much as the records where each has another caller. */
async function checkAppend(database: Database, statement: Statement | undefined): Promise<void> {
  if (statement === undefined) throw new Error('Nothing was appended.')
  // libsql does not end a statement that explains an insert.
  const select = { ...statement, sql: statement.sql.replace(/^insert into .*?\)\s+(?=with )/s, '') }
  expect(await libsqlPlan(database, select)).toContainEqual(
    expect.stringMatching(/^SEARCH shared USING AUTOMATIC COVERING INDEX/),
  )
}

async function checkPostgres(database: Database, statement: Statement): Promise<void> {
  for (const step of await postgresPlan(database, statement)) {
    expect(step['Node Type']).not.toBe('Seq Scan')
    expect(step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)).toBeLessThan(1000)
  }
}

describeStores('an audit of 200,000 records', (stores) => {
  it('is searched and pruned by an index', { timeout: 120_000 }, async () => {
    const options = await stores.locate()
    const seen: Statement[] = []
    const { audit } = await stores.open(options, { onStatement: (one) => void seen.push(one) })
    const database = createDatabase(
      options.databaseUrl
        ? postgresDriver(options.databaseUrl, { isPatient: true })
        : libsqlDriver(options.directory),
    )
    await fill(database, stores.driver)

    for (const [query, count, index] of QUERIES) {
      seen.length = 0
      expect(await audit.list({ ...query, limit: LIMIT })).toHaveLength(count)
      const statement = seen.findLast(({ sql }) => sql.startsWith('select'))
      if (statement === undefined) throw new Error('Nothing was asked.')
      // What has no condition but that of its own index is read from one end of it.
      const isWhole = Object.keys(query).every((name) => name === 'isAllowed')
      if (stores.driver === 'libsql') await checkLibsql(database, statement, { isWhole, index })
      else await checkPostgres(database, statement)
    }

    seen.length = 0
    await audit.append([RECORD])
    const append = seen.find(({ sql }) => sql.startsWith('insert'))
    if (stores.driver === 'libsql') await checkAppend(database, append)
    seen.length = 0
    expect(await audit.prune(500_000, 100)).toBe(100)
    const pruning = seen.find(({ sql }) => sql.startsWith('delete'))
    if (pruning === undefined) throw new Error('Nothing was deleted.')
    const chosen = { ...pruning, sql: pruning.sql.replace(/^.* in \((.*)\)$/s, '$1') }
    if (stores.driver === 'libsql') {
      const plan = await libsqlPlan(database, chosen)
      expect(plan).toStrictEqual([
        expect.stringMatching(/^SEARCH signet_audit USING COVERING INDEX signet_audit_at /),
      ])
    } else {
      await checkPostgres(database, chosen)
    }
    await database.close()
  })
})
