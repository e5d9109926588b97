import type { RequestContext } from '../request-context.js'

/** What became of a run, or of a step. */
export type WorkflowStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'suspended'
  | 'success'
  | 'failed'
  | 'canceled'

/** Why a step or a run failed. */
export interface StoredFailure {
  readonly name: string
  /** May hold what only the log may: see `isTold`. */
  readonly message: string
  /** Whether the caller of a run may be told the message. */
  readonly isTold: boolean
  /** For programs, where the run did not fail by a step. */
  readonly code?: string | undefined
}

/** What a run was resumed with, until the steps that it is for have begun. */
interface StoredResumption {
  /** When each of the steps was suspended, by the keys of their records: what was suspended again since waits on. */
  readonly suspendedAt: Readonly<Record<string, number>>
  readonly data?: unknown
}

/** What became of one step, or of one item of a `foreach`. JSON. */
export interface StepRecord {
  readonly status: Exclude<WorkflowStatus, 'pending'> | 'bailed'
  /** The ids of the steps from the outermost workflow to this one. */
  readonly path: readonly string[]
  /** What the step was given, as its schema made it. */
  readonly payload?: unknown
  readonly output?: unknown
  readonly error?: StoredFailure | undefined
  readonly suspendPayload?: unknown
  readonly resumePayload?: unknown
  /** The labels by which the suspended step may be resumed. */
  readonly labels?: readonly string[] | undefined
  /** All times are in milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt?: number | undefined
  readonly suspendedAt?: number | undefined
  readonly resumedAt?: number | undefined
  /** When a sleep ends. */
  readonly wakesAt?: number | undefined
  /** Which iteration of a loop this is: 1 is the first. */
  readonly iteration?: number | undefined
  /** What this iteration of a loop was given. */
  readonly given?: unknown
  /** Whether the loop was told to stop after this iteration. */
  readonly isLast?: boolean | undefined
  /** Which item of the innermost `foreach` this is: 0 is the first. */
  readonly item?: number | undefined
  /** How many items the `foreach` has. */
  readonly items?: number | undefined
  /** Whether nothing but the steps of a nested workflow, or the items of a `foreach`, are at work here. */
  readonly isOuter?: boolean | undefined
}

/**
 * All that is known of a run. JSON: a run that was stored in one process goes on in another one. Records have
 * the same keys in each process, made of the place of each step in its workflow.
 */
export interface WorkflowSnapshot {
  readonly version: 1
  readonly workflowId: string
  readonly runId: string
  readonly resourceId?: string | undefined
  /** SHA-256 of the steps' ids and their order: a run does not go on where they have changed. */
  readonly graph: string
  readonly status: WorkflowStatus
  /** What the run was started with, as the schema made it. */
  readonly input?: unknown
  readonly state: Readonly<Record<string, unknown>>
  readonly records: Readonly<Record<string, StepRecord>>
  readonly result?: unknown
  readonly error?: StoredFailure | undefined
  readonly resumption?: StoredResumption | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** One change of a run. */
export interface JournalEntry {
  readonly key: string
  readonly record: StepRecord
  /** Records whose keys begin so are no longer needed. */
  readonly drops?: string | undefined
  /** The whole state, where it has changed since the last entry. */
  readonly state?: Readonly<Record<string, unknown>> | undefined
}

/** How a run ended, or that it waits: the end of one leg. */
export interface LegEnd extends Pick<WorkflowSnapshot, 'status' | 'result' | 'error'> {
  /** When a run goes on that waits for a time, in milliseconds since 1970. */
  readonly wakesAt?: number | undefined
}

/** Why a leg stops before its end. */
export type LegStop =
  | { readonly type: 'canceled' }
  | { readonly type: 'failed'; readonly error: StoredFailure }
  /** It goes on by another leg from then on, in milliseconds since 1970. */
  | { readonly type: 'waiting'; readonly until: number }
  /** Another leg has begun: this one records nothing more, and throws the error. */
  | { readonly type: 'lost'; readonly error: Error }

/** A leg that begins. */
export interface LegBeginning {
  /** `restart`: it goes on from what was recorded. */
  readonly kind: 'start' | 'resume' | 'restart'
  readonly requestContext: RequestContext
  /** Whether the result of the leg has the state. */
  readonly includeState: boolean
  /** Aborts the steps at work, and ends the leg once they have ended. */
  stop(reason: LegStop): void
}

/**
 * Where a run writes down what becomes of it. The run does not go on before a promise is fulfilled; where it is
 * rejected, the leg ends with its reason, and the run may be continued from what was recorded.
 */
export interface RunJournal {
  /** A leg begins. `input` is what the run was started with. Where it is rejected, the run stands as before. */
  begin(snapshot: WorkflowSnapshot, leg: LegBeginning): void | Promise<void>
  record(entry: JournalEntry): void | Promise<void>
  end(end: LegEnd): void | Promise<void>
  /** A leg has ended by what it threw. Default: nothing is to be done. */
  readonly leave?: (() => void) | undefined
  /** Cancels the run where no leg works that this journal is of. Default: it is written down by `end`. */
  readonly cancel?: (() => Promise<void>) | undefined
  /** A sleep that is longer ends the leg with `wakesAt`, in milliseconds. Default: each is waited for. */
  readonly maxSleepMs?: number | undefined
  /** Sleeps until then are over, whatever the clock says; in milliseconds since 1970. Default: none is. */
  readonly awakeUntil?: number | undefined
}

/** A journal that keeps nothing: the run's own snapshot is all there is. */
export const memoryJournal: RunJournal = Object.freeze({
  begin() {},
  record() {},
  end() {},
})
