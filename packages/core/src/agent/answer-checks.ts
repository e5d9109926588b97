import {
  findRefusedOptions,
  OptionsError,
  type OptionNames,
  type OptionRules,
  type RefusedOption,
} from '@signet/auth'
import type { Logger } from '../logger.js'
import {
  ANSWER_GUARDS,
  UNSUPPORTED_ANSWER_OPTIONS,
  UNSUPPORTED_STRUCTURED_OUTPUT,
} from '../option/answer-options.js'
import { mayBeMissing } from '../option/refusals.js'
import type { AgentOptions, StructuredOutputOptions, UnservedAnswerOptions } from './options.js'

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

function findRefused(where: string, options: AgentOptions): readonly RefusedOption[] {
  const { structuredOutput } = options
  const refused = findRefusedOptions(where, options, RULES)
  if (structuredOutput === undefined) return refused
  const path = 'structuredOutput.'
  return [...refused, ...findRefusedOptions(where, structuredOutput, STRUCTURED_OUTPUT_RULES, path)]
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
