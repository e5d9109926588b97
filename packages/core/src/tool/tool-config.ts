import {
  findRefusedOptions,
  type OptionNames,
  type RefusedOption,
  type Unserved,
} from '@signet/auth'
import type { z } from 'zod'
import type { Mastra } from '../mastra.js'
import { TOOL_GUARDS, UNSUPPORTED_TOOL_OPTIONS } from '../option/tool-options.js'
import type { RequestContext } from '../request-context.js'

/** What a tool gets beside its input. */
export interface ToolContext {
  /** The caller's principal and the application's values. */
  readonly requestContext: RequestContext
  /** Fires when the answer is no longer wanted. */
  readonly abortSignal?: AbortSignal | undefined
  /** The application, where the tool belongs to one. */
  readonly mastra?: Mastra | undefined
  /** Set where an agent calls the tool; thread and owner where it remembers. */
  readonly agent?:
    | {
        readonly agentId: string
        readonly toolCallId: string
        readonly threadId?: string | undefined
        readonly resourceId?: string | undefined
      }
    | undefined
}

type UnservedToolOptions = typeof UNSUPPORTED_TOOL_OPTIONS & typeof TOOL_GUARDS

/** What makes a tool. Options of Mastra that are not served may only ask for nothing. */
export interface ToolConfig<
  Input extends z.ZodType,
  Output extends z.ZodType,
> extends Unserved<UnservedToolOptions> {
  /** 1 to 128 of `A-Z a-z 0-9 _ . -`, unique among all tools of an application. */
  readonly id: string
  /** Tells a model, and a person, what the tool does. */
  readonly description: string
  /** Default: any object. */
  readonly inputSchema?: Input | undefined
  /** Checked on what the tool returns. Default: anything. */
  readonly outputSchema?: Output | undefined
  /**
   * Does the work. Gets what the schema made of the input.
   * Throw a `ToolError` to say why it cannot; any other error is told to nobody but the log.
   */
  readonly execute: (
    input: z.output<Input>,
    context: ToolContext,
  ) => z.input<Output> | Promise<z.input<Output>>
}

const SERVED: OptionNames<ToolConfig<z.ZodType, z.ZodType>, UnservedToolOptions> = {
  id: true,
  description: true,
  inputSchema: true,
  outputSchema: true,
  execute: true,
}

/** Also true for a schema of another installed copy of zod 4. */
function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value && 'safeParseAsync' in value
}

function schemaRefusal(where: string, name: string, schema: unknown): readonly RefusedOption[] {
  if (schema === undefined || isSchema(schema)) return []
  const remedy =
    'It is not a schema of zod 4. Write it with zod 4; zod 3, JSON Schema and other libraries are not read.'
  return [{ where, name, isKnownToMastra: true, isGuard: true, remedy }]
}

/** The options that a tool was given and that are not served. */
export function findToolRefusals(
  config: ToolConfig<z.ZodType, z.ZodType>,
): readonly RefusedOption[] {
  const where = `Tool ${JSON.stringify(config.id)}`
  const rules = { served: SERVED, unsupported: UNSUPPORTED_TOOL_OPTIONS, guards: TOOL_GUARDS }
  const { inputSchema, outputSchema } = config
  return [
    ...findRefusedOptions(where, config, rules),
    ...schemaRefusal(where, 'inputSchema', inputSchema),
    ...schemaRefusal(where, 'outputSchema', outputSchema),
  ]
}

/** A schema of zod 4; undefined for any other, which is refused. */
export function usableSchema(schema: unknown): z.ZodType | undefined {
  return isSchema(schema) ? schema : undefined
}
