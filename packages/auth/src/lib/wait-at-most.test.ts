import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { waitAtMost } from './wait-at-most.js'

const never = new Promise<never>(() => undefined)

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('waitAtMost', () => {
  it('gives what the work comes to in time, and leaves no timer behind', async () => {
    expect(await waitAtMost(Promise.resolve('done'), 1000, { late: 'late' })).toBe('done')
    await expect(waitAtMost(Promise.reject(new Error('broken')), 1000)).rejects.toThrow('broken')
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([[{ late: 'late' }, 'late'] as const, [{}, undefined] as const])(
    'waits no longer than the time: %j',
    async (options, outcome) => {
      const waiting = waitAtMost(never, 1000, options)
      const settled = vi.fn<(outcome: string | undefined) => void>()
      void waiting.then(settled)
      await vi.advanceTimersByTimeAsync(999)
      expect(settled).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(settled).toHaveBeenCalledWith(outcome)
    },
  )

  it.each([true, false])('keeps the process alive where it is told to: %s', async (keepsAlive) => {
    const made = vi.spyOn(globalThis, 'setTimeout')
    const waiting = waitAtMost(never, 1000, { keepsAlive })
    expect(made.mock.results[0]?.value.hasRef()).toBe(keepsAlive)
    await vi.advanceTimersByTimeAsync(1000)
    await waiting
    made.mockRestore()
  })

  it('leaves work alone that fails after its time', async () => {
    let fail: (error: Error) => void = () => undefined
    const work = new Promise<never>((_, reject) => {
      fail = reject
    })
    const waiting = waitAtMost(work, 10)
    await vi.advanceTimersByTimeAsync(10)
    expect(await waiting).toBeUndefined()
    fail(new Error('too late'))
    await vi.advanceTimersByTimeAsync(1)
  })
})
