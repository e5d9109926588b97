import {
  graphNodes,
  type AnyWorkflow,
  type StepRecord,
  type WorkflowResult,
  type WorkflowSnapshot,
} from '@signet/core'
import { tellError, tellFailure } from './told-failure.js'

type View = Readonly<Record<string, unknown>>

function viewStepResult(step: unknown): unknown {
  // What a run was started with is among its steps, and no JSON has an error.
  if (typeof step !== 'object' || step === null || !('error' in step)) return step
  return step.error instanceof Error ? { ...step, error: tellError(step.error) } : step
}

/** What a leg of a run has come to, as the wire shows it. */
export function viewResult(result: WorkflowResult<unknown>): View {
  const steps = Object.entries(result.steps).map(([id, step]) => [id, viewStepResult(step)])
  return {
    ...result,
    steps: Object.fromEntries(steps) as View,
    ...(result.status === 'failed' && { error: tellError(result.error) }),
  }
}

/** The members of a run that a client may ask for by name. */
export const RUN_FIELDS = [
  'result',
  'error',
  'payload',
  'steps',
  'activeStepsPath',
  'serializedStepGraph',
] as const

/** One of `RUN_FIELDS`. */
export type RunField = (typeof RUN_FIELDS)[number]

/** What is told of a run. */
export interface RunViewOptions {
  /** Default: all of it. */
  readonly fields?: readonly RunField[] | undefined
  /** Whether the steps of nested workflows are told. */
  readonly isDeep: boolean
}

type Records = readonly (readonly [key: string, record: StepRecord])[]

/** Which link of the chain of its workflow a step belongs to: 0 is the first. A key begins with it. */
function linkOf(key: string): number {
  return Number.parseInt(key, 10)
}

function viewRecord(record: StepRecord): View {
  const { status, payload, output, error, suspendPayload, resumePayload, iteration } = record
  const { startedAt, endedAt, suspendedAt, resumedAt } = record
  return {
    status: status === 'bailed' ? 'success' : status,
    payload,
    output,
    error: error && tellFailure(error),
    suspendPayload,
    resumePayload,
    startedAt,
    endedAt,
    suspendedAt,
    resumedAt,
    metadata: iteration === undefined ? undefined : { iterationCount: iteration },
  }
}

/** The steps by their names, without those of the items of a `foreach`. */
function viewRecords(records: Records, isDeep: boolean): View {
  const told = records.filter(
    ([, { path, item }]) => item === undefined && (isDeep || path.length === 1),
  )
  return Object.fromEntries(told.map(([, record]) => [record.path.join('.'), viewRecord(record)]))
}

/** Where in the chain the steps stand that have this status. */
function placesOf(records: Records, status: StepRecord['status']): View {
  const found = records.filter(([, record]) => record.status === status && record.path.length === 1)
  return Object.fromEntries(found.map(([key, { path }]) => [path[0], [linkOf(key)]]))
}

function labelsOf(records: Records): View {
  const waiting = records.filter(([, { status }]) => status === 'suspended')
  return Object.fromEntries(
    waiting.flatMap(([, { labels = [], path, item }]) =>
      labels.map((label) => [label, { stepId: path.join('.'), foreachIndex: item }]),
    ),
  )
}

function metaOf({ runId, workflowId, resourceId, createdAt, updatedAt }: WorkflowSnapshot): View {
  return {
    runId,
    workflowName: workflowId,
    resourceId,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

function partsOf(
  workflow: AnyWorkflow,
  snapshot: WorkflowSnapshot,
  isDeep: boolean,
): Readonly<Record<RunField, unknown>> {
  const records = Object.entries(snapshot.records)
  return {
    result: snapshot.result,
    error: snapshot.error && tellFailure(snapshot.error),
    payload: snapshot.input,
    steps: viewRecords(records, isDeep),
    activeStepsPath: placesOf(records, 'running'),
    serializedStepGraph: graphNodes(workflow.entries),
  }
}

/** One run as the wire shows it. */
export function viewRun(
  workflow: AnyWorkflow,
  snapshot: WorkflowSnapshot,
  { fields, isDeep }: RunViewOptions,
): View {
  const parts = partsOf(workflow, snapshot, isDeep)
  const head = { ...metaOf(snapshot), status: snapshot.status }
  if (fields !== undefined) {
    return { ...head, ...Object.fromEntries(fields.map((field) => [field, parts[field]])) }
  }
  const records = Object.entries(snapshot.records)
  return {
    ...head,
    ...parts,
    suspendedPaths: placesOf(records, 'suspended'),
    waitingPaths: placesOf(records, 'waiting'),
    resumeLabels: labelsOf(records),
  }
}

/** A run in a list, as the wire shows it: without what its steps were given and gave. */
export function viewListedRun(snapshot: WorkflowSnapshot): View {
  const { runId, status, error, updatedAt } = snapshot
  return {
    ...metaOf(snapshot),
    snapshot: {
      runId,
      status,
      error: error && tellFailure(error),
      value: {},
      context: {},
      activePaths: [],
      activeStepsPath: {},
      serializedStepGraph: [],
      suspendedPaths: {},
      waitingPaths: {},
      resumeLabels: {},
      timestamp: updatedAt,
    },
  }
}
