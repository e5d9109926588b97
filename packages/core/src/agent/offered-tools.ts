import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { containsCredential, isLegalId } from '@signet/auth/internal'
import { InputError, ToolError } from '../error.js'
import { describeIssues } from '../issue.js'
import { withOrigin } from '../fault/fault-origin.js'
import type { Logger } from '../log/logger.js'
import type { LoopApproval, LoopTool } from '../loop/call.js'
import type { Mastra } from '../mastra-type.js'
import type { RequestContext } from '../request-context.js'
import type { JsonSchema, Tool } from '../tool/create-tool.js'
import { withoutNulls } from '../schema/readable-schema.js'
import { tellOutput } from '../tool/tell-output.js'
import { toJson } from '../tool/to-json.js'
import { APPROVAL_OF_REQUEST } from '../tool/tool-approval.js'
import { SuspendingCall } from '../tool/suspending-call.js'
import { createToolContext } from '../tool/tool-context.js'
import type { AgentTools } from '../tool/tool-set.js'

/** A tool that runs at the client: the model may call it, and the client answers in its next request. */
export interface ClientTool {
  readonly description?: string | undefined
  readonly inputSchema?: JsonSchema | undefined
}

/** Client tools by the name that the model calls them. */
export type ClientTools = Readonly<Record<string, ClientTool>>

/** For whom tools are offered, and what they run in. */
export interface OfferContext {
  readonly agentId: string
  /** Offered whatever the caller may execute: tools that the framework itself adds. */
  readonly builtIn?: AgentTools | undefined
  readonly requestContext: RequestContext
  /** The application that the agent belongs to. */
  readonly mastra?: Mastra | undefined
  /** Where the agent remembers the answer. */
  readonly thread?: { readonly threadId: string; readonly resourceId: string } | undefined
  /** Whether somebody has to approve each call of a tool of the agent. */
  readonly requireToolApproval: boolean
  readonly logger: Logger
}

/** Whether the caller may execute a tool. */
export function mayExecute(tool: Tool, requestContext: RequestContext): boolean {
  return requestContext.allows(`tools:execute:${tool.id}`)
}

/** What may be told of a failed tool; the rest goes to the log. */
function toPublicError(error: unknown, tool: Tool, logger: Logger): ToolError {
  if (ToolError.isInstance(error)) return error
  if (InputError.isInstance(error)) {
    return new ToolError(`${error.message} ${describeIssues(error.issues)}`, { cause: error })
  }
  logger.error('A tool failed.', { tool: tool.id, error })
  return new ToolError(`The tool ${tool.id} failed.`, { cause: error })
}

/** Whether the caller may learn that there is such a tool. */
function maySee(tool: Tool, requestContext: RequestContext): boolean {
  return requestContext.allows(`tools:read:${tool.id}`) || mayExecute(tool, requestContext)
}

/**
 * Refuses client tools that are named as a tool is which the caller may see. Of one that they may not see they learn
 * nothing: it is not offered, and the client's is.
 */
function checkClientNames(
  clientTools: ClientTools,
  tools: AgentTools,
  { builtIn = {}, requestContext }: OfferContext,
): void {
  const seen = Object.entries(tools).filter(([, tool]) => maySee(tool, requestContext))
  const taken = new Set(
    [...seen, ...Object.entries(builtIn)].flatMap(([name, tool]) => [name, tool.id]),
  )
  for (const name of Object.keys(clientTools)) {
    const isName = isLegalId(name) && !containsCredential(name)
    if (isName && !taken.has(name)) continue
    const message = isName
      ? 'A tool of the server has this name. Rename the tool of the client.'
      : 'A name has 1 to 128 characters of A-Z a-z 0-9 _ . -'
    const field = containsCredential(name) ? 'clientTools' : `clientTools.${name}`
    throw new InputError('The client tools cannot be used.', [{ field, message }])
  }
}

/** How a tool is offered, by the tool: schemas are large, and the same for every answer. */
const definitions = new WeakMap<Tool, LanguageModelV4FunctionTool>()

function define(name: string, tool: Tool): LanguageModelV4FunctionTool {
  const known = definitions.get(tool)
  if (known?.name === name) return known
  const { description, inputJsonSchema: inputSchema } = tool
  const definition = Object.freeze({ type: 'function', name, description, inputSchema } as const)
  definitions.set(tool, definition)
  return definition
}

/** What has to be approved before a tool runs; undefined where nothing has. */
function approvalOf(
  tool: Tool,
  { requireToolApproval, requestContext, agentId, logger }: OfferContext,
): LoopApproval | undefined {
  const { approval } = tool
  if (approval === undefined && !requireToolApproval) return undefined
  const { byOther, expiresInSeconds } = approval ?? APPROVAL_OF_REQUEST
  return {
    byOther,
    ttlMs: expiresInSeconds * 1000,
    async isNeeded(input) {
      if (approval === undefined || requireToolApproval) return true
      try {
        const origin = { requestId: requestContext.requestId, agent: agentId, tool: tool.id }
        return await withOrigin(origin, () => approval.isNeeded(input, { requestContext }))
      } catch (error) {
        throw toPublicError(error, tool, logger)
      }
    },
  }
}

function offer(name: string, tool: Tool, context: OfferContext): LoopTool {
  const { agentId, requestContext, mastra, thread, logger } = context
  return {
    id: tool.id,
    definition: define(name, tool),
    approval: approvalOf(tool, context),
    suspensionMs: tool.suspension.expiresInSeconds * 1000,
    async execute(input, { toolCallId, abortSignal, resumed }) {
      try {
        const resumeData = resumed && (await tool.suspension.readResumeData(resumed.data))
        abortSignal.throwIfAborted()
        const suspending = new SuspendingCall(tool)
        const suspendPayload = resumed?.payload
        const own = { suspend: suspending.suspend, resumeData, suspendPayload }
        const agent = { agentId, toolCallId, ...thread, ...own }
        const members = { requestContext, abortSignal, mastra, agent, ...own }
        const toolContext = createToolContext(tool, members, logger)
        const origin = { requestId: requestContext.requestId, agent: agentId, tool: tool.id }
        // The tool has done its work: whatever it returned can be told.
        const output = toJson(await withOrigin(origin, () => tool.execute(input, toolContext)))
        const suspended = await suspending.close()
        if (suspended !== undefined) {
          const { payload } = suspended
          return { suspension: { payload, resumeSchema: tool.suspension.resumeJsonSchema } }
        }
        return { output, told: tellOutput(output) }
      } catch (error) {
        abortSignal.throwIfAborted()
        throw toPublicError(error, tool, logger)
      }
    },
  }
}

const ANY_OBJECT: JsonSchema = { type: 'object' }

function offerClient(
  name: string,
  { description, inputSchema = ANY_OBJECT }: ClientTool,
): LoopTool {
  const about = description === undefined ? {} : { description }
  return {
    definition: { type: 'function', name, ...about, inputSchema },
    readInput: (input) => withoutNulls(input, inputSchema),
  }
}

/**
 * The tools that a model is offered: those of the agent that the caller may execute, and the
 * client's own. A tool that the caller may not execute is not even named to the model.
 *
 * @throws {InputError} when a client tool has an illegal name, or that of a tool which the caller may see
 */
export function offerTools(
  tools: AgentTools,
  clientTools: ClientTools,
  context: OfferContext,
): Map<string, LoopTool> {
  const { builtIn = {}, requestContext } = context
  const clients = Object.entries(clientTools)
  if (clients.length > 0) checkClientNames(clientTools, tools, context)
  const offered = new Map<string, LoopTool>()
  for (const [name, tool] of Object.entries(tools)) {
    if (mayExecute(tool, requestContext)) offered.set(name, offer(name, tool, context))
  }
  const ofFramework = { ...context, requireToolApproval: false }
  for (const [name, tool] of Object.entries(builtIn)) {
    offered.set(name, offer(name, tool, ofFramework))
  }
  for (const [name, tool] of clients) offered.set(name, offerClient(name, tool))
  return offered
}
