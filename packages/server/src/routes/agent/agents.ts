import type { Principal } from '@signet/auth'
import type { AgentOptions, MessageInput } from '@signet/core'
import { z } from 'zod'
import { listAgents } from './agent-list.js'
import { viewAgent, viewModelFault, viewTool } from './agent-view.js'
import {
  answerRequest,
  requireWriteForOverrides,
  toAgentOptions,
  type AnswerRequest,
} from './answer-body.js'
import { jsonTextReply } from '../../http/reply.js'
import { noSuchRoute } from '../../route/missing-feature.js'
import { findAgentTool } from '../../route/canonical-params.js'
import { requireAgent, requireTool } from './find.js'
import { ANSWER_OPTIONS } from '../../route/option/answer-options.js'
import {
  AGENT_QUERY,
  ANSWER_QUERY,
  TOOL_OPTIONS,
  TOOL_QUERY,
} from '../../route/option/route-options.js'
import type { RouteTable } from '../../route/route-table.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'
import { sendAnswer } from '../../answer/send-answer.js'
import { executeTool, toolRequest } from './tools.js'

type AnswerInput = HandlerInput<{ readonly agentId: string }, unknown, AnswerRequest, Principal>

/** Checks what a request asks of an agent, and makes the agent's options of it. */
function answerOptions(input: AnswerInput, abortSignal: AbortSignal): AgentOptions {
  const { body, params, principal, requestContext } = input
  requireWriteForOverrides(body, params.agentId, principal)
  const options = toAgentOptions(body)
  const { maxSteps } = requireAgent(input.mastra, params.agentId)
  return {
    ...options,
    // The application's code may ask for more steps than the agent has, a caller only for fewer.
    maxSteps: Math.min(options.maxSteps ?? maxSteps, maxSteps),
    requestContext,
    abortSignal,
  }
}

const partialQuery = z.object({ partial: z.enum(['true', 'false']).optional() })

const list = defineRoute({
  method: 'GET',
  path: '/agents',
  access: 'authenticated',
  summary: 'The agents that the caller may read',
  queryOptions: AGENT_QUERY,
  query: partialQuery,
  async handler(input) {
    return jsonTextReply(await listAgents(input.mastra, input, input.query.partial === 'true'), 200)
  },
})

const read = (table: () => RouteTable): Route =>
  defineRoute({
    method: 'GET',
    path: '/agents/:agentId',
    access: 'agents:read:{agentId}',
    summary: 'One agent, by its key or id',
    queryOptions: AGENT_QUERY,
    query: partialQuery,
    async handler(input) {
      const agent = input.mastra.findAgent(input.params.agentId)
      // A route of Mastra has the place of an agent that is called `providers`.
      if (agent === undefined) throw noSuchRoute(table(), input.request)
      return {
        ...(await viewAgent(agent, input, input.query.partial === 'true')),
        ...viewModelFault(agent, input.principal),
      }
    },
  })

const generate = defineRoute({
  method: 'POST',
  path: '/agents/:agentId/generate',
  access: 'agents:execute:{agentId}',
  summary: 'Answers messages at once',
  queryOptions: ANSWER_QUERY,
  bodyOptions: ANSWER_OPTIONS,
  body: answerRequest,
  refusals: ['run_exists', 'runs_full'],
  async handler(input) {
    const agent = requireAgent(input.mastra, input.params.agentId)
    const options = answerOptions(input, input.signal)
    const settle = input.holdOpen()
    try {
      const output = await agent.generate(input.body.messages as MessageInput, options)
      input.noteUsage(output.totalUsage)
      return output
    } finally {
      settle()
    }
  },
})

const stream = defineRoute({
  method: 'POST',
  path: '/agents/:agentId/stream',
  access: 'agents:execute:{agentId}',
  summary: 'Answers messages piece by piece, as server-sent events',
  queryOptions: ANSWER_QUERY,
  bodyOptions: ANSWER_OPTIONS,
  body: answerRequest,
  refusals: ['run_exists', 'runs_full'],
  async handler(input) {
    const agent = requireAgent(input.mastra, input.params.agentId)
    const { onDisconnect = agent.onDisconnect } = input.body
    if (onDisconnect === 'continue') input.outliveClient()
    const options = answerOptions(input, input.signal)
    return sendAnswer(input, await agent.stream(input.body.messages as MessageInput, options))
  },
})

const readTool = defineRoute({
  method: 'GET',
  path: '/agents/:agentId/tools/:toolId',
  access: ['agents:read:{agentId}', 'tools:read:{toolId}'],
  summary: 'One tool of an agent',
  queryOptions: TOOL_QUERY,
  handler({ mastra, params }) {
    const agent = requireAgent(mastra, params.agentId)
    return viewTool(requireTool(findAgentTool(agent, params.toolId)))
  },
})

const runTool = defineRoute({
  method: 'POST',
  path: '/agents/:agentId/tools/:toolId/execute',
  access: ['agents:execute:{agentId}', 'tools:execute:{toolId}'],
  summary: 'Executes one tool of an agent',
  queryOptions: TOOL_QUERY,
  bodyOptions: TOOL_OPTIONS,
  body: toolRequest,
  handler(input) {
    const agent = requireAgent(input.mastra, input.params.agentId)
    return executeTool(requireTool(findAgentTool(agent, input.params.toolId)), input)
  },
})

/** Agents, their answers and their tools. */
export const agentRoutes = (table: () => RouteTable): readonly Route[] => [
  list,
  read(table),
  generate,
  stream,
  readTool,
  runTool,
]
