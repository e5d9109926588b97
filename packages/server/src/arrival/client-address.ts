import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { trimWhiteSpace } from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import { normalizeAddress } from '../http/address.js'
import { StartError } from '../error/error.js'
import { OF_SERVER } from '../start/start-check.js'
import type { Incoming } from '../http/incoming.js'

/** Finds the address of a request's client. */
export type ClientAddress = (
  request: Pick<Incoming, 'header'>,
  socketAddress: string | undefined,
) => string | undefined

/** Whether to believe what a proxy says of who sent it a request. Proxies count from 0, the nearest. */
type Trust = (address: string, proxy: number) => boolean

/** No honest request passes more. */
const MAX_PROXIES = 32

/** Refuses the setting, by the name of its option. */
type Refuse = (message: string) => never

function addTo(list: BlockList, entry: unknown, invalid: Refuse): void {
  const text = String(entry)
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = isIPv4(address) ? 32 : 128
  const length = prefix === undefined ? bits : Number(prefix)
  const isRange = prefix === undefined || /^\d{1,3}$/.test(prefix)
  if (isIP(address) === 0 || rest.length > 0 || !isRange || length > bits) {
    invalid(
      `has ${JSON.stringify(text)}, which is neither an address nor a range such as 10.0.0.0/8.`,
    )
  }
  list.addSubnet(address, length, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function readTrust(config: unknown, invalid: Refuse): Trust | undefined {
  if (config === undefined) return undefined
  if (typeof config === 'number') {
    if (Number.isInteger(config) && config >= 0 && config <= MAX_PROXIES) {
      return (_address, proxy) => proxy < config
    }
    return invalid(`must be a number of proxies from 0 to ${MAX_PROXIES}, or a list of addresses.`)
  }
  if (!Array.isArray(config)) return invalid('must be a number of proxies or a list of addresses.')
  const list = new BlockList()
  for (const entry of config) addTo(list, entry, invalid)
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** An entry of `X-Forwarded-For`; some proxies write a port behind the address. */
function readEntry(entry: string): string | undefined {
  const text = trimWhiteSpace(entry)
  const withPort = /^(?:\[(.+)\]|(\d[\d.]+))(?::\d{1,5})?$/.exec(text)
  return normalizeAddress(withPort?.[1] ?? withPort?.[2] ?? text)
}

/**
 * Says how the address of a client is found: it is that of the socket, unless that is a trusted proxy's.
 * Then `X-Forwarded-For` is read from its right end on, to the first address that is not a trusted proxy's.
 * What stands left of that is whatever the client wrote, and is not looked at.
 * Without a setting, the first such header is told in the log.
 * @param config - how many proxies are before the server, or the addresses and ranges that they have
 * @param path - what stands before the name of the option in messages
 * @throws {StartError} `option_invalid`
 */
export function createClientAddress(
  config: number | readonly string[] | undefined,
  logger: Logger,
  path: string = OF_SERVER.path,
): ClientAddress {
  const option = `${path}trustProxy`
  const isTrusted = readTrust(config, (message) => {
    throw new StartError('option_invalid', `${option} ${message}`)
  })
  let isToldOfProxy = config !== undefined
  return (request, socketAddress) => {
    const socket = socketAddress === undefined ? undefined : normalizeAddress(socketAddress)
    if (!isToldOfProxy && request.header('x-forwarded-for') !== undefined) {
      isToldOfProxy = true
      logger.warn(
        `A request has the header X-Forwarded-For, which is ignored: limits and audit use the address of the socket. If this server is behind a proxy, set ${option}; if not, set it to 0.`,
      )
    }
    if (socket === undefined || isTrusted === undefined || !isTrusted(socket, 0)) return socket
    const entries = request.header('x-forwarded-for')?.split(',') ?? []
    let client = socket
    for (let proxy = 1; proxy <= MAX_PROXIES; proxy++) {
      const entry = entries.at(-proxy)
      const address = entry === undefined ? undefined : readEntry(entry)
      if (address === undefined) break
      client = address
      if (!isTrusted(address, proxy)) break
    }
    return client
  }
}
