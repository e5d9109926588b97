import { answerTracing, type AnswerSpan, type SpanAttributes } from '../model/telemetry.js'
import type { LoopCall } from './call.js'
import type { ToolCallContent } from './content.js'
import type { StepRecord } from './record.js'

function modelAttributes({ model }: LoopCall): SpanAttributes {
  return { 'gen_ai.provider.name': model.provider, 'gen_ai.request.model': model.modelId }
}

/** Begins the span of an answer; undefined where nobody is to be told. */
export function traceAgent(call: LoopCall): AnswerSpan | undefined {
  const attributes = { 'gen_ai.agent.name': call.agentId, ...modelAttributes(call) }
  return answerTracing()?.start('invoke_agent', call.agentId, attributes)
}

/** Begins the span of one call of the model. */
export function traceModel(parent: AnswerSpan | undefined, call: LoopCall): AnswerSpan | undefined {
  return parent?.start('chat', call.model.modelId, modelAttributes(call))
}

/** Begins the span of one call of a tool. */
export function traceTool(
  parent: AnswerSpan | undefined,
  { toolCallId, toolName }: Pick<ToolCallContent, 'toolCallId' | 'toolName'>,
): AnswerSpan | undefined {
  return parent?.start('execute_tool', toolName, {
    'gen_ai.tool.name': toolName,
    'gen_ai.tool.call.id': toolCallId,
    'gen_ai.tool.type': 'function',
  })
}

/** What the span of a call of the model says at its end. */
export function modelOutcome({ usage, finishReason }: StepRecord): {
  readonly isError: boolean
  readonly attributes: SpanAttributes
} {
  return {
    isError: finishReason === 'error',
    attributes: {
      'gen_ai.response.finish_reasons': [finishReason],
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
    },
  }
}

/** Runs work below a span, where there is one. */
export function below<Value>(span: AnswerSpan | undefined, work: () => Value): Value {
  return span === undefined ? work() : span.run(work)
}
