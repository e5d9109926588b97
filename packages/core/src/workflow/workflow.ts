import { ConfigurationError, type RefusedOption } from '@signet/auth'
import { isLegalId, readOptions } from '@signet/auth/internal'
import { z } from 'zod'
import { RegistrationError } from '../error.js'
import type { Mastra } from '../mastra-type.js'
import { Refusals } from '../option/refusals.js'
import { RequestContext } from '../request-context.js'
import { createMemoryRuns } from '../run/memory-runs.js'
import type { JsonSchema } from '../schema/json-schema.js'
import { readZod4 } from '../schema/read-zod.js'
import type { ReadSchema } from '../schema/readable-schema.js'
import type { SchemaOutput } from '../schema/schema-type.js'
import { checkChain, graphOf } from './chain.js'
import {
  readConcurrency,
  readEntryId,
  type EntryOptions,
  type ForeachOptions,
} from './entry-options.js'
import { WORKFLOW_LIMITS } from './limits.js'
import { readMap, type Mapped, type MapSource } from './map.js'
import { newSnapshot, refuseRunOptions, type NewRunOptions } from './new-run.js'
import { Run, type RunHooks } from './run.js'
import type { RunJournal, WorkflowSnapshot } from './snapshot.js'
import {
  isStep,
  type AnyStepContext,
  type ConditionContext,
  type Ended,
  type Flow,
  type FlowEntry,
  type FlowWork,
  type Step,
  type StepContext,
  type StepOutput,
  type StepTypes,
} from './step.js'
import { readSnapshot } from './read-snapshot.js'
import { stepsOf } from './step-place.js'
import { createStoredRuns } from './stored-runs.js'
import { readConfig, type WorkflowConfig } from './workflow-config.js'
import { changedError } from './workflow-error.js'
import type { WorkflowRuns } from './workflow-runs.js'

/** What a branch gives: what the steps gave that were taken. */
type BranchOutput<Cases extends readonly (readonly [unknown, Step])[]> = {
  [Case in Cases[number] as Case[1]['id']]?: StepOutput<Case[1]> | undefined
}

type ParallelOutput<Steps extends readonly Step[]> = {
  [Each in Steps[number] as Each['id']]: StepOutput<Each>
}

/** What is no list has no items. */
interface NotAList {
  readonly foreach: 'needs a list, and the step before gives none'
}

type Item<List> = List extends readonly (infer Each)[] ? Each : NotAList

/** What a step gets in `.map`, `.sleep` and `.sleepUntil`. */
type MapContext<Prev, State> = StepContext<Prev, unknown, unknown, State>

/** A condition of `.branch`. */
export type BranchCondition<Prev, State> = (
  context: ConditionContext<Prev, State>,
) => boolean | Promise<boolean>

/** A condition of a loop. `iterationCount` is 1 after the first iteration. */
export type LoopCondition<Output, State> = (
  context: ConditionContext<Output, State> & { readonly iterationCount: number },
) => boolean | Promise<boolean>

/** The application itself, which runs a workflow without a request. */
const APPLICATION = new RequestContext()
const ANYTHING: ReadSchema = readZod4(z.unknown())

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('option_invalid', message)
}

/**
 * Steps in an order, with one input and one result. Steps are added to it until `commit`; then it can be run, and
 * be a step of another workflow. `createWorkflow` makes one.
 */
export class Workflow<
  Id extends string = string,
  Input = never,
  Output = unknown,
  State = Readonly<Record<string, unknown>>,
  Prev = never,
> implements Step<Id, Input, Output, unknown, never> {
  readonly id: Id
  readonly description: string | undefined
  readonly inputSchema: object
  readonly outputSchema: object
  readonly stateSchema: object | undefined
  readonly resumeSchema: undefined = undefined
  readonly suspendSchema: undefined = undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  declare readonly '~types'?: StepTypes<Input, Output, unknown, never> | undefined
  /** Input and output as JSON Schema (draft 7), for the wire. */
  readonly inputJsonSchema: JsonSchema
  readonly outputJsonSchema: JsonSchema | undefined
  readonly stateJsonSchema: JsonSchema | undefined
  readonly #config: WorkflowConfig<string, object, object, object | undefined>
  readonly #refused: readonly RefusedOption[]
  readonly #entries: FlowEntry[] = []
  readonly #flow: Flow
  readonly #hooks: RunHooks
  #isCommitted = false
  #graph = ''
  #refusals: Refusals | undefined
  #mastra: Mastra | undefined
  #knownRuns: WorkflowRuns | undefined

  /**
   * @internal
   * @throws {RegistrationError} `id_illegal`
   * @throws {ConfigurationError} `option_invalid`
   */
  constructor(given: WorkflowConfig<Id, object, object, object | undefined>) {
    const config = readOptions(given)
    const { id } = config
    if (typeof id !== 'string' || !isLegalId(id)) {
      throw new RegistrationError(
        'id_illegal',
        `The workflow id ${JSON.stringify(id)} is not legal. Use 1 to 128 characters of A-Z a-z 0-9 _ . -`,
      )
    }
    const read = readConfig(`Workflow ${JSON.stringify(id)}`, config)
    this.id = id
    this.description = config.description
    this.inputSchema = config.inputSchema
    this.outputSchema = config.outputSchema
    this.stateSchema = config.stateSchema
    this.metadata = config.metadata
    const input = read.input ?? ANYTHING
    this.inputJsonSchema = input.input
    this.outputJsonSchema = read.output?.output()
    this.stateJsonSchema = read.state?.input
    this.#config = config
    this.#refused = read.refused
    this.#hooks = read.hooks
    const isCommitted = () => this.#isCommitted
    this.#flow = Object.freeze({
      id,
      entries: this.#entries,
      get isCommitted() {
        return isCommitted()
      },
      input,
      state: read.state,
      retry: read.retry,
    })
  }

  /** Whether `commit` was called. */
  get committed(): boolean {
    return this.#isCommitted
  }

  /** What the workflow and its steps were given and Signet does not serve. */
  get refusals(): Refusals {
    this.#refusals ??= new Refusals([
      ...this.#refused,
      ...this.#entries.flatMap(stepsOf).flatMap(({ refusals }) => refusals.options),
    ])
    return this.#refusals
  }

  /** The workflow as a step. */
  get work(): FlowWork {
    return { type: 'flow', flow: this.#flow }
  }

  /** The steps of the workflow itself, by their ids. */
  get steps(): Readonly<Record<string, Step>> {
    return Object.fromEntries(this.#entries.flatMap(stepsOf).map((step) => [step.id, step]))
  }

  /** The chain of the workflow. */
  get entries(): readonly FlowEntry[] {
    return this.#entries
  }

  /** Adds a step, which gets what the one before gave. A workflow cannot be awaited: this is not the `then` of a promise. */
  // oxlint-disable-next-line unicorn/no-thenable -- Mastra calls it so.
  then<Out>(step: Step<string, Prev, Out, never, never>): Workflow<Id, Input, Output, State, Out> {
    return this.#add<Out>({ type: 'step', step: this.#read(step, 'then') })
  }

  /** Adds steps that run at the same time. Gives what they gave, by their ids, once all have ended. */
  parallel<const Steps extends readonly Step<string, Prev, unknown, never, never>[]>(
    steps: Steps,
    options?: EntryOptions,
  ): Workflow<Id, Input, Output, State, ParallelOutput<Steps>> {
    readEntryId(this.id, options)
    const read = this.#readList(steps, 'parallel').map((step) => this.#read(step, 'parallel'))
    return this.#add<ParallelOutput<Steps>>({ type: 'parallel', steps: read })
  }

  /**
   * Adds steps with a condition each. Those whose condition says `true` run at the same time. Gives what they gave, by
   * their ids: an empty object where none ran. A condition that throws fails the run.
   */
  branch<
    const Cases extends readonly (readonly [
      BranchCondition<Prev, State>,
      Step<string, Prev, unknown, never, never>,
    ])[],
  >(cases: Cases, options?: EntryOptions): Workflow<Id, Input, Output, State, BranchOutput<Cases>> {
    readEntryId(this.id, options)
    const read = this.#readList(cases, 'branch').map((each) => {
      const [condition, step]: readonly unknown[] = Array.isArray(each) ? each : []
      return [this.#readCondition(condition, 'branch'), this.#read(step, 'branch')] as const
    })
    return this.#add<BranchOutput<Cases>>({ type: 'branch', cases: read })
  }

  /** Adds a change of the value: by a function, or by an object that says where each member comes from. */
  map<Out>(
    make: (context: MapContext<Prev, State>) => Out | Ended | Promise<Out | Ended>,
    options?: EntryOptions,
  ): Workflow<Id, Input, Output, State, Out>
  map<const Sources extends Readonly<Record<string, MapSource<Prev>>>>(
    make: Sources,
    options?: EntryOptions,
  ): Workflow<
    Id,
    Input,
    Output,
    State,
    { -readonly [Name in keyof Sources]: Mapped<Sources[Name]> }
  >
  map(make: unknown, options?: EntryOptions): Workflow<Id, Input, Output, State, never> {
    const id = readEntryId(this.id, options) ?? `mapping_${this.id}_${this.#count('mapping')}`
    const run = readMap(`map of workflow ${this.id}`, make)
    return this.#add<never>({ type: 'step', step: mapStep(id, run), isMap: true })
  }

  /** Adds a step that runs for each item of a list. Gives the list of what it gave. */
  foreach<Out>(
    step: Step<string, Item<Prev>, Out, never, never>,
    options?: ForeachOptions,
  ): Workflow<Id, Input, Output, State, Out[]> {
    const concurrency = readConcurrency(this.id, options)
    return this.#add<Out[]>({ type: 'foreach', step: this.#read(step, 'foreach'), concurrency })
  }

  /** Adds a step that runs until a condition says `true`: at least once, and at most 10,000 times. */
  dountil<Out>(
    step: Step<string, Prev, Out, never, never>,
    condition: LoopCondition<Out, State>,
    options?: EntryOptions,
  ): Workflow<Id, Input, Output, State, Out> {
    return this.#loop('dountil', step, condition, options)
  }

  /** Adds a step that runs again as long as a condition says `true`: at least once, and at most 10,000 times. */
  dowhile<Out>(
    step: Step<string, Prev, Out, never, never>,
    condition: LoopCondition<Out, State>,
    options?: EntryOptions,
  ): Workflow<Id, Input, Output, State, Out> {
    return this.#loop('dowhile', step, condition, options)
  }

  /** Adds a sleep of milliseconds, at most 366 days. Passes the value on. */
  sleep(
    milliseconds: number | ((context: MapContext<Prev, State>) => number | Promise<number>),
    options?: EntryOptions,
  ): Workflow<Id, Input, Output, State, Prev> {
    const isFine =
      typeof milliseconds === 'function' ||
      (typeof milliseconds === 'number' &&
        milliseconds >= 0 &&
        milliseconds <= WORKFLOW_LIMITS.sleepMs)
    if (!isFine) {
      throw invalid(
        `sleep of workflow ${this.id} takes 0 to ${WORKFLOW_LIMITS.sleepMs} milliseconds.`,
      )
    }
    return this.#sleep('sleep', milliseconds, options)
  }

  /** Adds a sleep until a time, at most 366 days ahead. Passes the value on. */
  sleepUntil(
    date: Date | ((context: MapContext<Prev, State>) => Date | Promise<Date>),
    options?: EntryOptions,
  ): Workflow<Id, Input, Output, State, Prev> {
    const isDate = date instanceof Date && !Number.isNaN(date.getTime())
    if (!isDate && typeof date !== 'function') {
      throw invalid(`sleepUntil of workflow ${this.id} takes a Date.`)
    }
    return this.#sleep('sleepUntil', date instanceof Date ? date.getTime() : date, options)
  }

  /**
   * Ends the chain.
   * @throws {ConfigurationError} `option_invalid` for a chain without a step, of more than 1,000, or deeper than 16
   * @throws {RegistrationError} `id_duplicate` for two steps of one id
   */
  commit(): Workflow<Id, Input, Output, State, Output> {
    if (!this.#isCommitted) {
      checkChain(this.id, this.#entries)
      this.#graph = graphOf(this.#entries)
      this.#isCommitted = true
    }
    return this.#as<Output>()
  }

  /** The application that the workflow belongs to: its steps find it as `mastra`. */
  setMastra(mastra: Mastra, runs?: WorkflowRuns): void {
    this.#mastra = mastra
    if (runs !== undefined) this.#knownRuns = runs
  }

  /** Lets the workflow run without the options that are not served. What closes something stays refused. */
  acceptUnsupported(): void {
    this.refusals.accept()
    for (const step of this.#entries.flatMap(stepsOf)) {
      if (step instanceof Workflow) step.acceptUnsupported()
      else step.refusals.accept()
    }
  }

  /**
   * A run of the workflow, which has not started; or the application's run of this id.
   * @throws {ConfigurationError} `option_invalid` for a workflow without `commit`
   * @throws {RunError} `run_exists` where another workflow or an agent has a run of this id; `runs_full`
   * @throws {OptionsError} for options that are not served
   */
  async createRun(options?: NewRunOptions): Promise<Run<Input, Output, State>> {
    const given = readOptions(options)
    refuseRunOptions(this.id, given)
    return this.#own(await this.#runs().open(this, APPLICATION, given))
  }

  /** SHA-256 of the steps' ids and their order. @internal */
  get graph(): string {
    return this.#graph
  }

  /** @internal */
  newRun({ runId, resourceId }: NewRunOptions): WorkflowSnapshot {
    refuseRunOptions(this.id, { runId, resourceId })
    this.#checkCommitted()
    return newSnapshot({ workflowId: this.id, graph: this.#graph, runId, resourceId })
  }

  /** @internal */
  restore(snapshot: WorkflowSnapshot, journal: RunJournal): Run {
    return this.#run(snapshot, journal)
  }

  /**
   * A run, as it was stored by `run.snapshot()` or by a journal: in this process or in another one.
   * @throws {WorkflowError} `run_unreadable`; `run_changed` where the steps are not those that it was stored with
   */
  restoreRun(
    snapshot: WorkflowSnapshot,
    options: { readonly journal?: RunJournal | undefined } = {},
  ): Run<Input, Output, State> {
    this.#checkCommitted()
    const read = readSnapshot(snapshot, this.id)
    if (read.graph !== this.#graph) throw changedError(this.id, read.runId)
    return this.#own(this.#run(read, options.journal))
  }

  /** What is known of a run that the application made. */
  async getWorkflowRunById(runId: string): Promise<WorkflowSnapshot | null> {
    const run = await this.#runs().find(this, APPLICATION, runId)
    return run?.snapshot() ?? null
  }

  #runs(): WorkflowRuns {
    return (this.#knownRuns ??= createStoredRuns(createMemoryRuns()))
  }

  /** A copy of the workflow under another id, with the same steps. @internal */
  clone<NewId extends string>(id: NewId): Workflow<NewId, Input, Output, State, Prev> {
    const copy = new Workflow<NewId, Input, Output, State, Prev>({ ...this.#config, id })
    copy.#entries.push(...this.#entries)
    if (this.#isCommitted) copy.commit()
    return copy
  }

  #run(snapshot: WorkflowSnapshot, journal: RunJournal | undefined): Run {
    const home = {
      flow: this.#flow,
      graph: this.#graph,
      mastra: this.#mastra,
      hooks: this.#hooks,
      refuse: () => this.#refuse(),
    }
    return new Run(home, snapshot, journal)
  }

  #refuse(): void {
    for (const step of this.#entries.flatMap(stepsOf)) step.refusals.throwIfAny()
    this.refusals.throwIfAny()
  }

  #own(run: Run): Run<Input, Output, State> {
    return run as Run<Input, Output, State>
  }

  #as<Next>(): Workflow<Id, Input, Output, State, Next> {
    return retyped<Workflow<Id, Input, Output, State, Next>>(this)
  }

  #checkCommitted(): void {
    if (this.#isCommitted) return
    throw invalid(`Workflow ${this.id} is not committed. Call commit behind its last step.`)
  }

  #add<Next>(entry: FlowEntry): Workflow<Id, Input, Output, State, Next> {
    if (this.#isCommitted) {
      throw invalid(`Workflow ${this.id} is committed. Add steps before commit.`)
    }
    this.#refusals = undefined
    this.#entries.push(entry)
    return this.#as<Next>()
  }

  #count(kind: string): number {
    const prefix = `${kind}_${this.id}_`
    return this.#entries.filter((entry) => {
      const id = entry.type === 'step' ? entry.step.id : 'id' in entry ? entry.id : ''
      return id.startsWith(prefix)
    }).length
  }

  #read(step: unknown, method: string): Step {
    if (!isStep(step)) {
      throw invalid(
        `${method} of workflow ${this.id} takes steps. Make them by createStep of @signet/core/workflows, of a function, an agent or a tool.`,
      )
    }
    const work = step.work
    if (work.type === 'flow' && !work.flow.isCommitted) {
      throw invalid(`Workflow ${step.id} is not committed. Call commit before it is a step.`)
    }
    return step
  }

  #readList(list: unknown, method: string): readonly unknown[] {
    if (Array.isArray(list) && list.length > 0) return list
    throw invalid(`${method} of workflow ${this.id} takes a list that is not empty.`)
  }

  #readCondition(condition: unknown, method: string): (context: unknown) => unknown {
    if (typeof condition === 'function') {
      return (context) => Reflect.apply(condition, undefined, [context]) as unknown
    }
    throw invalid(`${method} of workflow ${this.id} takes functions as conditions.`)
  }

  #loop<Out>(
    kind: 'dowhile' | 'dountil',
    step: unknown,
    condition: unknown,
    options: EntryOptions | undefined,
  ): Workflow<Id, Input, Output, State, Out> {
    readEntryId(this.id, options)
    return this.#add<Out>({
      type: 'loop',
      kind,
      step: this.#read(step, kind),
      condition: this.#readCondition(condition, kind),
    })
  }

  #sleep(
    type: 'sleep' | 'sleepUntil',
    given: unknown,
    options: EntryOptions | undefined,
  ): Workflow<Id, Input, Output, State, Prev> {
    const id = readEntryId(this.id, options) ?? `sleep_${this.id}_${this.#count('sleep')}`
    const time =
      typeof given === 'number'
        ? given
        : (context: AnyStepContext) =>
            Reflect.apply(given as (context: AnyStepContext) => unknown, undefined, [context])
    return this.#add<Prev>({ type, id, time })
  }
}

/** The chain has grown: only the type of what comes next is another one, and TypeScript cannot see that. */
function retyped<Next>(workflow: unknown): Next {
  return workflow as Next
}

/** A step that changes the value alone. */
function mapStep(id: string, run: (context: AnyStepContext) => unknown): Step {
  return Object.freeze({
    id,
    description: undefined,
    inputSchema: z.unknown(),
    outputSchema: z.unknown(),
    resumeSchema: undefined,
    suspendSchema: undefined,
    stateSchema: undefined,
    metadata: undefined,
    refusals: new Refusals([]),
    work: Object.freeze({
      type: 'work',
      input: undefined,
      resume: undefined,
      suspend: undefined,
      state: undefined,
      retries: undefined,
      permission: undefined,
      run,
    }),
  })
}

/** A workflow of known types, where they do not matter. */
export interface GivenWorkflow extends Step {
  readonly committed: boolean
}

/** A workflow, whatever it takes and gives. */
export type AnyWorkflow = Workflow<
  string,
  unknown,
  unknown,
  Readonly<Record<string, unknown>>,
  never
>

/** Whether a value is a workflow of this package. */
export function isWorkflow(value: unknown): value is AnyWorkflow {
  return isStep(value) && value.work.type === 'flow'
}

/** Types that a schema of a workflow makes. */
export type MadeBy<Schema> = [Schema] extends [object]
  ? SchemaOutput<Schema>
  : Readonly<Record<string, unknown>>
