import { randomUUID } from 'node:crypto'
import { ScopeError } from '@signet/auth'
import type { ReadSchema } from '../schema/readable-schema.js'
import { Attempt } from './attempt.js'
import { isFinal, toFailure } from './failure.js'
import {
  copy,
  firstToWake,
  issuesOf,
  nameOf,
  type End,
  type LegFacts,
  type Place,
  type Retry,
  type Scope,
} from './leg-facts.js'
import { WORKFLOW_LIMITS } from './limits.js'
import { pause } from './pause.js'
import { toPlainValue } from './plain-value.js'
import { RunTooLargeError } from './record-store.js'
import type { StepRecord } from './snapshot.js'
import { commonContext, conditionContext, plainContext } from './step-context.js'
import { tellProgress, tellStep } from './tell-step.js'
import type { AnyStepContext, Condition, Flow, FlowEntry, Step, StepWork } from './step.js'

const CANCELED: End = Object.freeze({ type: 'canceled' })
const SUSPENDED: End = Object.freeze({ type: 'suspended' })

const NO_RETRY: Retry = Object.freeze({ retries: 0, delay: 0 })

/** The part of a key that an id is. */
function keyOf(index: number, id: string): string {
  return `${index}:${encodeURIComponent(id)}`
}

/** One leg of a run: from its start, or from where it waits, to where it ends or waits. */
export class Leg {
  readonly #facts: LegFacts
  #sleepers = 0

  constructor(facts: LegFacts) {
    this.#facts = facts
  }

  /** Walks a workflow. What is recorded is not done again. */
  async walk(flow: Flow, input: unknown): Promise<End> {
    return this.#walkFlow({
      flow,
      input,
      results: new Map(),
      path: [],
      prefix: '',
      item: undefined,
      retry: flow.retry ?? NO_RETRY,
    })
  }

  get #isCanceled(): boolean {
    return this.#facts.abort.signal.aborted
  }

  async #walkFlow(scope: Scope): Promise<End> {
    let value = scope.input
    for (const [index, entry] of scope.flow.entries.entries()) {
      if (this.#isCanceled) return CANCELED
      const end = await this.#walkEntry(entry, index, value, scope)
      if (end.type !== 'success') return end
      value = end.output
    }
    return this.#isCanceled ? CANCELED : { type: 'success', output: value }
  }

  async #walkEntry(entry: FlowEntry, index: number, value: unknown, scope: Scope): Promise<End> {
    switch (entry.type) {
      case 'step':
        return this.#keepResult(
          entry.step,
          scope,
          await this.#step(entry.step, value, this.#place(entry.step.id, index, scope)),
        )
      case 'parallel':
        return this.#together(entry.steps, index, value, scope)
      case 'branch':
        return this.#branch(entry.cases, index, value, scope)
      case 'foreach':
        return this.#keepResult(entry.step, scope, await this.#foreach(entry, index, value, scope))
      case 'loop':
        return this.#keepResult(entry.step, scope, await this.#loop(entry, index, value, scope))
      default:
        return this.#sleep(entry, index, value, scope)
    }
  }

  #place(id: string, index: number, scope: Scope): Place {
    return {
      key: scope.prefix + keyOf(index, id),
      path: [...scope.path, id],
      item: scope.item,
      scope,
    }
  }

  #keepResult(step: Step, scope: Scope, end: End): End {
    if (end.type === 'success') scope.results.set(step.id, end.output)
    return end
  }

  /** Runs steps at the same time, each to its end. */
  async #together(
    steps: readonly Step[],
    index: number,
    value: unknown,
    scope: Scope,
  ): Promise<End> {
    const settled = await Promise.allSettled(
      steps.map(async (step) => {
        const place = this.#place(step.id, index, scope)
        return this.#keepResult(step, scope, await this.#step(step, value, place))
      }),
    )
    const lost = settled.find((each) => each.status === 'rejected')
    if (lost !== undefined) throw lost.reason
    const ends = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const findEnd = (type: End['type']) => ends.find((each) => each.type === type)
    const end =
      findEnd('failed') ??
      findEnd('bailed') ??
      findEnd('canceled') ??
      firstToWake(ends) ??
      findEnd('suspended')
    if (end !== undefined) return end
    const outputs = ends.map((end, at) => [
      steps[at]?.id ?? '',
      end.type === 'success' ? end.output : undefined,
    ])
    return { type: 'success', output: Object.fromEntries(outputs) as unknown }
  }

  async #branch(
    cases: readonly (readonly [Condition, Step])[],
    index: number,
    value: unknown,
    scope: Scope,
  ): Promise<End> {
    const key = `${scope.prefix}${index}?`
    const path = [...scope.path, `branch-${index}`]
    let record = this.#facts.records.get(key)
    if (record === undefined) {
      const startedAt = Date.now()
      const chosen: number[] = []
      try {
        for (const [at, [condition]] of cases.entries()) {
          const isTaken = await condition(conditionContext(this.#facts, value, scope, 1))
          if (isTaken === true) chosen.push(at)
        }
      } catch (error) {
        return this.#fail(error)
      }
      record = { status: 'success', path, output: chosen, startedAt, endedAt: Date.now() }
      await this.#facts.records.put(key, record)
    }
    const chosen = Array.isArray(record.output) ? (record.output as readonly unknown[]) : []
    const steps = cases.flatMap(([, step], at) => (chosen.includes(at) ? [step] : []))
    return this.#together(steps, index, value, scope)
  }

  async #foreach(
    { step, concurrency }: Extract<FlowEntry, { type: 'foreach' }>,
    index: number,
    value: unknown,
    scope: Scope,
  ): Promise<End> {
    const place = this.#place(step.id, index, scope)
    const { records } = this.#facts
    const known = records.get(place.key)
    if (known?.status === 'success') return { type: 'success', output: known.output }
    const startedAt = known?.startedAt ?? Date.now()
    const outer: StepRecord = {
      status: 'running',
      path: place.path,
      payload: value,
      startedAt,
      isOuter: true,
      ...(Array.isArray(value) && { items: value.length }),
    }
    const fault = this.#itemsFault(value, place.path)
    if (fault !== undefined) return this.#end(place, outer, fault, undefined)
    const items = value as readonly unknown[]
    await records.put(place.key, outer)
    tellStep(this.#facts, 'workflow-step-start', place.path, {
      status: 'running',
      payload: value,
      startedAt,
    })
    const ends: (End | undefined)[] = items.map((_, at) => this.#replayed(`${place.key}[${at}]`))
    const isHeld = ends.some((end) => end?.type === 'suspended')
    // While an item waits, those behind it are not begun.
    const queue = items
      .map((_, at) => at)
      .filter((at) => ends[at] === undefined)
      .filter((at) => !isHeld || records.get(`${place.key}[${at}]`) !== undefined)
    let next = 0
    let completed = ends.filter((end) => end?.type === 'success').length
    let isStopped = false
    const work = async () => {
      while (next < queue.length && !isStopped && !this.#isCanceled) {
        const at = queue[next] ?? 0
        next += 1
        const item: Place = { ...place, key: `${place.key}[${at}]`, item: at }
        const end = await this.#step(step, items[at], item, true)
        ends[at] = end
        if (end.type === 'success') completed += 1
        else isStopped = true
        tellProgress(this.#facts, place.path, end, at, completed, items.length)
      }
    }
    const workers = Array.from({ length: Math.min(concurrency, queue.length) }, async () => {
      try {
        await work()
      } catch (error) {
        isStopped = true
        throw error
      }
    })
    const settled = await Promise.allSettled(workers)
    const lost = settled.find((each) => each.status === 'rejected')
    if (lost !== undefined) throw lost.reason
    for (const type of ['failed', 'bailed'] as const) {
      const end = ends.find((each) => each?.type === type)
      if (end?.type === type) return this.#end(place, outer, end, undefined)
    }
    if (this.#isCanceled) return CANCELED
    const waiting = firstToWake(ends)
    if (waiting !== undefined) return waiting
    if (ends.some((each) => each?.type === 'suspended')) {
      const first = items.findIndex(
        (_, at) => records.get(`${place.key}[${at}]`)?.status === 'suspended',
      )
      const inner = first === -1 ? undefined : records.get(`${place.key}[${first}]`)
      return this.#suspendOuter(place, outer, inner?.suspendPayload)
    }
    const output = ends.map((end) => (end?.type === 'success' ? (end.output ?? null) : null))
    return this.#end(place, outer, { type: 'success', output }, `${place.key}[`)
  }

  /** What is known of an item that does nothing in this leg; undefined for one that does. */
  #replayed(key: string): End | undefined {
    const known = this.#facts.records.get(key)
    if (known?.status === 'success') return { type: 'success', output: known.output }
    return known?.status === 'suspended' && !this.#isWoken(key) ? SUSPENDED : undefined
  }

  /** Whether a step, or one of the steps in it, is resumed in this leg. */
  #isWoken(key: string): boolean {
    const keys = this.#facts.resumption?.keys
    if (keys === undefined) return false
    return (
      keys.has(key) ||
      [...keys].some((each) => each.startsWith(`${key}/`) || each.startsWith(`${key}[`))
    )
  }

  #itemsFault(value: unknown, path: readonly string[]): End | undefined {
    const where = `foreach of the step ${JSON.stringify(nameOf(path))}`
    if (!Array.isArray(value)) {
      return this.#fail(new TypeError(`What ${where} was given is not a list.`))
    }
    if (value.length <= WORKFLOW_LIMITS.items) return undefined
    return this.#fail(
      new RangeError(
        `What ${where} was given has ${value.length} items, and ${WORKFLOW_LIMITS.items} are the most.`,
      ),
    )
  }

  async #loop(
    { step, condition, kind }: Extract<FlowEntry, { type: 'loop' }>,
    index: number,
    value: unknown,
    scope: Scope,
  ): Promise<End> {
    const place = this.#place(step.id, index, scope)
    const { records } = this.#facts
    const known = records.get(place.key)
    if (known?.isLast === true) return { type: 'success', output: known.output }
    let iteration = known?.iteration ?? 1
    let given = known === undefined ? value : known.given
    for (;;) {
      const end = await this.#step(step, given, { ...place, iteration, given })
      if (end.type !== 'success') return end
      scope.results.set(step.id, end.output)
      let isLast: boolean
      try {
        const says = await condition(conditionContext(this.#facts, end.output, scope, iteration))
        isLast = kind === 'dountil' ? says === true : says !== true
      } catch (error) {
        return this.#fail(error)
      }
      const done = records.get(place.key)
      if (isLast) {
        if (done !== undefined) await records.put(place.key, { ...done, isLast: true })
        return end
      }
      if (this.#isCanceled) return CANCELED
      if (iteration >= WORKFLOW_LIMITS.iterations) {
        return this.#fail(
          new RangeError(
            `The loop of the step ${JSON.stringify(nameOf(place.path))} has not ended after ${WORKFLOW_LIMITS.iterations} iterations.`,
          ),
        )
      }
      iteration += 1
      given = end.output
      const next = {
        status: 'running',
        path: place.path,
        iteration,
        given,
        startedAt: Date.now(),
      } as const
      await records.put(place.key, next, `${place.key}/`)
    }
  }

  async #sleep(
    entry: Extract<FlowEntry, { type: 'sleep' | 'sleepUntil' }>,
    index: number,
    value: unknown,
    scope: Scope,
  ): Promise<End> {
    const place = this.#place(entry.id, index, scope)
    const { records } = this.#facts
    const known = records.get(place.key)
    if (known?.status === 'success') return { type: 'success', output: value }
    let record = known
    if (record?.wakesAt === undefined) {
      const startedAt = Date.now()
      let wakesAt: number
      try {
        wakesAt = await this.#wakeTime(entry, value, scope, startedAt)
      } catch (error) {
        return this.#end(
          place,
          { status: 'failed', path: place.path, startedAt },
          this.#fail(error),
          undefined,
        )
      }
      record = { status: 'waiting', path: place.path, payload: value, startedAt, wakesAt }
      await records.put(place.key, record)
    }
    tellStep(this.#facts, 'workflow-step-waiting', place.path, record)
    const until = record.wakesAt ?? 0
    const { maxSleepMs, awakeUntil } = this.#facts
    if (until > awakeUntil && until - Date.now() > maxSleepMs) return { type: 'waiting', until }
    this.#sleepers += 1
    if (this.#sleepers === 1) this.#facts.onWaiting(true)
    try {
      if (until > awakeUntil) await pause(until, this.#facts.abort.signal)
    } finally {
      this.#sleepers -= 1
      if (this.#sleepers === 0) this.#facts.onWaiting(false)
    }
    if (this.#isCanceled) return CANCELED
    return this.#end(place, record, { type: 'success', output: value }, undefined)
  }

  async #wakeTime(
    { type, id, time }: Extract<FlowEntry, { type: 'sleep' | 'sleepUntil' }>,
    value: unknown,
    scope: Scope,
    now: number,
  ): Promise<number> {
    if (typeof time === 'number') return type === 'sleep' ? now + time : time
    const found = await time(plainContext(this.#facts, value, scope))
    const isKind = type === 'sleep' ? typeof found === 'number' : found instanceof Date
    const wakesAt = type === 'sleep' ? now + Number(found) : Number(found)
    if (!isKind || !Number.isFinite(wakesAt)) {
      throw new TypeError(
        `What ${JSON.stringify(id)} returned is not ${type === 'sleep' ? 'a number of milliseconds' : 'a Date'}.`,
      )
    }
    if (wakesAt - now > WORKFLOW_LIMITS.sleepMs) {
      throw new RangeError(`The sleep ${JSON.stringify(id)} is longer than 366 days.`)
    }
    return wakesAt
  }

  /** Runs a step, or finds what came of it. @param isItem - whether it is an item of a foreach */
  async #step(step: Step, value: unknown, place: Place, isItem = false): Promise<End> {
    const known = this.#facts.records.get(place.key)
    switch (known?.status) {
      case 'success':
        return { type: 'success', output: known.output }
      case 'bailed':
        return { type: 'bailed', output: known.output }
      case 'failed':
        if (known.error !== undefined) return { type: 'failed', error: known.error }
        break
      default:
    }
    const work = step.work
    if (work.type === 'flow') return this.#nested(step, work.flow, value, place, known, isItem)
    const isResumed = this.#facts.resumption?.keys.has(place.key) === true
    if (known?.status === 'suspended' && !isResumed) return SUSPENDED
    if (this.#isCanceled) return CANCELED
    return this.#work(step, work, value, place, known, isItem)
  }

  async #nested(
    step: Step,
    flow: Flow,
    value: unknown,
    place: Place,
    known: StepRecord | undefined,
    isItem: boolean,
  ): Promise<End> {
    const startedAt = known?.startedAt ?? Date.now()
    const base = this.#base(place, startedAt, { isOuter: true })
    let input: unknown
    try {
      input = this.#plain(
        await this.#parse(
          flow.input,
          value,
          `The input does not fit the inputSchema of the workflow ${step.id}.`,
        ),
        place,
      )
    } catch (error) {
      return this.#end(place, base, this.#fail(error), undefined, isItem)
    }
    const prefix = `${place.key}/`
    const isWoken = this.#isWoken(place.key)
    if (known?.status === 'suspended' && !isWoken) return SUSPENDED
    const stepCallId = randomUUID()
    const resumed = isWoken
      ? { resumePayload: this.#facts.resumption?.data, resumedAt: Date.now() }
      : {}
    const outer: StepRecord = { ...base, payload: input, ...resumed }
    await this.#facts.records.put(place.key, outer)
    if (!isItem) tellStep(this.#facts, 'workflow-step-start', place.path, outer, stepCallId)
    const end = await this.#walkFlow({
      flow,
      input,
      results: new Map(),
      path: place.path,
      prefix,
      item: place.item,
      retry: flow.retry ?? place.scope.retry,
    })
    if (end.type === 'canceled' || end.type === 'waiting') return end
    if (end.type === 'suspended') {
      const inner = this.#firstSuspended(prefix)
      return this.#suspendOuter(place, outer, inner?.suspendPayload, isItem, stepCallId)
    }
    const told: End = end.type === 'bailed' ? { type: 'success', output: end.output } : end
    return this.#end(place, outer, told, prefix, isItem, stepCallId)
  }

  #firstSuspended(prefix: string): StepRecord | undefined {
    for (const [key, record] of this.#facts.records.entries()) {
      if (record.status === 'suspended' && record.isOuter !== true && key.startsWith(prefix))
        return record
    }
    return undefined
  }

  #base(place: Place, startedAt: number, more: Partial<StepRecord> = {}): StepRecord {
    return {
      status: 'running',
      path: place.path,
      startedAt,
      ...(place.item !== undefined && { item: place.item }),
      ...(place.iteration !== undefined && { iteration: place.iteration, given: place.given }),
      ...more,
    }
  }

  async #work(
    step: Step,
    work: StepWork,
    value: unknown,
    place: Place,
    known: StepRecord | undefined,
    isItem: boolean,
  ): Promise<End> {
    const { records, resumption, requestContext } = this.#facts
    const isResumed = resumption?.keys.delete(place.key) === true
    const startedAt = known?.suspendedAt === undefined ? Date.now() : known.startedAt
    let record = this.#base(place, startedAt)
    let inputData: unknown
    let resumeData: unknown
    try {
      if (work.permission !== undefined && !requestContext.allows(work.permission)) {
        throw new ScopeError(work.permission)
      }
      inputData = await this.#parse(
        work.input,
        value,
        `The input does not fit the inputSchema of the step ${step.id}.`,
      )
      if (isResumed) {
        resumeData = await this.#parse(
          work.resume,
          resumption?.data,
          `The resumeData do not fit the resumeSchema of the step ${step.id}.`,
        )
      }
      record = { ...record, payload: this.#plain(inputData, place) }
    } catch (error) {
      return this.#end(place, record, this.#fail(error), undefined, isItem)
    }
    if (known !== undefined && isResumed) {
      record = {
        ...record,
        suspendPayload: known.suspendPayload,
        suspendedAt: known.suspendedAt,
        resumePayload: resumption?.data,
        resumedAt: Date.now(),
      }
    }
    const stepCallId = randomUUID()
    await records.put(place.key, record)
    if (!isItem) tellStep(this.#facts, 'workflow-step-start', place.path, record, stepCallId)
    const most = work.retries ?? place.scope.retry.retries
    for (let retryCount = 0; ; retryCount++) {
      const attempt = new Attempt(this.#facts, place, work)
      const context: AnyStepContext = {
        ...commonContext(this.#facts, place.scope),
        inputData: retryCount === 0 ? inputData : await this.#parse(work.input, value, ''),
        resumeData,
        suspendData: isResumed ? copy(known?.suspendPayload) : undefined,
        retryCount,
        ...attempt.members(),
        get writer() {
          return attempt.writer
        },
      }
      const outcome = await attempt.run(context)
      if (outcome.type === 'suspended') {
        const suspended: StepRecord = {
          ...this.#base(place, startedAt),
          payload: record.payload,
          status: 'suspended',
          suspendPayload: outcome.payload,
          labels: outcome.labels,
          suspendedAt: Date.now(),
        }
        await records.put(place.key, suspended)
        if (!isItem)
          tellStep(this.#facts, 'workflow-step-suspended', place.path, suspended, stepCallId)
        return SUSPENDED
      }
      if (outcome.type !== 'thrown') {
        return this.#end(place, record, outcome, undefined, isItem, stepCallId)
      }
      const { error } = outcome
      if (this.#isCanceled) {
        const canceled: StepRecord = { ...record, status: 'canceled', endedAt: Date.now() }
        await records.put(place.key, canceled)
        if (!isItem) tellStep(this.#facts, 'workflow-step-result', place.path, canceled, stepCallId)
        return CANCELED
      }
      if (retryCount >= most || isFinal(error)) {
        return this.#end(place, record, this.#fail(error), undefined, isItem, stepCallId)
      }
      this.#facts.logger.warn('A step of a workflow failed and is tried again.', {
        workflow: place.scope.flow.id,
        step: nameOf(place.path),
        attempt: retryCount + 1,
        error,
      })
      await pause(Date.now() + place.scope.retry.delay, this.#facts.abort.signal)
      if (this.#isCanceled) return CANCELED
    }
  }

  /** Records what came of a step, and tells it. */
  async #end(
    place: Place,
    record: StepRecord,
    end: End,
    drops: string | undefined,
    isItem = false,
    stepCallId?: string,
  ): Promise<End> {
    if (end.type === 'suspended' || end.type === 'canceled' || end.type === 'waiting') return end
    let settled = end
    let ended: StepRecord = {
      ...record,
      status: end.type,
      endedAt: Date.now(),
      ...(end.type === 'failed' ? { error: end.error } : { output: end.output }),
    }
    try {
      await this.#facts.records.put(place.key, ended, drops)
    } catch (error) {
      if (!(error instanceof RunTooLargeError)) throw error
      // That the step failed is small enough to be kept.
      settled = this.#fail(error)
      ended = {
        ...this.#base(place, record.startedAt),
        status: 'failed',
        error: settled.error,
        endedAt: Date.now(),
      }
      await this.#facts.records.put(place.key, ended, drops)
    }
    if (!isItem) tellStep(this.#facts, 'workflow-step-result', place.path, ended, stepCallId)
    return settled
  }

  async #suspendOuter(
    place: Place,
    outer: StepRecord,
    suspendPayload: unknown,
    isItem = false,
    stepCallId?: string,
  ): Promise<End> {
    const suspended: StepRecord = {
      ...outer,
      status: 'suspended',
      suspendPayload,
      suspendedAt: Date.now(),
    }
    await this.#facts.records.put(place.key, suspended)
    if (!isItem) tellStep(this.#facts, 'workflow-step-suspended', place.path, suspended, stepCallId)
    return SUSPENDED
  }

  /** @throws {InputError} */
  async #parse(schema: ReadSchema | undefined, value: unknown, what: string): Promise<unknown> {
    if (schema === undefined) return copy(value)
    const parsed = await schema.parse(copy(value), 'json')
    if ('value' in parsed) return parsed.value
    throw issuesOf(parsed, what)
  }

  #plain(value: unknown, place: Place): unknown {
    return toPlainValue(value, `The input of the step ${JSON.stringify(nameOf(place.path))}`).value
  }

  #fail(error: unknown): Extract<End, { type: 'failed' }> {
    const stored = toFailure(error)
    this.#facts.errors.set(stored, error)
    return { type: 'failed', error: stored }
  }
}
