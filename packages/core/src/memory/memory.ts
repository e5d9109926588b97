import {
  ConfigurationError,
  type OptionNames,
  type RefusedOption,
  type Unserved,
} from '@signet/auth'
import { findRefusedOptions, readOptions } from '@signet/auth/internal'
import { BOUNDS } from '../bounds.js'
import type { ModelConfig } from '../model/model-config.js'
import {
  MEMORY_CONFIG_GUARDS,
  MEMORY_OPTION_GUARDS,
  UNSUPPORTED_MEMORY_CONFIG,
  UNSUPPORTED_MEMORY_OPTIONS,
  UNSUPPORTED_TITLE_OPTIONS,
  UNSUPPORTED_WORKING_MEMORY,
} from '../option/memory-options.js'
import { Refusals } from '../option/refusals.js'
import type { WorkingMemoryScope } from './storage.js'
import { DEFAULT_TEMPLATE } from './working-memory.js'

/** What an agent keeps in mind beside what was said. */
export interface WorkingMemoryOptions extends Unserved<typeof UNSUPPORTED_WORKING_MEMORY> {
  readonly enabled: boolean
  /** Whose it is: the caller's, for all of their threads, or that of one thread. Default: `resource`. */
  readonly scope?: WorkingMemoryScope | undefined
  /** What it looks like, in Markdown, while nothing is known. Default: a list of facts about a person. */
  readonly template?: string | undefined
  /** That the agent itself keeps it: there is no other way here. Default: true. */
  readonly agentManaged?: true | undefined
}

/** How a thread gets its title. */
export interface TitleOptions extends Unserved<typeof UNSUPPORTED_TITLE_OPTIONS> {
  /** Default: the agent's own model. */
  readonly model?: ModelConfig | undefined
  /** Default: a title of a few words, in the language of the question. */
  readonly instructions?: string | undefined
}

type UnservedMemoryOptions = typeof UNSUPPORTED_MEMORY_OPTIONS & typeof MEMORY_OPTION_GUARDS

/**
 * What a memory does for an agent. The names are those of Mastra, whose other options may only ask for nothing.
 */
export interface MemoryOptions extends Unserved<UnservedMemoryOptions> {
  /** How many of the newest messages of the thread the model is shown; false for none. Default: 10. */
  readonly lastMessages?: number | false | undefined
  /** Default: none. */
  readonly workingMemory?: WorkingMemoryOptions | undefined
  /** Whether a model names a thread that has no title. Default: false, and the title stays empty. */
  readonly generateTitle?: boolean | TitleOptions | undefined
  /** That the model is not shown calls without their results: it never is. Default: true. */
  readonly filterIncompleteToolCalls?: true | undefined
}

type UnservedMemoryConfig = typeof UNSUPPORTED_MEMORY_CONFIG & typeof MEMORY_CONFIG_GUARDS

/** What makes a memory. Options of Mastra that are not served may only ask for nothing. */
export interface MemoryConfig extends Unserved<UnservedMemoryConfig> {
  readonly options?: MemoryOptions | undefined
}

/** `MemoryOptions` with the defaults filled in. */
export interface MemorySettings {
  readonly lastMessages: number
  readonly workingMemory: Required<Pick<WorkingMemoryOptions, 'enabled' | 'scope' | 'template'>>
  /** Undefined where no model names threads. */
  readonly title: TitleOptions | undefined
}

const DEFAULT_LAST_MESSAGES = 10

/**
 * Reads how many messages are wanted.
 * @returns undefined for what is neither `false` nor a whole number from 0 to 1000
 */
export function readLastMessages(value: unknown): number | undefined {
  if (value === false) return 0
  const isCount =
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= BOUNDS.lastMessages.limit
  return isCount ? Number(value) : undefined
}

function readSettings(options: MemoryOptions): MemorySettings {
  const lastMessages = readLastMessages(options.lastMessages ?? DEFAULT_LAST_MESSAGES)
  if (lastMessages === undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `The option lastMessages of a memory must be false or a whole number from 0 to ${BOUNDS.lastMessages.limit}.`,
    )
  }
  const {
    enabled = false,
    scope = 'resource',
    template = DEFAULT_TEMPLATE,
    agentManaged = true,
  } = readOptions(options.workingMemory)
  if (agentManaged !== true) {
    throw new ConfigurationError(
      'option_invalid',
      'The option workingMemory.agentManaged of a memory must be true or left out. Only the agent can update it.',
    )
  }
  if ((options.filterIncompleteToolCalls ?? true) !== true) {
    throw new ConfigurationError(
      'option_invalid',
      'The option filterIncompleteToolCalls of a memory must be true or left out. Signet never shows a model a call without its result.',
    )
  }
  const { generateTitle = false } = options
  return {
    lastMessages,
    workingMemory: { enabled, scope, template },
    title: generateTitle === true ? {} : generateTitle || undefined,
  }
}

const CONFIG: OptionNames<MemoryConfig, UnservedMemoryConfig> = { options: true }

const OPTIONS: OptionNames<MemoryOptions, UnservedMemoryOptions> = {
  lastMessages: true,
  workingMemory: true,
  generateTitle: true,
  filterIncompleteToolCalls: true,
}

const WORKING_MEMORY: OptionNames<WorkingMemoryOptions, typeof UNSUPPORTED_WORKING_MEMORY> = {
  enabled: true,
  scope: true,
  template: true,
  agentManaged: true,
}

const TITLE: OptionNames<TitleOptions, typeof UNSUPPORTED_TITLE_OPTIONS> = {
  model: true,
  instructions: true,
}

const WHERE = 'Memory'

/** The options that a memory was given and that are not served. */
function findRefusals(config: MemoryConfig): readonly RefusedOption[] {
  const options = readOptions(config.options)
  const workingMemory = readOptions(options.workingMemory)
  const title = typeof options.generateTitle === 'object' ? readOptions(options.generateTitle) : {}
  return [
    ...findRefusedOptions(WHERE, config, {
      served: CONFIG,
      unsupported: UNSUPPORTED_MEMORY_CONFIG,
      guards: MEMORY_CONFIG_GUARDS,
    }),
    ...findRefusedOptions(
      WHERE,
      options,
      { served: OPTIONS, unsupported: UNSUPPORTED_MEMORY_OPTIONS, guards: MEMORY_OPTION_GUARDS },
      'options.',
    ),
    ...findRefusedOptions(
      WHERE,
      workingMemory,
      { served: WORKING_MEMORY, unsupported: UNSUPPORTED_WORKING_MEMORY },
      'options.workingMemory.',
    ),
    ...findRefusedOptions(
      WHERE,
      title,
      { served: TITLE, unsupported: UNSUPPORTED_TITLE_OPTIONS },
      'options.generateTitle.',
    ),
  ]
}

/**
 * Lets an agent remember: `new Agent({ memory: new Memory() })`. What is remembered lies in the storage
 * of the `Mastra` that the agent belongs to, under the caller who asked.
 * @example
 * ```typescript
 * import { Agent } from '@signet/core/agent'
 * import { Memory } from '@signet/core/memory'
 *
 * export const assistant = new Agent({
 *   id: 'assistant',
 *   name: 'Assistant',
 *   instructions: 'You answer in one sentence.',
 *   model: 'signet/rehearsal',
 *   memory: new Memory({ options: { lastMessages: 20 } }),
 * })
 * ```
 */
export class Memory {
  readonly settings: MemorySettings
  /** What it was given and does not serve: until a Mastra has accepted that, its agent answers nothing. */
  readonly refusals: Refusals

  /** @throws {ConfigurationError} `option_invalid` */
  constructor(given: MemoryConfig = {}) {
    const config = readOptions(given)
    this.refusals = new Refusals(findRefusals(config))
    this.settings = Object.freeze(readSettings(readOptions(config.options)))
  }
}
