import { isIP, isIPv4 } from 'node:net'

/** An IPv4 address in an IPv6 one, as `URL` writes it (RFC 4291 section 2.5.5.2). */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

function mappedIPv4(address: string): string | undefined {
  const match = MAPPED.exec(address)
  if (match === null) return undefined
  const [high, low] = [Number.parseInt(match[1] ?? '', 16), Number.parseInt(match[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * One spelling for each address: IPv6 as in RFC 5952, without a zone, and IPv4 that is mapped into IPv6 as
 * IPv4. Undefined for what is not an address.
 */
export function normalizeAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (isIP(text) === 0) return undefined
  const [withoutZone = ''] = text.split('%')
  const address = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1)
  return mappedIPv4(address) ?? address
}

/**
 * What an address counts as: an IPv4 address as itself, an IPv6 address as its /64, all of which one client
 * has (RFC 4291 section 2.5.4).
 * @param address - normalized
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing =
    tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length
  const whole = [...groups, ...Array<string>(missing).fill('0'), ...(tail ?? '').split(':')]
  return `${whole.slice(0, 4).join(':')}::/64`
}
