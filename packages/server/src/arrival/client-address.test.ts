import { describe, expect, it } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { createClientAddress } from './client-address.js'
import { fetchIncoming } from '../http/fetch-incoming.js'

const PROXY = '10.0.0.1'
const CLIENT = '192.0.2.7'

type Config = Parameters<typeof createClientAddress>[0]

const forwardedRequest = () =>
  fetchIncoming(new Request('http://localhost/', { headers: { 'x-forwarded-for': CLIENT } }))

/** The address that is found, with `X-Forwarded-For` as given. */
function find(config: Config, forwarded?: string, socket: string | undefined = PROXY) {
  const headers = new Headers(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded })
  const findAddress = createClientAddress(config, createLogRecorder().logger)
  return findAddress(fetchIncoming(new Request('http://localhost/', { headers })), socket)
}

describe('the address of a client without trustProxy', () => {
  it('is that of its socket, whatever X-Forwarded-For says', () => {
    expect(find(undefined, CLIENT)).toBe(PROXY)
    expect(find(0, CLIENT)).toBe(PROXY)
    expect(find([], CLIENT)).toBe(PROXY)
  })

  it('is spelt in one way', () => {
    expect(find(undefined, undefined, '::ffff:192.0.2.7')).toBe(CLIENT)
  })

  it('is not known where there is no socket', () => {
    const findAddress = createClientAddress(1, createLogRecorder().logger)
    expect(findAddress(forwardedRequest(), undefined)).toBeUndefined()
  })
})

describe('the address of a client behind a number of proxies', () => {
  it.each([
    [1, CLIENT, CLIENT],
    [1, `203.0.113.9, ${CLIENT}`, CLIENT],
    [2, `203.0.113.9,${CLIENT},10.0.0.2`, CLIENT],
    [2, `203.0.113.9, ${CLIENT}`, '203.0.113.9'],
  ])('%i is the one so many from the right: %s', (proxies, forwarded, address) => {
    expect(find(proxies, forwarded)).toBe(address)
  })

  it('is the farthest known where there are fewer than that', () => {
    expect(find(3, `${CLIENT}, 10.0.0.2`)).toBe(CLIENT)
    expect(find(1)).toBe(PROXY)
  })
})

describe('the address of a client behind listed proxies', () => {
  const LISTED = ['10.0.0.0/8', '2001:db8:ff::/48', '203.0.113.1']

  it.each([
    ['one proxy', CLIENT],
    ['two', `${CLIENT}, 10.9.9.9`],
    ['one of IPv6', `${CLIENT}, 2001:db8:ff::9`],
    ['one that is listed by itself', `${CLIENT}, 203.0.113.1`],
    ['one that writes IPv4 as IPv6', `${CLIENT}, ::ffff:10.9.9.9`],
    ['one that adds the port', `${CLIENT}:4711, [2001:db8:ff::9]:443`],
    ['what the client itself wrote', `198.51.100.1, 10.0.0.2, ${CLIENT}`],
  ])('is the first from the right that is none of them, behind %s', (_, forwarded) => {
    expect(find(LISTED, forwarded)).toBe(CLIENT)
  })

  it('is that of its socket where this is no proxy listed', () => {
    expect(find(LISTED, CLIENT, '203.0.113.2')).toBe('203.0.113.2')
  })

  it.each(['unknown', '', '_hidden', 'evil\t', '10.0.0.300', '\u00a0192.0.2.9', '192.0.2.9\u00a0'])(
    'is that of the last proxy where the entry %j is no address',
    (entry) => {
      expect(find(LISTED, `${CLIENT}, ${entry}, 10.0.0.2`)).toBe('10.0.0.2')
    },
  )

  it('is looked for in a bounded part of the header', () => {
    expect(find(['0.0.0.0/0'], Array(9999).fill(CLIENT).join(','))).toBe(CLIENT)
  })
})

describe('trustProxy', () => {
  it('left out is told once where it seems to be missing, and never where it is set', () => {
    const { logger, lines } = createLogRecorder()
    for (const config of [undefined, 0, [PROXY]]) {
      const findAddress = createClientAddress(config, logger)
      for (let count = 0; count < 3; count++) findAddress(forwardedRequest(), PROXY)
    }
    const message = expect.stringContaining('server.trustProxy')
    expect(lines).toStrictEqual([{ level: 'warn', message, fields: {} }])
  })

  it.each<unknown>([
    -1,
    1.5,
    33,
    NaN,
    true,
    '10.0.0.0/8',
    null,
    ['10.0.0.0/33'],
    ['10.0.0.0/'],
    ['10.0.0.0/8/8'],
    ['::/129'],
    ['proxy.example'],
    [''],
    [7],
  ])('refuses %j', (config) => {
    const create = () => createClientAddress(config as Config, createLogRecorder().logger)
    const text = expect.stringContaining('server.trustProxy')
    expect(create).toThrow(expect.objectContaining({ code: 'option_invalid', message: text }))
  })
})
