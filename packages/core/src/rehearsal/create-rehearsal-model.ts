import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider'
import type { OptionNames } from '@signet/auth'
import { refuseUnknown } from '@signet/auth/internal'
import { ModelError } from '../fault/model-error.js'
import type { Plan } from './plan.js'
import { planParts } from './stream-plan.js'
import { streamParts } from './stream-parts.js'

/** What can be changed about the rehearsal model. */
export interface RehearsalModelOptions {
  /** How long to wait before each word of a stream, in milliseconds. Default: 0. */
  readonly chunkDelayMs?: number | undefined
}

const OPTIONS: OptionNames<RehearsalModelOptions> = { chunkDelayMs: true }

const MODEL_ID = 'rehearsal'

type Planner = typeof import('./plan.js').planAnswer

/** Plans answers; loaded by the first question, because most applications bring a language model. */
let planner: Planner | undefined

/**
 * Plans an answer.
 * @throws the signal's reason when the call is aborted
 */
async function plan(call: LanguageModelV3CallOptions): Promise<Plan> {
  call.abortSignal?.throwIfAborted()
  if (planner === undefined) {
    planner = (await import('./plan.js')).planAnswer
    call.abortSignal?.throwIfAborted()
  }
  return planner(call)
}

/** The provider of the rehearsal model, as it says it itself. */
export const REHEARSAL_PROVIDER = 'signet'

/**
 * Makes the rehearsal model: an AI SDK model for examples and tests that is not a language model. It
 * picks the tool that shares most words with the last message of the user, fills the tool's schema
 * from the words, and words what the tool answers. It needs no network and no key, equal prompts
 * get equal answers, and each answer says what it is in `providerMetadata.signet`. Tokens are counted in
 * words. Settings such as `seed`, `maxOutputTokens` and `stopSequences` change nothing.
 *
 * An answer takes a bounded amount of work, whatever the messages, tools and schemas hold. One that would take more
 * says so in place of what was asked, and its finish reason is `length`.
 *
 * An abort ends an answer with the reason of its signal.
 *
 * @throws {ModelError} `model_config_invalid` for a delay that is not a number from 0 on
 * @throws {ConfigurationError} `option_unknown`
 * @example
 * ```typescript
 * import { Agent } from '@signet/core/agent'
 * import { createRehearsalModel } from '@signet/core'
 *
 * export const assistant = new Agent({
 *   id: 'assistant',
 *   name: 'Assistant',
 *   instructions: 'You answer in one sentence.',
 *   model: createRehearsalModel(),
 * })
 * ```
 */
export function createRehearsalModel(options: RehearsalModelOptions = {}): LanguageModelV3 {
  refuseUnknown('createRehearsalModel', options, OPTIONS)
  const { chunkDelayMs = 0 } = options
  if (!Number.isFinite(chunkDelayMs) || chunkDelayMs < 0) {
    throw new ModelError('model_config_invalid', 'chunkDelayMs must be a number from 0 on.')
  }
  return {
    specificationVersion: 'v3',
    provider: REHEARSAL_PROVIDER,
    modelId: MODEL_ID,
    // Files are not read. Taking every URL as it is keeps the AI SDK from downloading it.
    supportedUrls: { '*/*': [/.*/u] },
    async doGenerate(call) {
      const { content, ...others } = await plan(call)
      return { ...others, content: [content], response: { modelId: MODEL_ID }, warnings: [] }
    },
    async doStream(call) {
      const parts = planParts(await plan(call), MODEL_ID)
      return { stream: streamParts(parts, { chunkDelayMs, abortSignal: call.abortSignal }) }
    },
  }
}
