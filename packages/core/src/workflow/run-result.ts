import { StepError } from './failure.js'
import type { StoredFailure, WorkflowSnapshot, StepRecord } from './snapshot.js'

/** What came of one step. */
interface StepResult {
  readonly status: StepRecord['status']
  /** What the step was given. */
  readonly payload?: unknown
  readonly output?: unknown
  readonly error?: Error | undefined
  readonly suspendPayload?: unknown
  readonly resumePayload?: unknown
  /** All times are in milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt?: number | undefined
  readonly suspendedAt?: number | undefined
  readonly resumedAt?: number | undefined
  /** `iterationCount` of a loop. */
  readonly metadata?: { readonly iterationCount: number } | undefined
}

/** What every result has. */
interface ResultBase<Input, State> {
  readonly runId: string
  /** What the run was started with, as the schema made it. */
  readonly input: Input
  /**
   * What came of the steps of the workflow itself, by their ids; of those of a nested workflow see its output. `input`
   * is what the run was started with.
   */
  readonly steps: Readonly<Record<string, StepResult>>
  /** Where `outputOptions.includeState` asks for it. */
  readonly state?: State | undefined
}

/** What came of a run, or of one leg of it. */
export type WorkflowResult<Output, Input = unknown, State = Readonly<Record<string, unknown>>> =
  | (ResultBase<Input, State> & { readonly status: 'success'; readonly result: Output })
  | (ResultBase<Input, State> & { readonly status: 'failed'; readonly error: Error })
  | (ResultBase<Input, State> & {
      readonly status: 'suspended'
      /** The paths of the steps that wait: ids from the outermost workflow on. */
      readonly suspended: readonly [readonly string[], ...(readonly string[])[]]
      /** What they told `suspend`, by the id of the step of this workflow. */
      readonly suspendPayload: Readonly<Record<string, unknown>>
    })
  | (ResultBase<Input, State> & { readonly status: 'canceled' })
  | (ResultBase<Input, State> & {
      /** It sleeps, and goes on by itself. */
      readonly status: 'waiting'
      /** Milliseconds since 1970. */
      readonly wakesAt: number
    })

/** Finds the error that was thrown, where it is still there. */
type FindError = (stored: StoredFailure) => unknown

function toError(stored: StoredFailure, find: FindError): Error {
  const known = find(stored)
  return known instanceof Error ? known : new StepError(stored)
}

/** A key of a step of the outermost workflow, and not of an item or of a nested step. */
const OUTERMOST = /^\d+:[^[/?]*$/

function toStepResult(record: StepRecord, find: FindError): StepResult {
  const { status, payload, output, error, suspendPayload, resumePayload, iteration } = record
  const { startedAt, endedAt, suspendedAt, resumedAt } = record
  return {
    status: status === 'bailed' ? 'success' : status,
    ...(payload !== undefined && { payload }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error: toError(error, find) }),
    ...(suspendPayload !== undefined && { suspendPayload }),
    ...(resumePayload !== undefined && { resumePayload }),
    startedAt,
    ...(suspendedAt !== undefined && { suspendedAt }),
    ...(resumedAt !== undefined && { resumedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(iteration !== undefined && { metadata: { iterationCount: iteration } }),
  }
}

/** What came of the steps of the outermost workflow, by their ids. */
function stepResults(
  records: Iterable<readonly [string, StepRecord]>,
  find: FindError,
): [string, StepResult][] {
  return [...records]
    .filter(([key]) => OUTERMOST.test(key))
    .map(([, record]) => [record.path.at(-1) ?? '', toStepResult(record, find)])
}

/** The records of the steps that wait, in the order in which they began to. */
export function suspendedSteps(
  records: Iterable<readonly [string, StepRecord]>,
): [string, StepRecord][] {
  return [...records].flatMap(([key, record]): [string, StepRecord][] =>
    record.status === 'suspended' && record.isOuter !== true ? [[key, record]] : [],
  )
}

/** What is asked of a result. */
export interface ResultSource {
  readonly snapshot: WorkflowSnapshot
  readonly find: FindError
  readonly includeState: boolean
  /** When a run goes on that waits for a time. */
  readonly wakesAt: number | undefined
}

/** What came of a leg. */
export function toResult({
  snapshot,
  find,
  includeState,
  wakesAt,
}: ResultSource): WorkflowResult<unknown> {
  const records = Object.entries(snapshot.records)
  const steps = stepResults(records, find)
  const base: ResultBase<unknown, Readonly<Record<string, unknown>>> = {
    runId: snapshot.runId,
    input: snapshot.input,
    steps: Object.fromEntries([['input', snapshot.input], ...steps]) as Record<string, StepResult>,
    ...(includeState && { state: snapshot.state }),
  }
  switch (snapshot.status) {
    case 'success':
      return { status: 'success', ...base, result: snapshot.result }
    case 'failed': {
      const stored = snapshot.error ?? { name: 'Error', message: 'The run failed.', isTold: true }
      return { status: 'failed', ...base, error: toError(stored, find) }
    }
    case 'suspended': {
      const waiting = suspendedSteps(records)
      const paths = new Map(waiting.map(([, { path }]) => [JSON.stringify(path), path]))
      const [first = [], ...others] = paths.values()
      const payloads = waiting
        .toReversed()
        .map(([, { path, suspendPayload }]) => [path[0] ?? '', suspendPayload])
      return {
        status: 'suspended',
        ...base,
        suspended: [first, ...others],
        suspendPayload: Object.fromEntries(payloads) as Record<string, unknown>,
      }
    }
    case 'waiting':
      return { status: 'waiting', ...base, wakesAt: wakesAt ?? snapshot.updatedAt }
    default:
      return { status: 'canceled', ...base }
  }
}
