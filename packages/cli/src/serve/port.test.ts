import { afterEach, describe, expect, it, vi } from 'vitest'
import { choosePort, metricsPort } from './port.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

const refuseToWarn = (message: string) => expect.fail(message)

describe('choosePort', () => {
  it.each([
    ['the flag', '1', '2', 3, 1],
    ['the variable', undefined, '2', 3, 2],
    ['the application, where the variable is empty', undefined, '', 3, 3],
    ['nobody', undefined, undefined, undefined, 4111],
  ])('is what %s says', (_, flag, variable, configured, port) => {
    vi.stubEnv('PORT', variable)
    expect(choosePort(flag, configured, refuseToWarn)).toBe(port)
  })

  it.each(['http', '65536', '-1', '1.5', '0x10', 'http://10.0.0.1:4111', '10.0.0.1:4111'])(
    'refuses what an operator wrote and is not a port: %s',
    (text) => {
      vi.stubEnv('PORT', text)
      expect(() => choosePort(undefined, 3, refuseToWarn)).toThrow(/^PORT .* is not a port/)
      expect(() => choosePort(text, 3, refuseToWarn)).toThrow(/^--port .* is not a port/)
    },
  )
})

describe('the address of a Service, which Kubernetes writes into variables', () => {
  it.each([
    'tcp://10.0.0.1:9090',
    'udp://10.0.0.1:9090',
    'tcp://[fd00::1]:9090',
    'TCP://10.0.0.1:1',
  ])('counts for nothing, and is told with its remedy: %s', (address) => {
    vi.stubEnv('PORT', address)
    vi.stubEnv('METRICS_PORT', address)
    const warn = vi.fn<(message: string) => void>()
    expect(choosePort(undefined, 3, warn)).toBe(3)
    expect(metricsPort(warn)).toBeUndefined()
    expect(warn.mock.calls.map(([message]) => message)).toStrictEqual([
      expect.stringMatching(/^PORT is .*enableServiceLinks: false/),
      expect.stringMatching(/^METRICS_PORT is .*enableServiceLinks: false/),
    ])
  })

  it('is not a port for a flag', () => {
    expect(() => choosePort('tcp://10.0.0.1:9090', 3, refuseToWarn)).toThrow('is not a port')
  })
})
