import { isLegalId } from '@signet/auth'
import { z } from 'zod'
import { InputError, RegistrationError } from '../error.js'
import { describeIssues, zodIssues } from '../issue.js'
import type { RequestContext } from '../request-context.js'

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What a tool gets beside its input. */
export interface ToolContext {
  /** The caller's principal and the application's values. */
  readonly requestContext: RequestContext
  /** Fires when the answer is no longer wanted. */
  readonly abortSignal?: AbortSignal
  /** Set where an agent calls the tool. */
  readonly agent?: { readonly agentId: string; readonly toolCallId: string }
}

/** What makes a tool. */
export interface ToolConfig<Input extends z.ZodType, Output extends z.ZodType> {
  /** 1 to 128 of `A-Z a-z 0-9 _ . -`, unique among all tools of an application. */
  readonly id: string
  /** Tells a model, and a person, what the tool does. */
  readonly description: string
  /** Default: any object. */
  readonly inputSchema?: Input
  /** Checked on what the tool returns. Default: anything. */
  readonly outputSchema?: Output
  /**
   * Does the work. Gets what the schema made of the input.
   * Throw a `ToolError` to say why it cannot; any other error is told to nobody but the log.
   */
  readonly execute: (
    input: z.output<Input>,
    context: ToolContext,
  ) => z.input<Output> | Promise<z.input<Output>>
}

/** Something that an agent, or a caller over HTTP, can do. */
export interface Tool {
  readonly id: string
  readonly description: string
  readonly inputSchema: z.ZodType
  readonly outputSchema: z.ZodType | undefined
  /** The input as JSON Schema (draft 7), for models and for the wire. */
  readonly inputJsonSchema: JsonSchema
  /** The output as JSON Schema (draft 7). */
  readonly outputJsonSchema: JsonSchema | undefined
  /**
   * Validates the input, does the work and validates what comes of it.
   * @throws {InputError} with the issues of an input that does not fit
   */
  execute(input: unknown, context: ToolContext): Promise<unknown>
}

/** Any JSON object: the input of a tool that names no schema. */
type AnyInput = z.ZodRecord<z.ZodString, z.ZodUnknown>

const ANY_INPUT: AnyInput = z.record(z.string(), z.unknown())

/** A zod schema as JSON Schema (draft 7). What JSON cannot say stays open. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { io, target: 'draft-7', unrepresentable: 'any' })
}

/**
 * What a schema makes of a tool's output.
 * @throws {TypeError} with where it does not fit, and none of what the tool returned there
 */
async function fitOutput(id: string, schema: z.ZodType, output: unknown): Promise<unknown> {
  const parsed = await schema.safeParseAsync(output)
  if (parsed.success) return parsed.data
  const issues = describeIssues(zodIssues(parsed.error))
  throw new TypeError(`The output of the tool ${id} does not fit its schema. ${issues}`)
}

/**
 * Makes a tool.
 * @throws {RegistrationError} `id_illegal`
 */
export function createTool<
  Input extends z.ZodType = AnyInput,
  Output extends z.ZodType = z.ZodUnknown,
>(config: ToolConfig<Input, Output>): Tool {
  const { id, description, outputSchema } = config
  if (!isLegalId(id)) {
    throw new RegistrationError(
      'id_illegal',
      `The tool id ${JSON.stringify(id)} is not legal: use 1 to 128 of A-Z a-z 0-9 _ . -`,
    )
  }
  const inputSchema: z.ZodType = config.inputSchema ?? ANY_INPUT
  return Object.freeze({
    id,
    description,
    inputSchema,
    outputSchema,
    inputJsonSchema: toJsonSchema(inputSchema, 'input'),
    outputJsonSchema: outputSchema && toJsonSchema(outputSchema, 'output'),
    async execute(input: unknown, context: ToolContext): Promise<unknown> {
      const parsed = await inputSchema.safeParseAsync(input)
      if (!parsed.success) {
        throw new InputError(`The input does not fit the tool ${id}.`, zodIssues(parsed.error))
      }
      const output = await config.execute(parsed.data as z.output<Input>, context)
      return outputSchema === undefined ? output : fitOutput(id, outputSchema, output)
    },
  })
}
