import {
  ConfigurationError,
  type OptionNames,
  type RefusedOption,
  type Unserved,
} from '@signet/auth'
import { findRefusedOptions, isObject, readOptions } from '@signet/auth/internal'
import {
  UNSUPPORTED_WORKFLOW_OPTIONS,
  UNSUPPORTED_WORKFLOW_SETTINGS,
  WORKFLOW_GUARDS,
  WORKFLOW_SETTING_GUARDS,
} from '../option/workflow-options.js'
import type { ReadSchema } from '../schema/readable-schema.js'
import { readSchemas } from './create-step.js'
import { WORKFLOW_LIMITS } from './limits.js'
import { readCount } from './read-count.js'
import type { RunHooks, RunInfo } from './run.js'
import type { WorkflowResult } from './run-result.js'
import type { Flow, Step } from './step.js'

type UnservedWorkflowOptions = typeof UNSUPPORTED_WORKFLOW_OPTIONS & typeof WORKFLOW_GUARDS
type UnservedSettings = typeof UNSUPPORTED_WORKFLOW_SETTINGS & typeof WORKFLOW_SETTING_GUARDS

/** Callbacks of the runs of a workflow. */
interface WorkflowSettings extends Unserved<UnservedSettings> {
  /** That inputs are checked: they always are. */
  readonly validateInputs?: true | undefined
  /** Is called before a run starts. What it throws refuses the start: no step runs. */
  readonly onStart?: ((info: RunInfo) => unknown) | undefined
  /** Is called at the end of each leg. What it throws is logged. */
  readonly onFinish?: ((info: RunInfo & WorkflowResult<unknown>) => unknown) | undefined
  /** The same, where the run failed. */
  readonly onError?: ((info: RunInfo & WorkflowResult<unknown>) => unknown) | undefined
}

/** How often the steps of a workflow are tried again. */
interface RetryConfig {
  /** 0 to 100. Default: 0. */
  readonly attempts?: number | undefined
  /** Milliseconds between two attempts, at most an hour. Default: 0. */
  readonly delay?: number | undefined
}

/** What makes a workflow. Options of Mastra that are not served may only ask for nothing. */
export interface WorkflowConfig<
  Id extends string,
  Input extends object,
  Output extends object,
  State extends object | undefined = undefined,
> extends Unserved<UnservedWorkflowOptions> {
  /** 1 to 128 of `A-Z a-z 0-9 _ . -`; permissions and paths name it. */
  readonly id: Id
  readonly description?: string | undefined
  /** A schema as `inputSchema` of a tool takes it; checked at the start of each run. */
  readonly inputSchema: Input
  /** A schema of the same kinds. It types the result. */
  readonly outputSchema: Output
  /** Checked on `initialState`. Default: any object. */
  readonly stateSchema?: State | undefined
  /** For steps that do not have `retries`, those of nested workflows included. Default: nothing is tried again. */
  readonly retryConfig?: RetryConfig | undefined
  /** The steps, for readers: the chain alone counts. */
  readonly steps?: readonly Step[] | undefined
  /** Key-value pairs of the application, which nothing of Signet reads. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly options?: WorkflowSettings | undefined
}

const SERVED: OptionNames<WorkflowConfig<string, object, object>, UnservedWorkflowOptions> = {
  id: true,
  description: true,
  inputSchema: true,
  outputSchema: true,
  stateSchema: true,
  retryConfig: true,
  steps: true,
  metadata: true,
  options: true,
}

const SETTINGS: OptionNames<WorkflowSettings, UnservedSettings> = {
  validateInputs: true,
  onStart: true,
  onFinish: true,
  onError: true,
}

const RETRY: OptionNames<RetryConfig> = { attempts: true, delay: true }

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('option_invalid', message)
}

function isSchemaLike(value: unknown): value is object {
  return isObject(value) || typeof value === 'function'
}

function settingRefusals(where: string, settings: object): readonly RefusedOption[] {
  return findRefusedOptions(
    where,
    settings,
    {
      served: SETTINGS,
      unsupported: UNSUPPORTED_WORKFLOW_SETTINGS,
      guards: WORKFLOW_SETTING_GUARDS,
    },
    'options.',
  )
}

function readHooks(where: string, settings: WorkflowSettings): RunHooks {
  if ((settings.validateInputs ?? true) !== true) {
    throw invalid(`The option options.validateInputs of ${where} must be true or left out.`)
  }
  const { onStart, onFinish, onError } = settings
  for (const [name, hook] of Object.entries({ onStart, onFinish, onError })) {
    if (hook === undefined || typeof hook === 'function') continue
    throw invalid(`The option options.${name} of ${where} must be a function.`)
  }
  return { onStart, onFinish, onError }
}

function readRetry(where: string, given: RetryConfig | undefined): Flow['retry'] {
  if (given === undefined) return undefined
  if (!isObject(given)) throw invalid(`The option retryConfig of ${where} must be an object.`)
  const [refused] = findRefusedOptions(where, given, { served: RETRY }, 'retryConfig.')
  if (refused !== undefined) throw invalid(`${where}: ${refused.name}. ${refused.remedy}`)
  const option = (name: string) => `The option retryConfig.${name} of ${where}`
  return {
    retries: readCount(given.attempts, option('attempts'), { most: WORKFLOW_LIMITS.retries }) ?? 0,
    delay: readCount(given.delay, option('delay'), { most: WORKFLOW_LIMITS.delayMs }) ?? 0,
  }
}

/** What a configuration says, once it is read. */
export interface ReadConfig {
  readonly input: ReadSchema | undefined
  readonly output: ReadSchema | undefined
  readonly state: ReadSchema | undefined
  readonly hooks: RunHooks
  readonly retry: Flow['retry']
  /** What the workflow was given and Signet does not serve. */
  readonly refused: readonly RefusedOption[]
}

/**
 * Reads the configuration of a workflow.
 * @param where - names the workflow for people
 * @throws {ConfigurationError} `option_invalid`
 */
export function readConfig(
  where: string,
  config: WorkflowConfig<string, object, object, object | undefined>,
): ReadConfig {
  const { inputSchema, outputSchema, stateSchema } = config
  if (!isSchemaLike(inputSchema) || !isSchemaLike(outputSchema)) {
    throw invalid(`${where} needs inputSchema and outputSchema. z.unknown() takes anything.`)
  }
  const { read, refused } = readSchemas(where, { inputSchema, outputSchema, stateSchema })
  const settings = readOptions(config.options)
  return {
    input: read.inputSchema,
    output: read.outputSchema,
    state: read.stateSchema,
    hooks: readHooks(where, settings),
    retry: readRetry(where, config.retryConfig),
    refused: [
      ...findRefusedOptions(where, config, {
        served: SERVED,
        unsupported: UNSUPPORTED_WORKFLOW_OPTIONS,
        guards: WORKFLOW_GUARDS,
      }),
      ...settingRefusals(where, settings),
      ...refused,
    ],
  }
}
