/** What every schedule is told. */
interface ScheduleSettings {
  /**
   * Five fields; six, with the second first; seven, with the year last; or a name such as `@daily`. Once a minute at most.
   */
  readonly cron: string
  /** A name of IANA. Default: `UTC`. */
  readonly timezone?: string | undefined
  /** What happens to a fire while the one before goes on. Default: `skip`. */
  readonly overlap?: 'skip' | 'queue' | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** A new schedule of an agent. */
export interface CreateAgentScheduleParams extends ScheduleSettings {
  /** 1 to 100 of `A-Z a-z 0-9 _ . -`. Default: random. */
  readonly id?: string | undefined
  readonly agentId: string
  /** What it is asked at each fire: at most 16,384 characters. */
  readonly prompt: string
  readonly name?: string | undefined
  /** The caller's thread that each fire goes on in. Default: nothing is remembered. */
  readonly threadId?: string | undefined
}

/** A new schedule of a workflow. */
export interface CreateWorkflowScheduleParams extends ScheduleSettings {
  /** 1 to 100 of `A-Z a-z 0-9 _ . -`. Default: random. */
  readonly id?: string | undefined
  readonly workflowId: string
  readonly inputData?: unknown
  readonly initialState?: Readonly<Record<string, unknown>> | undefined
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

/** What may be changed of a schedule. What is left out stays. */
export interface UpdateScheduleParams extends Partial<ScheduleSettings> {
  readonly status?: 'active' | 'paused' | undefined
  readonly prompt?: string | undefined
  readonly name?: string | undefined
  readonly inputData?: unknown
  readonly initialState?: Readonly<Record<string, unknown>> | undefined
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
}

/** A schedule of the caller. Times are in milliseconds since 1970. */
export interface Schedule extends Omit<UpdateScheduleParams, 'requestContext'> {
  readonly id: string
  /** The agent or the workflow that it runs: one of both. */
  readonly agentId?: string | undefined
  readonly workflowId?: string | undefined
  readonly requestContext?: Readonly<Record<string, unknown>> | undefined
  readonly threadId?: string | undefined
  readonly resourceId?: string | undefined
  readonly cron: string
  readonly timezone: string
  readonly overlap: 'skip' | 'queue'
  readonly status: 'active' | 'paused'
  /** Why the server paused it. */
  readonly pausedBy?: { readonly code: string; readonly message: string } | undefined
  /** While it is paused: when it would fire. */
  readonly nextFireAt: number
  readonly lastFireAt?: number | undefined
  readonly lastRunId?: string | undefined
  readonly createdAt: number
  readonly updatedAt: number
  /** When it fires no more, unless it is changed or resumed before. */
  readonly expiresAt: number
  /** Who it fires as. */
  readonly firesAs: { readonly issuer: string; readonly subject: string }
}

/** Which schedules are wanted. */
export interface ListSchedulesParams {
  readonly agentId?: string | undefined
  readonly workflowId?: string | undefined
  readonly threadId?: string | undefined
  readonly name?: string | undefined
  readonly status?: 'active' | 'paused' | undefined
}

/** Which fires of a schedule are wanted. */
export interface ListScheduleTriggersParams {
  /** 1 to 200; default 50. */
  readonly limit?: number | undefined
  /** In milliseconds since 1970; both ends included. */
  readonly fromActualFireAt?: number | undefined
  readonly toActualFireAt?: number | undefined
}

/** A fire of a schedule. Times are in milliseconds since 1970. */
export interface ScheduleTrigger {
  readonly id: string
  readonly scheduleId: string
  /** Null where nothing was run. */
  readonly runId: string | null
  /** The time that the cadence says. */
  readonly scheduledFireAt: number
  readonly actualFireAt: number
  /** `published` while it goes on. */
  readonly outcome: 'published' | 'succeeded' | 'skipped' | 'aborted' | 'failed'
  /** Why it was skipped, or failed: for people, and for programs. */
  readonly error?: string | undefined
  readonly code?: string | undefined
  readonly triggerKind: 'schedule-fire' | 'manual'
  readonly run?:
    | {
        readonly status: 'pending' | 'running' | 'suspended' | 'success' | 'failed' | 'canceled'
        readonly startedAt?: number | undefined
        readonly completedAt?: number | undefined
        readonly durationMs?: number | undefined
        readonly error?: string | undefined
      }
    | undefined
}

/** A fire that was asked for. */
export interface AskedFire {
  readonly scheduleId: string
  /** The `runId` of its trigger. */
  readonly claimId: string
  readonly scheduledFireAt: number
}
