import { describe, expect, it } from 'vitest'
import type { LimitsConfig } from '@signet/core'
import { readLimits } from './settings.js'

const DEFAULTS = {
  answersPerMinute: 1200,
  answersAtOnce: 100,
  requestsPerMinute: 6000,
  requestsAtOnce: 200,
  bodyBytesAtOnce: 128 * 1024 * 1024,
  failuresPerMinute: 3000,
}

describe('server.limits', () => {
  it.each([
    undefined,
    {},
    { answers: undefined, requests: {}, failures: { perMinute: undefined } },
  ])('left out or undefined switches nothing off: %j', (config) => {
    expect(readLimits(config)).toStrictEqual(DEFAULTS)
  })

  it('takes each number, and leaves the others as they are', () => {
    expect(readLimits({ answers: { concurrent: 3 }, failures: { perMinute: 7 } })).toStrictEqual({
      ...DEFAULTS,
      answersAtOnce: 3,
      failuresPerMinute: 7,
    })
  })

  it('switches off what is false, and nothing else', () => {
    expect(readLimits({ answers: { perMinute: false }, requests: false })).toStrictEqual({
      ...DEFAULTS,
      answersPerMinute: false,
      requestsPerMinute: false,
      requestsAtOnce: false,
    })
    expect(readLimits({ answers: false, failures: false })).toStrictEqual({
      ...DEFAULTS,
      answersPerMinute: false,
      answersAtOnce: false,
      failuresPerMinute: false,
    })
  })

  it.each<[unknown, string]>([
    [false, 'limits'],
    [null, 'limits'],
    [60, 'limits'],
    [{ answers: true }, 'limits.answers'],
    [{ answers: 5 }, 'limits.answers'],
    [{ requests: null }, 'limits.requests'],
    [{ requests: { perMinute: 0 } }, 'limits.requests.perMinute'],
    [{ requests: { perMinute: -1 } }, 'limits.requests.perMinute'],
    [{ requests: { perMinute: 1.5 } }, 'limits.requests.perMinute'],
    [{ requests: { perMinute: Infinity } }, 'limits.requests.perMinute'],
    [{ requests: { perMinute: '60' } }, 'limits.requests.perMinute'],
    [{ requests: { perMinute: null } }, 'limits.requests.perMinute'],
    [{ answers: { concurrent: true } }, 'limits.answers.concurrent'],
    [{ answers: { perSecond: 1 } }, 'limits.answers'],
    [{ requests: { concurrent: 0 } }, 'limits.requests.concurrent'],
    [{ failures: { concurrent: 1 } }, 'limits.failures'],
    [{ streams: false }, 'limits'],
  ])('refuses %j and names %s', (config, name) => {
    const message = expect.stringMatching(`^server\\.${name} `)
    expect(() => readLimits(config as LimitsConfig)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message }),
    )
  })
})
