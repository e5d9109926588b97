import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryCounter } from './memory-counter.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a counter in memory', () => {
  it('counts each key by itself', () => {
    const counter = createMemoryCounter()
    counter.count('a')
    expect(counter.count('a')).toStrictEqual({ used: 2, resetsInMs: 60_000 })
    expect(counter.count('b')).toStrictEqual({ used: 1, resetsInMs: 60_000 })
  })

  it('has a window of a minute that begins with the first count, and is not moved by others', () => {
    const counter = createMemoryCounter()
    counter.count('a')
    vi.advanceTimersByTime(59_999)
    expect(counter.count('a')).toStrictEqual({ used: 2, resetsInMs: 1 })
    vi.advanceTimersByTime(1)
    expect(counter.count('a')).toStrictEqual({ used: 1, resetsInMs: 60_000 })
  })

  it('forgets of many keys those that were counted longest ago, and nothing else', () => {
    const counter = createMemoryCounter()
    counter.count('once')
    for (let index = 0; index < 20_000; index++) {
      counter.count(`address ${index}`)
      if (index % 1000 === 0) counter.count('often')
    }
    expect(counter.count('once')).toMatchObject({ used: 1 })
    expect(counter.count('often')).toMatchObject({ used: 21 })
  })
})
