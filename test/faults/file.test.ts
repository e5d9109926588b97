import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { TinyDisk } from '../support/tiny-disk.js'
import { Ledger } from './ledger.js'
import { runbookFault } from './runbook.js'
import { outcomeOf, WatchedServers, type Outcome } from './watched-server.js'

const DISK_MEGABYTES = 6
const TIMEOUT_MS = 90_000

const servers = new WatchedServers()
const cleanUp: (() => void)[] = []

const isUnavailable = ({ status }: Outcome) => status === 503
const isGood = ({ status }: Outcome) => status === 200

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
    expect(await first.metric('signet_audit_lost_requests_total')).toBe(0)
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
  })
})
