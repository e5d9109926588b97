import type { Route } from '../route.js'
import type { Metrics, MetricSources } from './contract.js'
import type { MetricRegistry } from './registry.js'
import { RequestTally } from './request-tally.js'

/**
 * Makes the metrics of an application. Requests are only counted; what words the counts is loaded when somebody
 * asks for them: a start does not wait for it, nor does a command that serves nothing.
 * @param pathOf - the whole path of a route, with its parameters as `:name`
 */
export function createMetrics(sources: MetricSources, pathOf: (route: Route) => string): Metrics {
  const tally = new RequestTally(pathOf)
  let loading: Promise<MetricRegistry> | undefined

  async function loadRegistry(): Promise<MetricRegistry> {
    const { createMetricRegistry } = await import('./registry.js')
    return createMetricRegistry(sources, tally)
  }

  return {
    observe: (decision) => tally.add(decision),
    async scrape() {
      loading ??= loadRegistry()
      const registry = await loading
      return await registry.expose()
    },
  }
}
