import { BUCKETS, type RequestSeries } from './request-tally.js'

const NAME = 'signet_http_request_duration_seconds'

/** A value of a label in quotes: patterns of routes are the application's own. */
function quote(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`
}

function seriesLines({
  method,
  route,
  status,
  count,
  totalMs,
  durations,
}: RequestSeries): string[] {
  const labels = `method="${method}",route=${quote(route)},status="${status}"`
  let upTo = 0
  const buckets = [...BUCKETS, '+Inf'].map((bound, index) => {
    upTo += durations[index] ?? 0
    return `${NAME}_bucket{le="${bound}",${labels}} ${upTo}`
  })
  return [
    ...buckets,
    `${NAME}_sum{${labels}} ${totalMs / 1000}`,
    `${NAME}_count{${labels}} ${count}`,
  ]
}

/**
 * The histogram of durations in the text format of Prometheus. prom-client writes all other metrics from values that
 * are set when somebody asks for them. Its histogram has no way to set a value: it takes one observation at a time, so
 * it would have to run for each request, and to read the labels again each time. `RequestTally` counts without that.
 */
export function durationText(all: readonly RequestSeries[]): string {
  return [
    `# HELP ${NAME} Time from a request to the end of its response.`,
    `# TYPE ${NAME} histogram`,
    ...all.flatMap(seriesLines),
    '',
  ].join('\n')
}
