import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readGood } from '@signet/test-support/http/memory-client'
import { TinyDisk } from '@signet/test-support/store/tiny-disk'
import { Ledger } from './ledger.js'
import { runbookFault } from './runbook.js'
import { until } from './until.js'
import { outcomeOf, WatchedServers, type Outcome, type WatchedServer } from './watched-server.js'

const DISK_MEGABYTES = 6
/** Of SQLite, in bytes. */
const PAGE = 4096
const TIMEOUT_MS = 90_000

const servers = new WatchedServers()
const cleanUp: (() => void)[] = []

const isUnavailable = ({ status }: Outcome) => status === 503
const isGood = ({ status }: Outcome) => status === 200

/** How many requests for answers the audit knows, as an instance tells. */
async function countRecords({ alice }: WatchedServer): Promise<number> {
  const answer = await alice.get('/api/audit?action=agents:execute&limit=1000')
  const { records }: { records: readonly { readonly count: number }[] } = JSON.parse(
    await readGood(answer),
  )
  return records.reduce((sum, { count }) => sum + count, 0)
}

/** Every request for an answer that came to one of the instances is in the audit, once. */
async function expectAllRecorded(all: readonly [WatchedServer, ...WatchedServer[]]): Promise<void> {
  let due = 0
  for (const each of all) {
    due += await each.metric('signet_http_requests_total', 'route="/api/agents/:agentId/generate"')
    expect(await each.metric('signet_audit_lost_requests_total')).toBe(0)
  }
  const recorded = await until(
    () => countRecords(all[0]),
    (count) => count >= due,
  )
  expect(recorded).toBe(due)
}

afterEach(async () => {
  await servers.kill()
  for (const each of cleanUp.splice(0)) each()
})

describe('a fault of the file under two processes of signet start', { timeout: TIMEOUT_MS }, () => {
  it('whose disk is full', async (context) => {
    const disk = TinyDisk.mount(DISK_MEGABYTES)
    if (disk === undefined) return context.skip('no file system can be mounted here')
    cleanUp.push(() => disk.unmount())
    const env = { SIGNET_DATA_DIR: disk.directory }
    const [first, second] = [await servers.start(env), await servers.start(env)] as const
    const [ledger, other] = [new Ledger('first'), new Ledger('second')] as const
    await ledger.writeUntil(first.alice, isGood)
    const { mark } = first
    disk.fill()
    const refused = await Promise.all([
      ledger.writeUntil(first.alice, isUnavailable),
      other.writeUntil(second.alice, isUnavailable),
    ])
    for (const { code, retryAfter } of refused) {
      expect(['storage_unavailable', 'answer_unstored']).toContain(code)
      expect(retryAfter).toBe('5')
    }
    const told = await first.untilTold(mark, ({ fault }) => fault === 'full')
    expect(told.driverCode).toBe('SQLITE_FULL')
    expect(runbookFault('full', 'SQLITE_FULL')?.cells).toBeDefined()
    expect((await outcomeOf(first.alice.get('/api/memory/threads'))).status).toBe(200)
    expect(await first.metric('signet_refusals_total', 'unstored"')).toBeGreaterThan(0)
    disk.free()
    await ledger.writeUntil(first.alice, isGood)
    await other.writeUntil(second.alice, isGood)
    expect(await ledger.missing(second.alice)).toStrictEqual([])
    expect(await other.missing(first.alice)).toStrictEqual([])
    await expectAllRecorded([first, second])
  })

  it('that is moved away, and put back', async () => {
    const directory = servers.makeFolder()
    const server = await servers.start({ SIGNET_DATA_DIR: directory })
    const ledger = new Ledger('moved')
    await ledger.writeUntil(server.alice, isGood)
    const { mark } = server
    const files = ['signet.db', 'signet.db-wal', 'signet.db-shm'].filter((name) =>
      existsSync(join(directory, name)),
    )
    for (const name of files) renameSync(join(directory, name), join(directory, `away-${name}`))
    const outcome = await ledger.writeUntil(server.alice, isUnavailable)
    expect(outcome.retryAfter).toBe('5')
    const told = await server.untilTold(mark, ({ fault }) => fault === 'unavailable')
    expect(runbookFault('unavailable', told.driverCode ?? 'none')?.cells).toBeDefined()
    expect((await fetch(`${server.url}/ready`)).status).toBe(503)
    for (const name of files) renameSync(join(directory, `away-${name}`), join(directory, name))
    await ledger.writeUntil(server.alice, isGood)
    expect(await ledger.missing(server.alice)).toStrictEqual([])
    await expectAllRecorded([server])
  })

  it('one of whose pages is damaged', async () => {
    const directory = servers.makeFolder()
    const env = { SIGNET_DATA_DIR: directory }
    const before = await servers.start(env)
    const ledger = new Ledger('damaged')
    for (let count = 0; count < 20; count++) await ledger.writeUntil(before.alice, isGood)
    await before.process.stop()
    const path = join(directory, 'signet.db')
    const whole = readFileSync(path)
    const damaged = Buffer.from(whole)
    for (let page = 0; page < damaged.length; page += PAGE) {
      const bytes = damaged.subarray(page, page + PAGE)
      if (bytes.includes('Echo the word')) bytes.fill(0x5a)
    }
    expect(damaged.equals(whole)).toBe(false)
    writeFileSync(path, damaged)
    const after = await servers.start(env)
    const outcome = await until(
      () => outcomeOf(after.alice.get('/api/memory/threads/damaged/messages')),
      ({ status }) => status === 503,
    )
    expect(outcome).toStrictEqual({ status: 503, code: 'storage_unavailable', retryAfter: '5' })
    const told = await after.untilTold(0, ({ fault }) => fault === 'corrupt')
    expect(runbookFault('corrupt', told.driverCode ?? 'none')?.cells).toBeDefined()
    const ready = await until(
      () => outcomeOf(after.alice.get('/ready')),
      ({ status }) => status === 503,
    )
    expect(ready.status).toBe(503)
    await after.process.stop('SIGKILL')
    rmSync(`${path}-wal`, { force: true })
    rmSync(`${path}-shm`, { force: true })
    writeFileSync(path, whole)
    const restored = await servers.start(env)
    expect(await ledger.missing(restored.alice)).toStrictEqual([])
  })
})
