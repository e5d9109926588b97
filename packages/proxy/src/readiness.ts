import type { Route } from '@signet/server'
import { jsonReply, Reply } from '@signet/server/internal'
import type { Upstream } from './upstream/upstream.js'

const PROBE_TIMEOUT_MS = 2000
/** How long an answer of the upstream counts, in milliseconds: a storm of probes is one question a second. */
const COUNTS_MS = 1000

/** Whether the upstream answers a request, whatever it says. It waits two seconds at most. */
async function isAnswering(upstream: Upstream): Promise<boolean> {
  try {
    const { body } = await upstream.request({
      method: 'GET',
      path: '/health',
      headers: {},
      body: null,
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    body.on('error', () => undefined).destroy()
    return true
  } catch {
    return false
  }
}

/** Asks the upstream one question at a time, one a second, however often it is asked. */
function createProbe(upstream: Upstream): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined
  let until = -Infinity
  return () => {
    if (asked === undefined || performance.now() >= until) {
      until = performance.now() + PROBE_TIMEOUT_MS + COUNTS_MS
      asked = isAnswering(upstream).finally(() => (until = performance.now() + COUNTS_MS))
    }
    return asked
  }
}

/**
 * The route `/ready` of a proxy: 503 also where the upstream does not answer.
 * @param gateReady - that of the gate, which is asked first
 */
export function readyRoute(gateReady: Route, upstream: Upstream): Route {
  const probe = createProbe(upstream)
  return Object.freeze({
    ...gateReady,
    async handle(input: Parameters<Route['handle']>[0]) {
      const gate = await gateReady.handle(input)
      if (!(gate instanceof Reply) || gate.status !== 200 || (await probe())) return gate
      return jsonReply({ ready: false, reason: 'upstream_unavailable' }, 503)
    },
  })
}
