import { expositionReply } from '../../observe/metrics/exposition.js'
import { defineRoute, type Route } from '../../route/route.js'

const read = defineRoute({
  method: 'GET',
  path: '/metrics',
  isPrefixed: false,
  access: 'system:read',
  summary: 'Metrics of the server, in the text format of Prometheus',
  handler: async ({ metrics }) => expositionReply(await metrics.scrape()),
})

/** What is counted and measured. */
export const metricsRoutes: readonly Route[] = [read]
