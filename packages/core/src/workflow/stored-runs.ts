import { randomUUID } from 'node:crypto'
import { codeOf } from '@signet/auth/internal'
import { consoleLogger, type Logger } from '../log/logger.js'
import type { RequestContext } from '../request-context.js'
import { CallerRefusal, judgeStored, type JudgeCaller } from '../run/caller.js'
import { runOwner } from '../run/person.js'
import type { ClaimedRun, RunQuery, RunRecord, RunStorage } from '../run/run-storage.js'
import { LegsAtWork } from './legs-at-work.js'
import { WORKFLOW_LIMITS } from './limits.js'
import type { Run } from './run.js'
import type { WorkflowSnapshot } from './snapshot.js'
import { isLost, LEASE_MS, StoredJournal, type StoredPlace } from './stored-journal.js'
import {
  readContext,
  readFacts,
  toFacts,
  toListed,
  toRequestContext,
  toSnapshot,
} from './stored-run.js'
import { watchRun } from './watch-run.js'
import type {
  RunAttendant,
  RunnableWorkflow,
  WorkflowRunCounts,
  WorkflowRunPage,
  WorkflowRunQuery,
  WorkflowRuns,
} from './workflow-runs.js'

/** The longest sleep that a leg waits for, in milliseconds, where runs go on by themselves. */
const MAX_SLEEP_MS = 5000
/** How many legs of an instance work at once that no request began. */
const MAX_TAKEN = 50
/** How many legs of a run may be broken off one after the other: it may be the run that ends its processes. */
const MAX_BROKEN_LEGS = 10
/** After how long a run is looked at again whose caller could not be judged, in milliseconds. */
const AGAIN_MS = 5000
/** How often the leases of legs at work are renewed, in milliseconds. */
const BEAT_MS = Math.floor(LEASE_MS / 3)

/** What the runs of workflows stand on. */
export interface StoredRunsOptions {
  /** Asked each time: the application may keep its runs elsewhere after it was made. */
  storage(): RunStorage
  /** The workflows whose runs are taken up. */
  workflows(): readonly RunnableWorkflow[]
  logger(): Logger
}

const NO_RUNS: WorkflowRunCounts = Object.freeze({
  pending: 0,
  running: 0,
  waiting: 0,
  suspended: 0,
})

function toQuery({ id }: RunnableWorkflow, query: WorkflowRunQuery): RunQuery {
  const { status, resourceId, fromDate, toDate, page, perPage } = query
  const createdFrom = fromDate && Math.max(0, fromDate.getTime())
  const createdTo = toDate && Math.max(0, toDate.getTime())
  return {
    kind: 'workflow',
    target: id,
    status,
    resourceId,
    createdFrom,
    createdTo,
    page,
    perPage,
  }
}

/** The runs of workflows, in a storage: what is not at work takes no memory. */
export class StoredRuns implements WorkflowRuns {
  readonly #options: StoredRunsOptions
  readonly #legs = new LegsAtWork<StoredJournal>(BEAT_MS)
  readonly #taken = new Set<Promise<void>>()
  #isAttended = false

  constructor(options: StoredRunsOptions) {
    this.#options = options
  }

  get #storage(): RunStorage {
    return this.#options.storage()
  }

  async open(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    { runId, resourceId }: Parameters<WorkflowRuns['open']>[2] = {},
  ): Promise<Run> {
    const owner = runOwner(requestContext)
    const seed = workflow.newRun({ runId, resourceId })
    const known = runId === undefined ? undefined : await this.#find(workflow, owner, runId)
    if (known !== undefined) return known
    const facts = { graph: seed.graph, legs: 0, awakeUntil: 0 }
    const run = {
      id: seed.runId,
      kind: 'workflow',
      target: workflow.id,
      resourceId,
      snapshot: toFacts(facts),
    } as const
    try {
      await this.#storage.create(owner, run, { status: 'pending', ttlMs: WORKFLOW_LIMITS.waitMs })
    } catch (error) {
      // Another request may have made it meanwhile; what another workflow or an agent has stays theirs.
      const made =
        codeOf(error) === 'run_exists' ? await this.#find(workflow, owner, seed.runId) : undefined
      if (made === undefined) throw error
      return made
    }
    return workflow.restore(
      seed,
      new StoredJournal(this.#place(workflow, owner, seed.runId), facts, 0),
    )
  }

  async find(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<Run | undefined> {
    return this.#find(workflow, runOwner(requestContext), runId)
  }

  async #record(
    { id }: RunnableWorkflow,
    owner: string,
    runId: string,
  ): Promise<RunRecord | undefined> {
    const run = await this.#storage.get(owner, runId)
    return run?.kind === 'workflow' && run.target === id ? run : undefined
  }

  async #find(workflow: RunnableWorkflow, owner: string, runId: string): Promise<Run | undefined> {
    const run = await this.#record(workflow, owner, runId)
    if (run === undefined) return undefined
    const steps = await this.#storage.steps(owner, runId)
    const place = this.#place(workflow, owner, runId)
    return workflow.restore(
      toSnapshot(run, steps, workflow.graph),
      new StoredJournal(place, readFacts(run), run.attempt),
    )
  }

  watch(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
    signal: AbortSignal,
  ): AsyncGenerator<WorkflowSnapshot, undefined> {
    const owner = runOwner(requestContext)
    return watchRun(
      {
        revision: () => this.#storage.revision(owner, runId),
        read: () => this.#read(workflow, owner, runId),
      },
      signal,
    )
  }

  async #read(
    workflow: RunnableWorkflow,
    owner: string,
    runId: string,
  ): Promise<WorkflowSnapshot | undefined> {
    const run = await this.#record(workflow, owner, runId)
    return run && toSnapshot(run, await this.#storage.steps(owner, runId), workflow.graph)
  }

  #place({ id }: RunnableWorkflow, owner: string, runId: string): StoredPlace {
    return {
      storage: this.#storage,
      owner,
      runId,
      workflowId: id,
      legs: this.#legs,
      maxSleepMs: () => (this.#isAttended ? MAX_SLEEP_MS : undefined),
    }
  }

  async list(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    query: WorkflowRunQuery,
  ): Promise<WorkflowRunPage> {
    const wanted = toQuery(workflow, query)
    const { runs, total } = await this.#storage.list(runOwner(requestContext), wanted)
    return { runs: runs.map(toListed), total }
  }

  async count(requestContext: RequestContext): Promise<ReadonlyMap<string, WorkflowRunCounts>> {
    const counts = new Map<string, WorkflowRunCounts>()
    const found = await this.#storage.count(runOwner(requestContext), 'workflow')
    for (const { target, status, count } of found) {
      counts.set(target, { ...(counts.get(target) ?? NO_RUNS), [status]: count })
    }
    return counts
  }

  async cancel(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<boolean> {
    const owner = runOwner(requestContext)
    if ((await this.#record(workflow, owner, runId)) === undefined) return false
    const isCanceled = await this.#storage.cancel(owner, runId)
    if (isCanceled) this.#stopHere(owner, runId)
    return isCanceled
  }

  /** A leg of this process need not wait for its next beat. */
  #stopHere(owner: string, runId: string): void {
    for (const leg of this.#legs) if (leg.isOf(owner, runId)) leg.stop({ type: 'canceled' })
  }

  async delete(
    workflow: RunnableWorkflow,
    requestContext: RequestContext,
    runId: string,
  ): Promise<boolean> {
    const owner = runOwner(requestContext)
    if ((await this.#record(workflow, owner, runId)) === undefined) return false
    this.#stopHere(owner, runId)
    return await this.#storage.delete(owner, runId)
  }

  attend(judge: JudgeCaller): RunAttendant {
    this.#isAttended = true
    return {
      takeUp: () => this.#takeUp(judge),
      end: async () => {
        this.#isAttended = false
        for (const leg of this.#legs) leg.stop({ type: 'waiting', until: 0 })
        await this.#legs.idle()
        await Promise.allSettled(this.#taken)
      },
    }
  }

  async #takeUp(judge: JudgeCaller): Promise<number> {
    const limit = MAX_TAKEN - this.#taken.size
    const targets = this.#options.workflows().map(({ id }) => id)
    if (limit < 1 || targets.length === 0 || !this.#isAttended) return 0
    // A lease of this process has lapsed only where its clock was set, or it stood still: it is not taken from itself.
    await this.#legs.beat()
    const claimed = await this.#storage.claimDue({
      kind: 'workflow',
      targets,
      holder: randomUUID(),
      ttlMs: LEASE_MS,
      limit,
    })
    for (const each of claimed) {
      const leg = this.#goOn(each, judge).finally(() => this.#taken.delete(leg))
      this.#taken.add(leg)
    }
    return claimed.length
  }

  /** Goes on with a run that was claimed. Never rejects. */
  async #goOn(claimed: ClaimedRun, judge: JudgeCaller): Promise<void> {
    const { run, lease } = claimed
    const workflow = this.#options.workflows().find(({ id }) => id === run.target)
    if (workflow === undefined) return
    const place = this.#place(workflow, lease.owner, run.id)
    const journal = new StoredJournal(place, readFacts(run), lease.attempt, lease)
    try {
      await this.#work(workflow, claimed, journal, judge)
    } catch (error) {
      journal.leave()
      if (isLost(error)) return
      const fields = { workflow: workflow.id, runId: run.id, error }
      this.#options.logger().warn('A run of a workflow could not go on just now.', fields)
    }
  }

  async #work(
    workflow: RunnableWorkflow,
    { run, lease, isCancelAsked }: ClaimedRun,
    journal: StoredJournal,
    judge: JudgeCaller,
  ): Promise<void> {
    const { graph, legs } = readFacts(run)
    if (isCancelAsked) {
      await journal.end({ status: 'canceled' })
      return
    }
    if (graph !== workflow.graph) {
      await journal.fail('run_changed', 'The workflow has other steps than when the run began.')
      return
    }
    if (lease.attempt - legs > MAX_BROKEN_LEGS) {
      await journal.fail('run_interrupted', 'The server ended too often while the run went on.')
      return
    }
    const judged = await this.#judge(run, journal, judge)
    if (judged === 'unknown') return
    const steps = await this.#storage.steps(lease.owner, run.id)
    const restored = workflow.restore(toSnapshot(run, steps, graph), journal)
    const context = readContext(steps)
    await restored.restart({
      requestContext: toRequestContext(
        context,
        judged?.principal,
        judged && {
          // It stays as it is stored.
          record: async () => undefined,
          isRevoked: () => judged.isRevoked(),
        },
      ),
      outputOptions: { includeState: context.includeState },
    })
  }

  /** @returns `unknown` where the run does not go on now */
  async #judge(run: RunRecord, journal: StoredJournal, judge: JudgeCaller) {
    try {
      return await judgeStored(run.caller, judge)
    } catch (error) {
      if (error instanceof CallerRefusal) {
        await journal.fail(error.code, error.message)
      } else {
        await journal.giveBack(AGAIN_MS)
        const fields = { workflow: run.target, runId: run.id, error }
        this.#options.logger().warn('It is not known who a run goes on as.', fields)
      }
      return 'unknown'
    }
  }
}

/** The runs of workflows that belong to no application. */
export function createStoredRuns(storage: RunStorage): WorkflowRuns {
  return new StoredRuns({
    storage: () => storage,
    workflows: () => [],
    logger: () => consoleLogger,
  })
}
