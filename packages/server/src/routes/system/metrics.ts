import { expositionReply } from '../../observe/metrics/exposition.js'
import type { Metrics } from '../../observe/metrics/metrics.js'
import { defineRoute, type Route } from '../../route/route.js'

const read = (metrics: () => Metrics): Route =>
  defineRoute({
    method: 'GET',
    path: '/metrics',
    isPrefixed: false,
    access: 'system:read',
    summary: 'Metrics of the server, in the text format of Prometheus',
    handler: async () => expositionReply(await metrics().scrape()),
  })

/** What is counted and measured. */
export const metricsRoutes = (metrics: () => Metrics): readonly Route[] => [read(metrics)]
