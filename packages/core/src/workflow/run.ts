import { InputError } from '../error.js'
import { describeIssues } from '../issue.js'
import { consoleLogger, type Logger } from '../log/logger.js'
import type { Mastra } from '../mastra-type.js'
import { RequestContext } from '../request-context.js'
import type { ReadSchema } from '../schema/readable-schema.js'
import type { ChunkBody, WorkflowUsage } from './chunk.js'
import { toFailure } from './failure.js'
import { Leg } from './leg.js'
import type { End, Resumption } from './leg-facts.js'
import { toPlainValue } from './plain-value.js'
import { RecordStore, RunTooLargeError } from './record-store.js'
import { ChunkPipe, type WorkflowStream } from './run-stream.js'
import { suspendedSteps, toResult, type WorkflowResult } from './run-result.js'
import {
  memoryJournal,
  type LegBeginning,
  type LegStop,
  type RunJournal,
  type StepRecord,
  type StoredFailure,
  type WorkflowSnapshot,
  type WorkflowStatus,
} from './snapshot.js'
import {
  LEG,
  legOptions,
  RESUME,
  START,
  type AnyResumeOptions,
  type LegOptions,
  type ResumeOptions,
  type StartOptions,
} from './run-options.js'
import type { Flow } from './step.js'
import { idsOf, isMeant, stepOf } from './step-place.js'
import { changedError, WorkflowError } from './workflow-error.js'

/** Callbacks of a workflow, called by its runs. */
export interface RunHooks {
  readonly onStart: ((info: RunInfo) => unknown) | undefined
  readonly onFinish: ((info: RunInfo & WorkflowResult<unknown>) => unknown) | undefined
  readonly onError: ((info: RunInfo & WorkflowResult<unknown>) => unknown) | undefined
}

/** What a callback of a workflow is told of the run. */
export interface RunInfo {
  readonly runId: string
  readonly workflowId: string
  readonly resourceId: string | undefined
  readonly requestContext: RequestContext
  readonly mastra: Mastra | undefined
  readonly logger: Logger
  readonly state: Readonly<Record<string, unknown>> | undefined
  getInitData(): unknown
}

/** What a run belongs to. */
export interface RunHome {
  readonly flow: Flow
  readonly graph: string
  readonly mastra: Mastra | undefined
  readonly hooks: RunHooks
  readonly refuse: () => void
}

const NO_USAGE: WorkflowUsage = Object.freeze({ inputTokens: 0, outputTokens: 0, totalTokens: 0 })

function sumOf(a: WorkflowUsage, b: WorkflowUsage): WorkflowUsage {
  const sum = (name: keyof WorkflowUsage) => (a[name] ?? 0) + (b[name] ?? 0)
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    totalTokens: sum('totalTokens'),
  }
}

/** Whether a run that comes to this goes on later. */
function goesOn({ type }: End): boolean {
  return type === 'suspended' || type === 'waiting'
}

/** @throws {InputError} */
async function fit(schema: ReadSchema, value: unknown, what: string): Promise<unknown> {
  const parsed = await schema.parse(value, 'json')
  if ('value' in parsed) return parsed.value
  throw new InputError(`${what} ${describeIssues(parsed.issues)}`, parsed.issues)
}

/**
 * One run of a workflow. It works in legs: from its start, or from where it waits, to where it ends or waits. One
 * leg works at a time.
 */
export class Run<Input = unknown, Output = unknown, State = Readonly<Record<string, unknown>>> {
  readonly runId: string
  readonly workflowId: string
  readonly resourceId: string | undefined
  readonly #home: RunHome
  readonly #journal: RunJournal
  readonly #records: RecordStore
  readonly #errors = new Map<StoredFailure, unknown>()
  readonly #pipes = new Set<ChunkPipe>()
  #snapshot: WorkflowSnapshot
  #abort: AbortController | undefined
  #stopped: LegStop | undefined
  #usage: WorkflowUsage = NO_USAGE
  #bytes = 0

  /** @internal */
  constructor(home: RunHome, seed: WorkflowSnapshot, journal: RunJournal = memoryJournal) {
    this.#home = home
    this.#snapshot = seed
    this.#journal = journal
    this.runId = seed.runId
    this.workflowId = seed.workflowId
    this.resourceId = seed.resourceId
    this.#records = new RecordStore(seed, journal, (bytes) => {
      this.#bytes = bytes
    })
  }

  get status(): WorkflowStatus {
    return this.#snapshot.status
  }

  /** Bytes of JSON that the run keeps. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether nothing more comes of the run. */
  get isOver(): boolean {
    return ['success', 'failed', 'canceled'].includes(this.status)
  }

  /** All that is known of the run. JSON, and a copy: `workflow.restoreRun` makes a run of it in another process. */
  snapshot(): WorkflowSnapshot {
    return structuredClone({
      ...this.#snapshot,
      state: this.#records.state,
      records: this.#records.toObject(),
    })
  }

  /**
   * Starts the run, and waits until it ends or is suspended.
   * @throws {InputError} for an input or a state that does not fit
   * @throws {WorkflowError} `run_started`
   * @throws {OptionsError} for options that are not served
   * @throws what `onStart` or the journal throws
   */
  async start(options?: StartOptions<Input, State>): Promise<WorkflowResult<Output, Input, State>> {
    const read = legOptions(options, START)
    return this.#typed(await this.#exclusively(() => this.#begin(read)))
  }

  /** The same, as a stream. What `start` throws, `result` and the stream throw. */
  stream(
    options?: StartOptions<Input, State>,
  ): WorkflowStream<WorkflowResult<Output, Input, State>> {
    return this.#streamed(() => this.start(options))
  }

  /**
   * Lets a suspended run go on, and waits until it ends or is suspended again. Steps that are recorded do not run
   * again.
   * @throws {InputError} for resumeData that do not fit; the run stays suspended
   * @throws {WorkflowError} `run_not_suspended`, `run_busy`, `step_not_suspended`, `step_ambiguous`
   * @throws {OptionsError} for options that are not served
   */
  async resume<Resume>(
    options: ResumeOptions<Resume>,
  ): Promise<WorkflowResult<Output, Input, State>> {
    const read = legOptions(options, RESUME)
    return this.#typed(await this.#exclusively(() => this.#goOn(read)))
  }

  /** The same, as a stream. What `resume` throws, `result` and the stream throw. */
  resumeStream<Resume>(
    options: ResumeOptions<Resume>,
  ): WorkflowStream<WorkflowResult<Output, Input, State>> {
    return this.#streamed(() => this.resume(options))
  }

  /**
   * Lets a run go on that was at work when its process ended, from what was recorded: what was at work then runs again.
   * @throws {WorkflowError} `run_busy`; `run_not_suspended` for a run that was not at work
   */
  async restart(options?: LegOptions): Promise<WorkflowResult<Output, Input, State>> {
    const read = legOptions(options, LEG)
    return this.#typed(
      await this.#exclusively(async () => {
        if (this.status !== 'running' && this.status !== 'waiting') {
          throw new WorkflowError('run_not_suspended', `The run ${this.runId} was not at work.`)
        }
        return this.#leg('restart', read, this.#resumptionLeft())
      }),
    )
  }

  /**
   * Cancels the run. `abortSignal` of the steps that are at work fires; what they give is recorded, and no further
   * step runs. Does nothing where the run is over.
   */
  async cancel(): Promise<void> {
    if (this.isOver) return
    if (this.#abort !== undefined) {
      this.#stop({ type: 'canceled' })
      return
    }
    await this.#cancelIdle()
  }

  /** Cancels the run where no leg of it works here. */
  async #cancelIdle(): Promise<void> {
    if (this.#journal.cancel === undefined) {
      await this.#write({ type: 'canceled' })
      return
    }
    await this.#journal.cancel()
    // One that is at work elsewhere is told there.
    if (this.status !== 'running') this.#change('canceled')
  }

  #stop(reason: LegStop): void {
    // What was to go on elsewhere may still be canceled.
    if (this.#stopped === undefined || this.#stopped.type === 'waiting') this.#stopped = reason
    this.#abort?.abort()
  }

  /** What the steps were resumed with that have not begun, or have not ended, since. */
  #resumptionLeft(): Resumption | undefined {
    const { resumption } = this.#snapshot
    if (resumption === undefined) return undefined
    const keys = Object.entries(resumption.suspendedAt).flatMap(([key, suspendedAt]) => {
      const record = this.#records.get(key)
      const isWaiting = record?.status === 'suspended' && record.suspendedAt === suspendedAt
      const isBroken = record?.status === 'running' || record?.status === 'canceled'
      const isAtWork = isBroken && record.resumedAt !== undefined
      return isWaiting || isAtWork ? [key] : []
    })
    return { keys: new Set(keys), data: resumption.data }
  }

  /** One leg at a time. */
  async #exclusively(
    work: () => Promise<WorkflowResult<unknown>>,
  ): Promise<WorkflowResult<unknown>> {
    if (this.#abort !== undefined) {
      throw new WorkflowError('run_busy', `The run ${this.runId} is at work.`)
    }
    this.#abort = new AbortController()
    this.#stopped = undefined
    try {
      this.#home.refuse()
      return await work()
    } finally {
      this.#abort = undefined
    }
  }

  #typed(result: WorkflowResult<unknown>): WorkflowResult<Output, Input, State> {
    // The workflow's own steps and schemas have made it.
    return result as WorkflowResult<Output, Input, State>
  }

  async #begin(options: StartOptions<Input, State>): Promise<WorkflowResult<unknown>> {
    const { flow, hooks } = this.#home
    if (this.status !== 'pending') {
      throw new WorkflowError('run_started', `The run ${this.runId} was started before.`)
    }
    const what = `of the workflow ${flow.id}`
    const given = toPlainValue(options.inputData, `The input ${what}`).value
    const fitting = await fit(flow.input, given, `The input does not fit the inputSchema ${what}.`)
    const input = toPlainValue(fitting, `The input ${what}`).value
    const state = await this.#initialState(options.initialState, what)
    await hooks.onStart?.(this.#info(options.requestContext ?? new RequestContext(), input, state))
    this.#records.setState(state)
    this.#snapshot = { ...this.#snapshot, input }
    return this.#leg('start', options, undefined)
  }

  async #initialState(given: unknown, what: string): Promise<Readonly<Record<string, unknown>>> {
    const { flow } = this.#home
    const plain = toPlainValue(given ?? {}, `The state ${what}`).value
    const fitting =
      flow.state === undefined
        ? plain
        : await fit(flow.state, plain, `The initialState does not fit the stateSchema ${what}.`)
    const state = toPlainValue(fitting, `The state ${what}`).value
    if (typeof state === 'object' && state !== null && !Array.isArray(state)) {
      return state as Record<string, unknown>
    }
    throw new InputError(`The initialState ${what} is not an object.`, [
      { field: 'initialState', message: 'It must be an object.' },
    ])
  }

  #info(
    requestContext: RequestContext,
    input: unknown,
    state: Readonly<Record<string, unknown>> | undefined,
  ): RunInfo {
    return {
      runId: this.runId,
      workflowId: this.workflowId,
      resourceId: this.resourceId,
      requestContext,
      mastra: this.#home.mastra,
      logger: this.#logger,
      state,
      getInitData: () => structuredClone(input),
    }
  }

  get #logger(): Logger {
    return this.#home.mastra?.getLogger() ?? consoleLogger
  }

  async #goOn(options: AnyResumeOptions): Promise<WorkflowResult<unknown>> {
    if (this.status !== 'suspended') {
      throw new WorkflowError('run_not_suspended', `The run ${this.runId} is not suspended.`)
    }
    const found = this.#find(options)
    const data = toPlainValue(options.resumeData, 'resumeData').value
    const [, first] = found[0] ?? []
    const step = first === undefined ? undefined : stepOf(this.#home.flow, first.path)
    const work = step?.work
    if (work?.type === 'work' && work.resume !== undefined) {
      await fit(
        work.resume,
        structuredClone(data),
        `The resumeData do not fit the resumeSchema of the step ${step?.id ?? ''}.`,
      )
    }
    const suspendedAt = Object.fromEntries(
      found.map(([key, record]) => [key, record.suspendedAt ?? 0]),
    )
    this.#snapshot = { ...this.#snapshot, resumption: { suspendedAt, data } }
    return this.#leg('resume', options, { keys: new Set(found.map(([key]) => key)), data })
  }

  /** The records that are to go on. */
  #find({ step, label, forEachIndex }: AnyResumeOptions): [string, StepRecord][] {
    const waiting = suspendedSteps(this.#records.entries())
    const names = [...new Set(waiting.map(([, { path }]) => path.join('.')))].join(', ')
    let found = waiting
    if (label !== undefined)
      found = found.filter(([, { labels }]) => labels?.includes(label) === true)
    if (step !== undefined) {
      const ids = idsOf(step)
      found = found.filter(([, { path }]) => isMeant(path, ids))
    }
    if (forEachIndex !== undefined) found = found.filter(([, { item }]) => item === forEachIndex)
    if (found.length === 0) {
      throw new WorkflowError(
        'step_not_suspended',
        `What is named does not wait in the run ${this.runId}. These steps wait: ${names}.`,
      )
    }
    const paths = new Set(found.map(([, { path }]) => JSON.stringify(path)))
    if (paths.size > 1) {
      throw new WorkflowError(
        'step_ambiguous',
        `Several steps wait in the run ${this.runId}: ${names}. Name one of them as step.`,
      )
    }
    return found
  }

  /** Works until the run ends or waits. */
  async #leg(
    kind: LegBeginning['kind'],
    options: LegOptions,
    resumption: Resumption | undefined,
  ): Promise<WorkflowResult<unknown>> {
    const requestContext = options.requestContext ?? new RequestContext()
    const includeState = options.outputOptions?.includeState === true
    await this.#enter({ kind, requestContext, includeState, stop: (reason) => this.#stop(reason) })
    try {
      return await this.#work(requestContext, includeState, resumption)
    } catch (error) {
      this.#journal.leave?.()
      throw error
    }
  }

  /** Begins a leg; where that fails, the run stands as before. */
  async #enter(leg: LegBeginning): Promise<void> {
    const { graph, runId } = this.#snapshot
    if (graph !== this.#home.graph) throw changedError(this.workflowId, runId)
    const before = this.#snapshot
    this.#change('running')
    try {
      await this.#journal.begin(this.snapshot(), leg)
    } catch (error) {
      const resumption = leg.kind === 'resume' ? undefined : before.resumption
      this.#snapshot = { ...before, resumption }
      throw error
    }
  }

  async #work(
    requestContext: RequestContext,
    includeState: boolean,
    resumption: Resumption | undefined,
  ): Promise<WorkflowResult<unknown>> {
    const { flow, hooks } = this.#home
    const abort = this.#abort ?? new AbortController()
    this.#usage = NO_USAGE
    this.#emit({ type: 'workflow-start', payload: { workflowId: flow.id } })
    const leg = new Leg({
      runId: this.runId,
      resourceId: this.resourceId,
      records: this.#records,
      requestContext,
      mastra: this.#home.mastra,
      logger: this.#logger,
      abort,
      resumption,
      noteUsage: (usage) => {
        this.#usage = sumOf(this.#usage, usage)
      },
      emit: (chunk, from) => this.#emit(chunk, from),
      onWaiting: (isWaiting) => this.#change(isWaiting ? 'waiting' : 'running'),
      errors: this.#errors,
      maxSleepMs: this.#journal.maxSleepMs ?? Infinity,
      awakeUntil: this.#journal.awakeUntil ?? 0,
    })
    const end = this.#stoppedEnd(await this.#walk(leg, flow))
    await this.#settle(end)
    const find = (stored: StoredFailure) => this.#errors.get(stored)
    const wakesAt = end.type === 'waiting' ? end.until : undefined
    const result = toResult({ snapshot: this.#shared(), find, includeState, wakesAt })
    await this.#callBack(hooks, requestContext, result)
    return result
  }

  /** What the leg comes to. A run that was canceled, or failed, while its steps worked waits for nothing. */
  #stoppedEnd(end: End): End {
    // A step that aborts the run gives no other reason.
    const stopped = this.#stopped ?? { type: 'canceled' as const }
    if (stopped.type === 'lost') throw stopped.error
    const isAborted = this.#abort?.signal.aborted === true
    const isDropped = isAborted && goesOn(end) && stopped.type !== 'waiting'
    return end.type === 'canceled' || isDropped ? stopped : end
  }

  async #walk(leg: Leg, flow: Flow): Promise<End> {
    try {
      return await leg.walk(flow, this.#snapshot.input)
    } catch (error) {
      if (!(error instanceof RunTooLargeError)) throw error
      const stored = toFailure(error)
      this.#errors.set(stored, error)
      return { type: 'failed', error: stored }
    }
  }

  /** The snapshot, with errors that can be found again. */
  #shared(): WorkflowSnapshot {
    const copied = this.snapshot()
    const records = Object.fromEntries(
      Object.entries(copied.records).map(([key, record]) => [
        key,
        { ...record, error: this.#records.get(key)?.error },
      ]),
    )
    return { ...copied, records, error: this.#snapshot.error }
  }

  async #settle(end: End): Promise<void> {
    await this.#write(end)
    // It was canceled while that was written.
    if (goesOn(end) && this.#stopped?.type === 'canceled') await this.#cancelIdle()
    const { status, result } = this.#snapshot
    if (status === 'canceled') this.#emit({ type: 'workflow-canceled', payload: {} })
    this.#emit({
      type: 'workflow-finish',
      payload: {
        workflowStatus: status,
        metadata: {},
        output: { usage: this.#usage },
        ...(status === 'success' && { finalWorkflowResult: result }),
      },
    })
  }

  async #write(end: End): Promise<void> {
    const isSuccess = end.type === 'success' || end.type === 'bailed'
    const status = end.type === 'bailed' ? 'success' : end.type
    this.#snapshot = {
      ...this.#snapshot,
      ...(end.type !== 'waiting' && { resumption: undefined }),
      ...(isSuccess && { result: end.output }),
      ...(end.type === 'failed' && { error: end.error }),
    }
    this.#change(status)
    const { result, error } = this.#snapshot
    const wakesAt = end.type === 'waiting' ? end.until : undefined
    await this.#journal.end({ status, result, error, wakesAt })
  }

  #change(status: WorkflowStatus): void {
    this.#snapshot = { ...this.#snapshot, status, updatedAt: Date.now() }
  }

  /** What a callback throws fails nothing. */
  async #callBack(
    hooks: RunHooks,
    requestContext: RequestContext,
    result: WorkflowResult<unknown>,
  ): Promise<void> {
    const { input } = this.#snapshot
    const info = { ...this.#info(requestContext, input, this.#records.state), ...result }
    for (const hook of [hooks.onFinish, result.status === 'failed' ? hooks.onError : undefined]) {
      try {
        await hook?.(info)
      } catch (error) {
        this.#logger.error('A callback of a workflow failed.', { workflow: this.workflowId, error })
      }
    }
  }

  #emit(chunk: ChunkBody, from?: 'USER'): void {
    for (const pipe of this.#pipes) {
      pipe.push({ ...structuredClone(chunk), runId: this.runId, from: from ?? 'WORKFLOW' })
    }
  }

  #streamed(
    work: () => Promise<WorkflowResult<Output, Input, State>>,
  ): WorkflowStream<WorkflowResult<Output, Input, State>> {
    const pipe = new ChunkPipe(() => this.#pipes.delete(pipe))
    this.#pipes.add(pipe)
    const result = this.#piped(pipe, work)
    // Who reads the stream alone learns of it there.
    result.catch(() => {})
    const status = () => this.status
    return {
      runId: this.runId,
      fullStream: pipe.stream,
      result,
      get status() {
        return status()
      },
      usage: result.then(
        () => this.#usage,
        () => this.#usage,
      ),
      [Symbol.asyncIterator]: () => pipe.stream[Symbol.asyncIterator](),
    }
  }

  async #piped(
    pipe: ChunkPipe,
    work: () => Promise<WorkflowResult<Output, Input, State>>,
  ): Promise<WorkflowResult<Output, Input, State>> {
    try {
      const result = await work()
      pipe.close()
      return result
    } catch (error) {
      pipe.fail(error)
      throw error
    } finally {
      this.#pipes.delete(pipe)
    }
  }
}
