import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { MetricSources } from './contract.js'
import type { Exposition } from './exposition.js'
import type { Observation } from './observation.js'
import { processRegistry } from './process-registry.js'

/** Upper bounds in seconds: from what is answered out of memory to the longest answer of a model. */
const BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180,
]

const REQUEST_LABELS = ['method', 'route', 'status'] as const

/** What was observed, as Prometheus reads it. */
export interface MetricRegistry {
  count(observations: readonly Observation[]): void
  expose(): Promise<Exposition>
}

/** Shows what is so now; nothing where that is not known. */
function show(metric: Gauge | Counter, value: number | undefined): void {
  metric.reset()
  if (value === undefined) metric.remove()
  else metric.inc(value)
}

/** What is read from elsewhere when metrics are asked for. */
function addSources(sources: MetricSources, registry: Registry): void {
  registry.registerMetric(
    new Gauge({
      name: 'signet_running_answers',
      help: 'Answers that are being made or sent.',
      registers: [],
      collect() {
        show(this, sources.running())
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'signet_audit_queue_records',
      help: 'Audit records that wait to be written.',
      registers: [],
      collect() {
        show(this, sources.audit()?.waiting)
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'signet_audit_lost_requests_total',
      help: 'Requests that the audit could not record.',
      registers: [],
      collect() {
        show(this, sources.audit()?.lost)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'signet_revocation_log_age_seconds',
      help: 'How old what is known of withdrawals is.',
      registers: [],
      collect() {
        const ageMs = sources.revocationAgeMs()
        show(this, ageMs === undefined ? undefined : ageMs / 1000)
      },
    }),
  )
}

/** Makes a registry of its own, so that two applications in one process count apart. */
export function createMetricRegistry(sources: MetricSources): MetricRegistry {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'signet_http_requests_total',
    help: 'Requests by method, pattern of the route and status.',
    labelNames: REQUEST_LABELS,
    registers,
  })
  const durations = new Histogram({
    name: 'signet_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: REQUEST_LABELS,
    buckets: BUCKETS,
    registers,
  })
  const refusals = new Counter({
    name: 'signet_refusals_total',
    help: 'Requests that were refused, failed or broken off, by code.',
    labelNames: ['code'],
    registers,
  })
  const tokens = new Counter({
    name: 'signet_model_tokens_total',
    help: 'Tokens that models counted, by direction.',
    labelNames: ['direction'],
    registers,
  })
  addSources(sources, registry)

  function countTokens(direction: 'input' | 'output', count: number | undefined): void {
    // What a provider of models reports may be no count at all.
    if (count !== undefined && count > 0 && Number.isFinite(count)) tokens.inc({ direction }, count)
  }

  return {
    count(observations) {
      for (const { method, route, status, code, seconds, ...usage } of observations) {
        const labels = { method, route, status }
        requests.inc(labels)
        durations.observe(labels, seconds)
        if (code !== undefined) refusals.inc({ code })
        countTokens('input', usage.inputTokens)
        countTokens('output', usage.outputTokens)
      }
    },
    async expose() {
      const texts = await Promise.all([registry.metrics(), processRegistry().metrics()])
      return { contentType: registry.contentType, text: texts.join('\n') }
    },
  }
}
