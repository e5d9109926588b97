import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { CallSettings, JSONValue, ModelMessage, ToolChoice, ToolSet } from 'ai'
import type { Logger } from '../log/logger.js'
import type { ModelObject } from '../model/model-object.js'
import type { JsonSchema } from '../schema/json-schema.js'
import type { ToldOutput } from '../tool/tell-output.js'

/** A tool that a model may call. */
export interface LoopTool {
  /** As the model is offered it. */
  readonly definition: LanguageModelV4FunctionTool
  /** What is made of the input before anybody sees it. Default: it stays as the model wrote it. */
  readonly readInput?: ((input: unknown) => unknown) | undefined
  /**
   * Does the work. A tool without it is left to the caller: the loop ends where a model calls it.
   * @throws what the model, and the caller, may be told
   */
  readonly execute?:
    | ((
        input: unknown,
        options: { readonly toolCallId: string; readonly abortSignal: AbortSignal },
      ) => Promise<{ readonly output: unknown; readonly told: ToldOutput }>)
    | undefined
}

/** By the name that the model calls them; a map, because a tool may be called `__proto__`. */
export type LoopTools = ReadonlyMap<string, LoopTool>

/** How the model is called. What is left out is the model's own default. */
export type LoopSettings = { readonly [Name in Setting]?: CallSettings[Name] | undefined }

type Setting =
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'stopSequences'
  | 'seed'
  | 'maxRetries'

/** An answer to be made. */
export interface LoopCall {
  /** Names who answers, in traces. */
  readonly agentId: string
  readonly model: ModelObject
  /** The system prompt; empty for none. */
  readonly instructions: string
  readonly messages: readonly ModelMessage[]
  readonly tools: LoopTools
  /** Default: the model decides. */
  readonly toolChoice?: ToolChoice<ToolSet> | undefined
  /** Most calls of the model, from 1. */
  readonly maxSteps: number
  readonly settings: LoopSettings
  /** Passed to the model's provider as it is. */
  readonly providerOptions?: Record<string, Record<string, JSONValue | undefined>> | undefined
  /** The JSON Schema of what the model is to say. Default: text. */
  readonly responseSchema?: JsonSchema | undefined
  readonly abortSignal: AbortSignal | undefined
  readonly logger: Logger
}
