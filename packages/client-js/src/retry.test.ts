import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MastraClientError } from './error.js'
import { retryAfterSeconds, retryDelay } from './retry.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime('2030-01-01T00:00:00.000Z')
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('retryAfterSeconds (RFC 9110 section 10.2.3)', () => {
  it('reads seconds, and the time when', () => {
    expect(retryAfterSeconds('120')).toBe(120)
    expect(retryAfterSeconds('0')).toBe(0)
    expect(retryAfterSeconds('Tue, 01 Jan 2030 00:00:07 GMT')).toBe(7)
  })

  it('does not go back in time', () => {
    expect(retryAfterSeconds('Mon, 31 Dec 2029 23:59:00 GMT')).toBe(0)
  })

  it.each([undefined, '', 'soon', '-1', '1.5', '2 s', 'GMT'])('makes nothing of %j', (header) => {
    expect(retryAfterSeconds(header)).toBeUndefined()
  })
})

describe('retryDelay', () => {
  const options = { retries: 3, backoffMs: 100, maxBackoffMs: 300 }
  const refusal = (status: number, retryAfter?: number) =>
    new MastraClientError('internal', 'x', { status, retryAfterSeconds: retryAfter })
  const lost = new MastraClientError('network_failed', 'x')

  it('doubles, up to the longest wait', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const delays = [0, 1, 2].map((count) => retryDelay(lost, count, options))
    expect(delays).toStrictEqual([100, 200, 300])
  })

  it('takes off up to half of it by chance', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    expect(retryDelay(lost, 0, options)).toBe(75)
  })

  it('is as long as the server asks for, also beyond the longest wait', () => {
    expect(retryDelay(refusal(503, 7), 0, options)).toBe(7000)
  })

  it('is none for a server that asks for more than a minute: the caller decides', () => {
    expect(retryDelay(refusal(429, 60), 0, options)).toBe(60_000)
    expect(retryDelay(refusal(429, 61), 0, options)).toBeUndefined()
  })

  it.each([429, 500, 502, 503, 504])('is one for status %i', (status) => {
    expect(retryDelay(refusal(status), 0, options)).toBeTypeOf('number')
  })

  it.each([400, 401, 403, 404, 409, 413, 424])('is none for status %i', (status) => {
    expect(retryDelay(refusal(status), 0, options)).toBeUndefined()
  })

  it('is none for an error of the caller, and when all are used up', () => {
    expect(retryDelay(new Error('x'), 0, options)).toBeUndefined()
    expect(retryDelay(new MastraClientError('token_unavailable', 'x'), 0, options)).toBeUndefined()
    expect(retryDelay(lost, 3, options)).toBeUndefined()
    expect(retryDelay(lost, 0, { ...options, retries: 0 })).toBeUndefined()
  })
})
