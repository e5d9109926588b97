import { InputError } from '../error.js'
import { describeIssues } from '../issue.js'
import type { Logger } from '../log/logger.js'
import type { Mastra } from '../mastra-type.js'
import type { RequestContext } from '../request-context.js'
import type { Parsed } from '../schema/readable-schema.js'
import type { ChunkBody, WorkflowUsage } from './chunk.js'
import type { RecordStore } from './record-store.js'
import type { StoredFailure } from './snapshot.js'
import type { Flow } from './step.js'

/** What came of a step, an entry or a workflow. */
export type End =
  | { readonly type: 'success'; readonly output: unknown }
  | { readonly type: 'bailed'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: StoredFailure }
  | { readonly type: 'suspended' }
  | { readonly type: 'canceled' }
  /** Until then, in milliseconds since 1970, nothing is to be done. */
  | { readonly type: 'waiting'; readonly until: number }

/** Steps that are to go on, by the keys of their records. */
export interface Resumption {
  /** Each is taken out once its step goes on: in the next iteration of a loop it starts anew. */
  readonly keys: Set<string>
  readonly data: unknown
}

/** What a leg works with. */
export interface LegFacts {
  readonly runId: string
  readonly resourceId: string | undefined
  readonly records: RecordStore
  readonly requestContext: RequestContext
  readonly mastra: Mastra | undefined
  readonly logger: Logger
  readonly abort: AbortController
  readonly resumption: Resumption | undefined
  readonly noteUsage: (usage: WorkflowUsage) => void
  readonly emit: (chunk: ChunkBody, from?: 'USER') => void
  /** A sleep that is longer ends the leg, in milliseconds. */
  readonly maxSleepMs: number
  /** Sleeps until then are over, in milliseconds since 1970. */
  readonly awakeUntil: number
  /** Is told when the first sleep begins and when the last one ends. */
  readonly onWaiting: (isWaiting: boolean) => void
  /** The errors themselves, for the code that runs the workflow. */
  readonly errors: Map<StoredFailure, unknown>
}

/** The first of those that wait for a time, where one does. */
export function firstToWake(ends: Iterable<End | undefined>): End | undefined {
  let first: Extract<End, { type: 'waiting' }> | undefined
  for (const end of ends) {
    if (end?.type === 'waiting' && end.until < (first?.until ?? Infinity)) first = end
  }
  return first
}

/** Where a step stands. */
export interface Place {
  readonly key: string
  readonly path: readonly string[]
  readonly item?: number | undefined
  readonly iteration?: number | undefined
  readonly given?: unknown
  /** The workflow that has the step. */
  readonly scope: Scope
}

/** One workflow at work: the outermost one, or one that is nested in it. */
export interface Scope {
  readonly flow: Flow
  readonly input: unknown
  /** What the steps have given, by their ids. */
  readonly results: Map<string, unknown>
  readonly path: readonly string[]
  readonly prefix: string
  readonly item: number | undefined
  /** Repeated attempts of a step that does not say, and the milliseconds between them. */
  readonly retry: Retry
}

export interface Retry {
  readonly retries: number
  readonly delay: number
}

export function nameOf(path: readonly string[]): string {
  return path.join('.')
}

/** A copy, so that a step which changes what it was given changes no record. */
export function copy<Value>(value: Value): Value {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}

/** Why a value does not fit, as an error. */
export function issuesOf(parsed: Exclude<Parsed, { value: unknown }>, what: string): InputError {
  return new InputError(`${what} ${describeIssues(parsed.issues)}`, parsed.issues)
}
