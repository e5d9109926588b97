import type { z } from 'zod'
import type { OptionNames, RefusedOption, Unserved } from '@signet/auth'
import { findRefusedOptions } from '@signet/auth/internal'
import type { Mastra } from '../mastra-type.js'
import { TOOL_GUARDS, UNSUPPORTED_TOOL_OPTIONS } from '../option/tool-options.js'
import type { RequestContext } from '../request-context.js'
import { isRead, type ReadSchema, type UnreadSchema } from '../schema/readable-schema.js'
import type { SchemaInput, SchemaOutput } from '../schema/schema-type.js'

/** By what a tool suspends its call, and what the call goes on with. */
interface Suspending<Payload, Data> {
  /**
   * Suspends the call: what the tool returns then is no result, and the tool is executed again, with the same input,
   * when its caller resumes the call. Return behind it. There where an agent calls the tool.
   * @param payload - what the caller is asked: JSON of at most 65536 bytes that fits `suspendSchema`
   */
  readonly suspend?: ((payload: Payload) => Promise<undefined>) | undefined
  /** What the call is resumed with, as `resumeSchema` made it; undefined where it begins. */
  readonly resumeData?: Data | undefined
  /** What the tool said when it suspended the call; undefined where it begins. */
  readonly suspendPayload?: Payload | undefined
}

/**
 * What a tool gets beside its input.
 * @typeParam Payload - what it says when it suspends a call
 * @typeParam Data - what a call is resumed with
 */
export interface ToolContext<Payload = unknown, Data = unknown> extends Suspending<Payload, Data> {
  /** The caller's principal and the application's values. */
  readonly requestContext: RequestContext
  /** Fires when the answer is no longer wanted. */
  readonly abortSignal?: AbortSignal | undefined
  /** The application, where the tool belongs to one. */
  readonly mastra?: Mastra | undefined
  /** Set where an agent calls the tool; thread and owner where it remembers. */
  readonly agent?:
    | (Omit<Suspending<Payload, Data>, 'suspend'> & {
        readonly agentId: string
        readonly toolCallId: string
        readonly threadId?: string | undefined
        readonly resourceId?: string | undefined
        /** The same as that of the context. */
        readonly suspend: (payload: Payload) => Promise<undefined>
      })
    | undefined
}

/** Whether a call has to be approved. It gets what the schema made of the input. */
export type ApprovalRule<Input extends object> =
  | boolean
  | ((
      input: SchemaOutput<Input>,
      options: { readonly requestContext: RequestContext },
    ) => boolean | Promise<boolean>)

/** How calls of a tool are approved. */
export interface ApprovalConfig {
  /** Demands that somebody else than who asked approves, with `tools:approve:<tool>`. Default: who asked does. */
  readonly by?: 'other' | undefined
  /** How long a call may be approved, in seconds: from 1 to 2592000 (30 days). Default: 86400 (a day). */
  readonly expiresInSeconds?: number | undefined
}

/** How calls of a tool are suspended. */
export interface SuspensionConfig {
  /** How long a call may be resumed, in seconds: from 1 to 2592000 (30 days). Default: 86400 (a day). */
  readonly expiresInSeconds?: number | undefined
}

/** What a tool returns. Nothing only where it has a `suspendSchema`: then its call may be suspended. */
type Returned<Output, Suspend> =
  | SchemaInput<Output>
  | (z.ZodUnknown extends Suspend ? never : undefined)

type UnservedToolOptions = typeof UNSUPPORTED_TOOL_OPTIONS & typeof TOOL_GUARDS

/** What makes a tool. Options of Mastra that are not served may only ask for nothing. */
export interface ToolConfig<
  Input extends object,
  Output extends object,
  Suspend extends object = z.ZodUnknown,
  Resume extends object = z.ZodUnknown,
> extends Unserved<UnservedToolOptions> {
  /** 1 to 128 of `A-Z a-z 0-9 _ . -`, unique among all tools of an application. */
  readonly id: string
  /** Tells a model, and a person, what the tool does. */
  readonly description: string
  /**
   * A schema of zod 4 or zod 3, a JSON Schema, `jsonSchema()` of the AI SDK, or a Standard Schema that also gives its
   * JSON Schema. Null for what may be left out counts as left out, where null itself is not allowed. Default: any object.
   */
  readonly inputSchema?: Input | undefined
  /** A schema of the same kinds, checked on what the tool returns. Default: anything. */
  readonly outputSchema?: Output | undefined
  /**
   * Whether somebody has to approve a call before an agent makes it: each call, or those for which the function returns
   * anything but false. The answer is suspended until then. Default: false.
   */
  readonly requireApproval?: ApprovalRule<Input> | undefined
  /** How calls are approved, where they have to be. */
  readonly approval?: ApprovalConfig | undefined
  /** A schema of the same kinds, checked on what the tool says when it suspends a call. Default: anything. */
  readonly suspendSchema?: Suspend | undefined
  /** A schema of the same kinds, checked on what a call is resumed with. Default: anything. */
  readonly resumeSchema?: Resume | undefined
  /** How calls are suspended. */
  readonly suspension?: SuspensionConfig | undefined
  /**
   * Does the work. Gets what the schema made of the input.
   * Throw a `ToolError` to say why it cannot; any other error is told to nobody but the log.
   */
  readonly execute: (
    input: SchemaOutput<Input>,
    context: ToolContext<SchemaInput<Suspend>, SchemaOutput<Resume, unknown>>,
  ) => Returned<Output, Suspend> | Promise<Returned<Output, Suspend>>
}

const SERVED: OptionNames<ToolConfig<object, object>, UnservedToolOptions> = {
  id: true,
  description: true,
  inputSchema: true,
  outputSchema: true,
  requireApproval: true,
  approval: true,
  suspendSchema: true,
  resumeSchema: true,
  suspension: true,
  execute: true,
}

/** The schemas of a tool, as they could be read. */
export type ToolSchemas = Readonly<
  Record<
    'inputSchema' | 'outputSchema' | 'suspendSchema' | 'resumeSchema',
    ReadSchema | UnreadSchema | undefined
  >
>

/** Why a schema cannot be used. What a tool returns may be what JSON lacks: `toJson` has a form for it. */
function remedyOf(name: string, schema: ReadSchema | UnreadSchema): string | undefined {
  if (!isRead(schema)) return schema.remedy
  return name === 'outputSchema' ? undefined : schema.fault
}

/** The options that a tool was given and that are not served. */
export function findToolRefusals(
  config: { readonly id: string },
  schemas: ToolSchemas,
): readonly RefusedOption[] {
  const where = `Tool ${JSON.stringify(config.id)}`
  const rules = { served: SERVED, unsupported: UNSUPPORTED_TOOL_OPTIONS, guards: TOOL_GUARDS }
  const refused = [...findRefusedOptions(where, config, rules)]
  for (const [name, schema] of Object.entries(schemas)) {
    const remedy = schema === undefined ? undefined : remedyOf(name, schema)
    if (remedy === undefined) continue
    refused.push({ where, name, isKnownToMastra: true, isGuard: true, remedy })
  }
  return refused
}
