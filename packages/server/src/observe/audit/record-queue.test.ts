import type { AuditRecord, AuditStore } from '@signet/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { decisionOf } from '@signet/test-support/http/decision'
import { toAuditRecord } from './audit-record.js'
import { RecordQueue } from './record-queue.js'

const START = Date.UTC(2030, 0, 1)

class StoreFault extends Error {
  readonly code: string

  constructor(code: string) {
    super('The store fails as the test says.')
    this.code = code
  }
}

/** A store that fails when it is told to, and knows how it was written to. */
function createStore() {
  const state = {
    batches: [] as (readonly AuditRecord[])[],
    attempts: 0,
    fault: undefined as Error | undefined,
    /** Where a write waits before it ends. */
    hold: undefined as Promise<void> | undefined,
  }
  const store: Pick<AuditStore, 'append'> = {
    async append(records) {
      state.attempts++
      await state.hold
      if (state.fault !== undefined) throw state.fault
      state.batches.push([...records])
    },
  }
  return { state, store: { ...store, list: async () => [], prune: async () => 0 } }
}

function createQueue() {
  const { state, store } = createStore()
  const { logger, lines } = createLogRecorder()
  return { state, lines, queue: new RecordQueue(store, logger) }
}

function record(index: number): AuditRecord {
  return toAuditRecord(decisionOf({ requestId: String(index) }), () => '/api/x')
}

function add(queue: RecordQueue, count: number, from = 0): void {
  for (let index = from; index < from + count; index++) queue.add(record(index))
}

/** The ids of what was stored, in the order of the store. */
function idsOf(batches: readonly (readonly AuditRecord[])[]): (string | undefined)[] {
  return batches.flat().map(({ requestId }) => requestId)
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index))

beforeEach(() => {
  vi.useFakeTimers({ now: START })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('records', () => {
  it('are written together, 200 ms after the first of them', async () => {
    const { queue, state, lines } = createQueue()
    add(queue, 1)
    await vi.advanceTimersByTimeAsync(100)
    add(queue, 2, 1)
    await vi.advanceTimersByTimeAsync(99)
    expect(state.attempts).toBe(0)
    expect(queue.waiting).toBe(3)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.batches.map((batch) => batch.length)).toStrictEqual([3])
    expect(queue.waiting).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    expect(lines).toStrictEqual([])
  })

  it('are written at once where they are 2,000, but never while whoever adds them waits', async () => {
    const { queue, state } = createQueue()
    add(queue, 2000)
    expect(state.attempts).toBe(0)
    await vi.advanceTimersByTimeAsync(0)
    expect(state.batches.map((batch) => batch.length)).toStrictEqual([2000])
  })

  it('are written 2,000 at a time, in their order, one write after the other', async () => {
    const { queue, state } = createQueue()
    const write = createDeferred()
    state.hold = write.promise
    add(queue, 4050)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(state.attempts).toBe(1)
    write.resolve()
    await vi.advanceTimersByTimeAsync(200)
    expect(state.batches.map((batch) => batch.length)).toStrictEqual([2000, 2000, 50])
    expect(idsOf(state.batches)).toStrictEqual(upTo(4050))
  })

  it('start no timer before the first', () => {
    createQueue()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('while the store cannot be reached', () => {
  it('records wait, and are tried again each second, and none is lost', async () => {
    const { queue, state, lines } = createQueue()
    state.fault = new StoreFault('storage_unavailable')
    add(queue, 2200)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(state.attempts).toBe(11)
    expect(queue.waiting).toBe(2200)
    state.fault = undefined
    await vi.advanceTimersByTimeAsync(1200)
    expect(idsOf(state.batches)).toStrictEqual(upTo(2200))
    expect(queue.lost).toBe(0)
    expect(lines.map(({ level, message }) => [level, message])).toStrictEqual([
      ['error', 'The audit cannot be written.'],
      ['info', 'The audit is written again.'],
    ])
  })

  it('at most 10,000 records wait; what comes then is counted, and a record says how many', async () => {
    const { queue, state, lines } = createQueue()
    state.fault = new StoreFault('storage_unavailable')
    add(queue, 10_000)
    expect(queue.lost).toBe(0)
    await vi.advanceTimersByTimeAsync(5000)
    add(queue, 1, 10_000)
    await vi.advanceTimersByTimeAsync(3000)
    queue.add({ ...record(10_001), count: 6 })
    expect(queue.waiting).toBe(10_000)
    expect(queue.lost).toBe(7)
    state.fault = undefined
    await vi.advanceTimersByTimeAsync(10_000)
    const stored = state.batches.flat()
    expect(idsOf(state.batches).filter((id) => id !== undefined)).toStrictEqual(upTo(10_000))
    const losses = stored.filter(({ code }) => code === 'records_lost')
    expect(losses).toStrictEqual([
      {
        at: START + 5000,
        requestId: undefined,
        issuer: undefined,
        subject: undefined,
        actor: undefined,
        action: 'none',
        resource: undefined,
        isAllowed: false,
        code: 'records_lost',
        status: 0,
        address: undefined,
        durationMs: 3000,
        inputTokens: undefined,
        outputTokens: undefined,
        count: 7,
      },
    ])
    expect(queue.lost).toBe(7)
    const told = lines.filter(({ message }) => message.startsWith('Requests are missing'))
    expect(told).toMatchObject([{ level: 'error', fields: { count: 7 } }])
  })

  it('a second loss is told of apart from the first', async () => {
    const { queue, state } = createQueue()
    for (const count of [3, 4]) {
      state.fault = new StoreFault('storage_unavailable')
      add(queue, 10_000 + count)
      await vi.advanceTimersByTimeAsync(1000)
      state.fault = undefined
      await vi.advanceTimersByTimeAsync(10_000)
    }
    const losses = state.batches.flat().filter(({ code }) => code === 'records_lost')
    expect(losses.map(({ count }) => count)).toStrictEqual([3, 4])
    expect(queue.lost).toBe(7)
  })
})

describe('a batch that the store does not take', () => {
  it('is given up after three tries and counted as lost; what comes after it is written', async () => {
    const { queue, state, lines } = createQueue()
    state.fault = new StoreFault('storage_failed')
    add(queue, 2)
    await vi.advanceTimersByTimeAsync(2200)
    expect(state.attempts).toBe(3)
    expect(queue.waiting).toBe(0)
    expect(queue.lost).toBe(2)
    state.fault = undefined
    add(queue, 1, 2)
    await vi.advanceTimersByTimeAsync(1000)
    expect(state.batches.flat()).toMatchObject([
      { requestId: '2' },
      { code: 'records_lost', count: 2 },
    ])
    expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { count: 2 } })
  })

  it('is not given up where it goes through at the third', async () => {
    const { queue, state } = createQueue()
    state.fault = new Error('whatever')
    add(queue, 2)
    await vi.advanceTimersByTimeAsync(1200)
    expect(state.attempts).toBe(2)
    state.fault = undefined
    await vi.advanceTimersByTimeAsync(1000)
    expect(idsOf(state.batches)).toStrictEqual(['0', '1'])
    expect(queue.lost).toBe(0)
  })
})

describe('at the end', () => {
  it('everything that waits is written, after what is being written', async () => {
    const { queue, state } = createQueue()
    const write = createDeferred()
    state.hold = write.promise
    add(queue, 4050)
    await vi.advanceTimersByTimeAsync(0)
    const closing = queue.close()
    write.resolve()
    await closing
    expect(idsOf(state.batches)).toStrictEqual(upTo(4050))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits five seconds for a store that cannot be reached, and then says what is missing', async () => {
    const { queue, state, lines } = createQueue()
    state.fault = new StoreFault('storage_unavailable')
    add(queue, 5)
    const closing = queue.close()
    await vi.advanceTimersByTimeAsync(5000)
    await closing
    expect(queue.lost).toBe(5)
    expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { count: 5 } })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('writes to a store that can be reached again in time', async () => {
    const { queue, state } = createQueue()
    state.fault = new StoreFault('storage_unavailable')
    add(queue, 5)
    const closing = queue.close()
    await vi.advanceTimersByTimeAsync(1500)
    state.fault = undefined
    await vi.advanceTimersByTimeAsync(1000)
    await closing
    expect(idsOf(state.batches)).toStrictEqual(upTo(5))
    expect(queue.lost).toBe(0)
  })

  it('does not wait for a write that never ends', async () => {
    const { queue, state } = createQueue()
    state.hold = new Promise(() => {})
    add(queue, 1)
    await vi.advanceTimersByTimeAsync(200)
    const closing = queue.close()
    await vi.advanceTimersByTimeAsync(5000)
    await closing
    expect(queue.lost).toBe(1)
  })

  it('what comes later is lost, and told', async () => {
    const { queue, lines } = createQueue()
    await queue.close()
    add(queue, 1)
    expect(queue.lost).toBe(1)
    expect(lines).toMatchObject([{ level: 'error' }])
    expect(vi.getTimerCount()).toBe(0)
  })
})
