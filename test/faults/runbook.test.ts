import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from '@signet/server'
import { describe, expect, it } from 'vitest'
import { STATUS } from '../../packages/server/src/error/error-response.js'
import { NOT_READY_REASONS } from '../../packages/server/src/start/readiness.js'
import type { StorageFaultClass } from '../../packages/store/src/error.js'
import { createTestApplication } from '@signet/test-support/application/application'
import { ROOT } from '@signet/test-support/process/root'
import { isQuotedBy, logMessages, textsOfNobody } from './log-message.js'
import { runbookTable } from './runbook.js'

const FAULTS: Readonly<Record<StorageFaultClass, true>> = {
  unavailable: true,
  read_only: true,
  full: true,
  refused: true,
  corrupt: true,
  permission: true,
}

const ALERTS = join(ROOT, 'docs', 'alerts.yml')
const PROMTOOL = '/usr/bin/promtool'

/** Where the core says what runs of workflows and fires of schedules end with. */
const ENDS = [
  'run/caller.ts',
  'schedule/fire-schedule.ts',
  'schedule/motion.ts',
  'workflow/stored-runs.ts',
]

/** The codes that runs and fires end with. */
function endCodes(): readonly string[] {
  const code = /(?:\.fail\(|CallerRefusal\(|code:)\s*'(\w+)'/g
  return ENDS.flatMap((file) => {
    const source = readFileSync(join(ROOT, 'packages', 'core', 'src', file), 'utf8')
    return [...source.matchAll(code)].map(([, found = '']) => found)
  })
}

/** Names of metrics in a text. */
function metricsIn(text: string): string[] {
  return [...new Set(text.match(/\bsignet_[a-z_]+/g) ?? [])]
}

/** Names of metrics that a server has, whatever it was asked for. */
async function metricNames(): Promise<ReadonlySet<string>> {
  const { metrics } = createApp(createTestApplication().mastra)
  const { text } = await metrics.scrape()
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name))
}

describe('docs/runbook.md says what to do', () => {
  const codes = Object.entries(STATUS)
  const urgent = codes.filter(([, status]) => status >= 500 || status === 424 || status === 429)

  it.each(urgent)('about the code %s (%d)', (code, status) => {
    const line = runbookTable('What callers see').find(
      ({ cells, words }) => cells[0] === `${status}` && words[1]?.[0] === code,
    )
    expect(line?.cells[3]).toMatch(/\w/)
  })

  it.each(NOT_READY_REASONS)('about a server that is not ready: %s', (reason) => {
    const line = runbookTable('What callers see').find(
      ({ cells, words }) => cells[0] === '503 of `/ready`' && words[1]?.[0] === reason,
    )
    expect(line?.cells[3]).toMatch(/\w/)
  })

  it.each(Object.keys(FAULTS))('about a database whose fault is %s', (fault) => {
    const lines = runbookTable('Faults of the database')
    const own = lines.filter(({ words }) => words[0]?.[0] === fault)
    expect(own.length).toBeGreaterThan(0)
    for (const { cells } of own) expect(cells[3]).toMatch(/\w/)
  })

  it('about each code of a driver once', () => {
    const codes = runbookTable('Faults of the database').flatMap(({ words }) => words[1] ?? [])
    expect(codes.length).toBeGreaterThan(30)
    expect(codes).toStrictEqual([...new Set(codes)])
  })

  it('about each code that a run or a fire ends with', () => {
    const lines = runbookTable('What a run or a fire ends with')
    const told = new Set(lines.flatMap(({ words }) => words[0] ?? []))
    const codes = endCodes()
    expect(codes.length).toBeGreaterThan(8)
    expect(codes.filter((code) => !told.has(code))).toStrictEqual([])
    for (const { cells } of lines) expect(cells[3]).toMatch(/\w/)
  })

  it('about each warning and each error of the log', () => {
    const lines = runbookTable('Messages of the log')
    const messages = logMessages()
    expect(messages.length).toBeGreaterThan(40)
    const untold = messages.filter(
      (message) =>
        !lines.some(({ words: [level = [], text = []] }) =>
          isQuotedBy(message, level[0] ?? '', text[0] ?? ''),
        ),
    )
    expect(untold).toStrictEqual([])
  })

  it.each([
    'The key set… has … that cannot be used',
    '… has …, which is part of it',
    'PostgreSQL gives fewer connections',
    'Another process has … open.',
    'Others on this machine may put files into …',
    'What was stored is in …',
    'What was stored could not be written',
    '… was deleted, moved or replaced',
    '… is ignored: its value is the address of a Service',
    'The log of revocations cannot be read',
    'Agent … cannot answer',
  ])('also where the message is worded elsewhere: %s', (text) => {
    const found = logMessages().filter((message) => message.text.startsWith(text))
    expect(found.length).toBeGreaterThan(0)
  })

  it('about no message that nothing logs any more', () => {
    const texts = runbookTable('Messages of the log').map(({ words }) => words[1]?.[0] ?? '')
    expect(texts.length).toBeGreaterThan(20)
    expect(textsOfNobody(texts)).toStrictEqual([])
  })
})

describe('docs/alerts.yml', () => {
  const text = readFileSync(ALERTS, 'utf8')
  const alerts = text.split('- alert: ').slice(1)

  it('asks for metrics that there are', async () => {
    const names = await metricNames()
    const asked = metricsIn(text)
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.filter((name) => !names.has(name))).toStrictEqual([])
  })

  it('asks for codes that there are', () => {
    const codes = [...text.matchAll(/code=~?"([^"]+)"/g)].flatMap(([, all = '']) => all.split('|'))
    expect(codes.length).toBeGreaterThan(3)
    expect(codes.filter((code) => !(code in STATUS))).toStrictEqual([])
  })

  it('names a heading of the runbook in each alert', () => {
    const page = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8')
    const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    )
    for (const alert of alerts) {
      const [, anchor] = /runbook: 'docs\/runbook\.md#([\w-]+)'/.exec(alert) ?? []
      expect(anchors).toContain(anchor)
    }
    expect(alerts.length).toBeGreaterThan(5)
  })

  it('is what Prometheus takes', (context) => {
    if (!existsSync(PROMTOOL)) return context.skip(`there is no ${PROMTOOL}`)
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ['check', 'rules', ALERTS], {
      timeout: 20_000,
    })
    expect({ status, stderr: stderr.toString() }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout.toString()).toContain(`${alerts.length} rules found`)
  })
})
