import {
  createMemoryRuns,
  MAX_RUN_EVENT_CHARACTERS,
  RUN_EVENTS_KEPT_MS,
  type RunLease,
  type RunStorage,
} from '@signet/core'
import { describe, expect, it } from 'vitest'
import { ALICE, BOB } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const MINUTE = 60_000

/** What the rules need of a storage. */
interface Opened {
  readonly runs: RunStorage
  /** Sets the clock forward. */
  pass(ms: number): void
}

/** A run whose first leg stores events. */
async function begin(runs: RunStorage, id = 'r'): Promise<RunLease> {
  const lease = await runs.create(
    ALICE,
    { id, kind: 'agent', target: 'clerk', caller: { sub: 'alice' } },
    { status: 'running', holder: 'h', ttlMs: MINUTE },
  )
  if (lease === undefined) throw new Error('There is not a lease.')
  expect(await runs.openEvents(lease)).toBe(0)
  return lease
}

const part = (from: number, ...events: readonly string[]) => ({ from, events, isLast: false })

function declareRules(open: () => Promise<Opened>): void {
  it('gives what a leg stored, from each index on, to its owner alone', async () => {
    const { runs } = await open()
    const lease = await begin(runs)
    expect(await runs.appendEvents(lease, part(0, '{"a":0}', '{"a":1}'))).toBe('held')
    expect(await runs.appendEvents(lease, part(2, '{"a":"\\u0000"}'))).toBe('held')
    const all = ['{"a":0}', '{"a":1}', '{"a":"\\u0000"}']
    for (const from of [0, 1, 2, 3, 4, Number.MAX_SAFE_INTEGER]) {
      const read = await runs.readEvents(ALICE, 'r', from)
      expect(read).toMatchObject({ events: all.slice(from), count: 3, state: 'open' })
      expect(read?.run).toMatchObject({ id: 'r', target: 'clerk', status: 'running' })
      expect(read?.run).not.toHaveProperty('caller')
    }
    expect(await runs.readEvents(BOB, 'r', 0)).toBeUndefined()
    expect(await runs.readEvents(ALICE, 'other', 0)).toBeUndefined()
  })

  it('has none of a run that stores none', async () => {
    const { runs } = await open()
    await runs.create(ALICE, { id: 'r', kind: 'agent', target: 'clerk' }, { status: 'suspended' })
    expect(await runs.readEvents(ALICE, 'r', 0)).toBeUndefined()
  })

  it('stores what is stored twice once', async () => {
    const { runs } = await open()
    const lease = await begin(runs)
    const last = { from: 1, events: ['1'], isLast: true }
    for (let time = 0; time < 2; time++) {
      expect(await runs.appendEvents(lease, part(0, '0'))).toBe('held')
    }
    for (let time = 0; time < 2; time++) expect(await runs.appendEvents(lease, last)).toBe('held')
    expect(await runs.readEvents(ALICE, 'r', 0)).toMatchObject({
      events: ['0', '1'],
      count: 2,
      state: 'over',
    })
  })

  it('lets a leg tell its end after it has ended or suspended its run', async () => {
    const { runs } = await open()
    for (const end of ['suspend', 'finish'] as const) {
      const lease = await begin(runs, end)
      if (end === 'suspend') expect(await runs.suspend(lease, { snapshot: {} })).toBe('held')
      else expect(await runs.finish(lease, { status: 'success' })).toBe(true)
      expect(await runs.appendEvents(lease, { from: 0, events: ['0'], isLast: true })).toBe('held')
      expect(await runs.readEvents(ALICE, end, 0)).toMatchObject({ events: ['0'], state: 'over' })
      expect(await runs.openEvents(lease)).toBeUndefined()
    }
  })

  it('stores those of the next leg behind them, and of an earlier one no more', async () => {
    const { runs } = await open()
    const lease = await begin(runs)
    await runs.appendEvents(lease, { from: 0, events: ['0', '1'], isLast: true })
    await runs.suspend(lease, { snapshot: {} })
    const claimed = await runs.claim(ALICE, 'r', { holder: 'i', ttlMs: MINUTE })
    if (typeof claimed === 'string') throw new Error(claimed)
    expect(await runs.appendEvents(lease, part(2, 'late'))).toBe('lost')
    expect(await runs.appendEvents(claimed.lease, part(2, 'early'))).toBe('lost')
    expect(await runs.openEvents({ ...claimed.lease, holder: 'j' })).toBeUndefined()
    expect(await runs.openEvents(claimed.lease)).toBe(2)
    expect(await runs.appendEvents(lease, part(2, 'late'))).toBe('lost')
    expect(await runs.appendEvents({ ...claimed.lease, owner: BOB }, part(2, '2'))).toBe('lost')
    expect(await runs.appendEvents(claimed.lease, part(2, '2'))).toBe('held')
    expect(await runs.readEvents(ALICE, 'r', 1)).toMatchObject({
      events: ['1', '2'],
      state: 'open',
    })
  })

  it('tells the leg that its run is to be canceled', async () => {
    const { runs } = await open()
    const lease = await begin(runs)
    await runs.cancel(ALICE, 'r')
    expect(await runs.appendEvents(lease, part(0, '0'))).toBe('canceled')
    expect(await runs.readEvents(ALICE, 'r', 0)).toMatchObject({ events: ['0'] })
  })

  it('keeps what fits, and says so where a run tells more', async () => {
    const { runs } = await open()
    const lease = await begin(runs)
    const large = JSON.stringify('x'.repeat(MAX_RUN_EVENT_CHARACTERS / 2))
    expect(await runs.appendEvents(lease, part(0, '0', '1'))).toBe('held')
    expect(await runs.appendEvents(lease, part(2, large, large))).toBe('full')
    expect(await runs.appendEvents(lease, { from: 2, events: ['2'], isLast: true })).toBe('full')
    expect(await runs.readEvents(ALICE, 'r', 1)).toMatchObject({ events: ['1'], state: 'full' })
    const other = await begin(runs, 'gap')
    expect(await runs.appendEvents(other, part(1, '1'))).toBe('full')
  })

  it('reads all of many, page by page', async () => {
    const { runs } = await open()
    const lease = await begin(runs)
    const events = Array.from({ length: 1500 }, (_, index) => String(index))
    for (let from = 0; from < events.length; from += 50) {
      await runs.appendEvents(lease, part(from, ...events.slice(from, from + 50)))
    }
    const read: string[] = []
    for (;;) {
      const page = await runs.readEvents(ALICE, 'r', read.length)
      if (page === undefined || page.events.length === 0) break
      read.push(...page.events)
    }
    expect(read).toStrictEqual(events)
  })

  it('is deleted a day after its leg began, and with its run', async () => {
    const { runs, pass } = await open()
    const lease = await begin(runs)
    await runs.appendEvents(lease, part(0, '0'))
    pass(RUN_EVENTS_KEPT_MS)
    expect(await runs.prune(Number.MAX_SAFE_INTEGER / 4, 10)).toBe(0)
    pass(1)
    expect(await runs.prune(Number.MAX_SAFE_INTEGER / 4, 10)).toBe(1)
    expect(await runs.readEvents(ALICE, 'r', 0)).toBeUndefined()
    expect(await runs.get(ALICE, 'r')).toBeDefined()

    const ended = await begin(runs, 's')
    await runs.appendEvents(ended, part(0, '0'))
    await runs.finish(ended, { status: 'success' })
    pass(10)
    expect(await runs.prune(5, 10)).toBe(1)
    expect(await runs.readEvents(ALICE, 's', 0)).toBeUndefined()
  })
}

describe('events of runs in memory', () => {
  declareRules(async () => {
    let time = 1_900_000_000_000
    return { runs: createMemoryRuns(() => time), pass: (ms) => void (time += ms) }
  })

  it('make room for others once they are over, the oldest first', async () => {
    const runs = createMemoryRuns()
    const events = [JSON.stringify('x'.repeat(MAX_RUN_EVENT_CHARACTERS - 2))]
    for (let index = 0; index < 5; index++) {
      const lease = await begin(runs, `r${index}`)
      expect(await runs.appendEvents(lease, { from: 0, events, isLast: true })).toBe('held')
    }
    expect(await runs.readEvents(ALICE, 'r0', 0)).toBeUndefined()
    expect(await runs.readEvents(ALICE, 'r1', 0)).toMatchObject({ count: 1 })
  })
})

describeStores('events of runs in a store', (stores) => {
  declareRules(async () => {
    let time = 1_900_000_000_000
    const { runs } = await stores.open(undefined, { now: () => time })
    return { runs, pass: (ms) => void (time += ms) }
  })

  it.each([
    ['two lines', '1\n2'],
    ['an empty text', ''],
    ['what no database keeps', '"\0"'],
  ])('refuse %s as an event', async (_case, event) => {
    const { runs } = await stores.open()
    const lease = await begin(runs)
    await expect(runs.appendEvents(lease, part(0, event))).rejects.toMatchObject({
      code: 'value_invalid',
    })
  })

  it('are those of all who open the same database', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    await first.runs.appendEvents(await begin(first.runs), part(0, '0'))
    expect(await second.runs.readEvents(ALICE, 'r', 0)).toMatchObject({ events: ['0'] })
  })
})
