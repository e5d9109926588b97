import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createSecret, secretKeys, signToken } from '@signet/auth'
import { openUpstream, type Upstream } from '../upstream/upstream.js'

/**
 * What an application does with tokens. `verifies`: it takes those of the proxy and no others. `refuses`: it takes neither
 * those of the proxy nor requests without one. `open`: it answers without a token, or with any. `unknown`: it does not have
 * the route that was asked for.
 */
export type UpstreamAuth = 'verifies' | 'refuses' | 'open' | 'unknown'

/** How an application is asked. */
export interface ProbeOptions {
  /** Of the application, such as `http://127.0.0.1:4112`. */
  readonly origin: string
  /** What it is to verify tokens with (HS256). */
  readonly secret: string
}

/** A route that each application has, and that a good token is enough for. */
const PROBED = '/api/agents'
const TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 1000

function tokenOf(secret: string): string {
  return signToken({ sub: 'signet-proxy-probe' }, secretKeys(secret).signingKey, {
    expiresInSeconds: 60,
  })
}

async function statusOf(upstream: Upstream, token: string | undefined): Promise<number> {
  const { status, body } = await upstream.request({
    method: 'GET',
    path: PROBED,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: null,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  body.on('error', () => undefined).destroy()
  return status
}

const isGood = (status: number): boolean => status >= 200 && status < 300

/**
 * Asks an application what it does with tokens: with one of the proxy, with one of another secret, and without one.
 * @throws {RequestError} `upstream_unavailable` or `upstream_timeout`; a `TimeoutError` after 10 seconds
 */
export async function probeAuth({ origin, secret }: ProbeOptions): Promise<UpstreamAuth> {
  const upstream = openUpstream({ origin, timeoutMs: TIMEOUT_MS })
  try {
    const own = await statusOf(upstream, tokenOf(secret))
    const none = await statusOf(upstream, undefined)
    const foreign = await statusOf(upstream, tokenOf(createSecret()))
    if (isGood(none) || isGood(foreign)) return 'open'
    if (isGood(own)) return 'verifies'
    return own === 401 || own === 403 ? 'refuses' : 'unknown'
  } finally {
    await upstream.close()
  }
}

/** Whether a connection to an address is accepted. */
function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS })
    const end = (isAccepted: boolean) => {
      socket.destroy()
      resolve(isAccepted)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

/**
 * The addresses of this machine, beside loopback, at which a port is open: whoever reaches them needs no proxy.
 * @returns none where only this machine reaches it
 */
export async function findExposed(port: number): Promise<readonly string[]> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address)
  const open = await Promise.all(addresses.map((address) => accepts(address, port)))
  return addresses.filter((_, index) => open[index])
}

/** Whether an application answers a request, whatever it says. It waits two seconds at most. */
export async function isAnswering(origin: string): Promise<boolean> {
  const upstream = openUpstream({ origin, timeoutMs: TIMEOUT_MS })
  try {
    await statusOf(upstream, undefined)
    return true
  } catch {
    return false
  } finally {
    await upstream.close()
  }
}
