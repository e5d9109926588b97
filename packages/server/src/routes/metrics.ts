import { expositionResponse } from '../metrics/exposition.js'
import { defineRoute, type Route } from '../route.js'

const read = defineRoute({
  method: 'GET',
  path: '/metrics',
  isPrefixed: false,
  access: 'system:read',
  summary: 'Metrics of the server, in the text format of Prometheus',
  async handler({ metrics, stop }) {
    try {
      return expositionResponse(await metrics.scrape())
    } finally {
      stop()
    }
  },
})

/** What is counted and measured. */
export const metricsRoutes: readonly Route[] = [read]
