import type { OptionNames } from '@signet/auth'
import { readOptions, refuseUnknown } from '@signet/auth/internal'
import type { LoopDecision } from '../loop/call.js'
import type { Logger } from '../log/logger.js'
import { RequestContext } from '../request-context.js'
import { RunError } from '../run/run-error.js'
import type { RunStorage } from '../run/run-storage.js'
import type { AgentTools } from '../tool/tool-set.js'
import { settleDecision, toDecision, type SaidOfCall } from './decision.js'
import type { AgentOptions, ResumeOptions } from './options.js'
import {
  beginLeg,
  checkGiven,
  endRun,
  findWaiting,
  toolFault,
  withLeg,
  type FoundRun,
} from './resume-run.js'
import { prepareRun, type Run, type RunOptions } from './run.js'

/** What of an agent it takes to go on with an answer. */
export interface ResumingAgent {
  readonly id: string
  readonly tools: AgentTools
  readonly runs: RunStorage
  readonly logger: Logger
  /** The options of an answer with the agent's own filled in. */
  fill(options: AgentOptions, requestContext: RequestContext): Promise<RunOptions>
}

const OPTIONS: OptionNames<ResumeOptions> = {
  runId: true,
  toolCallId: true,
  requestContext: true,
  abortSignal: true,
  model: true,
  structuredOutput: true,
}

/** The options that the answer goes on with. */
function keptOptions(
  { snapshot }: FoundRun,
  { model, structuredOutput }: ResumeOptions,
  requestContext: RequestContext,
  abortSignal: AbortSignal,
): AgentOptions {
  return {
    ...snapshot.options,
    ...(model !== undefined && { model }),
    ...(structuredOutput !== undefined && { structuredOutput }),
    requestContext,
    abortSignal,
  }
}

/**
 * Refuses to go on where the tool does not run, although its call was approved or resumed. Where it is gone, the run ends.
 * @throws {ScopeError}
 * @throws {RunError} `run_ended`
 */
async function requireTool(
  runs: RunStorage,
  found: FoundRun,
  { call: { tools: offered } }: Run,
  requestContext: RequestContext,
): Promise<void> {
  const { toolName } = found.call
  const fault = toolFault(found, offered.get(toolName), requestContext)
  if (fault === undefined) return
  if (fault instanceof Error) throw fault
  await endRun(runs, found, fault)
  throw new RunError('run_ended', fault.message)
}

/** Begins the leg that follows from what is said of a call. What is wrong is thrown before anything of it is written. */
export async function resumeAnswer(
  agent: ResumingAgent,
  given: ResumeOptions,
  said: SaidOfCall,
): Promise<Run> {
  const options = readOptions(given)
  refuseUnknown('A decision on a call', options, OPTIONS)
  const { requestContext = new RequestContext(), abortSignal } = options
  const { runs, logger, tools } = agent
  const found = await findWaiting(runs, agent.id, options, requestContext)
  checkGiven(found, agent.id, options, requestContext)
  const { snapshot, call, suspended } = found
  const tool = Object.hasOwn(tools, call.toolName) ? tools[call.toolName] : undefined
  const decision: LoopDecision = settleDecision(found, toDecision(found, said), tool)
  const ending = new AbortController()
  const signals = abortSignal === undefined ? [ending.signal] : [abortSignal, ending.signal]
  const kept = keptOptions(found, options, requestContext, AbortSignal.any(signals))
  const run = await prepareRun([], await agent.fill(kept, requestContext), {
    snapshot,
    resume: {
      steps: snapshot.steps.slice(0, -1),
      suspended,
      decisions: new Map([[call.toolCallId, decision]]),
    },
    runId: found.run.id,
  })
  if (decision.isApproved) await requireTool(runs, found, run, requestContext)
  if ('resumeData' in decision) await tool?.suspension.readResumeData(decision.resumeData)
  const end = (reason: Error) => ending.abort(reason)
  const leg = await beginLeg({ runs, found, decision, requestContext, logger, end })
  return withLeg(run, leg, found)
}
