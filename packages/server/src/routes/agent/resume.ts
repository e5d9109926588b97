import type { Principal } from '@signet/auth'
import { isJsonObject } from '@signet/auth/internal'
import { BOUNDS, type Agent, type ResumeOptions } from '@signet/core'
import { z } from 'zod'
import { RESUME_OPTIONS } from '../../route/option/resume-options.js'
import { ANSWER_QUERY } from '../../route/option/route-options.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'
import { idText } from '../schema.js'
import { callId, REFUSALS } from './approvals.js'
import { clientContext } from './client-context.js'
import { requireAgent } from './find.js'
import { generateOn, streamOn } from './go-on.js'

/** What goes on with a suspended call. */
interface ResumeRequest {
  readonly runId: string
  /** Default: the call that waits. */
  readonly toolCallId?: string | undefined
  /** What the tool has asked for, or `{ approved }` for a call that has to be approved. */
  readonly resumeData?: unknown
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

const MAX_BYTES = BOUNDS.resumeDataBytes.limit

function isWithinBytes(data: unknown): boolean {
  return data === undefined || Buffer.byteLength(JSON.stringify(data)) <= MAX_BYTES
}

const resumeRequest: z.ZodType<ResumeRequest> = z.object({
  runId: idText,
  toolCallId: callId.optional(),
  resumeData: z
    .unknown()
    .refine((data) => data !== undefined, 'It is missing.')
    .refine(isWithinBytes, `It has more than ${MAX_BYTES} bytes.`)
    .meta({ description: 'What the tool of the call has asked for, by its resumeSchema.' }),
  requestContext: clientContext.optional(),
})

type ResumeInput = HandlerInput<{ readonly agentId: string }, unknown, ResumeRequest, Principal>

/** What the audit calls it: a call that has to be approved is decided on by what it is resumed with. */
function actionOf(requiresApproval: boolean, resumeData: unknown): string {
  if (!requiresApproval) return 'tools:resume'
  const isApproved = isJsonObject(resumeData) && resumeData['approved'] === true
  return isApproved ? 'tools:approve' : 'tools:decline'
}

/** Notes for the audit who resumes what, and returns the options of the agent. */
async function resumeOptions(input: ResumeInput, agent: Agent): Promise<ResumeOptions> {
  const { body, requestContext, signal } = input
  const { runId, toolCallId: named, resumeData } = body
  const run = `${input.params.agentId}/${runId}`
  input.noteAsked({
    action: 'tools:resume',
    resource: named === undefined ? run : `${run}/${named}`,
  })
  const name = { runId, ...(named !== undefined && { toolCallId: named }), requestContext }
  const { toolCallId, requiresApproval } = await agent.findSuspendedCall(name)
  const action = actionOf(requiresApproval, resumeData)
  input.noteAsked({ action, resource: `${run}/${toolCallId}` })
  return { runId, toolCallId, requestContext, abortSignal: signal }
}

const RULES = {
  method: 'POST',
  access: 'agents:execute:{agentId}',
  queryOptions: ANSWER_QUERY,
  bodyOptions: RESUME_OPTIONS,
  body: resumeRequest,
  refusals: REFUSALS,
} as const

const resumeStream = defineRoute({
  ...RULES,
  path: '/agents/:agentId/resume-stream',
  summary: 'Resumes a call that its tool has suspended; the answer goes on as server-sent events',
  async handler(input) {
    const agent = requireAgent(input.mastra, input.params.agentId)
    const options = await resumeOptions(input, agent)
    return streamOn(input, await agent.resumeStream(input.body.resumeData, options))
  },
})

const resumeGenerate = defineRoute({
  ...RULES,
  path: '/agents/:agentId/resume-generate',
  summary: 'Resumes a call that its tool has suspended, and returns the whole answer',
  async handler(input) {
    const agent = requireAgent(input.mastra, input.params.agentId)
    const options = await resumeOptions(input, agent)
    return generateOn(input, () => agent.resumeGenerate(input.body.resumeData, options))
  },
})

/** What goes on with calls that their tools have suspended. */
export const resumeRoutes: readonly Route[] = [resumeStream, resumeGenerate]
