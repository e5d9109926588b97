import { afterEach, describe, expect, it, vi } from 'vitest'
import { chooseKeepAlive } from './keep-alive.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('chooseKeepAlive', () => {
  it.each([
    ['the flag', '2m', '90s', 70_000, 120_000],
    ['the variable', undefined, '90s', 70_000, 90_000],
    ['the application, where the variable is empty', undefined, '', 70_000, 70_000],
    ['nobody', undefined, undefined, undefined, undefined],
  ])('is what %s says', (_, flag, variable, configured, expected) => {
    vi.stubEnv('SIGNET_KEEP_ALIVE', variable)
    expect(chooseKeepAlive(flag, configured)).toBe(expected)
  })

  it('refuses what is not a duration, and names who said it', () => {
    expect(() => chooseKeepAlive('0', undefined)).toThrow(/^--keep-alive "0" is not a duration/)
    vi.stubEnv('SIGNET_KEEP_ALIVE', '75 seconds')
    expect(() => chooseKeepAlive(undefined, undefined)).toThrow(/^SIGNET_KEEP_ALIVE "75 seconds"/)
  })
})
