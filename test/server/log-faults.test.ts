import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runbookMessage } from '../faults/runbook.js'
import { FaultyServers, until, type FaultyServer } from '@signet/test-support/process/faulty-server'
import { TinyDisk } from '@signet/test-support/store/tiny-disk'

const servers = new FaultyServers()

/** Closes and removes what a test made. */
const cleanUp: (() => void)[] = []

/** A pipe that has a reader, which never reads. */
function makeUnreadPipe(): string {
  const directory = mkdtempSync(join(tmpdir(), 'signet-pipe-'))
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', [path], { timeout: 20_000 })
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  cleanUp.push(() => {
    closeSync(reader)
    rmSync(directory, { recursive: true })
  })
  return path
}

/** Has Node.js run this code at the start of each process and thread. */
function preload(code: string): { readonly NODE_OPTIONS: string } {
  const directory = mkdtempSync(join(tmpdir(), 'signet-preload-'))
  const file = join(directory, 'preload.cjs')
  writeFileSync(file, code)
  cleanUp.push(() => rmSync(directory, { recursive: true }))
  return { NODE_OPTIONS: `--require=${file}` }
}

afterEach(async () => {
  await servers.remove()
  for (const clean of cleanUp.splice(0)) clean()
})

/** Refused requests, each of which is a line of the log. */
async function refuse({ url }: FaultyServer, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 50) {
    const some = Array.from({ length: 50 }, async () => {
      const response = await fetch(`${url}/api/agents`, { headers: { authorization: 'Bearer x' } })
      expect(response.status).toBe(401)
      await response.text()
    })
    await Promise.all(some)
  }
}

async function expectServing(server: FaultyServer): Promise<void> {
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  expect((await server.ask('/api/agents')).status).toBe(200)
}

const LOST = 'signet_log_lost_lines_total'
/** Some more than fit into the room where lines wait. */
const MORE_THAN_WAIT = 4000

describe('a log that cannot be written', () => {
  it.each([
    ['whose disk is full at the start', () => '2>/dev/full'],
    ['of which standard output is full too', () => '>/dev/full 2>&1'],
    ['that is closed', () => '2>&-'],
    ['that nobody reads', () => `2>${makeUnreadPipe()}`],
    ['whose reader is gone', () => '2> >(exit)'],
  ])('%s costs lines of the log, and nothing else', async (_, redirection) => {
    const server = await servers.start({ redirection: redirection() })
    await refuse(server, 300)
    await expectServing(server)
    expect((await server.process.stop()).code).toBe(0)
  })

  it.each([
    ['a full disk', () => '2>/dev/full'],
    ['a pipe that nobody reads', () => `2>${makeUnreadPipe()}`],
  ])('loses and counts the lines for which there is no room: %s', async (_, redirection) => {
    const server = await servers.start({ redirection: redirection() })
    expect(await server.metric(LOST)).toBe(0)
    await refuse(server, MORE_THAN_WAIT)
    expect(await server.metric(LOST)).toBeGreaterThan(0)
    await expectServing(server)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('says how many lines were lost once there is room again', async ({ skip }) => {
    const disk = TinyDisk.mount(2)
    if (disk === undefined) return skip('no file system can be mounted here')
    cleanUp.push(() => disk.unmount())
    const log = join(disk.directory, 'log')
    const server = await servers.start({ redirection: `2>>${log}` })
    await until(() => readFileSync(log, 'utf8').includes('The server is ready.'))
    disk.fill()
    await refuse(server, MORE_THAN_WAIT)
    await expectServing(server)
    const lost = await server.metric(LOST)
    expect(lost).toBeGreaterThan(0)
    disk.free()
    const said = () => /^.*Log lines were lost.*$/m.exec(readFileSync(log, 'utf8'))?.[0]
    await until(() => said() !== undefined)
    const line: { readonly msg: string } = JSON.parse(said() ?? '')
    expect(line).toMatchObject({ level: 40, lines: lost })
    const told = runbookMessage('warn', line.msg)
    expect(told?.cells[2]).toContain(LOST)
    const size = readFileSync(log).length
    await refuse(server, 50)
    await until(() => readFileSync(log).length > size)
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
    expect((await server.process.stop()).code).toBe(0)
  })

  it('is no matter of who writes: what an application prints is lost in the same way', async () => {
    for (const redirection of ['>/dev/full 2>&1', `>${makeUnreadPipe()} 2>&1`]) {
      const server = await servers.start({ redirection })
      for (const output of ['log', 'error', 'warning']) {
        expect((await server.run('chatter', { lines: 3000, output })).status).toBe(200)
      }
      await expectServing(server)
      expect(await server.metric(LOST)).toBeGreaterThan(0)
      expect((await server.process.stop()).code).toBe(0)
    }
  })

  it('has each warning of Node.js as one line of JSON, and the listeners of others stay', async () => {
    const listen = `process.on('warning', ({ message }) => require('fs').writeSync(1, 'heard ' + message.length + '\\n'))`
    const server = await servers.start({ env: preload(listen) })
    expect((await server.run('chatter', { lines: 2, output: 'warning' })).status).toBe(200)
    await until(() => server.process.stderr.split('Node.js wrote a warning.').length > 2)
    const lines = server.process.stderr.trim().split('\n')
    const told = lines.map((line): unknown => JSON.parse(line))
    const text = `${'x'.repeat(500)}\n${'x'.repeat(500)}`
    const warning = { level: 40, name: 'Warning', code: 'CHATTER', message: text }
    expect(told).toContainEqual(expect.objectContaining(warning))
    expect(server.process.stderr).not.toContain('emitWarning')
    await until(() => server.process.stdout.split('heard 1001').length === 3)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('has no warning where Node.js is told to give none', async () => {
    const server = await servers.start({ env: { NODE_NO_WARNINGS: '1' } })
    expect((await server.run('chatter', { lines: 2, output: 'warning' })).status).toBe(200)
    expect((await server.process.stop()).stderr).not.toContain('warns')
  })

  it('is read by a person under signet dev: warnings are text there', async () => {
    const server = await servers.start({ command: 'dev' })
    expect((await server.run('chatter', { lines: 1, output: 'warning' })).status).toBe(200)
    await server.process.waitFor(/\(node:\d+\) Warning: xxx/)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('is an application’s own logger, too, that throws or rejects', async () => {
    const server = await servers.start({ env: { LOGGER: 'broken' } })
    await refuse(server, 50)
    await expectServing(server)
    expect(await server.metric(LOST)).toBeGreaterThanOrEqual(50)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('does not end signet dev', async () => {
    const server = await servers.start({ command: 'dev', redirection: '>/dev/full 2>&1' })
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('fails no start that would have gone well, and the start that fails keeps its exit code', async () => {
    const server = await servers.spawn({
      redirection: '>/dev/full 2>&1',
      env: { SIGNET_DATA_DIR: 'src/mastra/index.ts' },
    })
    expect((await server.process.ended()).code).toBe(1)
  })
})

describe('a process that is to end', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const)(
    'lets running answers finish on %s, and says so',
    async (signal) => {
      const server = await servers.start()
      const answer = server.run('wait', { ms: 700 })
      await until(async () => (await server.metric('signet_running_answers')) === 2)
      server.process.child.kill(signal)
      expect((await answer).status).toBe(200)
      const { code, stderr } = await server.process.ended()
      expect(code).toBe(0)
      expect(stderr).toContain('Finishing running answers')
    },
  )

  it('does what an application does at the exit, such as writing the last lines of its own log', async () => {
    const say = `process.on('exit', () => require('fs').writeSync(2, 'the last line\\n'))`
    const server = await servers.start({ env: preload(say) })
    const { code, stderr } = await server.process.stop()
    expect(code).toBe(0)
    expect(stderr).toMatch(/^the last line$/m)
  })

  it('is kept by nothing that an application does at the exit', async () => {
    const server = await servers.start({ env: preload(`process.on('exit', () => { for (;;); })`) })
    server.process.child.kill('SIGTERM')
    await server.process.ended()
    expect(server.process.child.signalCode).toBe('SIGTERM')
  })

  it('loads nothing once more that NODE_OPTIONS has each thread load', async () => {
    const say = `require('fs').writeSync(2, require('worker_threads').isMainThread ? 'main\\n' : 'again\\n')`
    const server = await servers.start({ env: preload(say) })
    const { code, stderr } = await server.process.stop()
    expect(code).toBe(0)
    expect(stderr).toMatch(/^main$/m)
    expect(stderr).not.toMatch(/^again$/m)
  })

  it('ends signet dev on SIGHUP as on SIGTERM', async () => {
    const server = await servers.start({ command: 'dev' })
    expect((await server.process.stop('SIGHUP')).code).toBe(0)
  })

  it('opens no inspector on SIGUSR1', async () => {
    const server = await servers.start()
    server.process.child.kill('SIGUSR1')
    await server.process.waitFor(/does not open the inspector/)
    await expectServing(server)
    expect(server.process.stderr).not.toContain('Debugger listening')
  })
})
