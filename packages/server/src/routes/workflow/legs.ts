import type { Principal } from '@signet/auth'
import type { AnyWorkflow, Run, WorkflowResult, WorkflowStream } from '@signet/core'
import { z } from 'zod'
import {
  LEG_QUERY,
  NEW_RUN_OPTIONS,
  RESUME_OPTIONS,
  START_OPTIONS,
} from '../../route/option/workflow-options.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'
import { requireRun, requireWorkflow } from './find.js'
import { beginLeg, finishLeg, startLeg } from './leg.js'
import {
  legQuery,
  newLegQuery,
  newRunRequest,
  resumeRequest,
  startRequest,
  type ResumeRequest,
  type StartRequest,
} from './leg-body.js'
import { sendLeg } from './leg-stream.js'
import { viewResult } from './run-view.js'

type LegInput<Body> = HandlerInput<
  { readonly workflowId: string },
  { readonly runId?: string | undefined },
  Body,
  Principal
>

/** What the audit calls what is done with a run. */
type Action = 'workflows:create' | 'workflows:start' | 'workflows:resume'

function note(input: LegInput<unknown>, action: Action, { workflowId, runId }: Run): void {
  input.noteAsked({ action, resource: `${workflowId}/${runId}` })
}

/** The run that a request names, or a new one. */
async function openRun(input: LegInput<unknown>, action: Action): Promise<Run> {
  const { mastra, params, query, requestContext, principal } = input
  const workflow = requireWorkflow(mastra, params.workflowId)
  const { resourceId } = principal
  const options = { runId: query.runId, resourceId }
  const run = await mastra.getWorkflowRuns().open(workflow, requestContext, options)
  note(input, action, run)
  return run
}

/** The run that a request names. */
async function findRun(input: LegInput<unknown>, action: Action): Promise<Run> {
  const { mastra, params, query, requestContext } = input
  const workflow: AnyWorkflow = requireWorkflow(mastra, params.workflowId)
  const runId = query.runId ?? ''
  input.noteAsked({ action, resource: `${workflow.id}/${runId}` })
  return await requireRun({ mastra, requestContext, workflow, runId })
}

type Begin = () => WorkflowStream<WorkflowResult<unknown>>

function start({ body, requestContext }: LegInput<StartRequest>, run: Run): Begin {
  const { inputData, initialState } = body
  return () => run.stream({ inputData, initialState: stateOf(initialState), requestContext })
}

/** The run looks at it, and says what is wrong with it. */
function stateOf(given: unknown): Readonly<Record<string, unknown>> | undefined {
  return given as Readonly<Record<string, unknown>> | undefined
}

function resume({ body, requestContext }: LegInput<ResumeRequest>, run: Run): Begin {
  const { step, resumeData, forEachIndex } = body
  return () => run.resumeStream({ step, resumeData, forEachIndex, requestContext })
}

const RULES = {
  method: 'POST',
  access: 'workflows:execute:{workflowId}',
  queryOptions: LEG_QUERY,
} as const

const START = {
  ...RULES,
  bodyOptions: START_OPTIONS,
  body: startRequest,
  refusals: ['run_started', 'run_busy', 'runs_full'],
} as const

const RESUME = {
  ...RULES,
  query: legQuery,
  bodyOptions: RESUME_OPTIONS,
  body: resumeRequest,
  refusals: [
    'run_not_suspended',
    'run_busy',
    'step_not_suspended',
    'step_ambiguous',
    'run_changed',
  ],
} as const

const toldRunId = z.object({ runId: z.string() })
const toldMessage = z.object({ message: z.string() })

const create = defineRoute({
  ...RULES,
  path: '/workflows/:workflowId/create-run',
  summary: 'Makes a run of the caller that waits for its start, or finds the one of this id',
  query: newLegQuery,
  bodyOptions: NEW_RUN_OPTIONS,
  body: newRunRequest,
  refusals: ['run_exists', 'runs_full'],
  response: toldRunId,
  async handler(input) {
    const { runId } = await openRun(input, 'workflows:create')
    return { runId }
  },
})

const startOnly = defineRoute({
  ...START,
  path: '/workflows/:workflowId/start',
  summary: 'Starts a run of the caller, and does not wait for it',
  query: legQuery,
  response: toldMessage,
  async handler(input) {
    const run = await findRun(input, 'workflows:start')
    await startLeg(input, run, start(input, run))
    return { message: 'Workflow run started' }
  },
})

const startWhole = defineRoute({
  ...START,
  path: '/workflows/:workflowId/start-async',
  summary:
    'Starts a run of the caller, a new one where none is named, and waits until it ends or waits',
  query: newLegQuery,
  async handler(input) {
    const run = await openRun(input, 'workflows:start')
    return viewResult(await finishLeg(input, run, start(input, run)))
  },
})

const startStream = defineRoute({
  ...START,
  path: '/workflows/:workflowId/stream',
  summary: 'Starts a run of the caller, and tells what becomes of it, chunk by chunk',
  query: newLegQuery,
  async handler(input) {
    const run = await openRun(input, 'workflows:start')
    return sendLeg(input, await beginLeg(input, run, start(input, run)))
  },
})

const resumeOnly = defineRoute({
  ...RESUME,
  path: '/workflows/:workflowId/resume',
  summary: 'Lets a suspended run of the caller go on, and does not wait for it',
  response: toldMessage,
  async handler(input) {
    const run = await findRun(input, 'workflows:resume')
    await startLeg(input, run, resume(input, run))
    return { message: 'Workflow run resumed' }
  },
})

const resumeNoWait = defineRoute({
  ...RESUME,
  path: '/workflows/:workflowId/resume-no-wait',
  summary: 'The same as resume, and tells the id of the run',
  response: toldRunId,
  async handler(input) {
    const run = await findRun(input, 'workflows:resume')
    await startLeg(input, run, resume(input, run))
    return { runId: run.runId }
  },
})

const resumeWhole = defineRoute({
  ...RESUME,
  path: '/workflows/:workflowId/resume-async',
  summary: 'Lets a suspended run of the caller go on, and waits until it ends or waits again',
  async handler(input) {
    const run = await findRun(input, 'workflows:resume')
    return viewResult(await finishLeg(input, run, resume(input, run)))
  },
})

const resumeStream = defineRoute({
  ...RESUME,
  path: '/workflows/:workflowId/resume-stream',
  summary: 'Lets a suspended run of the caller go on, and tells what becomes of it, chunk by chunk',
  async handler(input) {
    const run = await findRun(input, 'workflows:resume')
    return sendLeg(input, await beginLeg(input, run, resume(input, run)))
  },
})

/** What begins a run of a workflow, and what it goes on with. */
export const legRoutes: readonly Route[] = [
  create,
  startOnly,
  startWhole,
  startStream,
  resumeOnly,
  resumeNoWait,
  resumeWhole,
  resumeStream,
]
