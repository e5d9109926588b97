import type { Principal } from '@signet/auth'
import { containsCredential } from '@signet/auth/internal'
import { BOUNDS, type Agent, type DeclineOptions } from '@signet/core'
import { z } from 'zod'
import { requireAgent } from './find.js'
import { clientContext } from './client-context.js'
import { generateOn, streamOn } from './go-on.js'
import {
  ANSWER_QUERY,
  APPROVAL_OPTIONS,
  DECLINE_OPTIONS,
  SUSPENDED_RUNS_QUERY,
} from '../../route/option/route-options.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'
import { ignoredOwner } from '../memory/schema.js'
import { idText, pageQuery } from '../schema.js'

/** What decides on a call. */
interface DecisionRequest {
  readonly runId: string
  readonly toolCallId: string
  /** Why it is declined; the model is told. */
  readonly reason?: string | undefined
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

/** The id of a call, as the model gave it. */
export const callId: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(BOUNDS.idCharacters.limit, { abort: true })
  .refine((id) => !containsCredential(id), 'It looks like a credential, and is not an id.')

const decision = {
  runId: idText,
  toolCallId: callId,
  requestContext: clientContext.optional(),
}

const approveRequest: z.ZodType<DecisionRequest> = z.object(decision)

const declineRequest: z.ZodType<DecisionRequest> = z.object({
  ...decision,
  reason: z.string().max(BOUNDS.reasonCharacters.limit).optional(),
})

type DecisionInput = HandlerInput<{ readonly agentId: string }, unknown, DecisionRequest, Principal>

/** What the audit calls a decision. */
type Action = 'tools:approve' | 'tools:decline'

/** What decides, in a form that streams or answers at once. */
type Decide<Method extends keyof Agent> = Pick<Agent, Method>[Method]

/** Notes for the audit who decides what, and returns the options of the agent. */
function decisionOptions(input: DecisionInput, action: Action): DeclineOptions {
  const { body, requestContext, signal } = input
  const { runId, toolCallId, reason } = body
  input.noteAsked({ action, resource: `${input.params.agentId}/${runId}/${toolCallId}` })
  return {
    runId,
    toolCallId,
    requestContext,
    abortSignal: signal,
    ...(reason !== undefined && { reason }),
  }
}

/** Why no answer goes on. */
export const REFUSALS = [
  'run_not_suspended',
  'approval_expired',
  'run_ended',
  'approval_by_other',
] as const

const DECISIONS = {
  approve: {
    does: 'Approves',
    action: 'tools:approve',
    request: { bodyOptions: APPROVAL_OPTIONS, body: approveRequest },
    stream: (agent: Agent): Decide<'approveToolCall'> => agent.approveToolCall.bind(agent),
    generate: (agent: Agent): Decide<'approveToolCallGenerate'> =>
      agent.approveToolCallGenerate.bind(agent),
  },
  decline: {
    does: 'Declines',
    action: 'tools:decline',
    request: { bodyOptions: DECLINE_OPTIONS, body: declineRequest },
    stream: (agent: Agent): Decide<'declineToolCall'> => agent.declineToolCall.bind(agent),
    generate: (agent: Agent): Decide<'declineToolCallGenerate'> =>
      agent.declineToolCallGenerate.bind(agent),
  },
} as const

const RULES = {
  method: 'POST',
  access: 'agents:execute:{agentId}',
  queryOptions: ANSWER_QUERY,
  refusals: REFUSALS,
} as const

function streamedDecision(decision: keyof typeof DECISIONS): Route {
  const { does, action, request, stream } = DECISIONS[decision]
  return defineRoute({
    ...RULES,
    ...request,
    path: `/agents/:agentId/${decision}-tool-call`,
    summary: `${does} a call of a suspended answer of the caller, which goes on as server-sent events`,
    async handler(input) {
      const decide = stream(requireAgent(input.mastra, input.params.agentId))
      return streamOn(input, await decide(decisionOptions(input, action)))
    },
  })
}

function wholeDecision(decision: keyof typeof DECISIONS): Route {
  const { does, action, request, generate } = DECISIONS[decision]
  return defineRoute({
    ...RULES,
    ...request,
    path: `/agents/:agentId/${decision}-tool-call-generate`,
    summary: `${does} a call of a suspended answer of the caller, and returns the whole answer`,
    handler(input) {
      const decide = generate(requireAgent(input.mastra, input.params.agentId))
      return generateOn(input, () => decide(decisionOptions(input, action)))
    },
  })
}

const list = defineRoute({
  method: 'GET',
  path: '/agents/:agentId/suspended-runs',
  access: 'agents:execute:{agentId}',
  summary: 'The answers of the caller that wait for them, the newest first',
  queryOptions: SUSPENDED_RUNS_QUERY,
  query: z.object({ ...pageQuery, threadId: idText.optional(), resourceId: ignoredOwner }),
  async handler({ mastra, params, query, requestContext }) {
    const { page, perPage, threadId } = query
    const agent = requireAgent(mastra, params.agentId)
    return await agent.listSuspendedRuns({ requestContext, page, perPage, threadId })
  },
})

/** Decisions on calls of tools that wait for them. */
export const approvalRoutes: readonly Route[] = [
  streamedDecision('approve'),
  streamedDecision('decline'),
  wholeDecision('approve'),
  wholeDecision('decline'),
  list,
]
