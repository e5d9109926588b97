import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '@signet/auth/internal'
import { RequestContext } from '../request-context.js'
import type { RunChange, RunJson, RunRecord } from '../run/run-storage.js'
import { toPlainValue } from './plain-value.js'
import { readSnapshot } from './read-snapshot.js'
import type {
  JournalEntry,
  LegBeginning,
  StoredFailure,
  WorkflowSnapshot,
  WorkflowStatus,
} from './snapshot.js'

// What a run has beside the records of its steps stands under these names. Keys of records begin with a digit.
const INPUT = 'input'
const STATE = 'state'
const RESUMPTION = 'resumption'
const CONTEXT = 'context'

/** What a run keeps beside its steps, as long as it has not ended. */
export interface RunFacts {
  /** As `WorkflowSnapshot` has it. */
  readonly graph: string
  /** How many legs had begun when the last one came to its end: those since were broken off. */
  readonly legs: number
  /** Sleeps until then are over, whatever the clock says. */
  readonly awakeUntil: number
}

export function toFacts({ graph, legs, awakeUntil }: RunFacts): RunJson {
  return { graph, legs, awakeUntil }
}

export function readFacts({ snapshot }: RunRecord): RunFacts {
  const { graph, legs, awakeUntil } = snapshot ?? {}
  return {
    graph: typeof graph === 'string' ? graph : '',
    legs: typeof legs === 'number' ? legs : 0,
    awakeUntil: typeof awakeUntil === 'number' ? awakeUntil : 0,
  }
}

/** A part of a key that is longer is stored as a hash of it, so that nested keys fit into an index. */
const LONG_ID = /[^:/[\]?]{65,}/g

/** The name under which a record is stored, or the beginning of names, of a key. */
function nameOf(key: string): string {
  return key.replace(LONG_ID, (id) => `~${createHash('sha256').update(id).digest('base64url')}`)
}

/** What a journal entry changes in the storage. */
export function toChange({ key, record, state, drops }: JournalEntry): RunChange {
  const steps = new Map<string, unknown>([[nameOf(key), { key, record }]])
  if (state !== undefined) steps.set(STATE, state)
  return { steps, drops: drops && nameOf(drops) }
}

/** Whether JSON keeps a value as it is. */
function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(toPlainValue(value, 'A value').value, value)
  } catch {
    return false
  }
}

/** What the beginning of a leg changes in the storage. */
export function toBeginning(
  { input, state, resumption }: WorkflowSnapshot,
  { kind, requestContext, includeState }: LegBeginning,
): RunChange {
  const { client } = requestContext
  const values = [...requestContext.entries()].filter(
    ([name, value]) => name !== 'user' && isJson(value),
  )
  const steps = new Map<string, unknown>([[CONTEXT, { client, values, includeState }]])
  if (kind === 'start') steps.set(INPUT, { value: input }).set(STATE, state)
  if (kind === 'resume') steps.set(RESUMPTION, resumption)
  return { steps }
}

/** What a leg knows of its request that goes on without one. */
export interface StoredContext {
  /** As `RequestContext` takes them. */
  readonly values: readonly (readonly [string, unknown])[]
  readonly client: Readonly<Record<string, unknown>>
  readonly includeState: boolean
}

export function readContext(steps: ReadonlyMap<string, unknown>): StoredContext {
  const stored = steps.get(CONTEXT)
  const { client, values, includeState } = isObject(stored) ? (stored as RunJson) : {}
  const pairs: readonly unknown[] = Array.isArray(values) ? values : []
  return {
    client: isObject(client) ? (client as RunJson) : {},
    values: pairs.flatMap((pair): [string, unknown][] =>
      Array.isArray(pair) && typeof pair[0] === 'string' ? [[pair[0], pair[1]]] : [],
    ),
    includeState: includeState === true,
  }
}

function statusOf({ status }: RunRecord): WorkflowStatus {
  return status === 'bailed' ? 'success' : status
}

/** A run as a list shows it: without what its steps gave. */
export function toListed(run: RunRecord): WorkflowSnapshot {
  const { id: runId, target: workflowId, resourceId, failure, createdAt } = run
  const updatedAt = run.endedAt ?? run.suspendedAt ?? createdAt
  return {
    version: 1,
    workflowId,
    runId,
    ...(resourceId !== undefined && { resourceId }),
    graph: readFacts(run).graph,
    status: statusOf(run),
    state: {},
    records: {},
    ...(failure !== undefined && { error: toStoredFailure(failure) }),
    createdAt,
    updatedAt,
  }
}

function toStoredFailure({ code, message }: NonNullable<RunRecord['failure']>): StoredFailure {
  return { name: 'Error', message, isTold: true, code }
}

/**
 * All that is known of a run.
 * @param graph - of its workflow, in place of that of a run that has ended
 * @throws {WorkflowError} `run_unreadable`
 */
export function toSnapshot(
  run: RunRecord,
  steps: ReadonlyMap<string, unknown>,
  graph: string,
): WorkflowSnapshot {
  const listed = toListed(run)
  const records = [...steps]
    .filter(([name]) => /^\d/.test(name))
    .map(([name, stored]) => {
      const { key = name, record } = isObject(stored) ? (stored as RunJson) : {}
      return [String(key), isObject(record) ? (record as RunJson) : {}] as const
    })
    // As the steps began.
    .toSorted(([, left], [, right]) => Number(left['startedAt']) - Number(right['startedAt']))
  const input = steps.get(INPUT)
  const { result, error } = isObject(run.result) ? (run.result as RunJson) : {}
  const stored = {
    ...listed,
    graph: run.endedAt === undefined ? listed.graph : graph,
    ...(isObject(input) && { input: (input as RunJson)['value'] }),
    state: steps.get(STATE) ?? {},
    records: Object.fromEntries(records) as unknown,
    ...(steps.get(RESUMPTION) != null && { resumption: steps.get(RESUMPTION) }),
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error }),
  }
  return readSnapshot(stored, run.target)
}

/** What a leg works with that goes on without a request. */
export function toRequestContext(
  { values, client }: StoredContext,
  principal: RequestContext['principal'],
  credential: NonNullable<ConstructorParameters<typeof RequestContext>[1]>['credential'],
): RequestContext {
  return new RequestContext(values, { principal, client, credential })
}
