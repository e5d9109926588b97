import type { AnyWorkflow, Mastra, RequestContext, Run } from '@signet/core'
import { RequestError } from '../../error/error.js'

/** @throws {RequestError} `not_found` */
export function requireWorkflow(mastra: Mastra, workflowId: string): AnyWorkflow {
  const workflow = mastra.findWorkflow(workflowId)
  if (workflow !== undefined) return workflow
  throw new RequestError('not_found', 'There is no workflow with this id.')
}

/** Whose run of which workflow. */
export interface RunPlace {
  readonly mastra: Mastra
  readonly requestContext: RequestContext
  readonly workflow: AnyWorkflow
  readonly runId: string
}

/** @throws {RequestError} `not_found`, for a run of another as for one that is not there */
export async function requireRun(place: RunPlace): Promise<Run> {
  const { mastra, requestContext, workflow, runId } = place
  const run = await mastra.getWorkflowRuns().find(workflow, requestContext, runId)
  return run ?? noSuchRun()
}

/** @throws {RequestError} `not_found` */
export function noSuchRun(): never {
  throw new RequestError('not_found', 'The caller has no such run of the workflow.')
}
