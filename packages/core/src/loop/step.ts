import type { ModelMessage } from 'ai'
import type {
  Content,
  PendingCall,
  ProviderMetadata,
  ToolCallContent,
  ToolOutcome,
} from './content.js'

/** Tokens that a model counted; undefined where it does not say. */
export interface TokenUsage {
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly totalTokens: number | undefined
  /** As the provider reported it. */
  readonly raw?: unknown
}

/** One call of the model with the tools that it asked for, once all of it is over. */
export interface Step {
  /** From 0. */
  readonly index: number
  readonly content: readonly Content[]
  readonly finishReason: string
  readonly usage: TokenUsage
  readonly warnings: readonly unknown[]
  readonly response: { readonly id: string; readonly timestamp: Date; readonly modelId: string }
  /** What the step adds to the conversation: what was said and called, then what the tools came to. */
  readonly messages: readonly ModelMessage[]
  readonly providerMetadata: ProviderMetadata | undefined
  /** The calls that somebody has to approve: the step is not over. Often empty. */
  readonly pending: readonly PendingCall[]
}

/** A piece of an answer in the making. Only a stream has others than `step-end`. */
export type LoopPart =
  | { readonly type: 'step-start'; readonly warnings: readonly unknown[] }
  | { readonly type: 'text-start' | 'text-end'; readonly id: string }
  | { readonly type: 'text-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'reasoning-start' | 'reasoning-end'; readonly id: string }
  | { readonly type: 'reasoning-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'tool-input-start'; readonly id: string; readonly toolName: string }
  | { readonly type: 'tool-input-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'tool-input-end'; readonly id: string }
  | Extract<Content, { type: 'source' | 'file' }>
  | ToolCallContent
  | ToolOutcome
  /** The model failed in the middle of a step, which ends with it. */
  | { readonly type: 'error'; readonly error: unknown }
  /** A step is over. @see Step */
  | { readonly type: 'step-end'; readonly step: Step; readonly isContinued: boolean }
