import { setTimeout as delay } from 'node:timers/promises'
import type { Run, WorkflowChunk, WorkflowSnapshot, WorkflowStatus } from '@signet/core'
import { z } from 'zod'
import { OBSERVE_QUERY } from '../../route/option/workflow-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { runIdText } from '../schema.js'
import { requireRun, requireWorkflow } from './find.js'
import { sendLeg } from './leg-stream.js'
import { recordedChunks } from './recorded-chunks.js'

/** How long to wait before a run is looked at again: more and more, as long as nothing happens. */
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 3000

const AT_WORK: ReadonlySet<WorkflowStatus> = new Set(['running', 'waiting'])

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
 * @param find - the run, as it stands; undefined once it was deleted
 */
async function* observeRun(
  first: Run,
  find: () => Promise<Run | undefined>,
  signal: AbortSignal,
): AsyncGenerator<WorkflowChunk, undefined> {
  const { runId, workflowId } = first
  yield { type: 'workflow-start', runId, from: 'WORKFLOW', payload: { workflowId } }
  const told = new Set<string>()
  let delayMs = FIRST_DELAY_MS
  for (let run: Run | undefined = first; run !== undefined; run = await find()) {
    const snapshot = run.snapshot()
    const news = recordedChunks(snapshot).filter(({ id }) => !told.has(id))
    for (const { id, chunk } of news) {
      told.add(id)
      yield chunk
    }
    if (!AT_WORK.has(snapshot.status)) {
      yield finish(snapshot)
      return
    }
    delayMs = news.length > 0 ? FIRST_DELAY_MS : Math.min(2 * delayMs, MAX_DELAY_MS)
    await delay(delayMs, undefined, { signal, ref: false })
  }
}

const observe = defineRoute({
  method: 'POST',
  path: '/workflows/:workflowId/observe',
  access: 'workflows:execute:{workflowId}',
  summary:
    'Tells what is recorded of a run of the caller, and what is next, until it ends or waits',
  queryOptions: OBSERVE_QUERY,
  query: z.object({ runId: runIdText }),
  async handler(input) {
    const { mastra, params, query, requestContext } = input
    const workflow = requireWorkflow(mastra, params.workflowId)
    const { runId } = query
    const run = await requireRun({ mastra, requestContext, workflow, runId })
    const ended = new AbortController()
    const runs = mastra.getWorkflowRuns()
    const find = () => runs.find(workflow, requestContext, runId)
    const chunks = observeRun(run, find, ended.signal)
    const reader = {
      read: () => chunks.next(),
      cancel() {
        ended.abort()
        return chunks.return(undefined)
      },
    }
    return sendLeg(input, { runId, reader, first: undefined })
  },
})

/** What tells of runs that somebody else began. */
export const observedRunRoutes: readonly Route[] = [observe]
