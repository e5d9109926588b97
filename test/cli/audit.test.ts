import { once } from 'node:events'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import type { AuditRecord } from '@signet/core'
import { openStore } from '@signet/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SECRET, tokenOf } from '@signet/test-support/application/application'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet } from '@signet/test-support/process/signet-process'

const copies = new FixtureCopies()
const processes = new SignetProcesses()
const env = { MASTRA_JWT_SECRET: SECRET }
const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')
const NOW = Date.now()
const HOUR = 3_600_000

function record(index: number, facts: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: NOW - HOUR,
    requestId: `request-${index}`,
    issuer: 'local',
    subject: 'alice',
    actor: undefined,
    action: 'agents:execute',
    resource: 'clerk',
    isAllowed: true,
    code: undefined,
    status: 200,
    address: '192.0.2.1',
    durationMs: 12,
    inputTokens: undefined,
    outputTokens: undefined,
    count: 1,
    ...facts,
  }
}

/** A copy of the fixture in which this was recorded. */
async function projectWith(records: readonly AuditRecord[]): Promise<string> {
  const directory = copies.copy('remembering')
  const store = await openStore({ directory: join(directory, '.signet') })
  await store.audit.append(records)
  await store.close()
  return directory
}

/** What a command prints, line by line. */
async function linesOf(directory: string, ...flags: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await runSignet(['audit', '--dir', directory, ...flags], { env })
  const told =
    stdout === '' ? 'There are no audit records that the flags of this command match.\n' : ''
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: told })
  const lines = stdout.split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line): Record<string, unknown> => JSON.parse(line))
}

/** The last columns of a row. */
const row = (decision: string, status: number, index: number) => [
  'agents:execute clerk',
  decision,
  String(status),
  '12 ms',
  `request-${index}`,
]

const idsOf = (lines: readonly Record<string, unknown>[]) => lines.map((line) => line['requestId'])

let directory: string

beforeAll(async () => {
  directory = await projectWith([
    record(0, { at: NOW - 48 * HOUR }),
    record(1, { subject: 'bob' }),
    record(2, { isAllowed: false, code: 'scope_insufficient', status: 403 }),
    record(3, { at: NOW, subject: 'line\nbreak\u202e\u001b[31m' }),
  ])
})

afterAll(async () => {
  await processes.kill()
  copies.remove()
})

describe('signet audit', () => {
  it('prints a line of JSON for each record, the newest first', async () => {
    const lines = await linesOf(directory)
    expect(idsOf(lines)).toStrictEqual(['request-3', 'request-2', 'request-1', 'request-0'])
    expect(lines[2]).toStrictEqual({
      sequence: 2,
      at: new Date(NOW - HOUR).toISOString(),
      requestId: 'request-1',
      issuer: 'local',
      subject: 'bob',
      actor: null,
      action: 'agents:execute',
      resource: 'clerk',
      allowed: true,
      code: null,
      status: 200,
      address: '192.0.2.1',
      durationMs: 12,
      inputTokens: null,
      outputTokens: null,
      count: 1,
    })
    expect(await linesOf(directory, '--json')).toStrictEqual(lines)
  })

  it('shows a table on a terminal, and JSON lines there with --json', async () => {
    const terminal = 'data:text/javascript,process.stdout.isTTY=true'
    const command = [process.execPath, '--import', terminal, COMMAND] as const
    const { code, stdout } = await runSignet(['audit', '--dir', directory], { env, command })
    expect(code).toBe(0)
    const at = (hours: number) => new Date(NOW - hours * HOUR).toISOString()
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toStrictEqual([
      ['WHEN', 'WHO', 'WHAT', 'DECISION', 'STATUS', 'TOOK', 'REQUEST'],
      // What could be a command to the terminal is spelt out.
      [at(0), String.raw`line\nbreak\u202e\u001b[31m`, ...row('allowed', 200, 3)],
      [at(1), 'alice', ...row('refused scope_insufficient', 403, 2)],
      [at(1), 'bob', ...row('allowed', 200, 1)],
      [at(48), 'alice', ...row('allowed', 200, 0)],
      [''],
    ])
    const json = await runSignet(['audit', '--dir', directory, '--json'], { env, command })
    expect(json.stdout).toBe((await runSignet(['audit', '--dir', directory], { env })).stdout)
  })

  it.each([
    [
      ['--since', '2h'],
      [3, 2, 1],
    ],
    [['--since', '7d', '--until', '1d'], [0]],
    [['--since', new Date(NOW).toISOString()], [3]],
    [['--until', '2000-01-01'], []],
    [['--sub', 'bob'], [1]],
    [['--code', 'scope_insufficient'], [2]],
    [['--request', 'request-2'], [2]],
    [['--sub', 'bob', '--code', 'scope_insufficient'], []],
  ])('takes %j', async (flags, numbers) => {
    const ids = numbers.map((number) => `request-${number}`)
    expect(idsOf(await linesOf(directory, ...flags))).toStrictEqual(ids)
  })

  it.each([
    ['--since', ''],
    ['--since', 'yesterday'],
    ['--until', '2030-02-30'],
    ['--until', '2030-13-01'],
    ['--since', '2030-01-01T00:00:00'],
    ['--since', '10'],
    ['--since', '5w'],
  ])('refuses %s %j, and says what may stand there', async (flag, value) => {
    const { code, stdout, stderr } = await runSignet(['audit', '--dir', directory, flag, value])
    expect({ code, stdout }).toStrictEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`${flag} ${JSON.stringify(value)} is not a time.`)
  })

  it('prints nothing that a terminal would obey', async () => {
    const { stdout } = await runSignet(['audit', '--dir', directory, '--since', '1m'], { env })
    for (const control of ['\u001b', '\u202e']) expect(stdout).not.toContain(control)
    expect(stdout.split('\n')).toHaveLength(2)
  })

  it('fails without an application', async () => {
    const { code, stderr } = await runSignet(['audit', '--dir', copies.makeFolder()])
    expect(code).toBe(1)
    expect(stderr).toContain('--dir')
  })

  it('says why where the store cannot be opened, and shows no password', async () => {
    const unreachable = { ...env, DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/x' }
    const result = await runSignet(['audit', '--dir', directory], { env: unreachable })
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('DATABASE_URL')
    expect(result.stderr).not.toContain('hunter2')
  })

  it('prints every record of many once', async () => {
    const records = Array.from({ length: 2500 }, (_, index) => record(index))
    const many = await projectWith(records)
    const lines = await linesOf(many)
    expect(idsOf(lines)).toStrictEqual(records.map(({ requestId }) => requestId).toReversed())
  })

  it('ends in success where its reader leaves, and reads no further', async () => {
    const long = 'x'.repeat(390)
    const records = Array.from({ length: 3000 }, (_, index) => record(index, { subject: long }))
    const many = await projectWith(records)
    const command = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')
    const child = spawn(process.execPath, [command, 'audit', '--dir', many], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = (await once(child, 'close')) as [number | null]
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
  })
})

describe('what signet start has answered', () => {
  it('is in the audit once it has ended, to the last request', async () => {
    const served = copies.copy('remembering')
    const server = await processes.start(served, env)
    const headers = { authorization: `Bearer ${tokenOf('member')}` }
    const ids: (string | null)[] = []
    for (let each = 0; each < 5; each++) {
      const response = await fetch(`${server.url}/api/agents`, { headers })
      await response.text()
      ids.unshift(response.headers.get('x-request-id'))
    }
    const refused = await fetch(`${server.url}/api/agents`)
    await refused.text()
    expect(await server.process.stop()).toMatchObject({ code: 0 })
    const lines = await linesOf(served)
    const allowed = lines.filter(({ allowed }) => allowed === true)
    expect(idsOf(allowed)).toStrictEqual(ids)
    expect(allowed[0]).toMatchObject({ subject: 'alice', action: 'authenticated', status: 200 })
    expect(lines.filter(({ allowed }) => allowed === false)).toMatchObject([
      { code: 'token_missing', subject: null, count: 1, address: '127.0.0.1' },
    ])
  })
})
