import type { AuditStore } from '@signet/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { createDeferred } from '@signet/test-support/time/deferred'
import { Retention } from './retention.js'

/** Of the clock and what it said at the start, the earlier one counts: this one. */
const START = Date.UTC(2020, 0, 1)
const DAY = 86_400_000

/** A store of so many old records. */
function createStore(old: number) {
  const state = { old, calls: [] as [before: number, limit: number][], fails: false }
  const store: AuditStore = {
    append: async () => {},
    list: async () => [],
    async prune(before, limit) {
      state.calls.push([before, limit])
      if (state.fails) throw new Error('no')
      const pruned = Math.min(state.old, limit)
      state.old -= pruned
      return pruned
    },
  }
  return { state, store }
}

beforeEach(() => {
  vi.useFakeTimers({ now: START })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('old records', () => {
  it('are deleted a minute after the first new one, a thousand at a time, and again each hour', async () => {
    const { state, store } = createStore(2500)
    const retention = new Retention(store, createLogRecorder().logger, 90)
    expect(vi.getTimerCount()).toBe(0)
    retention.begin()
    retention.begin()
    await vi.advanceTimersByTimeAsync(59_999)
    expect(state.calls).toStrictEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(state.calls).toStrictEqual([[START + 60_000 - 90 * DAY, 1000]])
    await vi.advanceTimersByTimeAsync(200)
    expect(state.calls).toHaveLength(3)
    expect(state.old).toBe(0)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(state.calls).toHaveLength(4)
    await retention.end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are not found by a clock that is set forward by years', async () => {
    const { state, store } = createStore(1)
    const retention = new Retention(store, createLogRecorder().logger, 90)
    vi.setSystemTime(Date.UTC(2100, 0, 1))
    retention.begin()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.calls).toHaveLength(1)
    expect(state.calls[0]?.[0]).toBeLessThan(Date.UTC(2099, 0, 1))
    await retention.end()
  })

  it('are tried again an hour after a failure, which is told', async () => {
    const { state, store } = createStore(1)
    const { logger, lines } = createLogRecorder()
    const retention = new Retention(store, logger, 1)
    state.fails = true
    retention.begin()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(lines).toMatchObject([{ level: 'warn' }])
    state.fails = false
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(state.old).toBe(0)
    await retention.end()
  })

  it('are deleted no more after the end, which waits for what is being deleted', async () => {
    const { state, store } = createStore(5000)
    const pruning = createDeferred()
    const slow: AuditStore = {
      ...store,
      async prune(before, limit) {
        const pruned = await store.prune(before, limit)
        await pruning.promise
        return pruned
      },
    }
    const retention = new Retention(slow, createLogRecorder().logger, 1)
    retention.begin()
    await vi.advanceTimersByTimeAsync(60_000)
    let hasEnded = false
    const ending = retention.end().then(() => (hasEnded = true))
    await vi.advanceTimersByTimeAsync(1000)
    expect(hasEnded).toBe(false)
    pruning.resolve()
    await ending
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(state.calls).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
