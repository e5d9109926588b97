import { randomUUID } from 'node:crypto'
import type { Permission } from '@signet/auth'
import { codeOf } from '@signet/auth/internal'
import { credentialOf } from '../request-context.js'
import { storeCaller } from '../run/caller.js'
import { RunError } from '../run/run-error.js'
import type {
  ClaimRefusal,
  LeaseState,
  RunChange,
  RunEnd,
  RunLease,
  RunStorage,
} from '../run/run-storage.js'
import type { LegsAtWork } from './legs-at-work.js'
import { WORKFLOW_LIMITS } from './limits.js'
import type {
  JournalEntry,
  LegBeginning,
  LegEnd,
  LegStop,
  RunJournal,
  StoredFailure,
  WorkflowSnapshot,
} from './snapshot.js'
import { toBeginning, toChange, toFacts, type RunFacts } from './stored-run.js'
import { WorkflowError } from './workflow-error.js'

/** How long a lease holds without a beat, in milliseconds; a dead one is taken up soon after. */
export const LEASE_MS = 5000

/** What the caller of a run must be allowed. */
function permissionOf(workflowId: string): Permission {
  return `workflows:execute:${workflowId}`
}

/** A run in the storage, and what legs of it share. */
export interface StoredPlace {
  readonly storage: RunStorage
  readonly owner: string
  readonly runId: string
  readonly workflowId: string
  /** Legs at work in this process. */
  readonly legs: LegsAtWork<StoredJournal>
  /** A sleep that is longer ends its leg, in milliseconds; undefined where each is waited for. */
  maxSleepMs(): number | undefined
}

function refused(kind: LegBeginning['kind'], refusal: ClaimRefusal, runId: string): Error {
  if (refusal === 'missing') return new RunError('run_missing', 'The run was deleted.')
  if (kind === 'start') {
    return new WorkflowError(
      'run_started',
      refusal === 'expired'
        ? `The run ${runId} waited too long for its start.`
        : `The run ${runId} was started before.`,
    )
  }
  if (refusal === 'ended' || refusal === 'expired') {
    return new WorkflowError('run_not_suspended', `The run ${runId} is not suspended.`)
  }
  return new WorkflowError('run_busy', `The run ${runId} is at work, or went on since it was read.`)
}

function lostError(runId: string): WorkflowError {
  return new WorkflowError('run_busy', `Another leg of the run ${runId} has begun.`)
}

const REVOKED: StoredFailure = Object.freeze({
  name: 'TokenError',
  message: 'The token of who asked for the run was revoked.',
  isTold: true,
  code: 'token_revoked',
})

function failureOf({ message, isTold, code = 'step_failed' }: StoredFailure) {
  return { code, message: isTold ? message : 'The workflow failed.' }
}

/** Writes a run down in the storage, under a lease while a leg works. */
export class StoredJournal implements RunJournal {
  readonly #place: StoredPlace
  #facts: RunFacts
  #lease: RunLease | undefined
  #attempt: number
  #stop: ((reason: LegStop) => void) | undefined
  /** What stopped the leg before it began. */
  #stopped: LegStop | undefined
  #isRevoked: () => boolean = () => false

  /** @param lease - where the leg has been claimed. Default: each leg claims the run */
  constructor(place: StoredPlace, facts: RunFacts, attempt: number, lease?: RunLease) {
    this.#place = place
    this.#facts = facts
    this.#attempt = attempt
    if (lease !== undefined) this.#hold(lease)
  }

  get maxSleepMs(): number | undefined {
    return this.#place.maxSleepMs()
  }

  get awakeUntil(): number {
    return this.#facts.awakeUntil
  }

  /** Whether this is a run of the owner. */
  isOf(owner: string, runId: string): boolean {
    return this.#place.owner === owner && this.#place.runId === runId
  }

  async begin(snapshot: WorkflowSnapshot, leg: LegBeginning): Promise<void> {
    const { requestContext } = leg
    if (this.#lease === undefined) await this.#claim(leg, toBeginning(snapshot, leg))
    this.#stop = (reason) => leg.stop(reason)
    this.#isRevoked = () => credentialOf(requestContext)?.isRevoked() === true
    if (this.#stopped !== undefined) leg.stop(this.#stopped)
  }

  async #claim({ kind, requestContext }: LegBeginning, change: RunChange): Promise<void> {
    const { storage, owner, runId, workflowId } = this.#place
    const caller = await storeCaller(requestContext, permissionOf(workflowId))
    const claimed = await storage.claim(owner, runId, {
      from: kind === 'start' ? 'pending' : 'suspended',
      holder: randomUUID(),
      ttlMs: LEASE_MS,
      attempt: this.#attempt,
      caller,
      change,
    })
    if (typeof claimed === 'string') throw refused(kind, claimed, runId)
    this.#hold(claimed.lease)
  }

  #hold(lease: RunLease): void {
    this.#lease = lease
    this.#attempt = lease.attempt
    this.#place.legs.add(this)
  }

  async record(entry: JournalEntry): Promise<void> {
    await this.#write((lease) => this.#place.storage.record(lease, toChange(entry)))
  }

  async end({ status, result, error, wakesAt }: LegEnd): Promise<void> {
    const { storage } = this.#place
    if (status === 'waiting') {
      await this.#wait(wakesAt ?? 0)
    } else if (status === 'suspended') {
      this.#facts = { ...this.#facts, legs: this.#attempt }
      const snapshot = toFacts(this.#facts)
      await this.#pause((lease) =>
        storage.suspend(lease, { snapshot, ttlMs: WORKFLOW_LIMITS.waitMs }),
      )
    } else {
      const kept = {
        ...(result !== undefined && { result }),
        ...(error !== undefined && { error }),
      }
      const failure = error && failureOf(error)
      const end = { status: status as RunEnd, result: kept, failure }
      await this.#write((lease) => storage.finish(lease, end))
    }
    this.leave()
  }

  /** The leg ends, and the run goes on by another one from then on. */
  async #wait(until: number): Promise<void> {
    const inMs = until - Date.now()
    const isSleep = inMs > 0
    const awakeUntil = isSleep ? until : this.#facts.awakeUntil
    this.#facts = { ...this.#facts, legs: this.#attempt, awakeUntil }
    const snapshot = toFacts(this.#facts)
    await this.#pause((lease) => this.#place.storage.wait(lease, snapshot, Math.max(0, inMs)))
  }

  /** The lease is left to lapse, unless it was given back. */
  leave(): void {
    this.#place.legs.delete(this)
    this.#lease = undefined
    this.#stop = undefined
  }

  async cancel(): Promise<void> {
    const { storage, owner, runId } = this.#place
    await storage.cancel(owner, runId)
  }

  /** Stops the leg, where one works. */
  stop(reason: LegStop): void {
    if (this.#stop === undefined) this.#stopped ??= reason
    else this.#stop(reason)
  }

  /** Keeps the lease, and learns what has become of the run. Never rejects: the next beat may succeed. */
  async beat(): Promise<void> {
    const lease = this.#lease
    if (lease === undefined) return
    try {
      const state = await this.#place.storage.beat(lease, LEASE_MS)
      if (lease !== this.#lease) return
      if (state === 'lost') this.#lose()
      else if (state === 'canceled') this.stop({ type: 'canceled' })
      else if (this.#isRevoked()) this.stop({ type: 'failed', error: REVOKED })
    } catch {
      // What a leg records says why, where the storage does not come back.
    }
  }

  #lose(): WorkflowError {
    const error = lostError(this.#place.runId)
    this.stop({ type: 'lost', error })
    return error
  }

  /** Ends the run in place of a leg. */
  async fail(code: string, message: string): Promise<void> {
    const failure = { code, message }
    const error: StoredFailure = { name: 'Error', message, isTold: true, code }
    await this.#write((lease) =>
      this.#place.storage.finish(lease, { status: 'failed', result: { error }, failure }),
    )
    this.leave()
  }

  /** Gives the lease back in place of a leg, which was not broken off: the run goes on after so many milliseconds. */
  async giveBack(inMs: number): Promise<void> {
    this.#facts = { ...this.#facts, legs: this.#attempt }
    await this.#pause((lease) => this.#place.storage.wait(lease, toFacts(this.#facts), inMs))
    this.leave()
  }

  /**
   * The run goes on later; where it was canceled meanwhile, the leg is told.
   * @throws {WorkflowError} `run_busy` where the lease is lost
   */
  async #pause(work: (lease: RunLease) => Promise<LeaseState>): Promise<void> {
    await this.#write(async (lease) => {
      const state = await work(lease)
      if (state === 'canceled') this.stop({ type: 'canceled' })
      return state !== 'lost'
    })
  }

  /** @throws {WorkflowError} `run_busy` where the lease is lost */
  async #write(work: (lease: RunLease) => Promise<boolean>): Promise<void> {
    const lease = this.#lease
    if (lease === undefined || !(await work(lease))) throw this.#lose()
  }
}

/** Whether another leg has begun. */
export function isLost(error: unknown): boolean {
  return codeOf(error) === 'run_busy'
}
