import type { LogFields } from '@signet/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReadinessCheck, type ReadinessSources } from './readiness.js'

type Line = readonly [message: string, fields?: LogFields]

/** A check of what the test says, and what it logs. */
function setUp(sources: Partial<ReadinessSources> = {}) {
  const lines: Line[] = []
  const log = (...line: Line) => void lines.push(line)
  const check = new ReadinessCheck({
    isServing: () => true,
    revocations: { untilCurrent() {} },
    state: {},
    logger: { debug() {}, info: log, warn: log, error: log },
    ...sources,
  })
  return { check, lines }
}

const never = () => new Promise<never>(() => {})
const fault = (name: string) => Object.assign(new Error('down'), { fault: name })

/** A store that says what the test sets. */
function createStore() {
  const store = { failure: undefined as Error | undefined, questions: 0 }
  const ready = async () => {
    store.questions++
    if (store.failure !== undefined) throw store.failure
  }
  return { store, state: { ready } }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('ReadinessCheck', () => {
  it('asks nobody while the server is not serving', async () => {
    const { store, state } = createStore()
    const { check } = setUp({ isServing: () => false, state })
    expect(await check.check()).toStrictEqual({ ready: false, reason: 'not_serving' })
    expect(store.questions).toBe(0)
  })

  it.each(['unavailable', 'corrupt', 'permission', 'refused'])(
    'is not ready where the store says %s, and tells its text to nobody but the log',
    async (name) => {
      const { store, state } = createStore()
      store.failure = fault(name)
      const { check, lines } = setUp({ state })
      expect(await check.check()).toStrictEqual({ ready: false, reason: 'storage_unavailable' })
      expect(lines).toStrictEqual([
        [
          'The server is not ready: every caller would be refused.',
          { reason: 'storage_unavailable', error: store.failure },
        ],
      ])
    },
  )

  it.each(['read_only', 'full'])(
    'is ready where the store is %s, and can be read',
    async (name) => {
      const { store, state } = createStore()
      store.failure = fault(name)
      expect(await setUp({ state }).check.check()).toStrictEqual({ ready: true })
    },
  )

  it('asks the store once a second, however often it is asked', async () => {
    const { store, state } = createStore()
    const { check } = setUp({ state })
    for (let probe = 0; probe < 50; probe++) await check.check()
    await Promise.all(Array.from({ length: 50 }, () => check.check()))
    expect(store.questions).toBe(1)
    vi.advanceTimersByTime(1000)
    await Promise.all(Array.from({ length: 50 }, () => check.check()))
    expect(store.questions).toBe(2)
  })

  it('says once that it is not ready, and once that it is again', async () => {
    const { store, state } = createStore()
    const { check, lines } = setUp({ state })
    const readyAfterASecond = async () => {
      vi.advanceTimersByTime(1000)
      return (await check.check()).ready
    }
    store.failure = fault('unavailable')
    expect(await readyAfterASecond()).toBe(false)
    expect(await readyAfterASecond()).toBe(false)
    store.failure = undefined
    expect(await readyAfterASecond()).toBe(true)
    expect(await readyAfterASecond()).toBe(true)
    expect(lines.map(([message]) => message)).toStrictEqual([
      'The server is not ready: every caller would be refused.',
      'The server is ready again.',
    ])
  })

  it('waits two seconds for a store that does not answer, and asks it no second time meanwhile', async () => {
    let questions = 0
    const ready = () => {
      questions++
      return never()
    }
    const { check } = setUp({ state: { ready } })
    for (let probe = 0; probe < 3; probe++) {
      const answers = [check.check(), check.check()]
      await vi.advanceTimersByTimeAsync(2000)
      for (const answer of await Promise.all(answers)) {
        expect(answer).toStrictEqual({ ready: false, reason: 'storage_unavailable' })
      }
    }
    expect(questions).toBe(1)
  })

  it.each([
    ['are too old', () => Promise.reject(new Error('old'))],
    ['are too old at once', () => raise(new Error('old'))],
    ['never come', never],
  ])('is not ready where revocations %s', async (_, untilCurrent) => {
    const { check } = setUp({ revocations: { untilCurrent } })
    const answer = check.check()
    await vi.advanceTimersByTimeAsync(2000)
    expect(await answer).toStrictEqual({ ready: false, reason: 'revocations_stale' })
  })
})

function raise(error: Error): never {
  throw error
}
