import type { Route } from '../../route/route.js'
import type { Metrics, MetricSources } from './metrics.js'
import type { MetricRegistry } from './registry.js'
import { RequestTally } from './request-tally.js'

/**
 * Makes the metrics of an application. Requests are only counted; what words the counts is loaded by `load`, or when
 * somebody asks for them: a start does not wait for it, nor does a command that serves nothing.
 * @param pathOf - the whole path of a route, with its parameters as `:name`
 */
export function createMetrics(sources: MetricSources, pathOf: (route: Route) => string): Metrics {
  const tally = new RequestTally(pathOf)
  let registry: MetricRegistry | undefined

  async function openRegistry(): Promise<MetricRegistry> {
    const { createMetricRegistry } = await import('./registry.js')
    registry ??= createMetricRegistry(sources, tally)
    return registry
  }

  return {
    observe: (decision) => tally.add(decision),
    async scrape() {
      return await (registry ?? (await openRegistry())).expose()
    },
    async load() {
      await openRegistry().catch(() => undefined)
    },
  }
}
