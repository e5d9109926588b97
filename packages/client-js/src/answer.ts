import type { RequestContextInput } from './request-context.js'
import type {
  AnswerMessages,
  ToolCall,
  ToolCallChunk,
  ToolCallSuspension,
  ToolResultChunk,
  Usage,
} from './chunk.js'
import type { ClientTool } from './client-tool.js'
import type { MessageInput } from './message.js'
import type { SchemaInput } from './schema.js'
import type { StoredMessage } from './thread.js'

/** The thread that an answer belongs to. */
export interface MemoryOptions {
  /** Its id, or what it is made of where there is none of this id yet. */
  readonly thread:
    | string
    | {
        readonly id: string
        readonly title?: string | undefined
        readonly metadata?: Readonly<Record<string, unknown>> | undefined
      }
  /** Not looked at by Signet: the token says who owns a thread. */
  readonly resource?: string | undefined
  readonly options?:
    | {
        /** How many of the newest messages the model is shown. Default: the agent's own. */
        readonly lastMessages?: number | false | undefined
        /** Remembers, but stores nothing. Default: false. */
        readonly readOnly?: boolean | undefined
      }
    | undefined
}

/** How the model is called. What is left out is the model's own default. */
export interface ModelSettings {
  readonly maxOutputTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly topK?: number | undefined
  readonly presencePenalty?: number | undefined
  readonly frequencyPenalty?: number | undefined
  readonly stopSequences?: readonly string[] | undefined
  readonly seed?: number | undefined
  /** How often the server asks the model again that failed in passing, at most 5. */
  readonly maxRetries?: number | undefined
}

/** What an answer is asked for with. */
export interface AnswerOptions<Value = unknown> {
  /** Default: nothing is remembered and nothing stored. */
  readonly memory?: MemoryOptions | undefined
  /** Most calls of the model; at most the agent's own. */
  readonly maxSteps?: number | undefined
  readonly modelSettings?: ModelSettings | undefined
  /** Default: the model decides. */
  readonly toolChoice?:
    | 'auto'
    | 'none'
    | 'required'
    | { readonly type: 'tool'; readonly toolName: string }
    | undefined
  /** Names of the tools that may be used. Default: all that the token grants. */
  readonly activeTools?: readonly string[] | undefined
  /** Tools that run here, by the names that the model calls them. */
  readonly clientTools?: Readonly<Record<string, ClientTool>> | undefined
  /** Asks for a value of this shape, which is in `object` of the answer. */
  readonly structuredOutput?: { readonly schema: SchemaInput<Value> } | undefined
  /** What the agent's tools see as `requestContext.client`. */
  readonly requestContext?: RequestContextInput | undefined
  /** Messages before those asked. */
  readonly context?: MessageInput | undefined
  /** Replaces the agent's instructions. Needs the permission `agents:write`. */
  readonly instructions?: string | undefined
  /** Added behind the instructions. Needs the permission `agents:write`. */
  readonly system?: string | undefined
  /** Replaces the agent's model. Needs the permission `agents:write`. */
  readonly model?: string | undefined
  /** Passed to the model's provider as it is. Needs the permission `agents:write`. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
  /** Names the run in the log of the server. Default: a random one. */
  readonly runId?: string | undefined
  /** Ends the answer, and the agent with it. */
  readonly abortSignal?: AbortSignal | undefined
}

/** What a streamed answer is asked for with. */
export interface StreamOptions extends AnswerOptions {
  /**
   * What becomes of the answer when its client leaves: `continue` lets it go on, and `observe` reads it. Default: the
   * agent's own; `continue` with `resume`.
   */
  readonly onDisconnect?: 'stop' | 'continue' | undefined
  /**
   * Whether the answer goes on without its connection, and is read on over a new one where that breaks: no chunk comes twice
   * or is lost, and the model is asked once. Who stops reading does not end it then; `cancelRun` does. Default: false.
   */
  readonly resume?: boolean | undefined
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
  readonly object?: Value | undefined
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
  readonly response: AnswerMessages & {
    readonly id?: string | undefined
    readonly modelId?: string | undefined
  }
  /** The first call that waits, where `finishReason` is `suspended`: for an approval, or for what its tool asks for. */
  readonly suspendPayload?: ToolCall | ToolCallSuspension | undefined
  readonly runId: string
  /** Question and answer as memory keeps them. */
  readonly messages: readonly Omit<StoredMessage, 'type' | 'threadId' | 'resourceId'>[]
}
