import type {
  LanguageModelV4CustomContent,
  LanguageModelV4Source,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import type { JsonSchema } from '../schema/json-schema.js'
import type { ResumedCall } from '../tool/suspending-call.js'
import type { ToldOutput } from '../tool/tell-output.js'

/** What a provider says beside a part; it is sent back with the part in the next call of the model. */
export type ProviderMetadata = SharedV4ProviderMetadata

/** Something that a model said, or thought. */
export interface TextContent {
  readonly type: 'text' | 'reasoning'
  text: string
  providerMetadata: ProviderMetadata | undefined
}

/** A file that a model made, or thought in. */
export interface FileContent<Type extends 'file' | 'reasoning-file' = 'file' | 'reasoning-file'> {
  readonly type: Type
  readonly file: { readonly base64: string; readonly mediaType: string }
  readonly providerMetadata: ProviderMetadata | undefined
}

/** A tool call whose input was read. */
export interface ToolCallContent {
  readonly type: 'tool-call'
  readonly toolCallId: string
  readonly toolName: string
  /** As JSON says it; the text itself where it is none. */
  readonly input: unknown
  /** Why the call cannot be made: there is no such tool, or the input is not JSON. */
  readonly fault: string | undefined
  /** Whether the provider of the model runs the tool. */
  readonly providerExecuted: boolean | undefined
  readonly providerMetadata: ProviderMetadata | undefined
}

/** What a tool call came to. */
interface ToolResultContent {
  readonly type: 'tool-result'
  readonly toolCallId: string
  readonly toolName: string
  readonly input: unknown
  readonly output: unknown
  readonly told: ToldOutput
  readonly providerExecuted: boolean
  readonly providerMetadata: ProviderMetadata | undefined
}

/** How a tool call failed. */
export interface ToolErrorContent extends Omit<ToolResultContent, 'type' | 'output'> {
  readonly type: 'tool-error'
  readonly error: unknown
}

/** What a tool said when it suspended a call. */
export interface CallSuspension {
  /** Plain JSON. */
  readonly payload: unknown
  /** What the call is resumed with; undefined where the tool has no schema for it. */
  readonly resumeSchema?: JsonSchema | undefined
}

/** What a call that waits has come through before. */
export interface CallPast {
  /** Whether somebody has approved it. Default: false. */
  readonly isApproved?: boolean | undefined
  /** How often its tool has suspended it. Default: never. */
  readonly suspensions?: number | undefined
  /** What it goes on with: it was resumed, and has yet to be approved. Default: it begins. */
  readonly resumed?: ResumedCall | undefined
}

/** A call that waits: until somebody approves it, or until what its tool has asked for is there. */
export interface PendingCall extends CallPast {
  readonly type: 'tool-pending'
  readonly toolCallId: string
  readonly toolName: string
  readonly input: unknown
  readonly providerMetadata: ProviderMetadata | undefined
  /** Default: somebody has to approve it. */
  readonly suspension?: CallSuspension | undefined
}

/** What a tool call came to, either way. */
export type ToolOutcome = ToolResultContent | ToolErrorContent

/** A part of what a step came to. */
export type Content =
  | TextContent
  | FileContent<'file'>
  | FileContent<'reasoning-file'>
  | LanguageModelV4Source
  | LanguageModelV4CustomContent
  | ToolCallContent
  | ToolOutcome
