import type { Principal } from '@signet/auth'
import type { Agent, JsonSchema, RequestContext, Tool } from '@signet/core'

/** A schema as the wire shows it: JSON in the envelope that the original's clients unpack. */
function schemaText(schema: JsonSchema | undefined): string | undefined {
  return schema && JSON.stringify({ json: schema })
}

/** A tool as the wire shows it. */
export function viewTool(tool: Tool, isPartial = false): Readonly<Record<string, unknown>> {
  const schemas = {
    inputSchema: schemaText(tool.inputJsonSchema),
    outputSchema: schemaText(tool.outputJsonSchema),
  }
  return {
    id: tool.id,
    description: tool.description,
    ...(!isPartial && schemas),
    requireApproval: false,
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
