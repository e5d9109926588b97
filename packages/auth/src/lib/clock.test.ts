import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const HOUR = 3_600_000

let clock: typeof import('./clock.js')

/** How far the later and the earlier time are from the clock of the machine, in hours. */
const leads = () => [clock.latestNow(), clock.earliestNow()].map((time) => hoursFromNow(time))
const hoursFromNow = (time: number) => Math.round((time - Date.now()) / HOUR)
const setClock = (hours: number) => vi.setSystemTime(Date.now() + hours * HOUR)

beforeEach(async () => {
  vi.resetModules()
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  clock = await import('./clock.js')
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the times of a clock that was set', () => {
  it('are the clock itself where nobody sets it', () => {
    vi.advanceTimersByTime(100 * HOUR)
    expect(leads()).toStrictEqual([0, 0])
  })

  it('keep what it was, where it is set back, for a day and not for ever', () => {
    setClock(-5)
    expect(leads()).toStrictEqual([5, 0])
    vi.advanceTimersByTime(24 * HOUR)
    expect(leads()).toStrictEqual([5, 0])
    vi.advanceTimersByTime(1)
    expect(leads()).toStrictEqual([0, 0])
    setClock(-3)
    expect(leads()).toStrictEqual([3, 0])
  })

  it('count the day anew where it was set right meanwhile', () => {
    setClock(-5)
    expect(leads()).toStrictEqual([5, 0])
    vi.advanceTimersByTime(20 * HOUR)
    setClock(6)
    expect(leads()).toStrictEqual([0, -1])
    setClock(-6)
    vi.advanceTimersByTime(20 * HOUR)
    expect(leads()).toStrictEqual([5, 0])
  })

  it('keep what it was, where it is set forward, for good', () => {
    setClock(5)
    vi.advanceTimersByTime(100 * HOUR)
    expect(leads()).toStrictEqual([0, -5])
  })
})
