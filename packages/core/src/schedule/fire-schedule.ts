import { ScopeError } from '@signet/auth'
import { isObject, waitAtMost } from '@signet/auth/internal'
import type { Mastra } from '../mastra-type.js'
import type { RequestContext } from '../request-context.js'
import type { Usage } from '../answer/answer.js'
import type { RunFailure } from '../run/run-storage.js'
import { permissionOf } from './schedules.js'
import type { ClaimedFire, TriggerEnd } from './schedule-storage.js'

/** A fire that has ended. */
export interface FiredSchedule {
  readonly end: TriggerEnd
  /** What the model counted; undefined where none was asked, or a workflow asked it. */
  readonly usage: Usage | undefined
  /** Settles with the end of a workflow that goes on. Undefined where nothing does. */
  readonly rest?: Promise<void> | undefined
}

/** What ends a fire before its time. */
export interface FireLimits {
  /** Ends the answer of an agent. */
  readonly abortSignal: AbortSignal
  /** Cancels the run of a workflow, also once the fire has ended. */
  readonly cancelSignal: AbortSignal
  /** For how long a workflow is waited for, in milliseconds: then it goes on by itself. */
  readonly deadlineMs: number
}

/** A fire that did not run, and whose schedule is paused, for a reason. */
export function refusedFire(failure: RunFailure): TriggerEnd {
  return { outcome: 'skipped', failure, pause: failure }
}

async function fireAgent(
  mastra: Mastra,
  { schedule, trigger }: ClaimedFire,
  requestContext: RequestContext,
  abortSignal: AbortSignal,
): Promise<FiredSchedule> {
  const { target, job, threadId, resourceId } = schedule
  const agent = mastra.findAgent(target.id)
  if (agent === undefined) {
    const message = `There is no agent ${target.id} any more.`
    return { end: refusedFire({ code: 'not_found', message }), usage: undefined }
  }
  const output = await agent.generate(String(job['prompt']), {
    requestContext,
    abortSignal,
    runId: trigger.id,
    ...(threadId !== undefined && { memory: { thread: threadId, resource: resourceId } }),
  })
  const isSuspended = output.finishReason === 'suspended'
  return { end: { outcome: 'succeeded', isSuspended }, usage: output.totalUsage }
}

/** How the first leg of a workflow has ended. */
function endOfStart(
  status: 'success' | 'failed' | 'suspended' | 'canceled' | 'waiting',
): TriggerEnd {
  // It sleeps, and goes on by itself.
  if (status === 'waiting') return { outcome: 'published' }
  if (status === 'suspended') return { outcome: 'succeeded', isSuspended: true }
  if (status === 'success') return { outcome: 'succeeded' }
  if (status === 'canceled') return { outcome: 'aborted' }
  const failure = { code: 'workflow_failed', message: 'The workflow failed.' }
  return { outcome: 'failed', failure }
}

async function fireWorkflow(
  mastra: Mastra,
  { schedule, trigger }: ClaimedFire,
  requestContext: RequestContext,
  { cancelSignal, deadlineMs }: FireLimits,
): Promise<FiredSchedule> {
  const { target, job } = schedule
  const workflow = mastra.findWorkflow(target.id)
  if (workflow === undefined) {
    const message = `There is no workflow ${target.id} any more.`
    return { end: refusedFire({ code: 'not_found', message }), usage: undefined }
  }
  const { inputData, initialState } = job
  const run = await mastra.getWorkflowRuns().open(workflow, requestContext, { runId: trigger.id })
  const cancel = () => void run.cancel().catch(() => undefined)
  cancelSignal.addEventListener('abort', cancel, { once: true })
  const state = isObject(initialState) ? { ...initialState } : undefined
  const started = run.start({ requestContext, inputData, initialState: state })
  const rest = started
    .catch(() => undefined)
    .then(() => cancelSignal.removeEventListener('abort', cancel))
  const result = await waitAtMost(started, deadlineMs)
  if (result === undefined) return { end: { outcome: 'published' }, usage: undefined, rest }
  return { end: endOfStart(result.status), usage: undefined }
}

/**
 * Runs what a schedule fires, as the caller of `requestContext`, whose permissions to run and to schedule it are asked anew.
 * Resolves with the end of the answer; of a workflow with that of its first leg, or once it has been waited for.
 * @throws what the agent or the workflow throws
 */
export async function fireSchedule(
  mastra: Mastra,
  fire: ClaimedFire,
  requestContext: RequestContext,
  limits: FireLimits,
): Promise<FiredSchedule> {
  const { target } = fire.schedule
  try {
    // Who may make schedules no more fires none.
    for (const permission of ['schedules:write', permissionOf(target)] as const) {
      if (!requestContext.allows(permission)) throw new ScopeError(permission)
    }
    return target.kind === 'agent'
      ? await fireAgent(mastra, fire, requestContext, limits.abortSignal)
      : await fireWorkflow(mastra, fire, requestContext, limits)
  } catch (error) {
    if (!ScopeError.isInstance(error)) throw error
    const message = `Who made the schedule lacks ${error.missingScope}.`
    return { end: refusedFire({ code: 'scope_insufficient', message }), usage: undefined }
  }
}
