import { ConfigurationError } from '@signet/auth'
import { BOUNDS } from '../bounds.js'
import type { ModelConfig } from '../model/contract.js'
import type { WorkingMemoryScope } from './storage.js'
import { DEFAULT_TEMPLATE } from './working-memory.js'

/** What an agent keeps in mind beside what was said. */
export interface WorkingMemoryOptions {
  readonly enabled: boolean
  /** Whose it is: the caller's, for all of their threads, or that of one thread. Default: `resource`. */
  readonly scope?: WorkingMemoryScope
  /** What it looks like, in Markdown, while nothing is known. Default: a list of facts about a person. */
  readonly template?: string
}

/** How a thread gets its title. */
export interface TitleOptions {
  /** Default: the agent's own model. */
  readonly model?: ModelConfig
  /** Default: a title of a few words, in the language of the question. */
  readonly instructions?: string
}

/** What a memory does for an agent. The names are those of the original. */
export interface MemoryOptions {
  /** How many of the newest messages of the thread the model is shown; false for none. Default: 10. */
  readonly lastMessages?: number | false
  /** Default: none. */
  readonly workingMemory?: WorkingMemoryOptions
  /** Whether a model names a thread that has no title. Default: false, and the title stays empty. */
  readonly generateTitle?: boolean | TitleOptions
  /** Not part of Signet: only `false` is taken, so that nobody relies on what is not done. */
  readonly semanticRecall?: false
}

/** `MemoryOptions` with the defaults filled in. */
export interface MemorySettings {
  readonly lastMessages: number
  readonly workingMemory: Required<WorkingMemoryOptions>
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
      `lastMessages of a memory is not false or a whole number from 0 to ${BOUNDS.lastMessages.limit}.`,
    )
  }
  if ((options.semanticRecall ?? false) !== false) {
    throw new ConfigurationError(
      'option_invalid',
      'semanticRecall of a memory is not supported: leave it out. Messages are found by their words.',
    )
  }
  const {
    enabled = false,
    scope = 'resource',
    template = DEFAULT_TEMPLATE,
  } = options.workingMemory ?? {}
  const { generateTitle = false } = options
  return {
    lastMessages,
    workingMemory: { enabled, scope, template },
    title: generateTitle === true ? {} : generateTitle || undefined,
  }
}

/**
 * Lets an agent remember: `new Agent({ memory: new Memory() })`. What is remembered lies in the storage
 * of the `Mastra` that the agent belongs to, under the caller who asked.
 */
export class Memory {
  readonly settings: MemorySettings

  /** @throws {ConfigurationError} `option_invalid` */
  constructor(config: { readonly options?: MemoryOptions } = {}) {
    this.settings = Object.freeze(readSettings(config.options ?? {}))
  }
}
