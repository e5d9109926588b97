import { ConfigurationError } from '@signet/auth'
import { isLegalId, isObject, readOptions } from '@signet/auth/internal'
import { z } from 'zod'
import { InputError, RegistrationError } from '../error.js'
import { describeIssues } from '../issue.js'
import { Refusals } from '../option/refusals.js'
import type { JsonSchema } from '../schema/json-schema.js'
import { readSchema } from '../schema/read-schema.js'
import { readZod4 } from '../schema/read-zod.js'
import { isRead, quietIssues, type ReadSchema } from '../schema/readable-schema.js'
import type { SchemaInput, SchemaOutput } from '../schema/schema-type.js'
import { isSuspended } from './suspending-call.js'
import { readApproval, type ToolApproval } from './tool-approval.js'
import { readSuspension, type ToolSuspension } from './tool-suspension.js'
import { findToolRefusals, type ToolConfig, type ToolContext } from './tool-config.js'

export type { JsonSchema, ToolConfig, ToolContext }

/** Something that an agent, or a caller over HTTP, can do. */
export interface Tool {
  readonly id: string
  readonly description: string
  /** As it was given: a schema of zod, a JSON Schema, or one of another library. */
  readonly inputSchema: object
  readonly outputSchema: object | undefined
  /** The input as JSON Schema (draft 7), for models and for the wire. */
  readonly inputJsonSchema: JsonSchema
  /** The output as JSON Schema (draft 7). */
  readonly outputJsonSchema: JsonSchema | undefined
  /** How calls of the tool are approved before an agent makes them; undefined where they have not to be. */
  readonly approval: ToolApproval | undefined
  /** How calls of the tool are suspended and resumed, where an agent makes them. */
  readonly suspension: ToolSuspension
  /** What the tool was given and does not serve: until a Mastra has accepted that, it does not run. */
  readonly refusals: Refusals
  /**
   * Validates the input, does the work and validates what comes of it, unless the tool has suspended its call.
   * @throws {InputError} with the issues of an input that does not fit
   * @throws {OptionsError} for a tool with options that are not served
   */
  execute(input: unknown, context: ToolContext): Promise<unknown>
}

/** A tool with the types of its schemas. */
export interface TypedTool<
  Input extends object = AnyInput,
  Output extends object = z.ZodUnknown,
> extends Tool {
  /** Types alone: there is no such member. */
  readonly '~schemas'?: { readonly input: Input; readonly output: Output } | undefined
}

/** Any JSON object: the input of a tool that names no schema. */
type AnyInput = z.ZodRecord<z.ZodString, z.ZodUnknown>

const ANY_INPUT: AnyInput = z.record(z.string(), z.unknown())
const ANY_READ: ReadSchema = readZod4(ANY_INPUT)

/** The tools that this copy of the package has made. */
const made = new WeakSet<object>()

/** The members of a tool, as `createTool` makes it. */
const MEMBERS: Readonly<Record<keyof Tool, true>> = {
  id: true,
  description: true,
  inputSchema: true,
  outputSchema: true,
  inputJsonSchema: true,
  outputJsonSchema: true,
  approval: true,
  suspension: true,
  refusals: true,
  execute: true,
}

/**
 * Whether a tool is as `createTool` made it. A copy of it is not: what was changed in the copy, such as an approval
 * that it demands, would not count.
 */
export function isUnchanged(tool: Tool): boolean {
  if (made.has(tool)) return true
  const names = Reflect.ownKeys(tool)
  return (
    Object.isFrozen(tool) &&
    Object.getPrototypeOf(tool) === Object.prototype &&
    names.every((name) => Object.hasOwn(MEMBERS, name))
  )
}

/** Whether a value is a tool of this package, of whichever installed copy. */
export function isTool(value: unknown): value is Tool {
  if (!isObject(value)) return false
  return 'inputJsonSchema' in value && 'refusals' in value
}

/**
 * What a schema makes of a tool's output.
 * @throws {TypeError} with where it does not fit, and none of what the tool returned there
 */
async function fitOutput(id: string, schema: ReadSchema, output: unknown): Promise<unknown> {
  const parsed = await schema.parse(output)
  if ('value' in parsed) return parsed.value
  const issues = describeIssues(quietIssues(parsed))
  throw new TypeError(`The output of the tool ${id} does not fit its outputSchema. ${issues}`)
}

/** A schema that can be used; any other is refused. */
function usable(read: ReturnType<typeof readSchema> | undefined): ReadSchema | undefined {
  return read !== undefined && isRead(read) ? read : undefined
}

/**
 * Makes a tool. Options that are not served are told by the `Mastra` that the tool belongs to; the tool does not
 * run before that has accepted them.
 * @throws {RegistrationError} `id_illegal`
 * @throws {ConfigurationError} `option_invalid` for a tool without `execute`, and for an approval or a suspension that can be none
 * @example
 * ```typescript
 * import { createTool } from '@signet/core/tools'
 * import { z } from 'zod'
 *
 * export const weather = createTool({
 *   id: 'weather',
 *   description: 'Tells the weather of a place.',
 *   inputSchema: z.object({ place: z.string() }),
 *   outputSchema: z.object({ degrees: z.number() }),
 *   execute: async ({ place }) => ({ degrees: place.length }),
 * })
 * ```
 */
export function createTool<
  Input extends object = AnyInput,
  Output extends object = z.ZodUnknown,
  Suspend extends object = z.ZodUnknown,
  Resume extends object = z.ZodUnknown,
>(given: ToolConfig<Input, Output, Suspend, Resume>): TypedTool<Input, Output> {
  const config = readOptions(given)
  const { id, description } = config
  if (!isLegalId(id)) {
    throw new RegistrationError(
      'id_illegal',
      `The tool id ${JSON.stringify(id)} is not legal. Use 1 to 128 characters of A-Z a-z 0-9 _ . -`,
    )
  }
  if (typeof config.execute !== 'function') {
    throw new ConfigurationError(
      'option_invalid',
      `Tool ${JSON.stringify(id)} has no execute. Give it execute, or send a tool that runs at the client in clientTools of the request.`,
    )
  }
  const read = {
    inputSchema: config.inputSchema && readSchema(config.inputSchema),
    outputSchema: config.outputSchema && readSchema(config.outputSchema),
    suspendSchema: config.suspendSchema && readSchema(config.suspendSchema),
    resumeSchema: config.resumeSchema && readSchema(config.resumeSchema),
  }
  const refusals = new Refusals(findToolRefusals(config, read))
  const input = usable(read.inputSchema)
  const output = usable(read.outputSchema)
  const reading = input ?? ANY_READ
  const tool: Tool = Object.freeze({
    id,
    description,
    inputSchema: (input && config.inputSchema) ?? ANY_INPUT,
    outputSchema: output && config.outputSchema,
    inputJsonSchema: reading.input,
    outputJsonSchema: output?.output(),
    approval: readApproval(config, async (value) => {
      const parsed = await reading.parse(value, 'json')
      return 'value' in parsed ? parsed : undefined
    }),
    suspension: readSuspension(config, usable(read.suspendSchema), usable(read.resumeSchema)),
    refusals,
    async execute(value: unknown, context: ToolContext): Promise<unknown> {
      refusals.throwIfAny()
      const parsed = await reading.parse(value, 'json')
      if (!('value' in parsed)) {
        throw new InputError(
          `The input does not fit the inputSchema of the tool ${id}.`,
          parsed.issues,
        )
      }
      const result = await config.execute(
        parsed.value as SchemaOutput<Input>,
        context as ToolContext<SchemaInput<Suspend>, SchemaOutput<Resume, unknown>>,
      )
      if (output === undefined || isSuspended(context)) return result
      return fitOutput(id, output, result)
    },
  })
  made.add(tool)
  return tool
}
