import type { Context, Tracer } from '@opentelemetry/api'
import type { AnswerSpan, AnswerTracing } from '@signet/core'

type Api = typeof import('@opentelemetry/api')

/** Agents, models and tools as spans, by OpenTelemetry's conventions for generative AI. */
export function answerTracing(api: Api, tracer: Tracer): AnswerTracing {
  const { context, SpanKind, SpanStatusCode, trace } = api

  function start(
    parent: Context,
    ...[operation, target, attributes]: Parameters<AnswerTracing['start']>
  ): AnswerSpan {
    const span = tracer.startSpan(
      `${operation} ${target}`,
      {
        kind: operation === 'chat' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: { 'gen_ai.operation.name': operation, ...attributes },
      },
      parent,
    )
    const own = trace.setSpan(parent, span)
    return {
      start: (...part) => start(own, ...part),
      run: (work) => context.with(own, work),
      end({ isError, attributes: outcome = {} }) {
        span.setAttributes(outcome)
        // Nothing of an error: what it says may be what somebody wrote.
        if (isError) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      },
    }
  }

  return { start: (...answer) => start(context.active(), ...answer) }
}
