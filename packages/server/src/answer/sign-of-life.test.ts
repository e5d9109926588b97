import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withSignsOfLife } from './sign-of-life.js'

/** Events that come when the test says so. */
function createEvents() {
  const state = { asked: 0, returned: 0 }
  let deliver: ((result: IteratorResult<string, undefined>) => void) | undefined
  const events: AsyncIterator<string, undefined> = {
    next() {
      state.asked++
      return new Promise((resolve) => (deliver = resolve))
    },
    async return() {
      state.returned++
      deliver?.({ done: true, value: undefined })
      return { done: true, value: undefined }
    },
  }
  return {
    state,
    signs: withSignsOfLife(events),
    say: (value: string) => deliver?.({ done: false, value }),
    end: () => deliver?.({ done: true, value: undefined }),
  }
}

const SIGN = { done: false, value: ': waiting\n\n' }
const DONE = { done: true, value: undefined }
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('withSignsOfLife', () => {
  it('passes on what comes in time, and adds nothing', async () => {
    const { signs, say, end } = createEvents()
    for (let count = 0; count < 5; count++) {
      const next = signs.next()
      await pass(9999)
      say(`event ${count}`)
      expect(await next).toStrictEqual({ done: false, value: `event ${count}` })
    }
    const last = signs.next()
    end()
    expect(await last).toStrictEqual(DONE)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('shows a comment after each ten seconds of silence, and asks for the event once', async () => {
    const { signs, state, say } = createEvents()
    for (let count = 0; count < 6; count++) {
      const next = signs.next()
      await pass(10_000)
      expect(await next).toStrictEqual(SIGN)
    }
    const next = signs.next()
    say('at last')
    expect(await next).toStrictEqual({ done: false, value: 'at last' })
    expect(state.asked).toBe(1)
  })

  it('makes nothing for a reader who does not read, and keeps the one event that comes meanwhile', async () => {
    const { signs, state, say } = createEvents()
    const first = signs.next()
    await pass(10_000)
    expect(await first).toStrictEqual(SIGN)
    await pass(5000)
    say('an event')
    await pass(600_000)
    expect(await signs.next()).toStrictEqual({ done: false, value: 'an event' })
    const next = signs.next()
    await pass(9999)
    say('the next')
    expect(await next).toStrictEqual({ done: false, value: 'the next' })
    expect(state.asked).toBe(2)
  })

  it('cancels its source when its reader leaves, and shows nothing more', async () => {
    const { signs, state } = createEvents()
    const next = signs.next()
    expect(await signs.return?.()).toStrictEqual(DONE)
    expect(await next).toStrictEqual(DONE)
    expect(state.returned).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('fails where its source fails', async () => {
    const signs = withSignsOfLife({ next: () => Promise.reject(new Error('broken')) })
    await expect(signs.next()).rejects.toThrow('broken')
  })

  it('fails where its source fails after a comment', async () => {
    let fail = (): void => undefined
    const signs = withSignsOfLife({
      next: () => new Promise((_, reject) => (fail = () => reject(new Error('broken')))),
    })
    const first = signs.next()
    await pass(10_000)
    expect(await first).toStrictEqual(SIGN)
    const second = signs.next()
    fail()
    await expect(second).rejects.toThrow('broken')
  })
})
