import type { Principal } from '@signet/auth'
import {
  createToolContext,
  InputError,
  toJson,
  ToolError,
  withOrigin,
  type Tool,
} from '@signet/core'
import { z } from 'zod'
import { viewTool } from './agent-view.js'
import { clientContext } from './client-context.js'
import { RequestError } from '../../error/error.js'
import { requireTool } from './find.js'
import { TOOL_OPTIONS, TOOL_QUERY } from '../../route/option/route-options.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'

/** The body of a tool's execution. */
export interface ToolRequest {
  /** The input of the tool, which knows its form and says what is wrong with it. */
  readonly data?: unknown
  /** The client's word, which reaches the tool as `requestContext.client`. */
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

/** Checks the body of a tool's execution. */
export const toolRequest: z.ZodType<ToolRequest> = z.object({
  data: z.unknown().meta({ type: 'object', description: 'The input of the tool.' }),
  requestContext: clientContext.optional(),
})

type ToolInput = HandlerInput<unknown, unknown, ToolRequest, Principal>

/**
 * Executes a tool for the caller of a request. Whatever the tool throws is a `tool_failed`, which is no
 * server error, because clients repeat a request after one, and the tool would run again.
 * @throws {RequestError} `request_invalid` without `data`; `tool_failed`
 * @throws {InputError} for data that does not fit the tool
 */
export async function executeTool(tool: Tool, input: ToolInput): Promise<unknown> {
  if (input.body.data === undefined) {
    throw new RequestError('request_invalid', 'The body has no member data.', {
      issues: [{ field: 'data', message: 'The input of the tool is missing.' }],
    })
  }
  const { logger, mastra, requestContext, requestId, signal: abortSignal } = input
  if (tool.approval?.byOther === true) {
    throw new RequestError(
      'approval_by_other',
      'Another must approve the call: ask an agent for it.',
    )
  }
  try {
    const context = createToolContext(tool, { requestContext, abortSignal, mastra }, logger)
    const origin = { requestId, tool: tool.id }
    const result = await withOrigin(origin, () => tool.execute(input.body.data, context))
    // Sent as it is, it would pass on the status and the headers of another server.
    if (result instanceof Response) throw new TypeError('The tool returned a Response.')
    return toJson(result)
  } catch (error) {
    if (ToolError.isInstance(error) || InputError.isInstance(error)) throw error
    abortSignal.throwIfAborted()
    logger.error('A tool failed.', { requestId, tool: tool.id, error })
    throw new RequestError('tool_failed', `The tool ${tool.id} failed.`, { cause: error })
  }
}

const list = defineRoute({
  method: 'GET',
  path: '/tools',
  access: 'authenticated',
  summary: 'The tools that the caller may read',
  queryOptions: TOOL_QUERY,
  handler({ mastra, principal }) {
    const readable = Object.entries(mastra.listTools()).filter(([id]) =>
      principal.permissions.allows(`tools:read:${id}`),
    )
    return Object.fromEntries(readable.map(([id, tool]) => [id, viewTool(tool)]))
  },
})

const read = defineRoute({
  method: 'GET',
  path: '/tools/:toolId',
  access: 'tools:read:{toolId}',
  summary: 'One tool, by its id',
  queryOptions: TOOL_QUERY,
  handler: ({ mastra, params }) => viewTool(requireTool(mastra.findTool(params.toolId))),
})

const execute = defineRoute({
  method: 'POST',
  path: '/tools/:toolId/execute',
  access: 'tools:execute:{toolId}',
  summary: 'Executes one tool',
  queryOptions: TOOL_QUERY,
  bodyOptions: TOOL_OPTIONS,
  body: toolRequest,
  handler: (input) => executeTool(requireTool(input.mastra.findTool(input.params.toolId)), input),
})

/** Tools, with or without an agent. */
export const toolRoutes: readonly Route[] = [list, read, execute]
