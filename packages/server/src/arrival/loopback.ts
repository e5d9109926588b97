import { RequestError } from '../error/error.js'
import type { Incoming } from '../http/incoming.js'

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function isLoopback(hostname: string): boolean {
  return LOOPBACK_NAMES.has(hostname) || hostname.endsWith('.localhost')
}

function hostnameOf(url: string): string | undefined {
  try {
    return new URL(url).hostname
  } catch {
    return undefined
  }
}

/**
 * Refuses a request that a page of another site could have caused by pointing its own name at this
 * machine (DNS rebinding): its Host, or its Origin, is not a loopback name.
 * @throws {RequestError} `host_refused`
 */
export function requireLoopback(request: Pick<Incoming, 'header'>): void {
  const host = hostnameOf(`http://${request.header('host') ?? ''}`)
  const origin = request.header('origin')
  const originHost = origin === undefined ? 'localhost' : hostnameOf(origin)
  if (
    host === undefined ||
    originHost === undefined ||
    !isLoopback(host) ||
    !isLoopback(originHost)
  ) {
    throw new RequestError('host_refused', 'The Host or Origin is not a loopback name.')
  }
}
