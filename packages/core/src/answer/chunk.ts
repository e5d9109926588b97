import type { AgentOutput, Usage } from './answer.js'
import type {
  Envelope,
  ToolCallSuspension,
  ToolCall,
  ToolCallChunk,
  ToolResultChunk,
} from './tool-chunk.js'

/** A piece of a streamed answer. The order is that of the wire: start, steps, finish. */
export type AgentChunk =
  | Envelope<'start', { readonly id: string; readonly messageId: string }>
  | Envelope<'step-start', StepStartPayload>
  | Envelope<'text-start', { readonly id: string }>
  | Envelope<'text-delta', { readonly id: string; readonly text: string }>
  | Envelope<'text-end', { readonly type: 'text-end'; readonly id: string }>
  | Envelope<'reasoning-start', { readonly id: string }>
  | Envelope<'reasoning-delta', { readonly id: string; readonly text: string }>
  | Envelope<'reasoning-end', { readonly id: string }>
  | Envelope<'source', unknown>
  | Envelope<'file', { readonly data: string; readonly mimeType: string }>
  | Envelope<'tool-call-input-streaming-start', Omit<ToolCall, 'args'>>
  | Envelope<'tool-call-delta', Omit<ToolCall, 'args'> & { readonly argsTextDelta: string }>
  | Envelope<'tool-call-input-streaming-end', { readonly toolCallId: string }>
  | ToolCallChunk
  | ToolResultChunk
  | Envelope<'tool-call-approval', ToolCall>
  | Envelope<'tool-call-suspended', ToolCallSuspension>
  | Envelope<'tool-error', ToolCall & { readonly error: PublicError }>
  | Envelope<'step-finish', FinishPayload>
  | Envelope<'finish', FinishPayload & { readonly response: AgentOutput['response'] }>
  | Envelope<'object-result', { readonly object: unknown }>
  | Envelope<'error', { readonly error: PublicError }>
  | Envelope<'abort', Record<never, never>>

/** What may be told of an error: never its stack, and its text only where it was written to be told. */
export interface PublicError {
  readonly name: string
  readonly message: string
  /**
   * `answer_unstored` where the whole answer was shown, and could not be stored. Of an answer that goes on without its
   * reader also `interrupted`, where its process ended, and `stream_too_large`, where it has more chunks than are kept.
   */
  readonly code?: string | undefined
  /** Why, for people, without secrets; only where the caller may `system:read`. */
  readonly cause?: string | undefined
}

/** A step begins. */
export interface StepStartPayload {
  readonly warnings: readonly unknown[]
  readonly messageId: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly request: Record<never, never>
}

/** A step, or the whole answer, has ended. */
export interface FinishPayload {
  readonly messageId: string
  readonly stepResult: { readonly reason: string; readonly isContinued: boolean }
  readonly metadata: Readonly<Record<string, unknown>>
  readonly output: {
    readonly text: string
    readonly toolCalls: readonly ToolCall[]
    readonly usage: Usage
    readonly steps: readonly unknown[]
  }
  readonly messages: {
    readonly all: readonly unknown[]
    readonly user: readonly unknown[]
    readonly nonUser: readonly unknown[]
  }
  readonly processorRetryCount: 0
}
