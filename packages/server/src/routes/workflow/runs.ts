import { BOUNDS } from '@signet/core'
import { z } from 'zod'
import { RUN_QUERY, RUNS_QUERY } from '../../route/option/workflow-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { ignoredOwner } from '../memory/schema.js'
import { numberText, pageQuery, timeText } from '../schema.js'
import { noSuchRun, requireRun, requireWorkflow } from './find.js'
import { RUN_FIELDS, viewListedRun, viewRun, type RunField } from './run-view.js'

const DEFAULT_PER_PAGE = 100

/** The words that Mastra has for what becomes of a run. */
const STATUSES = [
  'pending',
  'running',
  'waiting',
  'suspended',
  'success',
  'failed',
  'canceled',
] as const

/** Words of Mastra for what no run comes to here. */
const NEVER = ['bailed', 'tripwire', 'paused', 'skipped'] as const

const runsQuery = z.object({
  ...pageQuery,
  limit: pageQuery.perPage,
  offset: numberText(0, 1_000_000_000).optional(),
  fromDate: timeText.optional(),
  toDate: timeText.optional(),
  status: z.enum([...STATUSES, ...NEVER]).optional(),
  resourceId: ignoredOwner,
})

type RunsQuery = z.output<typeof runsQuery>

function isNever(status: RunsQuery['status']): status is (typeof NEVER)[number] {
  return NEVER.some((word) => word === status)
}

/** Which part of the list is wanted: by its page, or as older clients say it. */
function pageOf({ page, perPage, limit, offset = 0 }: RunsQuery): {
  readonly page: number
  readonly perPage: number
} {
  const size = perPage ?? limit ?? DEFAULT_PER_PAGE
  return { page: page ?? Math.floor(offset / size), perPage: size }
}

const list = defineRoute({
  method: 'GET',
  path: '/workflows/:workflowId/runs',
  access: 'workflows:read:{workflowId}',
  summary: 'The runs of the caller, the newest first, without what their steps were given and gave',
  queryOptions: RUNS_QUERY,
  query: runsQuery,
  async handler({ mastra, params, query, requestContext }) {
    const workflow = requireWorkflow(mastra, params.workflowId)
    const { status, fromDate, toDate } = query
    if (isNever(status)) return { runs: [], total: 0 }
    const { runs, total } = await mastra.getWorkflowRuns().list(workflow, requestContext, {
      ...pageOf(query),
      status,
      fromDate: fromDate === undefined ? undefined : new Date(fromDate),
      toDate: toDate === undefined ? undefined : new Date(toDate),
    })
    return { runs: runs.map(viewListedRun), total }
  },
})

function isField(name: string): name is RunField {
  return RUN_FIELDS.some((field) => field === name)
}

/** Names with commas between them. */
const fieldsText = z
  .string()
  .max(BOUNDS.runFieldsCharacters.limit)
  .transform((text, context): RunField[] => {
    const names = text.split(',').map((name) => name.trim())
    if (names.every(isField)) return names
    const message = `Write some of ${RUN_FIELDS.join(', ')}, with commas between them.`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .meta({ type: 'string', examples: ['result,steps'] })

const read = defineRoute({
  method: 'GET',
  path: '/workflows/:workflowId/runs/:runId',
  access: 'workflows:read:{workflowId}',
  summary: 'One run of the caller',
  queryOptions: RUN_QUERY,
  query: z.object({
    fields: fieldsText.optional(),
    withNestedWorkflows: z.enum(['true', 'false']).optional(),
  }),
  async handler({ mastra, params, query, requestContext }) {
    const workflow = requireWorkflow(mastra, params.workflowId)
    const run = await requireRun({ mastra, requestContext, workflow, runId: params.runId })
    const isDeep = query.withNestedWorkflows !== 'false'
    return viewRun(workflow, run.snapshot(), { fields: query.fields, isDeep })
  },
})

const remove = defineRoute({
  method: 'DELETE',
  path: '/workflows/:workflowId/runs/:runId',
  access: 'workflows:execute:{workflowId}',
  summary: 'Cancels and deletes a run of the caller',
  queryOptions: {},
  response: z.object({ message: z.string() }),
  async handler(input) {
    const { mastra, params, requestContext } = input
    const workflow = requireWorkflow(mastra, params.workflowId)
    input.noteAsked({ action: 'workflows:delete', resource: `${workflow.id}/${params.runId}` })
    const runs = mastra.getWorkflowRuns()
    if (!(await runs.delete(workflow, requestContext, params.runId))) noSuchRun()
    return { message: 'Workflow run deleted' }
  },
})

const cancel = defineRoute({
  method: 'POST',
  path: '/workflows/:workflowId/runs/:runId/cancel',
  access: 'workflows:execute:{workflowId}',
  summary: 'Cancels a run of the caller; one that has ended stays as it is',
  queryOptions: {},
  response: z.object({ message: z.string() }),
  async handler(input) {
    const { mastra, params, requestContext } = input
    const workflow = requireWorkflow(mastra, params.workflowId)
    input.noteAsked({ action: 'workflows:cancel', resource: `${workflow.id}/${params.runId}` })
    await requireRun({ mastra, requestContext, workflow, runId: params.runId })
    await mastra.getWorkflowRuns().cancel(workflow, requestContext, params.runId)
    return { message: 'Workflow run cancelled' }
  },
})

/** What became of the runs of a caller. */
export const runRoutes: readonly Route[] = [list, read, remove, cancel]
