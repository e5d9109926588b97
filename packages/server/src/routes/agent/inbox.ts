import type { Principal } from '@signet/auth'
import { decideAsOther, listInbox, type RunApproval, type RunPerson } from '@signet/core'
import { z } from 'zod'
import { INBOX_OPTIONS, INBOX_QUERY } from '../../route/option/route-options.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'
import { pageQuery } from '../schema.js'

const DEFAULT_PER_PAGE = 100

/** What an approver sees of a call: what would run, and who asks; nothing of the conversation. */
export interface ApprovalView {
  readonly id: string
  readonly agentId: string
  readonly toolId: string
  readonly args: unknown
  /** The SHA-256 of the arguments, in hex. */
  readonly digest: string
  readonly askedBy: RunPerson
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601. */
  readonly expiresAt: string
}

function viewApproval({
  id,
  target: agentId,
  toolId,
  args,
  digest,
  asker,
  createdAt,
  expiresAt,
}: RunApproval): ApprovalView {
  return {
    id,
    agentId,
    toolId,
    args,
    digest,
    askedBy: { issuer: asker.issuer, subject: asker.subject },
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  }
}

const list = defineRoute({
  method: 'GET',
  path: '/approvals',
  access: 'authenticated',
  summary: 'The calls of others that the caller may approve, the newest first',
  queryOptions: INBOX_QUERY,
  query: z.object(pageQuery),
  async handler({ mastra, query, requestContext }) {
    const { page, perPage = DEFAULT_PER_PAGE } = query
    const toolIds = Object.keys(mastra.listTools())
    const wanted = { toolIds, page, perPage }
    const { approvals, total } = await listInbox(mastra.getRuns(), requestContext, wanted)
    return { approvals: approvals.map(viewApproval), total }
  },
})

/** The body of a decision. */
interface InboxDecision {
  readonly digest?: string | undefined
}

const decisionRequest: z.ZodType<InboxDecision> = z.object({
  digest: z.string().length(64).optional(),
})

type DecisionInput = HandlerInput<
  { readonly toolId: string; readonly approvalId: string },
  unknown,
  InboxDecision,
  Principal
>

async function decide(input: DecisionInput, isApproved: boolean): Promise<unknown> {
  const { mastra, requestContext, params, body } = input
  const { toolId, approvalId } = params
  const action = isApproved ? 'tools:approve' : 'tools:decline'
  input.noteAsked({ action, resource: `${toolId}/${approvalId}` })
  const decision = { toolId, approvalId, isApproved, digest: body.digest }
  const approval = await decideAsOther(mastra.getRuns(), requestContext, decision)
  const { runId, toolCallId, target } = approval
  input.noteAsked({ action, resource: `${target}/${runId}/${toolCallId}` })
  return { id: approvalId, toolId, state: isApproved ? 'approved' : 'declined' }
}

const refusals = ['run_not_suspended', 'approval_expired', 'approval_by_other'] as const

const approve = defineRoute({
  method: 'POST',
  path: '/approvals/:toolId/:approvalId/approve',
  access: 'tools:approve:{toolId}',
  summary: 'Approves a call of somebody else, who then goes on with it',
  bodyOptions: INBOX_OPTIONS,
  body: decisionRequest,
  refusals,
  handler: (input) => decide(input, true),
})

const decline = defineRoute({
  method: 'POST',
  path: '/approvals/:toolId/:approvalId/decline',
  access: 'tools:approve:{toolId}',
  summary: 'Declines a call of somebody else',
  bodyOptions: INBOX_OPTIONS,
  body: decisionRequest,
  refusals,
  handler: (input) => decide(input, false),
})

/** Calls that somebody else than who asked must approve. */
export const inboxRoutes: readonly Route[] = [list, approve, decline]
