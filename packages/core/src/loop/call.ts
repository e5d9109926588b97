import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { CallSettings, JSONValue, ModelMessage, ToolChoice, ToolSet } from 'ai'
import type { Logger } from '../log/logger.js'
import type { ModelObject } from '../model/model-object.js'
import type { JsonSchema } from '../schema/json-schema.js'
import type { ToldOutput } from '../tool/tell-output.js'
import type { ResumedCall } from '../tool/suspending-call.js'
import type { CallSuspension } from './content.js'
import type { Step } from './step.js'

/** What somebody has to approve before a tool runs. */
export interface LoopApproval {
  /** Whether it must be somebody else than who asked. */
  readonly byOther: boolean
  /** How long it may be approved, in milliseconds. */
  readonly ttlMs: number
  /** Whether this call must be approved. @throws what the tool comes to then */
  isNeeded(input: unknown): Promise<boolean>
}

/** What was decided of a call. */
export interface LoopDecision {
  /** Whether the call is made, or goes on. */
  readonly isApproved: boolean
  /** What a suspended call goes on with. Plain JSON. */
  readonly resumeData?: unknown
  /** Why it was declined; the model is told. */
  readonly reason?: string | undefined
}

/** Where an answer goes on that was suspended. */
export interface LoopResume {
  /** The steps before the one that was suspended. */
  readonly steps: readonly Step[]
  readonly suspended: Step
  /** By the ids of calls; the other calls that wait go on waiting. */
  readonly decisions: ReadonlyMap<string, LoopDecision>
}

/** What a call of a tool came to: its result, or what the tool said when it suspended the call. */
type LoopOutcome =
  | { readonly output: unknown; readonly told: ToldOutput }
  | { readonly suspension: CallSuspension }

/** A tool that a model may call. */
export interface LoopTool {
  /** The id of a tool of the agent; undefined for one of the client. */
  readonly id?: string | undefined
  /** As the model is offered it. */
  readonly definition: LanguageModelV4FunctionTool
  /** What is made of the input before anybody sees it. Default: it stays as the model wrote it. */
  readonly readInput?: ((input: unknown) => unknown) | undefined
  /** Default: nobody has to approve its calls. */
  readonly approval?: LoopApproval | undefined
  /** How long a call that it has suspended may be resumed, in milliseconds. */
  readonly suspensionMs?: number | undefined
  /**
   * Does the work. A tool without it is left to the caller: the loop ends where a model calls it.
   * @throws what the model, and the caller, may be told
   */
  readonly execute?:
    | ((
        input: unknown,
        options: {
          readonly toolCallId: string
          readonly abortSignal: AbortSignal
          /** Where the call was suspended. Default: it begins. */
          readonly resumed: ResumedCall | undefined
        },
      ) => Promise<LoopOutcome>)
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
  /** Where the answer goes on. Default: it begins. */
  readonly resume?: LoopResume | undefined
  readonly abortSignal: AbortSignal | undefined
  readonly logger: Logger
}
