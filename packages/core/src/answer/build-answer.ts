import type { Content, PendingCall } from '../loop/content.js'
import type { Step } from '../loop/step.js'
import { hideProviderState } from '../memory/provider-state.js'
import {
  contentOf,
  withInvocations,
  toUiMessage,
  type StoredMessage,
} from '../memory/stored-message.js'
import type { AgentOutput, OutputStep, RunFacts, StructuredObject, Usage } from './answer.js'
import { storeAnswer } from './store-answer.js'
import type { ToolCallSuspension, ToolCall, ToolCallChunk, ToolResultChunk } from './tool-chunk.js'

/** Why an answer ends that waits for somebody. */
const SUSPENDED = 'suspended'

/** The parts of a step by their kind, while they are sorted. */
interface Parts {
  text: string
  reasoningText: string
  readonly reasoning: readonly unknown[]
  readonly toolCalls: ToolCallChunk[]
  readonly toolResults: ToolResultChunk[]
  readonly sources: unknown[]
  readonly files: unknown[]
}

function add(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined ? right : left + (right ?? 0)
}

/** The sum over all steps; `raw` is that of the last one. */
export function totalUsage(usages: readonly Usage[]): Usage {
  const none: Usage = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined }
  return usages.reduce(
    (total, usage) => ({
      inputTokens: add(total.inputTokens, usage.inputTokens),
      outputTokens: add(total.outputTokens, usage.outputTokens),
      totalTokens: add(total.totalTokens, usage.totalTokens),
      raw: usage.raw,
    }),
    none,
  )
}

/** What a model thought, as its provider takes it again. */
function toReasoning(part: Content): unknown[] {
  if (part.type !== 'reasoning' && part.type !== 'reasoning-file') return []
  const options = part.providerMetadata && { providerOptions: part.providerMetadata }
  if (part.type === 'reasoning-file') {
    const { base64: data, mediaType } = part.file
    return [{ type: part.type, data, mediaType, ...options }]
  }
  return [{ type: part.type, text: part.text, ...options }]
}

/** The parts of a step by their kind. */
function sortParts(content: readonly Content[], runId: string): Parts {
  const parts: Parts = {
    text: '',
    reasoningText: '',
    reasoning: content.flatMap(toReasoning),
    toolCalls: [],
    toolResults: [],
    sources: [],
    files: [],
  }
  for (const part of content) {
    switch (part.type) {
      case 'text':
        parts.text += part.text
        break
      case 'reasoning':
        parts.reasoningText += part.text
        break
      case 'source':
        parts.sources.push(part)
        break
      case 'file':
        parts.files.push(part.file)
        break
      case 'tool-call': {
        const { toolCallId, toolName, input } = part
        const payload = { toolCallId, toolName, args: input }
        parts.toolCalls.push({ type: 'tool-call', runId, from: 'AGENT', payload })
        break
      }
      case 'tool-result': {
        const { toolCallId, toolName, input, output } = part
        const payload = { args: input, toolCallId, toolName, result: output }
        parts.toolResults.push({ type: 'tool-result', runId, from: 'AGENT', payload })
        break
      }
    }
  }
  return parts
}

/**
 * One step as the wire shows it. Notes in the facts that it has ended.
 * @param before - the step before it: the messages of a step are all of the answer so far
 */
export function toOutputStep(
  step: Step,
  before: OutputStep | undefined,
  facts: RunFacts,
): OutputStep {
  const { response, messages } = step
  facts.stepEnds.push(Date.now())
  return {
    stepType: step.index === 0 ? 'initial' : 'tool-result',
    ...sortParts(step.content, facts.runId),
    content: contentOf(messages),
    finishReason: step.pending.length > 0 ? SUSPENDED : step.finishReason,
    usage: step.usage,
    warnings: step.warnings,
    request: {},
    response: {
      id: response.id,
      timestamp: response.timestamp,
      modelId: response.modelId,
      modelMetadata: facts.model,
      messages: before === undefined ? messages : [...before.response.messages, ...messages],
    },
    providerMetadata: step.providerMetadata,
  }
}

/** Question and answer as memory keeps them. */
export function keptMessages(
  steps: readonly OutputStep[],
  facts: RunFacts,
  structured?: StructuredObject,
): readonly StoredMessage[] {
  return [...facts.storedQuestion, storeAnswer(steps, facts, structured)]
}

/** What an answer waits for, as the wire shows it; undefined where it waits for nothing. */
export function suspendPayload(step: Step | undefined): AgentOutput['suspendPayload'] {
  const [first] = step?.pending ?? []
  return first && showPending(first)
}

/** A call that waits, as the wire shows it. */
export function showPending({
  toolCallId,
  toolName,
  input: args,
  suspension,
}: PendingCall): ToolCall | ToolCallSuspension {
  const call = { toolCallId, toolName, args }
  if (suspension === undefined) return call
  const { payload, resumeSchema } = suspension
  return {
    ...call,
    suspendPayload: payload,
    ...(resumeSchema !== undefined && { resumeSchema: JSON.stringify(resumeSchema) }),
  }
}

/** Puts a whole answer together from its steps. */
export function buildOutput(
  steps: readonly OutputStep[],
  facts: RunFacts,
  structured?: StructuredObject,
): AgentOutput {
  const last = steps.at(-1)
  const stored = storeAnswer(steps, facts, structured)
  const answer = withInvocations({ ...stored, content: hideProviderState(stored.content) })
  const usage = totalUsage(steps.map((step) => step.usage))
  return {
    text: last?.text ?? '',
    ...(structured && { object: structured.object }),
    usage,
    totalUsage: usage,
    steps,
    finishReason: last?.finishReason ?? 'other',
    warnings: steps.flatMap((step) => step.warnings),
    request: {},
    reasoning: steps.flatMap((step) => step.reasoning),
    toolCalls: steps.flatMap((step) => step.toolCalls),
    toolResults: steps.flatMap((step) => step.toolResults),
    sources: steps.flatMap((step) => step.sources),
    files: steps.flatMap((step) => step.files),
    response: {
      id: last?.response.id,
      timestamp: last?.response.timestamp,
      modelId: last?.response.modelId,
      modelMetadata: facts.model,
      messages: last?.response.messages ?? [],
      uiMessages: [toUiMessage(answer)],
      dbMessages: [answer],
    },
    providerMetadata: last?.providerMetadata,
    usedFallbackValue: false,
    runId: facts.runId,
    messages: [...facts.storedQuestion.map(withInvocations), answer],
    rememberedMessages: facts.remembered,
  }
}
