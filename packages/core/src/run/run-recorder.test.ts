import { describe, expect, it } from 'vitest'
import { ownerKey } from '../memory/owner.js'
import { followRun } from './follow-run.js'
import { createMemoryRuns } from './memory-runs.js'
import { recorderOf, RunRecorder } from './run-recorder.js'
import {
  MAX_RUN_EVENT_CHARACTERS,
  type LeaseState,
  type NewRunEvents,
  type RunStorage,
} from './run-storage.js'

const owner = ownerKey({ issuer: 'local', resourceId: 'alice' })
const run = { owner, runId: 'r' }

/** A run that is recorded, and what was asked of its storage. */
async function begin(append?: (given: NewRunEvents) => LeaseState | 'full' | undefined) {
  const kept = createMemoryRuns()
  const batches: NewRunEvents[] = []
  const told: LeaseState[] = []
  const warnings: string[] = []
  const runs: RunStorage = {
    ...kept,
    async appendEvents(lease, given) {
      batches.push(given)
      return append?.(given) ?? (await kept.appendEvents(lease, given))
    },
  }
  const about = { id: 'r', kind: 'agent', target: 'clerk' } as const
  const lease = await runs.create(owner, about, { status: 'running', holder: 'h', ttlMs: 60_000 })
  if (lease === undefined) throw new Error('There is not a lease.')
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message: string) => void warnings.push(message),
    error: () => undefined,
  }
  const onLease = (state: LeaseState) => void told.push(state)
  const recorder = await RunRecorder.begin({ runs, lease, logger, onLease })
  return { runs, kept, lease, recorder, batches, told, warnings }
}

/** Reads all events, and why there are no more. */
async function follow(runs: RunStorage, from = 0): Promise<readonly [readonly string[], string]> {
  const { signal } = new AbortController()
  const events: string[] = []
  const reading = followRun({ runs, ...run, from, signal })
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done === true) return [events, next.value]
    events.push(next.value)
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index))

describe('what records a run', () => {
  it('shows each event at once, and stores several together', async () => {
    const { runs, kept, lease, recorder, batches } = await begin()
    const [reader, late] = [follow(runs), follow(runs, 90)]
    for (const event of numbers(100)) {
      recorder.add(event)
      await Promise.resolve()
    }
    expect(batches).toStrictEqual([])
    await kept.finish(lease, { status: 'success' })
    await recorder.end()
    expect(await reader).toStrictEqual([numbers(100), 'over'])
    expect(await late).toStrictEqual([numbers(100).slice(90), 'over'])
    expect(batches).toHaveLength(1)
    expect(recorderOf(runs, run)).toBeUndefined()
    expect(await follow(runs, 98)).toStrictEqual([['98', '99'], 'over'])
  })

  it('forgets what is stored, and whoever is behind reads it from there', async () => {
    const { runs, kept, lease, recorder } = await begin()
    const large = numbers(40).map((event) => JSON.stringify(event.padEnd(10_000)))
    for (const event of large) recorder.add(event)
    await expect.poll(() => recorder.take(0)).toBeUndefined()
    const reader = follow(runs)
    recorder.add('"last"')
    await kept.finish(lease, { status: 'success' })
    await recorder.end()
    expect(await reader).toStrictEqual([[...large, '"last"'], 'over'])
  })

  it('stores all once, in its order, where the storage fails in between', async () => {
    let calls = 0
    const { runs, kept, lease, recorder, warnings } = await begin(() => {
      if (calls++ < 2) throw new Error('The storage is away.')
      return undefined
    })
    recorder.add('0')
    await expect.poll(() => calls).toBeGreaterThan(0)
    recorder.add('1')
    await kept.finish(lease, { status: 'success' })
    await recorder.end()
    expect(await follow(runs)).toStrictEqual([['0', '1'], 'over'])
    expect(warnings).toHaveLength(1)
  })

  it('ends its readers where more is told than is kept', async () => {
    const { runs, recorder } = await begin()
    const reader = follow(runs)
    recorder.add('0')
    recorder.add(JSON.stringify('x'.repeat(MAX_RUN_EVENT_CHARACTERS)))
    recorder.add('2')
    await recorder.end()
    expect(await reader).toStrictEqual([['0'], 'full'])

    const other = await begin(() => 'full')
    other.recorder.add('0')
    await other.recorder.end()
    expect(other.told).toStrictEqual([])
  })

  it('tells that its lease is lost, and records no more', async () => {
    const { runs, recorder, told } = await begin(() => 'lost')
    recorder.add('0')
    await expect.poll(() => told).toStrictEqual(['lost'])
    expect(recorderOf(runs, run)).toBeUndefined()
    recorder.add('1')
    expect(recorder.count).toBe(1)
    await recorder.end()
  })

  it('does not begin where another leg has begun', async () => {
    const { runs, kept, lease } = await begin()
    await kept.finish(lease, { status: 'success' })
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const again = RunRecorder.begin({ runs, lease, logger, onLease: () => undefined })
    await expect(again).rejects.toThrow('Another leg')
  })
})

describe('who follows a run', () => {
  it('is told where it was interrupted, is gone, or nobody wants more', async () => {
    const { kept, lease } = await begin()
    await kept.appendEvents(lease, { from: 0, events: ['0'], isLast: false })
    const controller = new AbortController()
    const reading = followRun({ runs: kept, ...run, from: 0, signal: controller.signal })
    expect(await reading.next()).toStrictEqual({ done: false, value: '0' })
    const next = reading.next()
    controller.abort()
    expect(await next).toStrictEqual({ done: true, value: 'stopped' })
    const failure = { code: 'interrupted', message: 'The server ended.' }
    await kept.finish(lease, { status: 'failed', failure })
    expect(await follow(kept)).toStrictEqual([['0'], 'interrupted'])
    expect(await follow(createMemoryRuns())).toStrictEqual([[], 'gone'])
  })
})
