import { describe, expect, it } from 'vitest'
import { networkOf, normalizeAddress } from './address.js'

describe('normalizeAddress', () => {
  it.each([
    ['an IPv4 address as it is', '192.0.2.7', '192.0.2.7'],
    ['IPv4 mapped into IPv6 as IPv4 (RFC 4291 section 2.5.5.2)', '::ffff:192.0.2.7', '192.0.2.7'],
    ['the same in hexadecimal digits', '::FFFF:c000:207', '192.0.2.7'],
    ['IPv6 in lower case and compressed (RFC 5952)', '2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['IPv6 without its zone', 'fe80::1%eth0', 'fe80::1'],
    ['the loopback address', '::1', '::1'],
  ])('spells %s', (_, text, spelt) => {
    expect(normalizeAddress(text)).toBe(spelt)
  })

  it.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '0x7f.0.0.1',
    '192.0.2.7:80',
    '[::1]',
    '::g',
  ])('knows no address in %j', (text) => {
    expect(normalizeAddress(text)).toBeUndefined()
  })
})

describe('networkOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8:1::6', '2001:db8:1:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::2:3:4:5:6', '1:0:0:2::/64'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
