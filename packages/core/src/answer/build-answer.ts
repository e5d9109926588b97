import type { ModelMessage } from 'ai'
import type { ToolCallChunk, ToolResultChunk } from './chunk.js'
import type { Content } from '../loop/content.js'
import type { Step, TokenUsage } from '../loop/step.js'
import { hideProviderState } from '../memory/provider-state.js'
import type { MemoryMessage } from '../memory/storage.js'
import {
  contentOf,
  storeAnswer,
  withInvocations,
  toUiMessage,
  type ContentPart,
  type ModelMetadata,
  type StoredMessage,
  type StoredThread,
  type UiMessage,
} from '../memory/stored-message.js'

/** Tokens that a model counted; undefined where it does not say. */
export type Usage = TokenUsage

/** One call of the model and the tools that it asked for. */
export interface OutputStep {
  readonly stepType: 'initial' | 'tool-result'
  readonly text: string
  readonly reasoning: readonly unknown[]
  readonly reasoningText: string
  readonly toolCalls: readonly ToolCallChunk[]
  readonly toolResults: readonly ToolResultChunk[]
  /** What the step adds to the conversation, in its order. */
  readonly content: readonly ContentPart[]
  readonly sources: readonly unknown[]
  readonly files: readonly unknown[]
  readonly finishReason: string
  readonly usage: Usage
  readonly warnings: readonly unknown[]
  readonly request: Record<never, never>
  readonly response: {
    readonly id: string
    readonly timestamp: Date
    readonly modelId: string
    readonly modelMetadata: ModelMetadata
    readonly messages: readonly ModelMessage[]
  }
  readonly providerMetadata?: unknown
}

/** A whole answer. The names are those of the wire. */
export interface AgentOutput {
  readonly text: string
  /** What a structured output came to. */
  readonly object?: unknown
  readonly usage: Usage
  readonly totalUsage: Usage
  readonly steps: readonly OutputStep[]
  readonly finishReason: string
  readonly warnings: readonly unknown[]
  readonly request: Record<never, never>
  readonly reasoning: readonly unknown[]
  readonly toolCalls: readonly ToolCallChunk[]
  readonly toolResults: readonly ToolResultChunk[]
  readonly sources: readonly unknown[]
  readonly files: readonly unknown[]
  readonly response: {
    readonly id?: string | undefined
    readonly timestamp?: Date | undefined
    readonly modelId?: string | undefined
    readonly modelMetadata: ModelMetadata
    readonly messages: readonly ModelMessage[]
    readonly uiMessages: readonly UiMessage[]
    readonly dbMessages: readonly StoredMessage[]
  }
  readonly providerMetadata?: unknown
  readonly usedFallbackValue: false
  readonly runId: string
  /** Question and answer as memory shows them. */
  readonly messages: readonly StoredMessage[]
  /** What memory added to the question. */
  readonly rememberedMessages: readonly RememberedMessage[]
}

/** A message of a thread as the wire shows it. */
export type RememberedMessage = Omit<MemoryMessage, 'createdAt'> & {
  readonly createdAt: Date
  readonly resourceId?: string | undefined
}

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

/** What is known of an answer before its first step. */
export interface RunFacts {
  readonly runId: string
  /** The id of the answer's message. */
  readonly messageId: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /**
   * When each step so far ended, in milliseconds since 1970. What is stored has this time, because the clock of a
   * model's server may be wrong.
   */
  readonly stepEnds: number[]
  readonly model: ModelMetadata
  readonly question: readonly ModelMessage[]
  /** The question as memory keeps it. */
  readonly storedQuestion: readonly StoredMessage[]
  /** What memory added to the question. */
  readonly remembered: readonly RememberedMessage[]
  /** The thread that the answer belongs to; empty where it belongs to none. */
  readonly thread: StoredThread
}

/** What a structured output came to. */
export interface StructuredObject {
  /** As the schema makes it. */
  readonly object: unknown
  /** As the model wrote it. */
  readonly json: unknown
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
    finishReason: step.finishReason,
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
