import { ScopeError } from '@signet/auth'
import { isObject } from '@signet/auth/internal'
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

async function fireWorkflow(
  mastra: Mastra,
  { schedule, trigger }: ClaimedFire,
  requestContext: RequestContext,
): Promise<TriggerEnd> {
  const { target, job } = schedule
  const workflow = mastra.findWorkflow(target.id)
  if (workflow === undefined) {
    const message = `There is no workflow ${target.id} any more.`
    return refusedFire({ code: 'not_found', message })
  }
  const { inputData, initialState } = job
  const run = await mastra.getWorkflowRuns().open(workflow, requestContext, { runId: trigger.id })
  const state = isObject(initialState) ? { ...initialState } : undefined
  const { status } = await run.start({ requestContext, inputData, initialState: state })
  if (status === 'suspended') return { outcome: 'succeeded', isSuspended: true }
  if (status === 'success') return { outcome: 'succeeded' }
  if (status === 'canceled') return { outcome: 'aborted' }
  const failure = { code: 'workflow_failed', message: 'The workflow failed.' }
  return { outcome: 'failed', failure }
}

/**
 * Runs what a schedule fires, as the caller of `requestContext`, whose permissions to run and to schedule it are asked anew. Ends with the answer, or with
 * the first leg of the workflow.
 * @throws what the agent or the workflow throws
 */
export async function fireSchedule(
  mastra: Mastra,
  fire: ClaimedFire,
  requestContext: RequestContext,
  abortSignal: AbortSignal,
): Promise<FiredSchedule> {
  const { target } = fire.schedule
  try {
    // Who may make schedules no more fires none.
    for (const permission of ['schedules:write', permissionOf(target)] as const) {
      if (!requestContext.allows(permission)) throw new ScopeError(permission)
    }
    return target.kind === 'agent'
      ? await fireAgent(mastra, fire, requestContext, abortSignal)
      : { end: await fireWorkflow(mastra, fire, requestContext), usage: undefined }
  } catch (error) {
    if (!ScopeError.isInstance(error)) throw error
    const message = `Who made the schedule lacks ${error.missingScope}.`
    return { end: refusedFire({ code: 'scope_insufficient', message }), usage: undefined }
  }
}
