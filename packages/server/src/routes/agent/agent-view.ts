import type { Principal } from '@signet/auth'
import type { Agent, RequestContext, Tool } from '@signet/core'
import { schemaText } from '../schema-text.js'

/** A tool as the wire shows it. */
export function viewTool(tool: Tool, isPartial = false): Readonly<Record<string, unknown>> {
  const { id, description, inputJsonSchema, outputJsonSchema } = tool
  const requireApproval = tool.approval !== undefined
  if (isPartial) return { id, description, requireApproval }
  return {
    id,
    description,
    inputSchema: schemaText(inputJsonSchema),
    outputSchema: schemaText(outputJsonSchema),
    requireApproval,
  }
}

function viewTools(
  agent: Agent,
  principal: Principal,
  isPartial: boolean,
): Record<string, unknown> {
  const readable = Object.entries(agent.tools).filter(([, tool]) =>
    principal.permissions.allows(`tools:read:${tool.id}`),
  )
  return Object.fromEntries(readable.map(([name, tool]) => [name, viewTool(tool, isPartial)]))
}

/**
 * An agent as the wire shows it to this caller: with the tools that they may read, and with its
 * instructions only where they may change them.
 */
export async function viewAgent(
  agent: Agent,
  caller: { readonly principal: Principal; readonly requestContext: RequestContext },
  isPartial = false,
): Promise<Readonly<Record<string, unknown>>> {
  const { principal, requestContext } = caller
  const { modelId, modelProvider, modelVersion } = agent.describeModel()
  const seesInstructions = principal.permissions.allows(`agents:write:${agent.id}`)
  return {
    name: agent.name,
    description: agent.description,
    instructions: seesInstructions ? await agent.getInstructions({ requestContext }) : '',
    tools: viewTools(agent, principal, isPartial),
    agents: {},
    workflows: {},
    skills: [],
    workspaceTools: [],
    browserTools: [],
    hasBrowser: false,
    inputProcessors: [],
    outputProcessors: [],
    provider: modelProvider,
    modelId,
    modelVersion,
    supportsMemory: agent.getMemory() !== undefined,
    defaultOptions: {},
    defaultGenerateOptionsLegacy: {},
    defaultStreamOptionsLegacy: {},
    source: 'code',
  }
}

/**
 * What keeps an agent from answering, for a caller who may `system:read`: its model's package or key is missing, or the
 * model is none.
 */
export function viewModelFault(
  agent: Agent,
  { permissions }: Principal,
): Readonly<Record<string, unknown>> {
  const fault = permissions.allows('system:read') ? agent.findModelFault() : undefined
  return fault === undefined ? {} : { modelFault: { code: fault.code, message: fault.message } }
}
