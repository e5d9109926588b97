import { z } from 'zod'
import type { WorkflowSnapshot } from './snapshot.js'
import { WorkflowError } from './workflow-error.js'

const TIME = z.number().optional()
const FAILURE = z.object({
  name: z.string(),
  message: z.string(),
  isTold: z.boolean(),
  code: z.string().optional(),
})
const STATUSES = ['running', 'waiting', 'suspended', 'success', 'failed', 'canceled'] as const

const RECORD = z.object({
  status: z.enum([...STATUSES, 'bailed']),
  path: z.array(z.string()),
  payload: z.unknown().optional(),
  output: z.unknown().optional(),
  error: FAILURE.optional(),
  suspendPayload: z.unknown().optional(),
  resumePayload: z.unknown().optional(),
  labels: z.array(z.string()).optional(),
  startedAt: z.number(),
  endedAt: TIME,
  suspendedAt: TIME,
  resumedAt: TIME,
  wakesAt: TIME,
  iteration: z.int().min(1).optional(),
  given: z.unknown().optional(),
  isLast: z.boolean().optional(),
  item: z.int().min(0).optional(),
  items: z.int().min(0).optional(),
  isOuter: z.boolean().optional(),
})

const SNAPSHOT = z.object({
  version: z.literal(1),
  workflowId: z.string(),
  runId: z.string().min(1),
  resourceId: z.string().optional(),
  graph: z.string(),
  status: z.enum([...STATUSES, 'pending']),
  input: z.unknown().optional(),
  state: z.record(z.string(), z.unknown()),
  records: z.record(z.string(), RECORD),
  result: z.unknown().optional(),
  error: FAILURE.optional(),
  resumption: z
    .object({ suspendedAt: z.record(z.string(), z.number()), data: z.unknown().optional() })
    .optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
})

/**
 * What was stored of a run: a copy.
 * @throws {WorkflowError} `run_unreadable`
 */
export function readSnapshot(snapshot: unknown, workflowId: string): WorkflowSnapshot {
  const read = SNAPSHOT.safeParse(structuredClone(snapshot))
  if (read.success && read.data.workflowId === workflowId) return read.data
  throw new WorkflowError(
    'run_unreadable',
    `What was stored is not a snapshot of a run of workflow ${workflowId}.`,
  )
}
