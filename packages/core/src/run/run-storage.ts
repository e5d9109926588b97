/** What a run is: an answer of an agent that waits, or a workflow. */
export type RunKind = 'agent' | 'workflow'

/**
 * Where a run stands. Of these it still goes on: `pending` (it begins at `dueAt`, or where somebody claims it), `waiting`
 * (it goes on by itself at `dueAt`), `running` and `suspended` (somebody must resume it). The others are its ends.
 */
export type RunStatus =
  | 'pending'
  | 'waiting'
  | 'running'
  | 'suspended'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'bailed'

/** How a run has ended. */
export type RunEnd = Extract<RunStatus, 'success' | 'failed' | 'canceled' | 'bailed'>

/** How a run stands that has not ended. */
export type OpenRunStatus = Exclude<RunStatus, RunEnd>

/** Why a run has ended that did not succeed. */
export interface RunFailure {
  /** For programs. */
  readonly code: string
  /** For people; its owner may read it. */
  readonly message: string
}

/** Somebody, by the names that their token gives them. */
export interface RunPerson {
  readonly issuer: string
  readonly subject: string
}

/** Plain JSON. */
export type RunJson = Readonly<Record<string, unknown>>

/** Where an approval stands: `approved` also where it was resumed, `ended` where its run ended before anybody decided. */
export type ApprovalState = 'waiting' | 'approved' | 'declined' | 'ended'

/**
 * What a run waits for: that somebody approves one call of one tool with these arguments, or gives what its tool has
 * asked for when it suspended the call.
 */
export interface NewRunApproval {
  /** Of the call, as the model gave it: 1 to 255 characters, unique among what the run waits for. */
  readonly toolCallId: string
  /** The id of the tool. */
  readonly toolId: string
  /** What the model calls the tool. */
  readonly toolName: string
  /** The arguments of the call. Plain JSON. */
  readonly args: unknown
  /** The SHA-256 of the canonical JSON of the arguments, in lower case hex: see `argumentsDigest`. */
  readonly digest: string
  /** Whether somebody else than who asked must approve it. */
  readonly byOther: boolean
  /** Who asked. */
  readonly asker: RunPerson
  /** What the tool said when it suspended the call. Plain JSON. Default: the call is to be approved. */
  readonly suspension?: { readonly payload: unknown } | undefined
  /** Milliseconds from now until nobody may approve or resume it any more; at least 1. */
  readonly ttlMs: number
}

/** An approval as it is stored. Times are in milliseconds since 1970, by the clock of the storage. */
export interface RunApproval extends Omit<NewRunApproval, 'ttlMs'> {
  /** Made by the storage: random, unique over all owners. */
  readonly id: string
  readonly runId: string
  /** The agent or workflow of the run. */
  readonly target: string
  readonly state: ApprovalState
  readonly createdAt: number
  readonly expiresAt: number
  /** Who decided, and when. */
  readonly decider: RunPerson | undefined
  readonly decidedAt: number | undefined
}

/** A run that is to be stored. */
export interface NewRun {
  /** 1 to 255 characters, unique among the runs of the owner. */
  readonly id: string
  readonly kind: RunKind
  /** The id of the agent or workflow. */
  readonly target: string
  readonly threadId?: string | undefined
  /** The owner as the wire shows it. */
  readonly resourceId?: string | undefined
  /** Who asked, as it takes to judge them again. Plain JSON. */
  readonly caller?: RunJson | undefined
  /** What it takes to go on. Plain JSON. */
  readonly snapshot?: RunJson | undefined
}

/** How a new run begins. */
export type RunBeginning =
  | {
      readonly status: 'pending'
      /** Milliseconds from now until it begins by itself. Default: it waits until somebody claims it. */
      readonly inMs?: number | undefined
      /** Milliseconds from now until nobody can start it any more. Default: it can be started for ever. */
      readonly ttlMs?: number | undefined
    }
  | { readonly status: 'running'; readonly holder: string; readonly ttlMs: number }
  | ({ readonly status: 'suspended' } & Pick<Suspension, 'approvals' | 'ttlMs'>)

/** What a run is suspended with. */
export interface Suspension {
  /** In place of the snapshot before it. */
  readonly snapshot: RunJson
  /** What is to be approved beside what waits already. Default: nothing. */
  readonly approvals?: readonly NewRunApproval[] | undefined
  /** Milliseconds from now until the run cannot be resumed any more. Default: it can be resumed for ever. */
  readonly ttlMs?: number | undefined
}

/** A run as it is stored. Times are in milliseconds since 1970, by the clock of the storage. */
export interface RunRecord extends NewRun {
  readonly status: RunStatus
  /** How many legs have begun. */
  readonly attempt: number
  readonly createdAt: number
  readonly suspendedAt: number | undefined
  readonly endedAt: number | undefined
  /** When it goes on by itself. */
  readonly dueAt: number | undefined
  /** Until when it can be started or resumed. */
  readonly expiresAt: number | undefined
  /** What came of it. Plain JSON. */
  readonly result: unknown
  readonly failure: RunFailure | undefined
}

/** The right to write to a run, until another leg begins. */
export interface RunLease {
  readonly owner: string
  readonly runId: string
  readonly holder: string
  /** The number of the leg, from 1. */
  readonly attempt: number
}

/** A run whose next leg begins. */
export interface ClaimedRun {
  readonly run: RunRecord
  readonly lease: RunLease
  /** Whether somebody asked that it ends, which a leg that broke off has not done. */
  readonly isCancelAsked: boolean
}

/** What somebody decided of an approval. */
export interface RunDecision {
  readonly toolCallId: string
  readonly state: 'approved' | 'declined'
  readonly decider: RunPerson
  /** Of the arguments that were decided on; they must be those that are stored. */
  readonly digest: string
}

/** How a run is taken up that waits for somebody. */
export interface RunClaim {
  /** How it must stand. Default: `suspended`. */
  readonly from?: 'pending' | 'suspended' | undefined
  /** What is kept from now on of those who asked. Default: as it was. */
  readonly caller?: RunJson | undefined
  /** Who takes it up: unique for each process and leg. */
  readonly holder: string
  /** How long the lease holds without a `beat`, in milliseconds. */
  readonly ttlMs: number
  /** What the leg begins with; it is written with the claim, or neither is. Default: nothing. */
  readonly change?: RunChange | undefined
  /** How many legs had begun when the run was read: it is not taken up where another began since. Default: any number. */
  readonly attempt?: number | undefined
  /** What was decided; it is written with the claim, or neither is. Default: nothing waits for a decision. */
  readonly decision?: RunDecision | undefined
}

/**
 * Why a run is not taken up:
 * - `missing`: the owner has none of this id, or it does not wait for a decision on this call
 * - `running`: a leg runs, or began since the run was read, or the run stands otherwise than it must
 * - `ended`: it has ended
 * - `expired`: nobody may resume it, or approve this, any more
 * - `decided`: the call was decided already
 * - `changed`: the arguments are not those that were decided on
 */
export type ClaimRefusal = 'missing' | 'running' | 'ended' | 'expired' | 'decided' | 'changed'

/** Which runs of an owner are wanted: the newest first. */
export interface RunQuery {
  readonly kind: RunKind
  /** Only those of this agent or workflow. */
  readonly target?: string | undefined
  readonly threadId?: string | undefined
  /** Only those that stand so. Of those that are suspended, only those that can still be resumed. */
  readonly status?: RunStatus | undefined
  /** Only those of this owner as the wire shows it. */
  readonly resourceId?: string | undefined
  /** Only those that were made then or later, in milliseconds since 1970. */
  readonly createdFrom?: number | undefined
  /** Only those that were made then or before. */
  readonly createdTo?: number | undefined
  /** From 0; default 0. */
  readonly page?: number | undefined
  /** At least 1. */
  readonly perPage: number
}

/** A page of runs; without their snapshots, callers and results. */
export interface RunPage {
  readonly runs: readonly RunRecord[]
  /** How many there are on all pages. */
  readonly total: number
}

/** How many runs of an agent or a workflow stand so. */
export interface RunCount {
  readonly target: string
  readonly status: OpenRunStatus
  /** At least 1. */
  readonly count: number
}

/** Which approvals are wanted that wait for somebody else than who asked: the newest first. */
export interface ApprovalQuery {
  /** Only those of these tools. Default: those of all tools. */
  readonly toolIds?: readonly string[] | undefined
  /** From 0; default 0. */
  readonly page?: number | undefined
  /** At least 1. */
  readonly perPage: number
}

/** A page of approvals. */
export interface ApprovalPage {
  readonly approvals: readonly RunApproval[]
  /** How many there are on all pages. */
  readonly total: number
}

/** What a leg writes down, all of it or nothing. */
export interface RunChange {
  /** What becomes of steps, by their names: 1 to 2000 characters. Plain JSON. What was written before is replaced. */
  readonly steps: ReadonlyMap<string, unknown>
  /** Steps whose names begin so are deleted, before the others are written. At least 1 character. Default: none. */
  readonly drops?: string | undefined
}

/** Whether a leg may go on: `canceled` where somebody asked that it ends, `lost` where another leg began. */
export type LeaseState = 'held' | 'canceled' | 'lost'

/**
 * Where the events of a run stand: `open` while its leg goes on, `over` once the leg has told all, `full` where it has
 * told more than is kept.
 */
export type RunEventsState = 'open' | 'over' | 'full'

/** Events of a run, from an index on. */
export interface RunEvents {
  /** Without its snapshot and caller. */
  readonly run: RunRecord
  /** Some of those that are there, in their order; at least one where there is any. Each is a JSON text. */
  readonly events: readonly string[]
  /** How many there are in all: the index of the next one. */
  readonly count: number
  readonly state: RunEventsState
}

/** What is stored behind the events of a run that are there already. */
export interface NewRunEvents {
  /** The index of the first: what is stored already is not stored again. */
  readonly from: number
  /** JSON texts on one line, as `JSON.stringify` makes them. */
  readonly events: readonly string[]
  /** Whether the leg has told all. */
  readonly isLast: boolean
}

/** How many events of a run are kept, and how many characters they have in all. */
export const MAX_RUN_EVENTS = 100_000
export const MAX_RUN_EVENT_CHARACTERS: number = 16 * 1024 * 1024
/** How long events are kept after their leg began, in milliseconds. */
export const RUN_EVENTS_KEPT_MS = 86_400_000

/**
 * Where runs are kept. The first argument is the owner, an opaque key: the same id of another owner is another run.
 * What has no owner says so. The clock is that of the storage.
 *
 * A leg of a run holds a lease. Each write of a leg names it, and does nothing once another leg has begun. So what a leg
 * records is recorded once, also where a process stood still and another took its run over.
 *
 * Each method does all that it says or nothing, is durable when its promise resolves, and may throw the codes of
 * `MemoryStorage`: `storage_unavailable`, `storage_failed` or `value_invalid`.
 */
export interface RunStorage {
  /**
   * Stores a run.
   * @returns its lease where it begins as `running`
   * @throws `run_exists` when this owner has a run of this id; `runs_full` when too many of theirs have not ended
   */
  create(owner: string, run: NewRun, beginning: RunBeginning): Promise<RunLease | undefined>
  get(owner: string, runId: string): Promise<RunRecord | undefined>
  /**
   * A text that is another one after each change of how a run stands, and of its steps. It costs the same however large the
   * run is.
   * @returns undefined where the owner has no such run
   */
  revision(owner: string, runId: string): Promise<string | undefined>
  list(owner: string, query: RunQuery): Promise<RunPage>
  /**
   * How many runs have not ended, by their agents or workflows and by how they stand. What there is none of is left out.
   */
  count(owner: string, kind: RunKind): Promise<readonly RunCount[]>
  /** The approvals of runs: those of a run behind each other, in the order in which they were asked for. */
  approvalsOf(owner: string, runIds: readonly string[]): Promise<readonly RunApproval[]>

  /**
   * Writes a decision on a suspended run down that somebody else than who asked must take; its owner then goes on with it.
   * @returns why it was not written; undefined where it was
   */
  decide(owner: string, runId: string, decision: RunDecision): Promise<ClaimRefusal | undefined>
  /** Begins the next leg of a run that waits for somebody. Of all that claim it at once, one gets it. */
  claim(owner: string, runId: string, claim: RunClaim): Promise<ClaimedRun | ClaimRefusal>
  /**
   * Begins the next leg of runs that are due, and of those whose lease has lapsed: of all owners, at most `limit`. Of all
   * that call it at once, one gets each.
   */
  claimDue(claim: {
    readonly kind: RunKind
    /** Only those of these agents or workflows. Default: of all. */
    readonly targets?: readonly string[] | undefined
    readonly holder: string
    readonly ttlMs: number
    readonly limit: number
  }): Promise<readonly ClaimedRun[]>
  /** Makes a lease hold for so much longer, in milliseconds from now. */
  beat(lease: RunLease, ttlMs: number): Promise<LeaseState>
  /** Stores what became of steps. @returns false where the lease is lost */
  record(lease: RunLease, change: RunChange): Promise<boolean>
  /** What was recorded of the steps, by their names. */
  steps(owner: string, runId: string): Promise<ReadonlyMap<string, unknown>>
  /**
   * Ends the leg: somebody must resume the run. Where somebody asked meanwhile that it ends, it ends as canceled instead.
   * @returns `held` where it is suspended, `canceled` where it has ended, `lost` where nothing was written
   */
  suspend(lease: RunLease, suspension: Suspension): Promise<LeaseState>
  /**
   * Ends the leg: the run goes on by itself after so many milliseconds. Where somebody asked meanwhile that it ends, it
   * ends as canceled instead.
   * @returns `held` where it waits, `canceled` where it has ended, `lost` where nothing was written
   */
  wait(lease: RunLease, snapshot: RunJson, inMs: number): Promise<LeaseState>
  /** Ends the run; its snapshot is deleted. @returns false where the lease is lost */
  finish(
    lease: RunLease,
    end: {
      readonly status: RunEnd
      readonly result?: unknown
      readonly failure?: RunFailure | undefined
    },
  ): Promise<boolean>
  /**
   * Cancels a run: at once where no leg holds a lease, else the leg is told at its next `beat`. It ends at the latest when
   * the leg suspends it or lets it wait: no other leg begins.
   * @returns false where the owner has no such run, or it has ended
   */
  cancel(owner: string, runId: string): Promise<boolean>
  /**
   * Deletes a run, and all that belongs to it. A leg that runs has lost its lease.
   * @returns false where the owner has no such run
   */
  delete(owner: string, runId: string): Promise<boolean>

  /**
   * From now on, a leg stores its events, behind those of earlier legs. They are kept for a day after it began.
   * @returns the index of its first one; undefined where the lease is lost
   */
  openEvents(lease: RunLease): Promise<number | undefined>
  /**
   * Stores events of a leg, also once it has ended its run or suspended it. Nothing is stored once another leg has begun,
   * nor of what would come to more than `MAX_RUN_EVENTS` or `MAX_RUN_EVENT_CHARACTERS`.
   */
  appendEvents(lease: RunLease, given: NewRunEvents): Promise<LeaseState | 'full'>
  /**
   * Events of a run from an index on.
   * @returns undefined where the owner has no such run, or its events are not kept
   */
  readEvents(owner: string, runId: string, from: number): Promise<RunEvents | undefined>

  /** Approvals that wait for somebody else than who asked, of all owners. */
  listApprovals(query: ApprovalQuery): Promise<ApprovalPage>
  /** An approval by its id, of any owner, with the key of the owner of its run. */
  findApproval(
    id: string,
  ): Promise<{ readonly owner: string; readonly approval: RunApproval } | undefined>

  /**
   * Of all owners: ends runs that nobody can start or resume any more, as `expiredFailure` says, and deletes those that have
   * ended for longer than so many milliseconds, and events that are kept no longer. At most `limit` of each.
   * @returns how many there were
   */
  prune(endedForMs: number, limit: number): Promise<number>
}
