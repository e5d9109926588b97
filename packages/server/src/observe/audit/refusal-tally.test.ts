import type { AuditRecord } from '@signet/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decisionOf, principalOf, strangerOf } from '@signet/test-support/http/decision'
import { RefusalTally } from './refusal-tally.js'

const START = Date.UTC(2030, 0, 1, 12, 0, 0)

let records: AuditRecord[]
let tally: RefusalTally

beforeEach(() => {
  vi.useFakeTimers({ now: START })
  records = []
  tally = new RefusalTally((record) => void records.push(record))
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

  it('of one network are one record: a client of IPv6 has all of a /64', () => {
    for (let host = 1; host <= 300; host++) tally.add(strangerOf({ address: `2001:db8::${host}` }))
    tally.add(strangerOf({ address: '2001:db8:0:1::1' }))
    tally.flush()
    expect(records.map(({ address, count }) => [address, count])).toStrictEqual([
      ['2001:db8:0:0::/64', 300],
      ['2001:db8:0:1::/64', 1],
    ])
  })

  it('of a caller who asks too often are one record of theirs, whatever they ask from where', () => {
    const refusal = { code: 'rate_limited', status: 429 } as const
    for (let each = 0; each < 300; each++) {
      tally.add(decisionOf({ ...refusal, address: `192.0.2.${each % 200}` }))
    }
    tally.add(decisionOf({ ...refusal, principal: principalOf({ sub: 'bob' }) }))
    tally.add(decisionOf({ ...refusal, principal: principalOf({ sub: 'bob', iss: 'https://a' }) }))
    tally.flush()
    const facts = records.map(({ issuer, subject, address, status, count }) => [
      issuer,
      subject,
      address,
      status,
      count,
    ])
    expect(facts).toStrictEqual([
      ['local', 'alice', undefined, 429, 300],
      ['local', 'bob', undefined, 429, 1],
      ['https://a', 'bob', undefined, 429, 1],
    ])
  })

  it('of more callers than can be told apart are one record of nobody', () => {
    for (let each = 0; each < 1500; each++) {
      tally.add(decisionOf({ code: 'rate_limited', principal: principalOf({ sub: `s${each}` }) }))
    }
    tally.flush()
    expect(records).toHaveLength(1001)
    expect(records.at(-1)).toMatchObject({ subject: undefined, count: 500 })
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
