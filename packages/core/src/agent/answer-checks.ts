import { OptionsError, type OptionNames, type OptionRules, type RefusedOption } from '@signet/auth'
import { findRefusedOptions, isObject } from '@signet/auth/internal'
import type { Logger } from '../log/logger.js'
import {
  ANSWER_GUARDS,
  CLIENT_TOOL_GUARDS,
  MEMORY_REQUEST_GUARDS,
  UNSUPPORTED_ANSWER_OPTIONS,
  UNSUPPORTED_MEMORY_REQUEST,
  UNSUPPORTED_MODEL_SETTINGS,
  UNSUPPORTED_RECALL_OPTIONS,
  UNSUPPORTED_STRUCTURED_OUTPUT,
} from '../option/answer-options.js'
import { mayBeMissing } from '../option/refusals.js'
import type { MemoryRequest } from '../memory/session.js'
import type { ClientTool } from './offered-tools.js'
import type {
  AgentOptions,
  ModelSettings,
  StructuredOutputOptions,
  UnservedAnswerOptions,
} from './options.js'

const SERVED: OptionNames<AgentOptions, UnservedAnswerOptions> = {
  requestContext: true,
  abortSignal: true,
  instructions: true,
  system: true,
  context: true,
  model: true,
  maxSteps: true,
  modelSettings: true,
  providerOptions: true,
  toolChoice: true,
  activeTools: true,
  clientTools: true,
  structuredOutput: true,
  memory: true,
  requireToolApproval: true,
  onDisconnect: true,
  runId: true,
}

const STRUCTURED_OUTPUT: OptionNames<
  StructuredOutputOptions,
  typeof UNSUPPORTED_STRUCTURED_OUTPUT
> = { schema: true }

const RULES: OptionRules = {
  served: SERVED,
  unsupported: UNSUPPORTED_ANSWER_OPTIONS,
  guards: ANSWER_GUARDS,
}

const STRUCTURED_OUTPUT_RULES: OptionRules = {
  served: STRUCTURED_OUTPUT,
  unsupported: UNSUPPORTED_STRUCTURED_OUTPUT,
}

const MODEL_SETTINGS: OptionNames<ModelSettings> = {
  maxOutputTokens: true,
  temperature: true,
  topP: true,
  topK: true,
  presencePenalty: true,
  frequencyPenalty: true,
  stopSequences: true,
  seed: true,
  maxRetries: true,
}

const MODEL_SETTING_RULES: OptionRules = {
  served: MODEL_SETTINGS,
  unsupported: UNSUPPORTED_MODEL_SETTINGS,
}

const MEMORY_REQUEST: OptionNames<MemoryRequest> = { thread: true, resource: true, options: true }

const MEMORY_RULES: OptionRules = {
  served: MEMORY_REQUEST,
  unsupported: UNSUPPORTED_MEMORY_REQUEST,
  guards: MEMORY_REQUEST_GUARDS,
}

const RECALL_OPTIONS: OptionNames<NonNullable<MemoryRequest['options']>> = {
  lastMessages: true,
  readOnly: true,
}

const RECALL_RULES: OptionRules = {
  served: RECALL_OPTIONS,
  unsupported: UNSUPPORTED_RECALL_OPTIONS,
}

const CLIENT_TOOL: OptionNames<ClientTool> = { description: true, inputSchema: true }

const CLIENT_TOOL_RULES: OptionRules = { served: CLIENT_TOOL, guards: CLIENT_TOOL_GUARDS }

/** The options below others, with what stands before their names. */
function* nested(options: AgentOptions): Generator<readonly [string, unknown, OptionRules]> {
  const { structuredOutput, modelSettings, memory, clientTools } = options
  yield ['structuredOutput.', structuredOutput, STRUCTURED_OUTPUT_RULES]
  yield ['modelSettings.', modelSettings, MODEL_SETTING_RULES]
  yield ['memory.', memory, MEMORY_RULES]
  yield ['memory.options.', memory?.options, RECALL_RULES]
  for (const [name, tool] of Object.entries(clientTools ?? {})) {
    yield [`clientTools.${name}.`, tool, CLIENT_TOOL_RULES]
  }
}

function findRefused(where: string, options: AgentOptions): readonly RefusedOption[] {
  const refused = [...findRefusedOptions(where, options, RULES)]
  for (const [path, value, rules] of nested(options)) {
    if (!isObject(value)) continue
    refused.push(...findRefusedOptions(where, value, rules, path))
  }
  return refused
}

/** Refuses options of an answer that are not served, or warns of them where the application says so. */
export class AnswerChecks {
  readonly #where: string
  #isWarning = false
  /** Options that the log has been told of: one line for each, not for each answer. */
  readonly #told = new Set<string>()

  constructor(agentId: string) {
    this.#where = `An answer of agent ${JSON.stringify(agentId)}`
  }

  /** From now on, only options that close something, or are misspelt, are refused. */
  warnOnly(): void {
    this.#isWarning = true
  }

  /** @throws {OptionsError} */
  check(options: AgentOptions, logger: Logger): void {
    const refused = findRefused(this.#where, options)
    if (refused.length === 0) return
    const fatal = this.#isWarning ? refused.filter((each) => !mayBeMissing(each)) : refused
    if (fatal.length > 0) throw new OptionsError(fatal)
    for (const { name, remedy } of refused) {
      if (this.#told.has(name)) continue
      this.#told.add(name)
      logger.warn(`${this.#where} has an option that is not served.`, { option: name, remedy })
    }
  }
}
