import type { AuditRecord } from '@signet/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { strangerOf } from '../../../../test/support/decision.js'
import { StrangerTally } from './stranger-tally.js'

const START = Date.UTC(2030, 0, 1, 12, 0, 0)

let records: AuditRecord[]
let tally: StrangerTally

beforeEach(() => {
  vi.useFakeTimers({ now: START })
  records = []
  tally = new StrangerTally((record) => void records.push(record))
})

afterEach(() => {
  vi.useRealTimers()
})

describe('refusals of strangers', () => {
  it('are one record for an address, a code and a minute, once the minute is over', () => {
    vi.setSystemTime(START + 20_000)
    for (let each = 0; each < 300; each++) tally.add(strangerOf({ requestId: `r${each}` }))
    vi.advanceTimersByTime(39_999)
    expect(records).toStrictEqual([])
    vi.advanceTimersByTime(1)
    expect(records).toStrictEqual([
      {
        at: START,
        requestId: undefined,
        issuer: undefined,
        subject: undefined,
        actor: undefined,
        action: 'none',
        resource: undefined,
        isAllowed: false,
        code: 'token_missing',
        status: 401,
        address: '192.0.2.1',
        durationMs: 2100,
        inputTokens: undefined,
        outputTokens: undefined,
        count: 300,
      },
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are told apart by address, by code and by minute', () => {
    tally.add(strangerOf())
    tally.add(strangerOf({ address: '192.0.2.2' }))
    tally.add(strangerOf({ code: 'token_expired' }))
    tally.add(strangerOf({ address: undefined }))
    vi.advanceTimersByTime(60_000)
    tally.add(strangerOf())
    tally.flush()
    const facts = records.map(({ at, address, code, count }) => [at - START, address, code, count])
    expect(facts).toStrictEqual([
      [0, '192.0.2.1', 'token_missing', 1],
      [0, '192.0.2.2', 'token_missing', 1],
      [0, '192.0.2.1', 'token_expired', 1],
      [0, undefined, 'token_missing', 1],
      [60_000, '192.0.2.1', 'token_missing', 1],
    ])
  })

  it('name their request where it was a single one', () => {
    tally.add(strangerOf({ requestId: 'only' }))
    tally.flush()
    expect(records).toMatchObject([{ requestId: 'only', count: 1 }])
  })

  it('of more than 200 addresses in a minute are together one record for a code', () => {
    for (let each = 0; each < 1000; each++) tally.add(strangerOf({ address: `host-${each}` }))
    tally.add(strangerOf({ address: 'host-1000', code: 'token_expired' }))
    // Who is known already is told apart all the same.
    tally.add(strangerOf({ address: 'host-0', code: 'token_expired' }))
    tally.flush()
    expect(records).toHaveLength(203)
    expect(records.filter(({ address }) => address === undefined)).toMatchObject([
      { code: 'token_missing', count: 800 },
      { code: 'token_expired', count: 1 },
    ])
    expect(records.at(-1)).toMatchObject({ address: 'host-0', code: 'token_expired' })
    tally.add(strangerOf({ address: 'host-1000' }))
    tally.flush()
    expect(records.at(-1)).toMatchObject({ address: 'host-1000' })
  })

  it('start no timer before the first, and leave none behind', () => {
    expect(vi.getTimerCount()).toBe(0)
    tally.add(strangerOf())
    expect(vi.getTimerCount()).toBe(1)
    tally.flush()
    expect(vi.getTimerCount()).toBe(0)
  })
})
