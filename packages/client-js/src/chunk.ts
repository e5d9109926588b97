/** A call of a tool. */
export interface ToolCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
}

/** A call that its tool has suspended: `resumeStream` goes on with it. */
export interface ToolCallSuspension extends ToolCall {
  /** What the tool asks for. */
  readonly suspendPayload: unknown
  /** What the call is resumed with, as the text of a JSON Schema; only where the tool has a schema for it. */
  readonly resumeSchema?: string | undefined
}

/** What a call of a tool came to. */
export interface ToolResult extends ToolCall {
  readonly result: unknown
}

/** What may be told of an error. */
export interface PublicError {
  readonly name: string
  readonly message: string
  /**
   * `answer_unstored` where the whole answer came, but is not kept; `token_revoked` where the token was revoked. Of an
   * answer that goes on without its client also `interrupted`, where its server was killed, and `stream_too_large`, where it
   * has more chunks than are kept.
   */
  readonly code?: string | undefined
  /** What made it happen, for people; only where the token grants `system:read`. */
  readonly cause?: string | undefined
}

/** What every chunk of an answer has. */
interface Envelope<Type extends string, Payload> {
  readonly type: Type
  readonly runId: string
  readonly from: 'AGENT'
  readonly payload: Payload
}

/** A call of a tool that an answer reports. */
export type ToolCallChunk = Envelope<'tool-call', ToolCall>

/** The result of a tool that an answer reports. */
export type ToolResultChunk = Envelope<'tool-result', ToolResult>

/** Tokens that the model counted, where it does. */
export interface Usage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly totalTokens?: number | undefined
  /** As the model's provider reported it. */
  readonly raw?: unknown
}

/** A step, or the whole answer, has ended. */
export interface FinishPayload {
  readonly messageId: string
  readonly stepResult: {
    /** `stop`, `tool-calls`, `length`, `error` and the like. */
    readonly reason: string
    /** Whether another step follows. */
    readonly isContinued: boolean
  }
  readonly output: {
    readonly text: string
    readonly toolCalls: readonly ToolCall[]
    readonly usage: Usage
    readonly steps: readonly unknown[]
  }
  readonly metadata: Readonly<Record<string, unknown>>
  readonly messages: {
    readonly all: readonly unknown[]
    readonly user: readonly unknown[]
    readonly nonUser: readonly unknown[]
  }
}

/** What the model and the tools said, as models take it. */
export interface AnswerMessages {
  readonly messages: readonly object[]
}

/**
 * A piece of a streamed answer: `start`, then steps, then `finish`. An answer that fails has an `error`
 * and then its `finish`; one that could not be stored ends with its `error`, and one that is stopped with `abort`. A
 * newer server may send other types.
 */
export type AgentChunk =
  | Envelope<'start', { readonly id: string; readonly messageId: string }>
  | Envelope<
      'step-start',
      {
        readonly messageId: string
        readonly startedAt: number
        readonly warnings: readonly unknown[]
      }
    >
  | Envelope<'text-start', { readonly id: string }>
  | Envelope<'text-delta', { readonly id: string; readonly text: string }>
  | Envelope<'text-end', { readonly id: string }>
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
  | Envelope<'finish', FinishPayload & { readonly response: AnswerMessages }>
  | Envelope<'object-result', { readonly object: unknown }>
  | Envelope<'error', { readonly error: PublicError }>
  | Envelope<'abort', Readonly<Record<never, never>>>
