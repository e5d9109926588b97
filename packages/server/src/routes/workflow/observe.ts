import type { WorkflowChunk, WorkflowSnapshot } from '@signet/core'
import { z } from 'zod'
import { createObserverSlots } from '../../limit/observer-slots.js'
import { OBSERVE_QUERY } from '../../route/option/workflow-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { runIdText } from '../schema.js'
import { noSuchRun, requireWorkflow } from './find.js'
import { sendChunks } from './leg-stream.js'
import { recordedChunks } from './recorded-chunks.js'

function finish({ runId, status, result }: WorkflowSnapshot): WorkflowChunk {
  const usage = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined }
  return {
    type: 'workflow-finish',
    runId,
    from: 'WORKFLOW',
    payload: {
      workflowStatus: status,
      metadata: {},
      output: { usage },
      ...(status === 'success' && { finalWorkflowResult: result }),
    },
  }
}

/**
 * What is recorded of a run from its beginning, and what is recorded next, until it ends or waits for somebody: on whatever
 * instance it works.
 * @param later - the run when it has changed
 */
async function* observeRun(
  first: WorkflowSnapshot,
  later: AsyncIterable<WorkflowSnapshot>,
): AsyncGenerator<WorkflowChunk, undefined> {
  const { runId, workflowId } = first
  const told = new Set<string>()
  function* tellNews(snapshot: WorkflowSnapshot): Generator<WorkflowChunk> {
    for (const { id, chunk } of recordedChunks(snapshot)) {
      if (told.has(id)) continue
      told.add(id)
      yield chunk
    }
  }
  yield { type: 'workflow-start', runId, from: 'WORKFLOW', payload: { workflowId } }
  yield* tellNews(first)
  let last = first
  for await (const snapshot of later) {
    yield* tellNews(snapshot)
    last = snapshot
  }
  // Of a run that was deleted meanwhile, there is no end to tell.
  if (last.status !== 'running' && last.status !== 'waiting') yield finish(last)
}

/** What tells of runs that somebody else began. */
export function observedRunRoutes(): readonly Route[] {
  const slots = createObserverSlots()

  const observe = defineRoute({
    method: 'POST',
    path: '/workflows/:workflowId/observe',
    access: 'workflows:execute:{workflowId}',
    summary:
      'Tells what is recorded of a run of the caller, and what is next, until it ends or waits',
    queryOptions: OBSERVE_QUERY,
    query: z.object({ runId: runIdText }),
    async handler(input) {
      const { mastra, params, principal, query, requestContext, signal } = input
      const workflow = requireWorkflow(mastra, params.workflowId)
      const { runId } = query
      const leave = slots.take(principal, runId)
      signal.addEventListener('abort', leave)
      if (signal.aborted) leave()
      try {
        const runs = mastra.getWorkflowRuns()
        const snapshots = runs.watch(workflow, requestContext, runId, signal)
        const { value: first } = await snapshots.next()
        if (first === undefined) noSuchRun()
        const chunks = observeRun(first, snapshots)
        const reader = { read: () => chunks.next(), cancel: () => chunks.return(undefined) }
        return sendChunks(input, { runId, reader, first: undefined })
      } catch (error) {
        leave()
        throw error
      }
    },
  })

  return [observe]
}
