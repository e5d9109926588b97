import type { ModelMessage } from 'ai'
import type { TokenUsage } from '../loop/step.js'
import type { MemoryMessage } from '../memory/storage.js'
import type {
  ContentPart,
  ModelMetadata,
  StoredMessage,
  StoredThread,
  UiMessage,
} from '../memory/stored-message.js'
import type { ToolCallSuspension, ToolCall, ToolCallChunk, ToolResultChunk } from './tool-chunk.js'

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

/**
 * A whole answer. The names are those of the wire.
 * @typeParam Value - what the schema of the structured output makes
 */
export interface AgentOutput<Value = unknown> {
  readonly text: string
  /** What a structured output came to. Left out where none was asked for, and while client tools have yet to answer. */
  readonly object?: Value | undefined
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
  /** The first call that waits, where `finishReason` is `suspended`. */
  readonly suspendPayload?: ToolCall | ToolCallSuspension | undefined
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
