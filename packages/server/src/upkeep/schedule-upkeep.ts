import { AuthError } from '@signet/auth'
import {
  fireSchedule,
  InputError,
  INTERRUPTED,
  logFailure,
  nextFireAt,
  ownerKey,
  refusedFire,
  RequestContext,
  type ClaimedFire,
  type FiredSchedule,
  type Logger,
  type Mastra,
  type TriggerEnd,
} from '@signet/core'
import { isObject, isOutage } from '@signet/auth/internal'
import type { EndedFire } from '../observe/audit/fire-record.js'
import { publicError } from '../error/error-response.js'
import { RequestError } from '../error/error.js'
import type { Gate } from '../gate/gate.js'
import type { InFlight } from '../answer/in-flight.js'
import type { RunningAnswers } from '../answer/running-answers.js'

/** How often schedules are looked at, in milliseconds. */
const AGAIN_MS = 1000
/** How long it takes until those of the application are tried again that could not be stored, in milliseconds. */
const STORE_AGAIN_MS = 10_000
/** How long a fire is this process's without a sign of life, and how often it gives one, in milliseconds. */
const LEASE_MS = 30_000
const BEAT_MS = 10_000
/** How many fires go on at once. */
const MAX_FIRES = 16
/** How many of them are of one owner, so that those of others do not wait for them. */
const MAX_FIRES_OF_OWNER = 4

/** What the upkeep of schedules stands on. */
export interface ScheduleUpkeepOptions {
  readonly mastra: Mastra
  readonly gate: Pick<Gate, 'recall'>
  readonly running: RunningAnswers
  /** What the server waits for at its end. */
  readonly settling: InFlight
  readonly logger: Logger
  /** How long a fire may take, in milliseconds. */
  readonly deadlineMs: number
  /** Is told of each fire that has ended. Must not throw. */
  onFired(fire: EndedFire): void
}

/** Why a fire ends whose schedule is gone, or whose lease is lost: nothing is written of it. */
class LeaseLost extends Error {}

/** Why a fire ends with the server. */
class ServerEnds extends Error {}

/** Rejects with the reason of a signal, once it fires. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new LeaseLost())
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

/** What is written of a fire that failed. */
function endOf(error: unknown): TriggerEnd {
  if (error instanceof ServerEnds) return { outcome: 'aborted', failure: INTERRUPTED }
  if (InputError.isInstance(error)) {
    const told = error.issues.map(({ field, message }) => `${field}: ${message}`)
    const message = [error.message, ...told].join(' ').slice(0, 1000)
    return { outcome: 'failed', failure: { code: 'request_invalid', message } }
  }
  const { code, message } = publicError(error)
  const failure = { code, message }
  // What cannot be judged just now is no fault of who made a schedule: it goes on.
  if (AuthError.isInstance(error) && !isOutage(error)) return refusedFire(failure)
  return { outcome: 'failed', failure }
}

/** Lets schedules fire whose time has come, as who made them, beside the requests. */
export class ScheduleUpkeep {
  readonly #options: ScheduleUpkeepOptions
  /** The fires that go on, each with its owner and what ends it. */
  readonly #fires = new Map<
    Promise<void>,
    { readonly owner: string; readonly stop: AbortController }
  >()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #hasBegun = false
  #hasEnded = false
  #isFailing = false
  /** When those of the application that could not be stored are tried again, by the clock of the process. */
  #storesAgainAt: number | undefined

  constructor(options: ScheduleUpkeepOptions) {
    this.#options = options
  }

  /** Begins, where it has not. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#timer = setInterval(() => this.#lookUnlessLooking(), AGAIN_MS).unref()
    this.#lookUnlessLooking()
  }

  /** Lets nothing fire any more; what fires goes on. */
  stop(): void {
    this.#hasBegun = true
    this.#hasEnded = true
    clearInterval(this.#timer)
  }

  /** Ends what still fires, and writes that down. */
  async end(): Promise<void> {
    this.stop()
    await this.#looking
    for (const { stop } of this.#fires.values()) stop.abort(new ServerEnds('The server ends.'))
    await Promise.all(this.#fires.keys())
  }

  #lookUnlessLooking(): void {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
  }

  /** Stores what the application made before it had a storage. What cannot be stored keeps nothing from firing. Never rejects. */
  async #storeEarly(): Promise<void> {
    const { mastra, logger } = this.#options
    const againAt = this.#storesAgainAt
    if (againAt !== undefined && performance.now() < againAt) return
    try {
      await mastra.storeEarlySchedules()
      this.#storesAgainAt = undefined
    } catch (error) {
      const why = 'Schedules of the application cannot be stored just now.'
      if (againAt === undefined) logFailure(logger, why, {}, error)
      this.#storesAgainAt = performance.now() + STORE_AGAIN_MS
    }
  }

  /** Begins what is due, as long as there is more and room for it. Never rejects. */
  async #look(): Promise<void> {
    const { mastra, logger } = this.#options
    await this.#storeEarly()
    try {
      for (;;) {
        const limit = MAX_FIRES - this.#fires.size
        if (this.#hasEnded || limit === 0) return
        const going = this.#going()
        const claim = {
          ttlMs: LEASE_MS,
          limit,
          maxOfOwner: MAX_FIRES_OF_OWNER,
          going,
          next: nextFireAt,
        }
        const { fires, seen } = await mastra.getScheduleStorage().claimDue(claim)
        this.#isFailing = false
        for (const fire of fires) this.#begin(fire)
        if (seen < limit) return
      }
    } catch (error) {
      // Once for each outage, which lasts for many looks.
      if (!this.#isFailing) logger.warn('Schedules cannot be looked at just now.', { error })
      this.#isFailing = true
    }
  }

  /** How many fires go on, of each owner. */
  #going(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { owner } of this.#fires.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    return counts
  }

  #begin(fire: ClaimedFire): void {
    const stop = new AbortController()
    const settle = this.#options.settling.begin()
    const ended = this.#fire(fire, stop).finally(() => {
      this.#fires.delete(ended)
      settle()
      // Another may have waited for its place.
      if (!this.#hasEnded) this.#lookUnlessLooking()
    })
    this.#fires.set(ended, { owner: fire.lease.owner, stop })
  }

  /** Never rejects. */
  async #fire(fire: ClaimedFire, stop: AbortController): Promise<void> {
    const { logger, mastra, onFired } = this.#options
    const [startedAt, begun] = [Date.now(), performance.now()]
    const beat = setInterval(() => void this.#beat(fire, stop), BEAT_MS).unref()
    try {
      const fired = await this.#run(fire, stop)
      if (fired === undefined) return
      const durationMs = Math.round(performance.now() - begun)
      onFired({ ...fired, fire, startedAt, durationMs })
      await mastra.getScheduleStorage().finish(fire.lease, fired.end)
    } catch (error) {
      // Its lease lapses: then it is written down as interrupted.
      logger.warn('What became of a schedule that fired cannot be stored just now.', { error })
    } finally {
      clearInterval(beat)
    }
  }

  /** What becomes of a fire; undefined where it is this process's no more. */
  async #run(fire: ClaimedFire, stop: AbortController): Promise<FiredSchedule | undefined> {
    const { deadlineMs, logger } = this.#options
    const isWorkflow = fire.schedule.target.kind === 'workflow'
    // A workflow that takes longer goes on by itself.
    const deadline = isWorkflow
      ? undefined
      : setTimeout(() => {
          stop.abort(new RequestError('deadline_exceeded', 'The schedule fired for too long.'))
        }, deadlineMs).unref()
    const over = whenAborted(stop.signal)
    over.catch(() => undefined)
    try {
      return await Promise.race([this.#runAs(fire, stop), over])
    } catch (error) {
      const isBrokenOff = stop.signal.aborted
      const why: unknown = isBrokenOff ? stop.signal.reason : error
      if (why instanceof LeaseLost) return undefined
      if (why instanceof ServerEnds && isWorkflow) {
        // Its run is another instance's to go on with, or that of the next start.
        return { end: { outcome: 'published' }, usage: undefined }
      }
      const ended = endOf(why)
      const end = isBrokenOff ? { ...ended, outcome: 'aborted' as const } : ended
      const { id: schedule } = fire.schedule
      logFailure(logger, 'A schedule failed to fire.', { schedule, trigger: fire.trigger.id }, why)
      return { end, usage: undefined }
    } finally {
      clearTimeout(deadline)
    }
  }

  /** Runs what is scheduled as who made the schedule, for as long as they are let in. */
  async #runAs(fire: ClaimedFire, stop: AbortController): Promise<FiredSchedule> {
    const { mastra, gate, running, deadlineMs } = this.#options
    const { caller, job } = fire.schedule
    const cancel = new AbortController()
    const isOfApplication = caller['isApplication'] === true
    const known = isOfApplication ? undefined : await gate.recall(caller)
    if (known !== undefined && ownerKey(known.principal) !== fire.lease.owner) {
      throw new AuthError('access_denied', 'Who made the schedule does not own it any more.')
    }
    const unwatch =
      known &&
      running.add({
        isRevoked: () => known.isRevoked(),
        breakOff(error) {
          stop.abort(error)
          cancel.abort(error)
        },
      })
    stop.signal.addEventListener('abort', () => {
      if (stop.signal.reason instanceof LeaseLost) cancel.abort()
    })
    let rest: Promise<void> | undefined
    const client = job['requestContext']
    try {
      stop.signal.throwIfAborted()
      const requestContext = new RequestContext([], {
        principal: known?.principal,
        requestId: fire.trigger.id,
        // A workflow may go on elsewhere: as the same caller, judged again.
        ...(known && {
          credential: { isRevoked: () => known.isRevoked(), record: async () => caller },
        }),
        ...(isObject(client) && { client: { ...client } }),
      })
      const limits = { abortSignal: stop.signal, cancelSignal: cancel.signal, deadlineMs }
      const fired = await fireSchedule(mastra, fire, requestContext, limits)
      rest = fired.rest
      return fired
    } finally {
      if (rest === undefined) unwatch?.()
      else void rest.then(unwatch)
    }
  }

  async #beat({ lease }: ClaimedFire, stop: AbortController): Promise<void> {
    try {
      const isHeld = await this.#options.mastra.getScheduleStorage().beat(lease, LEASE_MS)
      if (!isHeld) stop.abort(new LeaseLost('The schedule is gone.'))
    } catch {
      // The next beat tries again; a lease that lapses meanwhile is lost.
    }
  }
}
