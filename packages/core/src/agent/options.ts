import type { Unserved } from '@signet/auth'
import type { JSONValue, ToolChoice, ToolSet } from 'ai'
import type { LoopSettings } from '../loop/call.js'
import type { MemoryRequest } from '../memory/session.js'
import type { ModelConfig } from '../model/model-config.js'
import type {
  ANSWER_GUARDS,
  UNSUPPORTED_ANSWER_OPTIONS,
  UNSUPPORTED_STRUCTURED_OUTPUT,
} from '../option/answer-options.js'
import type { RequestContext } from '../request-context.js'
import type { Instructions } from './instructions.js'
import type { MessageInput } from '../message/messages.js'
import type { ClientTools } from './offered-tools.js'

/** How the model is called. What is left out is the model's own default. */
export type ModelSettings = LoopSettings

/** Options for a model's provider, by the provider's name. */
export type ProviderOptions = Record<string, Record<string, JSONValue | undefined>>

/** What becomes of a streamed answer when its reader leaves: it stops, or it goes on. */
export type OnDisconnect = 'stop' | 'continue'

export function isOnDisconnect(value: unknown): value is OnDisconnect {
  return value === 'stop' || value === 'continue'
}

/** Options of an answer that Mastra has and Signet does not serve. */
export type UnservedAnswerOptions = typeof UNSUPPORTED_ANSWER_OPTIONS & typeof ANSWER_GUARDS

/** The shape of a structured output. */
export interface StructuredOutputOptions<Schema extends object = object> extends Unserved<
  typeof UNSUPPORTED_STRUCTURED_OUTPUT
> {
  /** A schema of zod, a JSON Schema, or one of another library, as `inputSchema` of a tool takes it. */
  readonly schema: Schema
}

/**
 * Options of one answer. Options of Mastra that are not served may only ask for nothing.
 * @typeParam Schema - the schema of `structuredOutput`, which types `object` of the answer
 */
export interface AgentOptions<
  Schema extends object = object,
> extends Unserved<UnservedAnswerOptions> {
  /** Who asks, and the application's values. Default: the application itself, with none. */
  readonly requestContext?: RequestContext | undefined
  /** Stops model and tools. */
  readonly abortSignal?: AbortSignal | undefined
  /** Replaces the agent's instructions. */
  readonly instructions?: Instructions | undefined
  /** Added behind the instructions. */
  readonly system?: Instructions | undefined
  /** Messages before those asked; not part of the question that memory keeps. */
  readonly context?: MessageInput | undefined
  /** Replaces the agent's model. */
  readonly model?: ModelConfig | undefined
  /** Most calls of the model. Default: the agent's own. */
  readonly maxSteps?: number | undefined
  readonly modelSettings?: ModelSettings | undefined
  /** Passed to the model's provider as it is. */
  readonly providerOptions?: ProviderOptions | undefined
  /** Default: the model decides. */
  readonly toolChoice?: ToolChoice<ToolSet> | undefined
  /** Names of tools that may be used. Default: all that the caller may execute. */
  readonly activeTools?: readonly string[] | undefined
  /** Tools that run at the client. */
  readonly clientTools?: ClientTools | undefined
  /** Asks for an object of this shape; it is in `object` of the answer. */
  readonly structuredOutput?: StructuredOutputOptions<Schema> | undefined
  /** The thread to remember and to store in. Default: nothing is remembered and nothing stored. */
  readonly memory?: MemoryRequest | undefined
  /**
   * Whether somebody has to approve each call of a tool of the agent, also of one that does not demand it. What the
   * agent's memory does is no such call. Default: false.
   */
  readonly requireToolApproval?: boolean | undefined
  /**
   * What becomes of a streamed answer when its reader leaves: `continue` lets it go on to its end, and keeps its chunks
   * for `observe`. Default: the agent's own.
   */
  readonly onDisconnect?: OnDisconnect | undefined
  /** Default: a random UUID. */
  readonly runId?: string | undefined
}

/** What an answer goes on with that was suspended. */
export interface ResumeOptions {
  /** Of the suspended answer. */
  readonly runId: string
  /** The call that is meant. To be left out only where one call of the run waits. */
  readonly toolCallId?: string | undefined
  /** Who decides, and the application's values. Default: the application itself, with none. */
  readonly requestContext?: RequestContext | undefined
  /** Stops model and tools. */
  readonly abortSignal?: AbortSignal | undefined
  /** To be given again where the suspended answer was given a model by the application, and not by its name. */
  readonly model?: ModelConfig | undefined
  /** To be given again where the suspended answer was given a schema that is not JSON, such as one of zod. */
  readonly structuredOutput?: StructuredOutputOptions | undefined
}

/** The same, for a call that is not made. */
export interface DeclineOptions extends ResumeOptions {
  /** Why: the model is told. At most 2000 characters. Default: only that it was not approved. */
  readonly reason?: string | undefined
}
