import type { RequestContextInput } from './request-context.js'
import type { AnswerMessages, ToolCallChunk, ToolResultChunk, Usage } from './chunk.js'
import type { ClientTool } from './client-tool.js'
import type { SchemaInput } from './schema.js'
import type { StoredMessage } from './thread.js'

/** Who says something. */
export type Role = 'user' | 'assistant' | 'system' | 'tool'

/**
 * A message as models see it (`content`), or as a chat shows it (`parts`). A thread that has a message of its `id`
 * does not store it a second time.
 */
export type Message =
  | { readonly id?: string; readonly role: Role; readonly content: string | readonly object[] }
  | { readonly id?: string; readonly role: Role; readonly parts: readonly object[] }

/** What an agent can be asked: a text, a message, or a list of both. */
export type MessageInput = string | Message | readonly (string | Message)[]

/** The thread that an answer belongs to. */
export interface MemoryOptions {
  /** Its id, or what it is made of where there is none of this id yet. */
  readonly thread:
    | string
    | {
        readonly id: string
        readonly title?: string
        readonly metadata?: Readonly<Record<string, unknown>>
      }
  /** Not looked at by Signet: the token says who owns a thread. */
  readonly resource?: string
  readonly options?: {
    /** How many of the newest messages the model is shown. Default: the agent's own. */
    readonly lastMessages?: number | false
    /** Remembers, but stores nothing. Default: false. */
    readonly readOnly?: boolean
  }
}

/** How the model is called. What is left out is the model's own default. */
export interface ModelSettings {
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly stopSequences?: readonly string[]
  readonly seed?: number
  /** How often the server asks the model again that failed in passing, at most 5. */
  readonly maxRetries?: number
}

/** What an answer is asked for with. */
export interface AnswerOptions<Value = unknown> {
  /** Default: nothing is remembered and nothing stored. */
  readonly memory?: MemoryOptions
  /** Most calls of the model; at most the agent's own. */
  readonly maxSteps?: number
  readonly modelSettings?: ModelSettings
  /** Default: the model decides. */
  readonly toolChoice?:
    | 'auto'
    | 'none'
    | 'required'
    | { readonly type: 'tool'; readonly toolName: string }
  /** Names of the tools that may be used. Default: all that the token grants. */
  readonly activeTools?: readonly string[]
  /** Tools that run here, by the names that the model calls them. */
  readonly clientTools?: Readonly<Record<string, ClientTool>>
  /** Asks for a value of this shape, which is in `object` of the answer. */
  readonly structuredOutput?: { readonly schema: SchemaInput<Value> }
  /** What the agent's tools see as `requestContext.client`. */
  readonly requestContext?: RequestContextInput
  /** Messages before those asked. */
  readonly context?: MessageInput
  /** Replaces the agent's instructions. Needs the permission `agents:write`. */
  readonly instructions?: string
  /** Added behind the instructions. Needs the permission `agents:write`. */
  readonly system?: string
  /** Replaces the agent's model. Needs the permission `agents:write`. */
  readonly model?: string
  /** Passed to the model's provider as it is. Needs the permission `agents:write`. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Names the run in the log of the server. Default: a random one. */
  readonly runId?: string
  /** Ends the answer, and the agent with it. */
  readonly abortSignal?: AbortSignal
}

/** One call of the model and the tools that it asked for. */
export interface AnswerStep {
  readonly stepType: 'initial' | 'tool-result'
  readonly text: string
  readonly reasoningText: string
  readonly toolCalls: readonly ToolCallChunk[]
  readonly toolResults: readonly ToolResultChunk[]
  readonly finishReason: string
  readonly usage: Usage
}

/** A whole answer. */
export interface Answer<Value = unknown> {
  readonly text: string
  /** What `structuredOutput` came to. */
  readonly object?: Value
  /** `stop`, `tool-calls`, `length` and the like. */
  readonly finishReason: string
  /** Of the last step. */
  readonly usage: Usage
  /** Of all steps. */
  readonly totalUsage: Usage
  readonly steps: readonly AnswerStep[]
  /** Of all steps. */
  readonly toolCalls: readonly ToolCallChunk[]
  /** Of all steps. */
  readonly toolResults: readonly ToolResultChunk[]
  readonly reasoning: readonly unknown[]
  readonly sources: readonly unknown[]
  readonly files: readonly unknown[]
  readonly warnings: readonly unknown[]
  readonly response: AnswerMessages & { readonly id?: string; readonly modelId?: string }
  readonly runId: string
  /** Question and answer as memory keeps them. */
  readonly messages: readonly Omit<StoredMessage, 'type' | 'threadId' | 'resourceId'>[]
}
