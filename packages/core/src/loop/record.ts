import { randomUUID } from 'node:crypto'
import type {
  LanguageModelV3Content,
  LanguageModelV3ResponseMetadata,
  LanguageModelV4Content,
} from '@ai-sdk/provider'
import { tellOutput } from '../tool/tell-output.js'
import { toJson } from '../tool/to-json.js'
import type { LoopTools } from './call.js'
import {
  type Content,
  type FileContent,
  type PendingCall,
  type ProviderMetadata,
  type ToolCallContent,
  type ToolOutcome,
} from './content.js'
import type { GenerateResult } from './model-call.js'
import { toResponseMessages } from './response-messages.js'
import type { Step, TokenUsage } from './step.js'
import { readToolCall } from './tool-call.js'
import type { ToolNames } from './tool-names.js'

type ModelContent = LanguageModelV3Content | LanguageModelV4Content
type ModelFile = Extract<ModelContent, { type: 'file' | 'reasoning-file' }>
type ModelResult = Extract<ModelContent, { type: 'tool-result' }>
type Ending = Pick<GenerateResult, 'usage' | 'finishReason' | 'providerMetadata'>

/** What is known of a step before its model says so. */
const UNKNOWN_USAGE: TokenUsage = {
  inputTokens: undefined,
  outputTokens: undefined,
  totalTokens: undefined,
  raw: undefined,
}

function toBase64(data: string | Uint8Array): string {
  return typeof data === 'string'
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

function toFile<Type extends ModelFile['type']>(
  type: Type,
  { data, mediaType, providerMetadata }: ModelFile,
): FileContent<Type> {
  const bytes =
    typeof data === 'string' || data instanceof Uint8Array
      ? data
      : data.type === 'data'
        ? data.data
        : undefined
  if (bytes === undefined)
    throw new Error('The model returned a file by URL. Signet does not fetch it.')
  return { type, file: { base64: toBase64(bytes), mediaType }, providerMetadata }
}

function toUsage({
  inputTokens: { total: input },
  outputTokens: { total: output },
  raw,
}: Ending['usage']): TokenUsage {
  const isUnknown = input === undefined && output === undefined
  const totalTokens = isUnknown ? undefined : (input ?? 0) + (output ?? 0)
  return { inputTokens: input, outputTokens: output, totalTokens, raw }
}

/** Gathers what a step comes to while it runs. */
export class StepRecord {
  readonly content: Content[] = []
  readonly calls: ToolCallContent[] = []
  /** The calls that somebody has to approve. */
  readonly pending: PendingCall[] = []
  /** By the ids of the calls. */
  readonly #inputs = new Map<string, unknown>()
  finishReason: string = 'other'
  warnings: readonly unknown[] = []
  usage: TokenUsage = UNKNOWN_USAGE
  readonly #index: number
  readonly #tools: LoopTools
  readonly #names: ToolNames
  #providerMetadata: ProviderMetadata | undefined
  readonly #response: { id: string | undefined; timestamp: Date | undefined; modelId: string }

  /** @param index - the number of the step, from 0 */
  constructor(index: number, modelId: string, tools: LoopTools, names: ToolNames) {
    this.#index = index
    this.#tools = tools
    this.#names = names
    this.#response = { id: undefined, timestamp: undefined, modelId }
  }

  /** Adds a part that is whole. Returns it as it was read; undefined for what is not kept. */
  add(part: ModelContent): Content | undefined {
    const read = this.#read(part)
    if (read !== undefined) this.content.push(read)
    return read
  }

  #read(part: ModelContent): Content | undefined {
    switch (part.type) {
      case 'text':
      case 'reasoning':
        return { type: part.type, text: part.text, providerMetadata: part.providerMetadata }
      case 'source':
      case 'custom':
        return part
      case 'file':
        return toFile('file', part)
      case 'reasoning-file':
        return toFile('reasoning-file', part)
      case 'tool-call': {
        const toolName = this.#names.fromModel(part.toolName)
        const call = readToolCall({ ...part, toolName }, this.#tools)
        this.calls.push(call)
        if (!this.#inputs.has(call.toolCallId)) this.#inputs.set(call.toolCallId, call.input)
        return call
      }
      case 'tool-result':
        return part.preliminary === true ? undefined : this.#outcome(part)
      default:
        return undefined
    }
  }

  /** What a tool came to that the provider ran. Its call may be of an earlier step. */
  #outcome({ toolCallId, toolName, result, isError, providerMetadata }: ModelResult): ToolOutcome {
    const input = this.#inputs.get(toolCallId)
    const common = { toolCallId, toolName, input, providerExecuted: true, providerMetadata }
    if (isError === true) {
      const told = { type: 'error-json', value: result } as const
      return { type: 'tool-error', ...common, error: result, told }
    }
    return { type: 'tool-result', ...common, output: result, told: tellOutput(toJson(result)) }
  }

  /** Adds what a call of a tool came to. @returns undefined for a call that has to be approved */
  settle(outcome: ToolOutcome | PendingCall): ToolOutcome | undefined {
    if (outcome.type === 'tool-pending') {
      this.pending.push(outcome)
      return undefined
    }
    this.content.push(outcome)
    return outcome
  }

  /** Notes what the provider says of its response. */
  describe({ id, timestamp, modelId }: LanguageModelV3ResponseMetadata): void {
    this.#response.id = id ?? this.#response.id
    this.#response.timestamp = timestamp ?? this.#response.timestamp
    this.#response.modelId = modelId ?? this.#response.modelId
  }

  /** Notes how the model ended. */
  end({ usage, finishReason, providerMetadata }: Ending): void {
    this.usage = toUsage(usage)
    this.finishReason = finishReason.unified
    this.#providerMetadata = providerMetadata
  }

  /** The step, once its tools are done. */
  close(): Step {
    const { id = randomUUID(), timestamp = new Date(), modelId } = this.#response
    return {
      index: this.#index,
      content: this.content,
      finishReason: this.finishReason,
      usage: this.usage,
      warnings: this.warnings,
      response: { id, timestamp, modelId },
      messages: toResponseMessages(this.content),
      providerMetadata: this.#providerMetadata,
      pending: this.pending,
    }
  }
}

/** Records an answer that came at once. */
export function recordResult(record: StepRecord, result: GenerateResult): void {
  record.warnings = result.warnings
  for (const part of result.content) record.add(part)
  if (result.response !== undefined) record.describe(result.response)
  record.end(result)
}
