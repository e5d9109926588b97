import {
  ConfigurationError,
  type OptionNames,
  type RefusedOption,
  type Unserved,
} from '@signet/auth'
import { findRefusedOptions, isObject, readOptions } from '@signet/auth/internal'
import { z } from 'zod'
import type { Agent } from '../agent/agent.js'
import type { AgentOptions } from '../agent/options.js'
import { RegistrationError, ToolError } from '../error.js'
import { consoleLogger } from '../log/logger.js'
import { Refusals } from '../option/refusals.js'
import { STEP_GUARDS, UNSUPPORTED_STEP_OPTIONS } from '../option/workflow-options.js'
import { readSchema } from '../schema/read-schema.js'
import { isRead, type ReadSchema } from '../schema/readable-schema.js'
import type { SchemaInput, SchemaOutput } from '../schema/schema-type.js'
import { isTool, type Tool, type TypedTool } from '../tool/create-tool.js'
import { createToolContext } from '../tool/tool-context.js'
import { WORKFLOW_LIMITS } from './limits.js'
import { readCount } from './read-count.js'
import {
  type AnyStepContext,
  type Ended,
  type Step,
  type StepContext,
  type StepWork,
} from './step.js'

type UnservedStepOptions = typeof UNSUPPORTED_STEP_OPTIONS & typeof STEP_GUARDS

/** What a schema that may be left out makes. */
type Made<Schema, Otherwise> = [Schema] extends [object] ? SchemaOutput<Schema> : Otherwise

/** What makes a step. Options of Mastra that are not served may only ask for nothing. */
export interface StepConfig<
  Id extends string,
  Input extends object,
  Output extends object,
  Resume extends object | undefined = undefined,
  Suspend extends object | undefined = undefined,
  State extends object | undefined = undefined,
> extends Unserved<UnservedStepOptions> {
  /** 1 to 128 characters, unique in its workflow. */
  readonly id: Id
  readonly description?: string | undefined
  /** A schema as `inputSchema` of a tool takes it; checked before each run of the step. */
  readonly inputSchema: Input
  /** A schema of the same kinds. It types the output, which the input schema of the next step checks. */
  readonly outputSchema: Output
  /** Checked on what the run is resumed with. Default: anything. */
  readonly resumeSchema?: Resume | undefined
  /** Checked on what the step tells `suspend`. Default: anything. */
  readonly suspendSchema?: Suspend | undefined
  /** Checked on what the step tells `setState`: every member may be left out of a change. Default: anything. */
  readonly stateSchema?: State | undefined
  /** How often the step is tried again where it throws: 0 to 100. Default: `retryConfig.attempts` of the workflow. */
  readonly retries?: number | undefined
  /** Key-value pairs of the application, which nothing of Signet reads. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Does the work. What it returns is passed on as JSON has it. */
  readonly execute: (
    context: StepContext<
      SchemaOutput<Input>,
      Made<Resume, unknown>,
      Made<Suspend, unknown>,
      Made<State, Readonly<Record<string, unknown>>>
    >,
  ) => Promise<SchemaOutput<Output, unknown> | Ended> | SchemaOutput<Output, unknown> | Ended
}

const SERVED: OptionNames<StepConfig<string, object, object>, UnservedStepOptions> = {
  id: true,
  description: true,
  inputSchema: true,
  outputSchema: true,
  resumeSchema: true,
  suspendSchema: true,
  stateSchema: true,
  retries: true,
  metadata: true,
  execute: true,
}

/** Options of a step that is an agent: those of the agent's answers, and of the step. */
export interface AgentStepOptions<Schema extends object = object>
  extends
    Omit<AgentOptions<Schema>, 'requestContext' | 'abortSignal' | 'runId'>,
    Unserved<typeof UNSUPPORTED_STEP_OPTIONS> {
  /** How often the agent is asked again where it fails: 0 to 100. */
  readonly retries?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Options of a step that is a tool. */
export interface ToolStepOptions extends Unserved<typeof UNSUPPORTED_STEP_OPTIONS> {
  /** How often the tool is run again where it fails: 0 to 100. */
  readonly retries?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const TOOL_STEP: OptionNames<ToolStepOptions, typeof UNSUPPORTED_STEP_OPTIONS> = {
  retries: true,
  metadata: true,
}

type SchemaName = 'inputSchema' | 'outputSchema' | 'resumeSchema' | 'suspendSchema' | 'stateSchema'

/**
 * The schemas that were given, and what is wrong with those that cannot be used.
 * @param where - what has them: `Step "fetch"`
 */
export function readSchemas<Name extends string>(
  where: string,
  given: Readonly<Record<Name, unknown>>,
): {
  readonly read: Readonly<Partial<Record<Name, ReadSchema>>>
  readonly refused: readonly RefusedOption[]
} {
  const read: Partial<Record<Name, ReadSchema>> = {}
  const refused: RefusedOption[] = []
  for (const name of Object.keys(given) as Name[]) {
    const schema = given[name]
    if (schema === undefined) continue
    const made = readSchema(schema)
    const remedy = isRead(made) ? (name === 'outputSchema' ? undefined : made.fault) : made.remedy
    if (remedy !== undefined) {
      refused.push({ where, name, isKnownToMastra: true, isGuard: true, remedy })
    } else if (isRead(made)) read[name] = made
  }
  return { read, refused }
}

/** Whether a text is Unicode: half a pair of surrogates is none. */
function isWellFormed(text: string): boolean {
  try {
    encodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** @throws {RegistrationError} `id_illegal` */
export function checkStepId(id: unknown): asserts id is string {
  const isLegal =
    typeof id === 'string' &&
    id.length > 0 &&
    id.length <= WORKFLOW_LIMITS.idCharacters &&
    id.trim() !== '' &&
    isWellFormed(id)
  if (isLegal) return
  throw new RegistrationError(
    'id_illegal',
    `The step id ${JSON.stringify(id)} is not legal. Use 1 to ${WORKFLOW_LIMITS.idCharacters} characters.`,
  )
}

function isAgentObject(value: object): value is Agent {
  return 'getInstructions' in value && 'generate' in value
}

const PROMPT: z.ZodType = z.object({ prompt: z.string() })
const TEXT: z.ZodType = z.object({ text: z.string() })

interface StepParts {
  readonly id: string
  readonly description?: string | undefined
  readonly inputSchema: object
  readonly outputSchema: object
  readonly resumeSchema?: object | undefined
  readonly suspendSchema?: object | undefined
  readonly stateSchema?: object | undefined
  readonly retries?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Puts a step together. */
function assemble(
  parts: StepParts,
  refusedOptions: readonly RefusedOption[],
  work: Pick<StepWork, 'run' | 'permission'>,
): Step {
  checkStepId(parts.id)
  const where = `Step ${JSON.stringify(parts.id)}`
  const { inputSchema, outputSchema, resumeSchema, suspendSchema, stateSchema } = parts
  for (const [name, schema] of [
    ['inputSchema', inputSchema],
    ['outputSchema', outputSchema],
  ] as const) {
    if (schema !== undefined && schema !== null) continue
    throw new ConfigurationError(
      'option_invalid',
      `${where} has no ${name}. Give it a schema; z.unknown() takes anything.`,
    )
  }
  const given: Readonly<Record<SchemaName, unknown>> = {
    inputSchema,
    outputSchema,
    resumeSchema,
    suspendSchema,
    stateSchema,
  }
  const { read, refused } = readSchemas(where, given)
  const retries = readCount(
    parts.retries,
    `The option retries of step ${JSON.stringify(parts.id)}`,
    {
      most: WORKFLOW_LIMITS.retries,
    },
  )
  return Object.freeze({
    id: parts.id,
    description: parts.description,
    inputSchema,
    outputSchema,
    resumeSchema,
    suspendSchema,
    stateSchema,
    metadata: parts.metadata,
    refusals: new Refusals([...refusedOptions, ...refused]),
    work: Object.freeze({
      type: 'work',
      input: read.inputSchema,
      resume: read.resumeSchema,
      suspend: read.suspendSchema,
      state: read.stateSchema,
      retries,
      ...work,
    }),
  })
}

function stepOfAgent(agent: Agent, given: AgentStepOptions): Step {
  const { retries, metadata, scorers, component, ...options } = given
  const refused = findRefusedOptions(
    `Step ${JSON.stringify(agent.id)}`,
    { scorers, component },
    { served: {}, unsupported: UNSUPPORTED_STEP_OPTIONS },
  )
  const schema = options.structuredOutput?.schema
  return assemble(
    {
      id: agent.id,
      description: agent.description,
      inputSchema: PROMPT,
      outputSchema: schema ?? TEXT,
      retries,
      metadata,
    },
    [...agent.refusals.options, ...refused],
    {
      permission: `agents:execute:${agent.id}`,
      async run({ inputData, requestContext, abortSignal }: AnyStepContext, noteUsage) {
        const { prompt } = inputData as { readonly prompt: string }
        const answer = await agent.generate(prompt, { ...options, requestContext, abortSignal })
        noteUsage(answer.totalUsage)
        if (answer.finishReason === 'suspended') {
          throw new ToolError(
            `Agent ${agent.id} waits for an approval, or for what a tool asks for, and a workflow does not wait for that.`,
          )
        }
        return schema === undefined ? { text: answer.text } : answer.object
      },
    },
  )
}

/** A workflow does not wait for a tool: it would run without its approval, or end without the answer that it asks for. */
function waitingRefusals({ id, approval, suspension }: Tool): readonly RefusedOption[] {
  const refused = { where: `Step ${JSON.stringify(id)}`, isKnownToMastra: true, isGuard: true }
  const refusals: RefusedOption[] = []
  if (approval !== undefined) {
    const remedy =
      'A workflow does not wait for an approval, so the tool would run without it. Suspend in a step of your own, and run a tool without requireApproval behind it.'
    refusals.push({ ...refused, name: 'requireApproval', remedy })
  }
  if (suspension.isDeclared) {
    const remedy =
      'A tool suspends its call only where an agent makes it. Suspend in a step of your own, and run a tool without suspendSchema, resumeSchema and suspension behind it.'
    refusals.push({ ...refused, name: 'suspendSchema', remedy })
  }
  return refusals
}

function stepOfTool(tool: Tool, options: ToolStepOptions): Step {
  const refused = findRefusedOptions(`Step ${JSON.stringify(tool.id)}`, options, {
    served: TOOL_STEP,
    unsupported: UNSUPPORTED_STEP_OPTIONS,
  })
  return assemble(
    {
      id: tool.id,
      description: tool.description,
      inputSchema: tool.inputSchema,
      outputSchema: tool.outputSchema ?? z.unknown(),
      retries: options.retries,
      metadata: options.metadata,
    },
    [...tool.refusals.options, ...waitingRefusals(tool), ...refused],
    {
      permission: `tools:execute:${tool.id}`,
      run({ inputData, requestContext, abortSignal, mastra }: AnyStepContext) {
        const logger = (mastra as typeof mastra | undefined)?.getLogger() ?? consoleLogger
        const context = createToolContext(tool, { requestContext, abortSignal, mastra }, logger)
        return tool.execute(inputData, context)
      },
    },
  )
}

function stepOfConfig(config: StepConfig<string, object, object>): Step {
  const where = `Step ${JSON.stringify(config.id)}`
  if (typeof config.execute !== 'function') {
    throw new ConfigurationError('option_invalid', `${where} has no execute.`)
  }
  const refused = findRefusedOptions(where, config, {
    served: SERVED,
    unsupported: UNSUPPORTED_STEP_OPTIONS,
    guards: STEP_GUARDS,
  })
  const { execute } = config
  return assemble(config, refused, {
    permission: undefined,
    run: (context) => execute(context as Parameters<typeof execute>[0]),
  })
}

/**
 * Makes a step of a workflow. A step that is an agent takes `{ prompt }` and gives `{ text }`, or the object of
 * `structuredOutput`. A step that is a tool takes and gives what the tool does. Whoever runs the workflow needs
 * `agents:execute:<id>` or `tools:execute:<id>` for these two.
 *
 * @throws {RegistrationError} `id_illegal`
 * @throws {ConfigurationError} `option_invalid`
 * @example
 * ```typescript
 * import { createStep } from '@signet/core/workflows'
 * import { z } from 'zod'
 *
 * export const double = createStep({
 *   id: 'double',
 *   inputSchema: z.object({ amount: z.number() }),
 *   outputSchema: z.object({ amount: z.number() }),
 *   execute: async ({ inputData }) => ({ amount: inputData.amount * 2 }),
 * })
 * ```
 */
export function createStep<
  const Id extends string,
  Input extends object,
  Output extends object,
  Resume extends object | undefined = undefined,
  Suspend extends object | undefined = undefined,
  State extends object | undefined = undefined,
>(
  config: StepConfig<Id, Input, Output, Resume, Suspend, State>,
): Step<
  Id,
  SchemaInput<Input>,
  SchemaOutput<Output, unknown>,
  Resume extends object ? SchemaInput<Resume> : unknown,
  Made<State, unknown>
>
export function createStep(
  agent: Agent,
  options?: AgentStepOptions & { readonly structuredOutput?: undefined },
): Step<string, { prompt: string }, { text: string }, unknown, unknown>
export function createStep<Schema extends object>(
  agent: Agent,
  options: AgentStepOptions<Schema>,
): Step<string, { prompt: string }, SchemaOutput<Schema, unknown>, unknown, unknown>
export function createStep<Input extends object, Output extends object>(
  tool: TypedTool<Input, Output>,
  options?: ToolStepOptions,
): Step<string, SchemaInput<Input>, SchemaOutput<Output, unknown>, unknown, unknown>
export function createStep(given: object, options: object = {}): Step {
  if (!isObject(given)) {
    throw new ConfigurationError('option_invalid', 'A step is made of options, an agent or a tool.')
  }
  if (isTool(given)) return stepOfTool(given, readOptions(options))
  if (isAgentObject(given)) return stepOfAgent(given, readOptions(options))
  return stepOfConfig(readOptions(given as StepConfig<string, object, object>))
}
