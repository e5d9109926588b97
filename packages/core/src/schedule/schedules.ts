import { randomUUID } from 'node:crypto'
import { ScopeError, type Permission } from '@signet/auth'
import { InputError } from '../error.js'
import { personOf, runOwner } from '../run/person.js'
import { RequestContext } from '../request-context.js'
import { nextFireAt } from './cron.js'
import { ScheduleError } from './schedule-error.js'
import {
  readNewSchedule,
  readTarget,
  readUpdate,
  type NewAgentSchedule,
  type NewWorkflowSchedule,
  type ReadTarget,
  type ScheduleUpdate,
} from './schedule-input.js'
import {
  MAX_TRIGGERS,
  type ScheduleCaller,
  type ScheduleQuery,
  type ScheduleRecord,
  type ScheduleStorage,
  type ScheduleTarget,
} from './schedule-storage.js'
import { viewSchedule, viewTrigger, type Schedule, type Trigger } from './schedule-view.js'

/** How many schedules an owner may have. */
export const MAX_SCHEDULES = 100
/** For how long a schedule fires that nobody changes or resumes: 366 days, in milliseconds. */
export const SCHEDULE_TERM_MS: number = 366 * 86_400_000
const DEFAULT_TRIGGERS = 50
/** What stands before the part of an id that the caller chose. */
const PREFIX = { agent: 'agent_', workflow: 'schedule_' } as const

/** What an application has that schedules run. */
export interface ScheduleTargets {
  /** The id of an agent by any of its names, and whether it has a memory. */
  findAgent(name: string): { readonly id: string; readonly hasMemory: boolean } | undefined
  /** The id of a workflow by any of its names. */
  findWorkflow(name: string): { readonly id: string } | undefined
}

/** Who asks. */
export interface ScheduleOptions {
  /** Default: the application itself. Its schedules are not those of any caller. */
  readonly requestContext?: RequestContext | undefined
  /**
   * The caller of `requestContext`, as it takes to judge them again at each fire: what the server wrote down. Needed by what
   * makes, changes or resumes a schedule of a principal.
   */
  readonly caller?: ScheduleCaller | undefined
}

/** Which schedules are wanted. */
export interface ScheduleFilter {
  readonly agentId?: string | undefined
  readonly workflowId?: string | undefined
  readonly threadId?: string | undefined
  readonly name?: string | undefined
  readonly status?: 'active' | 'paused' | undefined
}

/** Which fires of a schedule are wanted: the newest first. */
export interface TriggerFilter {
  /** 1 to 200; default 50. */
  readonly limit?: number | undefined
  /** In milliseconds since 1970; both ends included. */
  readonly fromActualFireAt?: number | undefined
  readonly toActualFireAt?: number | undefined
}

/** A fire that was asked for. */
export interface AskedFire {
  readonly scheduleId: string
  /** The `runId` of its trigger. */
  readonly claimId: string
  /** In milliseconds since 1970. */
  readonly scheduledFireAt: number
}

/** The permission that running a target needs. */
export function permissionOf({ kind, id }: ScheduleTarget): Permission {
  return kind === 'agent' ? `agents:execute:${id}` : `workflows:execute:${id}`
}

function missing(): ScheduleError {
  return new ScheduleError('schedule_missing', 'There is no such schedule.')
}

/** Refuses a caller who may not run a target. @param spelt - as they named it, which is what they are told */
function requireExecute(
  requestContext: RequestContext,
  target: ScheduleTarget,
  spelt: string = target.id,
): void {
  if (requestContext.allows(permissionOf(target))) return
  const told = permissionOf({ ...target, id: spelt })
  throw new ScopeError(told, requestContext.principal?.ignoredGrants)
}

/**
 * Schedules: what runs an agent or a workflow again and again, as who made it. Each belongs to an owner; that of another answers
 * like one that does not exist. They fire where a server runs.
 */
export class Schedules {
  readonly #targets: ScheduleTargets
  readonly #storage: () => ScheduleStorage

  constructor(targets: ScheduleTargets, storage: () => ScheduleStorage) {
    this.#targets = targets
    this.#storage = storage
  }

  /**
   * Makes a schedule, which is active.
   * @throws {InputError} for what cannot be a schedule, such as a pattern that never fires
   * @throws {ScopeError} where the caller may not run the target
   * @throws {ScheduleError} `schedule_exists`, `schedule_limit` or `schedule_caller`
   * @throws what the storage throws
   */
  async create(
    input: NewAgentSchedule | NewWorkflowSchedule,
    options: ScheduleOptions = {},
  ): Promise<Schedule> {
    const now = Date.now()
    const { requestContext = new RequestContext() } = options
    const asked = readTarget(input)
    const target = this.#target(asked, requestContext)
    const read = readNewSchedule(input, asked.kind, now)
    if (requestContext.principal === undefined && read.id === undefined) {
      const message = 'A schedule of the application needs one: else each start makes another.'
      throw new InputError('The schedule cannot be used.', [{ field: 'id', message }])
    }
    const { threadId, settings } = read
    if (threadId !== undefined) this.#requireMemory(asked.target)
    const prefix = PREFIX[target.kind]
    const { id = randomUUID() } = read
    const record = await this.#storage().create(
      runOwner(requestContext),
      {
        ...settings,
        id: id.startsWith(prefix) ? id : prefix + id,
        target,
        ...(threadId !== undefined && {
          threadId,
          resourceId: requestContext.principal?.resourceId ?? read.resourceId,
        }),
        caller: this.#caller(requestContext, options),
        ttlMs: SCHEDULE_TERM_MS,
      },
      { limit: MAX_SCHEDULES, next: nextFireAt },
    )
    return viewSchedule(record, now)
  }

  /** @throws {ScheduleError} `schedule_missing` */
  async get(id: string, options: ScheduleOptions = {}): Promise<Schedule> {
    return viewSchedule(await this.#find(id, options), Date.now())
  }

  /** The schedules of the caller, the newest first. */
  async list(
    filter: ScheduleFilter = {},
    { requestContext = new RequestContext() }: ScheduleOptions = {},
  ): Promise<readonly Schedule[]> {
    const { agentId, workflowId, ...rest } = filter
    // No schedule has both.
    if (agentId !== undefined && workflowId !== undefined) return []
    const query: ScheduleQuery = {
      ...rest,
      ...(agentId !== undefined && {
        kind: 'agent',
        target: this.#targets.findAgent(agentId)?.id ?? agentId,
      }),
      ...(workflowId !== undefined && {
        kind: 'workflow',
        target: this.#targets.findWorkflow(workflowId)?.id ?? workflowId,
      }),
    }
    const found = await this.#storage().list(runOwner(requestContext), query)
    const now = Date.now()
    return found.map((record) => viewSchedule(record, now))
  }

  /**
   * Changes a schedule. From now on it fires as who changed it, and for 366 days more.
   * @throws {InputError} for what cannot be changed so
   * @throws {ScopeError} where the caller may not run its target
   * @throws {ScheduleError} `schedule_missing` or `schedule_caller`
   */
  async update(
    id: string,
    change: ScheduleUpdate,
    options: ScheduleOptions = {},
  ): Promise<Schedule> {
    const { requestContext = new RequestContext() } = options
    const schedule = await this.#find(id, options)
    requireExecute(requestContext, schedule.target)
    const { settings, status } = readUpdate(change, schedule, Date.now())
    const renewal = { caller: this.#caller(requestContext, options), ttlMs: SCHEDULE_TERM_MS }
    return this.#change(schedule, requestContext, { settings, status, renewal })
  }

  /**
   * Lets a schedule fire no more until it is resumed. A fire that goes on ends by itself; one that waits is skipped.
   * @throws {ScheduleError}
   */
  async pause(id: string, options: ScheduleOptions = {}): Promise<Schedule> {
    const { requestContext = new RequestContext() } = options
    const schedule = await this.#find(id, options)
    return this.#change(schedule, requestContext, { status: 'paused' })
  }

  /**
   * Lets a paused schedule fire again, as who resumes it, and for 366 days more. What it missed meanwhile does not fire.
   * @throws what `update` throws
   */
  async resume(id: string, options: ScheduleOptions = {}): Promise<Schedule> {
    const { requestContext = new RequestContext() } = options
    const schedule = await this.#find(id, options)
    requireExecute(requestContext, schedule.target)
    const renewal = { caller: this.#caller(requestContext, options), ttlMs: SCHEDULE_TERM_MS }
    return this.#change(schedule, requestContext, { status: 'active', renewal })
  }

  /**
   * Lets a schedule fire once, at once, also one that is paused; when it fires next stays as it is.
   * @throws {ScopeError} where the caller may not run its target
   * @throws {ScheduleError} `schedule_missing`
   */
  async run(id: string, options: ScheduleOptions = {}): Promise<AskedFire> {
    const { requestContext = new RequestContext() } = options
    const schedule = await this.#find(id, options)
    requireExecute(requestContext, schedule.target)
    const trigger = await this.#storage().trigger(runOwner(requestContext), schedule.id)
    if (trigger === undefined) throw missing()
    const { id: claimId, scheduleId, scheduledAt } = trigger
    return { scheduleId, claimId, scheduledFireAt: scheduledAt }
  }

  /** Deletes a schedule and its history, and ends a fire that goes on. @throws {ScheduleError} `schedule_missing` */
  async delete(id: string, options: ScheduleOptions = {}): Promise<void> {
    const { requestContext = new RequestContext() } = options
    const schedule = await this.#find(id, options)
    const isDeleted = await this.#storage().delete(runOwner(requestContext), schedule.id)
    if (!isDeleted) throw missing()
  }

  /** The newest fires of a schedule, of which 200 are kept. @throws {ScheduleError} `schedule_missing` */
  async triggers(
    id: string,
    filter: TriggerFilter = {},
    options: ScheduleOptions = {},
  ): Promise<readonly Trigger[]> {
    const { requestContext = new RequestContext() } = options
    const schedule = await this.#find(id, options)
    const { limit = DEFAULT_TRIGGERS, fromActualFireAt: from, toActualFireAt: to } = filter
    const query = { from, to, limit: Math.min(limit, MAX_TRIGGERS) }
    const found = await this.#storage().triggers(runOwner(requestContext), schedule.id, query)
    if (found === undefined) throw missing()
    return found.map(viewTrigger)
  }

  /** Also by the part of its id that the caller chose. */
  async #find(
    id: string,
    { requestContext = new RequestContext() }: ScheduleOptions,
  ): Promise<ScheduleRecord> {
    const [owner, storage] = [runOwner(requestContext), this.#storage()]
    for (const known of [id, PREFIX.agent + id, PREFIX.workflow + id]) {
      const found = await storage.get(owner, known)
      if (found !== undefined) return found
    }
    throw missing()
  }

  async #change(
    { id }: ScheduleRecord,
    requestContext: RequestContext,
    change: Parameters<ScheduleStorage['update']>[2],
  ): Promise<Schedule> {
    const storage = this.#storage()
    const changed = await storage.update(runOwner(requestContext), id, change, nextFireAt)
    if (changed === undefined) throw missing()
    return viewSchedule(changed, Date.now())
  }

  /** Who a schedule fires as. */
  #caller(requestContext: RequestContext, { caller }: ScheduleOptions): ScheduleCaller {
    const { issuer, subject } = personOf(requestContext)
    if (requestContext.principal === undefined) return { issuer, subject, isApplication: true }
    if (caller !== undefined) return { ...caller, issuer, subject }
    throw new ScheduleError(
      'schedule_caller',
      'A schedule of a caller is made through the routes of the server, which write down who calls.',
    )
  }

  /**
   * What a new schedule runs.
   * @throws {ScopeError} where the caller may not run it, or there is nothing of the name and they may not run that either
   * @throws {InputError}
   */
  #target({ kind, target: spelt }: ReadTarget, requestContext: RequestContext): ScheduleTarget {
    const found =
      kind === 'agent' ? this.#targets.findAgent(spelt) : this.#targets.findWorkflow(spelt)
    const target: ScheduleTarget = { kind, id: found?.id ?? spelt }
    requireExecute(requestContext, target, spelt)
    if (found !== undefined) return target
    throw new InputError('The schedule cannot be used.', [
      { field: `${kind}Id`, message: `There is no such ${kind}.` },
    ])
  }

  /** @throws {InputError} where an agent has no memory that a thread could be in */
  #requireMemory(agent: string): void {
    if (this.#targets.findAgent(agent)?.hasMemory === true) return
    throw new InputError('The schedule cannot be used.', [
      { field: 'threadId', message: 'This agent has no memory. Leave it out.' },
    ])
  }
}
