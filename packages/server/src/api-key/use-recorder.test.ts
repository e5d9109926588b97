import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { createUseRecorder } from './use-recorder.js'

const START = Date.UTC(2030, 0, 1)
const MINUTE = 60_000

type Uses = readonly { readonly id: string; readonly at: number }[]

beforeEach(() => {
  vi.useFakeTimers({ now: START })
})
afterEach(() => {
  vi.useRealTimers()
})

function create() {
  const written: Uses[] = []
  const state = { isAway: false }
  const { logger, lines } = createLogRecorder()
  const touch = async (uses: Uses) => {
    if (state.isAway) throw new Error('away')
    written.push(uses)
  }
  return { recorder: createUseRecorder({ touch }, { logger }), written, state, lines }
}

describe('the uses of API keys', () => {
  it('are written together, and not while they are noted', async () => {
    const { recorder, written } = create()
    recorder.note('a')
    await vi.advanceTimersByTimeAsync(1000)
    recorder.note('b')
    expect(written).toStrictEqual([])
    await vi.advanceTimersByTimeAsync(MINUTE / 2)
    expect(written).toStrictEqual([
      [
        { id: 'a', at: START },
        { id: 'b', at: START + 1000 },
      ],
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of one key are written at most once a minute', async () => {
    const { recorder, written } = create()
    for (let second = 0; second < 180; second++) {
      recorder.note('a')
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(written.flat().map(({ at }) => at)).toStrictEqual([
      START,
      START + MINUTE,
      START + 2 * MINUTE,
    ])
  })

  it('are written at the end, and no more afterwards', async () => {
    const { recorder, written } = create()
    recorder.note('a')
    await recorder.close()
    recorder.note('b')
    await recorder.close()
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(written).toStrictEqual([[{ id: 'a', at: START }]])
  })

  it('need no timer where there are none', async () => {
    const { recorder, written } = create()
    expect(vi.getTimerCount()).toBe(0)
    await recorder.close()
    expect(written).toStrictEqual([])
  })

  it('that cannot be written are written with the next, and that is told once', async () => {
    const { recorder, written, state, lines } = create()
    state.isAway = true
    recorder.note('a')
    await vi.advanceTimersByTimeAsync(MINUTE)
    recorder.note('b')
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(lines.map(({ level }) => level)).toStrictEqual(['warn'])
    state.isAway = false
    recorder.note('b')
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(written).toStrictEqual([
      [
        { id: 'a', at: START },
        { id: 'b', at: START + 2 * MINUTE },
      ],
    ])
    expect(lines).toHaveLength(1)
  })
})
