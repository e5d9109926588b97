import type { Principal } from '@signet/auth'
import type { AnyWorkflow, Mastra } from '@signet/core'
import { z } from 'zod'
import { WORKFLOW_QUERY } from '../../route/option/workflow-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { requireWorkflow } from './find.js'
import { viewWorkflow } from './workflow-view.js'

const partialQuery = z.object({ partial: z.enum(['true', 'false']).optional() })

/** The workflows that a caller may read, by their keys. */
function readableWorkflows(
  mastra: Mastra,
  { permissions }: Principal,
): readonly (readonly [key: string, workflow: AnyWorkflow])[] {
  const workflows = Object.entries(mastra.listWorkflows())
  return workflows.filter(([, { id }]) => permissions.allows(`workflows:read:${id}`))
}

const list = defineRoute({
  method: 'GET',
  path: '/workflows',
  access: 'authenticated',
  summary: 'The workflows that the caller may read',
  queryOptions: WORKFLOW_QUERY,
  query: partialQuery,
  handler({ mastra, principal, query }) {
    const isPartial = query.partial === 'true'
    const readable = readableWorkflows(mastra, principal)
    return Object.fromEntries(
      readable.map(([key, workflow]) => [key, viewWorkflow(workflow, isPartial)]),
    )
  },
})

const read = defineRoute({
  method: 'GET',
  path: '/workflows/:workflowId',
  access: 'workflows:read:{workflowId}',
  summary: 'One workflow, by its key or id',
  queryOptions: WORKFLOW_QUERY,
  query: partialQuery,
  handler: ({ mastra, params, query }) =>
    viewWorkflow(requireWorkflow(mastra, params.workflowId), query.partial === 'true'),
})

const count = defineRoute({
  method: 'GET',
  path: '/workflows/run-counts',
  access: 'authenticated',
  summary: 'How many runs of the caller run and wait, of each workflow that they may read',
  queryOptions: {},
  response: z.record(z.string(), z.object({ running: z.int(), suspended: z.int() })),
  async handler({ mastra, principal, requestContext }) {
    const counts = await mastra.getWorkflowRuns().count(requestContext)
    return Object.fromEntries(
      readableWorkflows(mastra, principal).map(([key, { id }]) => {
        const { running = 0, waiting = 0, suspended = 0 } = counts.get(id) ?? {}
        return [key, { running: running + waiting, suspended }]
      }),
    )
  },
})

/** What workflows are. A workflow that is called `run-counts` is found by its key alone. */
export const workflowRoutes: readonly Route[] = [list, count, read]
