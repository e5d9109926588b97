import { isLegalId } from '@signet/auth'
import type { ToolSet } from 'ai'
import { InputError, ToolError } from '../error.js'
import type { Logger } from '../logger.js'
import type { RequestContext } from '../request-context.js'
import type { JsonSchema, Tool } from '../tool/create-tool.js'

/** An agent's own tools, by the name that its model calls them. */
export type AgentTools = Readonly<Record<string, Tool>>

/** A tool that runs at the client: the model may call it, and the client answers in its next request. */
export interface ClientTool {
  readonly description?: string
  readonly inputSchema?: JsonSchema
}

/** Client tools by the name that the model calls them. */
export type ClientTools = Readonly<Record<string, ClientTool>>

/** For whom tools are offered, and what they run in. */
export interface OfferContext {
  readonly agentId: string
  /** Offered whatever the caller may execute: tools that the framework itself adds. */
  readonly builtIn?: AgentTools
  readonly requestContext: RequestContext
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
    const issues = error.issues.map(({ field, message }) => `${field}: ${message}`).join('; ')
    return new ToolError(`${error.message} ${issues}`, { cause: error })
  }
  logger.error('A tool failed.', { tool: tool.id, error })
  return new ToolError(`The tool ${tool.id} failed.`)
}

function checkClientNames(clientTools: ClientTools, tools: AgentTools): void {
  const taken = new Set(Object.entries(tools).flatMap(([name, tool]) => [name, tool.id]))
  for (const name of Object.keys(clientTools)) {
    if (isLegalId(name) && !taken.has(name)) continue
    const message = taken.has(name)
      ? 'A tool of the server has this name.'
      : 'A name is 1 to 128 of A-Z a-z 0-9 _ . -'
    throw new InputError('The client tools cannot be used.', [
      { field: `clientTools.${name}`, message },
    ])
  }
}

/**
 * The tools that a model is offered: those of the agent that the caller may execute, and the
 * client's own. A tool that the caller may not execute is not even named to the model.
 *
 * @throws {InputError} when a client tool has an illegal name, or that of a tool of the agent
 */
export async function offerTools(
  tools: AgentTools,
  clientTools: ClientTools,
  context: OfferContext,
): Promise<ToolSet> {
  const { agentId, builtIn = {}, requestContext, logger } = context
  checkClientNames(clientTools, { ...tools, ...builtIn })
  const { jsonSchema, tool: sdkTool } = await import('ai')
  const executable = Object.entries(tools).filter(([, tool]) => mayExecute(tool, requestContext))
  const own = [...executable, ...Object.entries(builtIn)].map(([name, tool]) => {
    const offered = sdkTool({
      description: tool.description,
      inputSchema: jsonSchema(tool.inputJsonSchema),
      async execute(input: unknown, { toolCallId, abortSignal }) {
        try {
          const agent = { agentId, toolCallId }
          const output = await tool.execute(input, { requestContext, abortSignal, agent })
          JSON.stringify(output) // An output that JSON cannot say fails here, and not on the wire.
          return output
        } catch (error) {
          abortSignal?.throwIfAborted()
          throw toPublicError(error, tool, logger)
        }
      },
    })
    return [name, offered] as const
  })
  const clients = Object.entries(clientTools).map(([name, { description, inputSchema }]) => {
    const offered = sdkTool({
      description,
      inputSchema: jsonSchema(inputSchema ?? { type: 'object' }),
    })
    return [name, offered] as const
  })
  // Entries, because a tool may be called __proto__.
  return Object.fromEntries<ToolSet[string]>([...own, ...clients])
}
