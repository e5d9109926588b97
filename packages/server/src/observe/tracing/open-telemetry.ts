import type { Span, TextMapGetter } from '@opentelemetry/api'
import { waitAtMost } from '@signet/auth/internal'
import { traceAnswers } from '@signet/core'
import type { Decision, Exchange } from '../../exchange.js'
import type { Incoming } from '../../http/incoming.js'
import type { Tracing } from './tracing.js'
import { answerTracing } from './answer-tracing.js'
import { loadTracingPackages } from './packages.js'

/** Whether the environment names where spans go, and does not switch OpenTelemetry off. */
export function isTracingAsked(environment: NodeJS.ProcessEnv = process.env): boolean {
  const {
    OTEL_SDK_DISABLED: disabled,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesEndpoint,
  } = environment
  return disabled?.toLowerCase() !== 'true' && Boolean(endpoint || tracesEndpoint)
}

const HEADERS: TextMapGetter<Incoming> = {
  get: (request, name) => request.header(name),
  keys: (request) => [...request.headers.keys()],
}

/** Milliseconds that the last spans have to be sent in. */
const CLOSE_MS = 5_000

/** What a span says of a request at its end. */
function describe(span: Span, { route, status, code, requestId }: Decision): void {
  span.setAttributes({
    'http.response.status_code': status,
    'signet.request_id': requestId,
    ...(route && { 'http.route': route.path }),
    ...(code && { 'error.type': code }),
  })
}

/**
 * Sends spans of requests, gate, agents, models, tools and store by OTLP over HTTP. Where to, how often and
 * under which name is read from the variables of OpenTelemetry, such as `OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_TRACES_SAMPLER` and `OTEL_SERVICE_NAME` (default: `signet`).
 *
 * @throws {StartError} `tracing_missing` where its packages are not installed
 */
export async function openTracing(): Promise<Tracing> {
  const { api, sdk, resources, exporter } = await loadTracingPackages()
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api
  const provider = new sdk.NodeTracerProvider({
    resource: resources.defaultResource().merge(
      resources.resourceFromAttributes({
        'service.name': process.env['OTEL_SERVICE_NAME'] || 'signet',
      }),
    ),
    spanProcessors: [new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter())],
  })
  provider.register()
  const tracer = provider.getTracer('signet')
  traceAnswers(answerTracing(api, tracer))

  function end(span: Span, isFault: boolean): void {
    if (isFault) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  return {
    async request(exchange: Exchange, work) {
      const { request } = exchange
      const parent = propagation.extract(context.active(), request, HEADERS)
      const span = tracer.startSpan(
        request.method,
        { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method } },
        parent,
      )
      exchange.onEnd(() => {
        const decision = exchange.decide()
        describe(span, decision)
        if (decision.route) span.updateName(`${request.method} ${decision.route.path}`)
        end(span, decision.status >= 500 || decision.code === 'answer_failed')
      })
      return await context.with(trace.setSpan(parent, span), work)
    },
    step: (name, work) =>
      tracer.startActiveSpan(name, async (span) => {
        try {
          const value = await work()
          end(span, false)
          return value
        } catch (error) {
          // Nothing of the error: what it says may be what somebody wrote.
          end(span, true)
          throw error
        }
      }),
    async close() {
      traceAnswers(undefined)
      const closed = provider.shutdown().catch(() => undefined)
      await waitAtMost(closed, CLOSE_MS)
    },
  }
}
