import { Counter, Gauge, Registry } from 'prom-client'
import type { MetricSources } from './metrics.js'
import type { Exposition } from './exposition.js'
import { durationText } from './duration-text.js'
import { processRegistry } from './process-registry.js'
import type { RequestTally } from './request-tally.js'

/** What was observed, as Prometheus reads it. */
export interface MetricRegistry {
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
      help: 'Responses that are being made or sent.',
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
      name: 'signet_ready',
      help: 'Whether the server is ready, as /ready says: 1 or 0.',
      registers: [],
      async collect() {
        this.set((await sources.isReady()) ? 1 : 0)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'signet_revocation_log_age_seconds',
      help: 'Age of what the server knows of revocations.',
      registers: [],
      collect() {
        const ageMs = sources.revocationAgeMs()
        show(this, ageMs === undefined ? undefined : ageMs / 1000)
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'signet_log_lost_lines_total',
      help: 'Lines of the log that could not be written.',
      registers: [],
      collect() {
        show(this, sources.lostLogLines())
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'signet_unhandled_faults_total',
      help: 'Rejections and exceptions that no code handled.',
      registers: [],
      collect() {
        show(this, sources.unhandledFaults())
      },
    }),
  )
}

/** What was counted since the start. */
function addTally(tally: RequestTally, registry: Registry): void {
  registry.registerMetric(
    new Counter({
      name: 'signet_http_requests_total',
      help: 'Requests by method, pattern of the route and status.',
      labelNames: ['method', 'route', 'status'],
      registers: [],
      collect() {
        this.reset()
        for (const { method, route, status, count } of tally.series) {
          this.inc({ method, route, status }, count)
        }
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'signet_refusals_total',
      help: 'Requests that were refused, failed or broken off, by code.',
      labelNames: ['code'],
      registers: [],
      collect() {
        this.reset()
        for (const [code, count] of tally.refusals) this.inc({ code }, count)
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'signet_model_tokens_total',
      help: 'Tokens that models counted, by direction.',
      labelNames: ['direction'],
      registers: [],
      collect() {
        this.reset()
        this.inc({ direction: 'input' }, tally.inputTokens)
        this.inc({ direction: 'output' }, tally.outputTokens)
      },
    }),
  )
}

/** Makes a registry of its own, so that two applications in one process count apart. */
export function createMetricRegistry(sources: MetricSources, tally: RequestTally): MetricRegistry {
  const registry = new Registry()
  addTally(tally, registry)
  addSources(sources, registry)
  return {
    async expose() {
      const [own, ofProcess] = await Promise.all([registry.metrics(), processRegistry().metrics()])
      const text = [own, durationText(tally.series), ofProcess].join('\n')
      return { contentType: registry.contentType, text }
    },
  }
}
