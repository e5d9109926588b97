import type { Permission } from '@signet/auth'
import type { Mastra } from '../mastra-type.js'
import type { Refusals } from '../option/refusals.js'
import type { RequestContext } from '../request-context.js'
import type { ReadSchema } from '../schema/readable-schema.js'
import type { WorkflowUsage } from './chunk.js'
import type { StepWriter } from './step-writer.js'

declare const ENDED: unique symbol

/** What `suspend`, `bail` and `abort` return: a step that returns it gives no output. */
export interface Ended {
  readonly [ENDED]: true
}

/** How a suspended step may be resumed. */
export interface SuspendOptions {
  /** Names by which `run.resume({ label })` finds the step; at most 16. */
  readonly resumeLabel?: string | readonly string[] | undefined
}

/** What a value that names a workflow or a type means. */
type InitData<Source> =
  Source extends Step<string, infer Input, unknown, never, never> ? Input : Source

/** What a step gives. */
export type StepOutput<Source> =
  Source extends Step<string, never, infer Output, never, never> ? Output : unknown

/** What a condition gets. */
export interface ConditionContext<Input, State = Readonly<Record<string, unknown>>> {
  /** What the step before gave. */
  readonly inputData: Input
  /** What all steps of the run share. */
  readonly state: State
  readonly runId: string
  readonly workflowId: string
  readonly resourceId?: string | undefined
  /** Who runs the workflow, and the application's values. */
  readonly requestContext: RequestContext
  /** The application; undefined where the workflow belongs to none. */
  readonly mastra: Mastra
  /** Fires when the run is canceled. */
  readonly abortSignal: AbortSignal
  /**
   * What a step of this workflow has given; null where it has not run. A step that ran several times has given what it
   * gave last.
   */
  getStepResult<Source extends Step>(step: Source): StepOutput<Source>
  getStepResult<Output>(step: string): Output
  /** What this workflow was started with. */
  getInitData<Source>(): InitData<Source>
}

/** What a step gets. */
export interface StepContext<
  Input,
  Resume = unknown,
  Suspend = unknown,
  State = Readonly<Record<string, unknown>>,
> extends ConditionContext<Input, State> {
  /** What the run was resumed with, where the step had suspended. */
  readonly resumeData?: Resume | undefined
  /** What the step had told `suspend`. */
  readonly suspendData?: Suspend | undefined
  /** How often the step has failed before: 0 at first. */
  readonly retryCount: number
  /** Changes members of the state; the others stay. */
  setState(state: Partial<State>): Promise<void>
  /** Lets the run wait for `run.resume`. The step is run again then, from its beginning. */
  suspend(payload?: Suspend, options?: SuspendOptions): Promise<Ended>
  /** Ends the workflow with this result, as a success. */
  bail(result?: unknown): Ended
  /** Cancels the run. */
  abort(): Ended
  /** Puts chunks into the stream of the run. */
  readonly writer: StepWriter
}

/** What the engine gives the work of a step. */
export type AnyStepContext = StepContext<unknown>

/** The schemas of a step, as they could be read. */
interface StepSchemas {
  readonly input: ReadSchema | undefined
  readonly resume: ReadSchema | undefined
  readonly suspend: ReadSchema | undefined
  readonly state: ReadSchema | undefined
}

/** What a step does. */
export interface StepWork extends StepSchemas {
  readonly type: 'work'
  /** Repeated attempts; undefined where the workflow says. */
  readonly retries: number | undefined
  /** What its caller must be allowed to, where the step is a tool or an agent. */
  readonly permission: Permission | undefined
  /** @param noteUsage - is told what an agent has used */
  readonly run: (context: AnyStepContext, noteUsage: (usage: WorkflowUsage) => void) => unknown
}

/**
 * A part of a workflow, made by `createStep`, or a workflow.
 * @typeParam Input - what it takes
 * @typeParam Output - what it gives
 * @typeParam Resume - what it takes when it is resumed
 */
export interface Step<
  Id extends string = string,
  Input = never,
  Output = unknown,
  Resume = never,
  State = never,
> {
  readonly id: Id
  readonly description: string | undefined
  readonly inputSchema: object
  readonly outputSchema: object
  readonly resumeSchema: object | undefined
  readonly suspendSchema: object | undefined
  readonly stateSchema: object | undefined
  /** Key-value pairs of the application. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** What the step was given and does not serve. */
  readonly refusals: Refusals
  /** What the engine does with it. */
  readonly work: StepWork | FlowWork
  /** Types alone: there is no such member. */
  readonly '~types'?: StepTypes<Input, Output, Resume, State> | undefined
}

/** What a step takes and gives. */
export interface StepTypes<Input, Output, Resume, State> {
  readonly input: (value: Input) => void
  readonly output: Output
  readonly resume: (value: Resume) => void
  readonly state: (value: State) => void
}

/** A nested workflow. */
export interface FlowWork {
  readonly type: 'flow'
  readonly flow: Flow
}

/** A workflow as the engine walks it. */
export interface Flow {
  readonly id: string
  readonly entries: readonly FlowEntry[]
  readonly isCommitted: boolean
  readonly input: ReadSchema
  readonly state: ReadSchema | undefined
  /**
   * Repeated attempts of a step that does not say, and the milliseconds between them. Undefined where the workflow does
   * not say: then those of the workflow that it is nested in count.
   */
  readonly retry: { readonly retries: number; readonly delay: number } | undefined
}

/** Says whether a branch is taken, or a loop goes on. */
export type Condition = (
  context: ConditionContext<unknown> & { readonly iterationCount: number },
) => unknown

/** Finds a number of milliseconds, or a time. */
type FindTime = (context: AnyStepContext) => unknown

/** One link of the chain of a workflow. */
export type FlowEntry =
  | {
      readonly type: 'step'
      readonly step: Step
      /** Whether it only changes the value. Default: no. */
      readonly isMap?: boolean | undefined
    }
  | { readonly type: 'parallel'; readonly steps: readonly Step[] }
  | {
      readonly type: 'branch'
      readonly cases: readonly (readonly [condition: Condition, step: Step])[]
    }
  | { readonly type: 'foreach'; readonly step: Step; readonly concurrency: number }
  | {
      readonly type: 'loop'
      readonly step: Step
      readonly condition: Condition
      readonly kind: 'dowhile' | 'dountil'
    }
  | {
      readonly type: 'sleep' | 'sleepUntil'
      readonly id: string
      readonly time: number | FindTime
    }

/** Whether a value is a step of this copy of the package. */
export function isStep(value: unknown): value is Step {
  return typeof value === 'object' && value !== null && 'work' in value && 'refusals' in value
}
