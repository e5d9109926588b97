import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { TinyDisk } from '@signet/test-support/store/tiny-disk'
import { Ledger } from './ledger.js'
import { runbookFault } from './runbook.js'
import { until } from './until.js'
import { outcomeOf, WatchedServers, type Outcome, type WatchedServer } from './watched-server.js'

const why = whyNoPostgres()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

/** Enough for an empty PostgreSQL with small segments, and little more. */
const DISK_MEGABYTES = 90

/** Longer than PostgreSQL may be silent before a request gives it up. */
const TIMEOUT_MS = 90_000

const servers = new WatchedServers()
const ledger = new Ledger('faults')
let disk: TinyDisk | undefined
let postgres: PostgresServer
let url: string
let server: WatchedServer

const other = new Ledger('beside')
let second: WatchedServer
let beside: Promise<void>
const over = new AbortController()

/** Writes on the second instance until all is over, whatever comes of it. */
async function writeBeside(): Promise<void> {
  while (!over.signal.aborted) {
    await other.write(second.alice)
    await sleep(50)
  }
}

/** How many requests to generate the audit knows. */
async function countRecords(url: string, postgres: PostgresServer): Promise<number> {
  const { rows } = await postgres.run(
    url,
    `select sum(count)::int as total from signet_audit where action like '%agents:execute%'`,
  )
  return Number(rows[0]?.total)
}

/** Overwrites all pages of a file. @returns what puts them back, and leaves what came after them */
function damage(path: string): () => void {
  const pages = readFileSync(path)
  const write = (bytes: Buffer): void => {
    const file = openSync(path, 'r+')
    writeSync(file, bytes, 0, bytes.length, 0)
    closeSync(file)
  }
  write(Buffer.alloc(pages.length, 0x5a))
  return () => write(pages)
}

const isUnavailable = ({ status }: Outcome) => status === 503
const isGood = ({ status }: Outcome) => status === 200

/** How a fault begins and ends, and what the log must say of it. */
interface Fault {
  readonly begin: () => unknown
  readonly end: () => unknown
  readonly fault: string
  readonly driverCodes: readonly string[]
  /** What reading answers meanwhile. Default: 503. */
  readonly read?: number
}

/** What a fault of the database may be answered with. */
const REFUSALS: readonly string[] = ['storage_unavailable', 'answer_unstored']

const refusalsOf = (code: string) => server.metric('signet_refusals_total', `code="${code}"`)

/** Runs a fault to its end, and looks at what caller and operator are told. */
async function meet({ begin, end, fault, driverCodes, read = 503 }: Fault): Promise<void> {
  await ledger.writeUntil(server.alice, isGood)
  const { mark } = server
  const before = new Map<string, number>()
  for (const code of REFUSALS) before.set(code, await refusalsOf(code))
  await begin()
  try {
    const outcome = await ledger.writeUntil(server.alice, isUnavailable)
    expect(REFUSALS).toContain(outcome.code)
    expect(outcome.retryAfter).toMatch(/^\d+$/)
    const reading = await outcomeOf(server.alice.get('/api/memory/threads'))
    expect(reading.status).toBe(read)
    const told = await server.untilTold(
      mark,
      (each) => each.fault === fault && driverCodes.includes(each.driverCode ?? 'none'),
    )
    expect(runbookFault(fault, told.driverCode ?? 'none')?.cells).toBeDefined()
    const code = outcome.code ?? 'none'
    expect(await refusalsOf(code)).toBeGreaterThan(before.get(code) ?? 0)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  } finally {
    await end()
  }
  await ledger.writeUntil(server.alice, isGood)
  expect(await ledger.missing(server.alice)).toStrictEqual([])
}

/** Ends what is connected, so that what was set for new connections counts. */
async function endConnections(): Promise<void> {
  await postgres.run(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  )
}

async function set(setting: string): Promise<void> {
  const { pathname } = new URL(url)
  await postgres.run(
    url,
    `begin read write; alter database ${pathname.slice(1)} ${setting}; commit`,
  )
  await endConnections()
}

describe.skipIf(why !== undefined)(
  'a fault of PostgreSQL under signet start',
  { timeout: TIMEOUT_MS },
  () => {
    beforeAll(async () => {
      disk = TinyDisk.mount(DISK_MEGABYTES)
      postgres = await startPostgres({ ...(disk && { place: disk.directory }) })
      const admin = await postgres.createDatabase()
      await postgres.run(admin, 'create role service login; grant all on schema public to service')
      const env = { DATABASE_URL: admin.replace('signet@', 'service@') }
      server = await servers.start(env)
      second = await servers.start(env)
      url = admin
      beside = writeBeside()
    })

    afterAll(async () => {
      over.abort()
      await beside
      await servers.kill()
      await postgres?.remove()
      disk?.unmount()
    })

    it('that is stopped, and started again', async () => {
      await meet({
        begin: () => postgres.halt(),
        end: () => postgres.start(),
        fault: 'unavailable',
        driverCodes: ['ECONNREFUSED', 'ECONNRESET', '57P02'],
      })
    })

    it('that is a standby, or was set read-only', async () => {
      await meet({
        begin: () => set('set default_transaction_read_only = on'),
        end: () => set('reset default_transaction_read_only'),
        fault: 'read_only',
        driverCodes: ['25006'],
        read: 200,
      })
    })

    it('whose disk is full', async (context) => {
      if (disk === undefined) return context.skip('no file system can be mounted here')
      const full = disk
      await meet({
        begin: () => full.fill(),
        end: () => full.free(),
        fault: 'full',
        driverCodes: ['53100'],
        read: 200,
      })
    })

    it('that has no connection left', async () => {
      await meet({
        begin: async () => {
          await postgres.run(url, 'alter role service connection limit 0')
          await endConnections()
        },
        end: () => postgres.run(url, 'alter role service connection limit -1'),
        fault: 'unavailable',
        driverCodes: ['53300'],
      })
    })

    it('that lets the role do nothing with the tables', async () => {
      await meet({
        begin: () => postgres.run(url, 'revoke all on all tables in schema public from service'),
        end: () => postgres.run(url, 'grant all on all tables in schema public to service'),
        fault: 'permission',
        driverCodes: ['42501'],
      })
    })

    it('that lets the role in no more', async () => {
      await meet({
        begin: async () => {
          await postgres.run(url, 'alter role service nologin')
          await endConnections()
        },
        end: () => postgres.run(url, 'alter role service login'),
        fault: 'permission',
        driverCodes: ['28000'],
      })
    })

    it('that lost the connections, and only those', async () => {
      const { mark } = server
      await ledger.write(server.alice)
      await endConnections()
      await ledger.writeUntil(server.alice, isGood)
      expect(await ledger.missing(server.alice)).toStrictEqual([])
      expect(server.process.stderr.slice(mark)).not.toContain('"code":"internal"')
    })

    it('that stands still (SIGSTOP)', async () => {
      await meet({
        begin: () => postgres.freeze(),
        end: () => postgres.thaw(),
        fault: 'unavailable',
        driverCodes: ['ETIMEDOUT', 'none'],
      })
    })

    it('one of whose pages is damaged', async () => {
      const damaged = new Ledger('damaged')
      await damaged.writeUntil(server.alice, isGood)
      const found = await postgres.run(url, `select pg_relation_filepath('signet_message') as path`)
      const path = join(postgres.data, String(found.rows[0]?.path))
      const { mark } = server
      await postgres.shutDown()
      const repair = damage(path)
      await postgres.start()
      const read = () => outcomeOf(server.alice.get('/api/memory/threads/damaged/messages'))
      const isCorrupt = () => server.process.stderr.slice(mark).includes('"fault":"corrupt"')
      try {
        const outcome = await until(read, ({ status }) => status === 503 && isCorrupt())
        expect(outcome).toStrictEqual({ status: 503, code: 'storage_unavailable', retryAfter: '5' })
        const told = await server.untilTold(mark, (each) => each.fault === 'corrupt')
        expect(runbookFault('corrupt', told.driverCode ?? 'none')?.cells).toBeDefined()
        // What is in other tables is served.
        const ready = await until(() => outcomeOf(server.alice.get('/ready')), isGood)
        expect(ready.status).toBe(200)
      } finally {
        await postgres.shutDown()
        repair()
        await postgres.start()
      }
      await damaged.writeUntil(server.alice, isGood)
      expect(await damaged.missing(server.alice)).toStrictEqual([])
    })

    it('loses nothing over all of it that was acknowledged on either of two instances, and no record', async () => {
      over.abort()
      await beside
      await ledger.writeUntil(server.alice, isGood)
      await other.writeUntil(second.alice, isGood)
      expect(ledger.acknowledged).toBeGreaterThan(5)
      expect(other.acknowledged).toBeGreaterThan(5)
      expect(await ledger.missing(second.alice)).toStrictEqual([])
      expect(await other.missing(server.alice)).toStrictEqual([])
      const label = 'route="/api/agents/:agentId/generate"'
      const due = await Promise.all(
        [server, second].map((each) => each.metric('signet_http_requests_total', label)),
      )
      const lost = await Promise.all(
        [server, second].map((each) => each.metric('signet_audit_lost_requests_total')),
      )
      const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)
      const recorded = () => countRecords(url, postgres)
      await until(recorded, (count) => count + sum(lost) >= sum(due))
      expect([await recorded(), sum(lost)]).toStrictEqual([sum(due), 0])
    })
  },
)
