import type { Route } from '../route.js'
import type { Metrics, MetricSources } from './contract.js'
import { observeDecision, type Observation } from './observation.js'
import type { MetricRegistry } from './registry.js'

/** After so many requests they are counted, whether anybody asks for metrics or not. */
const MOST_PENDING = 1000

async function loadRegistry(sources: MetricSources): Promise<MetricRegistry> {
  const { createMetricRegistry } = await import('./registry.js')
  return createMetricRegistry(sources)
}

/**
 * Makes the metrics of an application. Requests are only noted, and counted together later: a start does not
 * wait for what counts them to be loaded, nor does a command that serves nothing.
 * @param pathOf - the whole path of a route, with its parameters as `:name`
 */
export function createMetrics(sources: MetricSources, pathOf: (route: Route) => string): Metrics {
  let pending: Observation[] = []
  let loading: Promise<MetricRegistry> | undefined

  async function countPending(): Promise<MetricRegistry> {
    loading ??= loadRegistry(sources)
    const registry = await loading
    const observations = pending
    pending = []
    registry.count(observations)
    return registry
  }

  return {
    observe(decision) {
      pending.push(observeDecision(decision, pathOf))
      // Where it fails, whoever asks for metrics is told.
      if (pending.length === MOST_PENDING) countPending().catch(() => undefined)
    },
    async scrape() {
      const registry = await countPending()
      return await registry.expose()
    },
  }
}
