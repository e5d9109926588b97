import { ConfigurationError, type OptionNames } from '@signet/auth'
import { findRefusedOptions, readOptions } from '@signet/auth/internal'
import { checkStepId } from './create-step.js'
import { readCount } from './read-count.js'

/** Names an entry of the chain for people. */
export interface EntryOptions {
  /** 1 to 128 characters. For `.map`, `.sleep` and `.sleepUntil` the id of the step that they are. */
  readonly id?: string | null | undefined
  readonly description?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const ENTRY: OptionNames<EntryOptions> = { id: true, description: true, metadata: true }

/** Options of `.foreach`. */
export interface ForeachOptions extends EntryOptions {
  /** How many items are at work at once: 1 to 1,000. Default: 1. */
  readonly concurrency?: number | undefined
}

const FOREACH: OptionNames<ForeachOptions> = { ...ENTRY, concurrency: true }
const MAX_CONCURRENCY = 1000

function read<Options extends EntryOptions>(
  workflowId: string,
  given: Options | undefined,
  served: Readonly<Record<string, true>>,
): Options {
  const options = readOptions(given)
  const [refused] = findRefusedOptions(`Workflow ${workflowId}`, options, { served })
  if (refused !== undefined) {
    const message = `${refused.where}: ${refused.name}. ${refused.remedy}`
    throw new ConfigurationError('option_invalid', message)
  }
  if (options.id !== undefined && options.id !== null) checkStepId(options.id)
  return options
}

/**
 * The id that an entry is given; undefined where it is given none.
 * @throws {ConfigurationError} `option_invalid`
 */
export function readEntryId(
  workflowId: string,
  options: EntryOptions | undefined,
): string | undefined {
  return read(workflowId, options, ENTRY).id ?? undefined
}

/**
 * How many items of a `.foreach` are at work at once.
 * @throws {ConfigurationError} `option_invalid`
 */
export function readConcurrency(workflowId: string, options: ForeachOptions | undefined): number {
  const { concurrency } = read(workflowId, options, FOREACH)
  const name = `The option concurrency of foreach of workflow ${workflowId}`
  return readCount(concurrency, name, { least: 1, most: MAX_CONCURRENCY }) ?? 1
}
