import { randomUUID } from 'node:crypto'
import { MemoryEvents } from './memory-events.js'
import { RunError } from './run-error.js'
import type {
  ApprovalState,
  ClaimedRun,
  ClaimRefusal,
  NewRunApproval,
  RunApproval,
  RunClaim,
  RunDecision,
  RunEnd,
  RunFailure,
  RunLease,
  RunRecord,
  RunStatus,
  RunStorage,
} from './run-storage.js'

/** How many runs a process keeps that has no storage for them. */
const MAX_RUNS = 1000

/** A run in memory. What is JSON is kept as its text, so that nobody changes it from outside. */
interface Kept {
  readonly owner: string
  run: RunRecord
  snapshot: string | undefined
  approvals: RunApproval[]
  readonly steps: Map<string, string>
  holder: string | undefined
  leaseUntil: number | undefined
  isCancelAsked: boolean
}

const ENDS: ReadonlySet<RunStatus> = new Set<RunEnd>(['success', 'failed', 'canceled', 'bailed'])

/** Why no decision can be written; undefined where it can. */
function refuseDecision(
  approvals: readonly RunApproval[],
  { toolCallId, digest }: RunDecision,
  now: number,
): ClaimRefusal | undefined {
  const approval = approvals.findLast((each) => each.toolCallId === toolCallId)
  if (approval === undefined) return 'missing'
  if (approval.state !== 'waiting') return 'decided'
  if (approval.digest !== digest) return 'changed'
  return approval.expiresAt <= now ? 'expired' : undefined
}

/**
 * Runs that are kept by the process alone: at most 1000, those that have ended make room first. They are gone when it
 * ends.
 * @param now - the clock, in milliseconds since 1970. Default: `Date.now`
 */
export function createMemoryRuns(now: () => number = Date.now): RunStorage {
  const kept = new Map<string, Kept>()
  const events = new MemoryEvents(now)
  const keyOf = (owner: string, runId: string) => JSON.stringify([owner, runId])
  const find = (owner: string, runId: string) => kept.get(keyOf(owner, runId))

  function held(lease: RunLease): Kept | undefined {
    const found = find(lease.owner, lease.runId)
    if (found?.run.status !== 'running' || found.holder !== lease.holder) return undefined
    return found.run.attempt === lease.attempt ? found : undefined
  }

  function makeRoom(): void {
    if (kept.size < MAX_RUNS) return
    for (const [key, { run }] of kept) {
      if (ENDS.has(run.status) || (run.expiresAt ?? Infinity) <= now()) {
        kept.delete(key)
        events.delete(key)
        return
      }
    }
    throw new RunError(
      'run_not_suspended',
      `This process keeps ${MAX_RUNS} runs that wait. Give the Mastra a storage, or resume them.`,
    )
  }

  function toApproval(run: RunRecord, given: NewRunApproval): RunApproval {
    const { ttlMs, ...approval } = structuredClone(given)
    const createdAt = now()
    return {
      ...approval,
      id: randomUUID(),
      runId: run.id,
      target: run.target,
      state: 'waiting',
      createdAt,
      expiresAt: createdAt + ttlMs,
      decider: undefined,
      decidedAt: undefined,
    }
  }

  function endApprovals(found: Kept): void {
    found.approvals = found.approvals.map((each) =>
      each.state === 'waiting' ? { ...each, state: 'ended' as ApprovalState } : each,
    )
  }

  /** The run with its snapshot, as the storage would give it. */
  function read({ run, snapshot }: Kept): RunRecord {
    return {
      ...run,
      ...(snapshot !== undefined && {
        snapshot: JSON.parse(snapshot) as object as RunRecord['snapshot'],
      }),
    }
  }

  function begin(found: Kept, holder: string, ttlMs: number): ClaimedRun {
    const attempt = found.run.attempt + 1
    found.run = { ...found.run, status: 'running', attempt, dueAt: undefined, expiresAt: undefined }
    found.holder = holder
    found.leaseUntil = now() + ttlMs
    return {
      run: read(found),
      lease: { owner: found.owner, runId: found.run.id, holder, attempt },
    }
  }

  function end(found: Kept, status: RunEnd, result?: unknown, failure?: RunFailure): void {
    const endedAt = now()
    const ended = { dueAt: undefined, expiresAt: undefined, endedAt }
    found.run = { ...found.run, status, ...ended, result: structuredClone(result), failure }
    found.snapshot = undefined
    found.holder = undefined
    found.leaseUntil = undefined
    endApprovals(found)
  }

  function decide(found: Kept, decision: RunDecision): ClaimRefusal | undefined {
    const refusal = refuseDecision(found.approvals, decision, now())
    if (refusal !== undefined) return refusal
    const { toolCallId, state, decider } = decision
    found.approvals = found.approvals.map((each) =>
      each.toolCallId === toolCallId && each.state === 'waiting'
        ? { ...each, state, decider, decidedAt: now() }
        : each,
    )
    return undefined
  }

  function claim(owner: string, runId: string, given: RunClaim): ClaimedRun | ClaimRefusal {
    const found = find(owner, runId)
    if (found === undefined) return 'missing'
    const { status, expiresAt } = found.run
    if (ENDS.has(status)) return 'ended'
    if (status !== 'suspended') return 'running'
    if ((expiresAt ?? Infinity) <= now()) return 'expired'
    const { decision, holder, ttlMs, attempt = found.run.attempt } = given
    if (attempt !== found.run.attempt) return 'running'
    if (decision !== undefined) {
      const refusal = decide(found, decision)
      if (refusal !== undefined) return refusal
    }
    return begin(found, holder, ttlMs)
  }

  const withoutSecrets = ({ caller: _caller, snapshot: _snapshot, ...run }: RunRecord): RunRecord =>
    run

  return {
    async create(owner, given, beginning) {
      if (find(owner, given.id) !== undefined) {
        throw new RunError('run_exists', 'A run of this id is there already.')
      }
      makeRoom()
      const { snapshot, ...run } = given
      const createdAt = now()
      const isSuspended = beginning.status === 'suspended'
      const found: Kept = {
        owner,
        run: {
          ...structuredClone(run),
          status: beginning.status,
          attempt: beginning.status === 'running' ? 1 : 0,
          createdAt,
          suspendedAt: isSuspended ? createdAt : undefined,
          endedAt: undefined,
          dueAt: beginning.status === 'pending' ? createdAt + (beginning.inMs ?? 0) : undefined,
          expiresAt:
            isSuspended && beginning.ttlMs !== undefined ? createdAt + beginning.ttlMs : undefined,
          result: undefined,
          failure: undefined,
        },
        snapshot: snapshot && JSON.stringify(snapshot),
        approvals: [],
        steps: new Map(),
        holder: beginning.status === 'running' ? beginning.holder : undefined,
        leaseUntil: beginning.status === 'running' ? createdAt + beginning.ttlMs : undefined,
        isCancelAsked: false,
      }
      if (isSuspended) {
        found.approvals = (beginning.approvals ?? []).map((each) => toApproval(found.run, each))
      }
      kept.set(keyOf(owner, given.id), found)
      if (beginning.status !== 'running') return undefined
      return { owner, runId: given.id, holder: beginning.holder, attempt: 1 }
    },
    async get(owner, runId) {
      const found = find(owner, runId)
      return found && structuredClone(read(found))
    },
    async list(owner, { kind, target, threadId, status, page = 0, perPage }) {
      const all = [...kept.values()]
        .filter((each) => each.owner === owner)
        .map(({ run }) => run)
        .filter(
          (run) =>
            run.kind === kind &&
            (target === undefined || run.target === target) &&
            (threadId === undefined || run.threadId === threadId) &&
            (status === undefined || run.status === status) &&
            (status !== 'suspended' || (run.expiresAt ?? Infinity) > now()),
        )
        .toReversed()
      const runs = all.slice(page * perPage, (page + 1) * perPage)
      return { runs: structuredClone(runs).map(withoutSecrets), total: all.length }
    },
    approvalsOf: async (owner, runIds) =>
      structuredClone(runIds.flatMap((runId) => find(owner, runId)?.approvals ?? [])),
    async decide(owner, runId, decision) {
      const found = find(owner, runId)
      if (found === undefined) return 'missing'
      if (ENDS.has(found.run.status)) return 'ended'
      if (found.run.status !== 'suspended') return 'running'
      return decide(found, decision)
    },
    claim: async (owner, runId, given) => claim(owner, runId, given),
    async claimDue({ kind, holder, ttlMs, limit }) {
      const time = now()
      return [...kept.values()]
        .filter(({ run, leaseUntil }) => {
          if (run.kind !== kind) return false
          if (run.status === 'running') return (leaseUntil ?? 0) <= time
          return run.dueAt !== undefined && run.dueAt <= time
        })
        .slice(0, limit)
        .map((found) => begin(found, holder, ttlMs))
    },
    async beat(lease, ttlMs) {
      const found = held(lease)
      if (found === undefined) return 'lost'
      found.leaseUntil = now() + ttlMs
      return found.isCancelAsked ? 'canceled' : 'held'
    },
    async record(lease, step, result) {
      const found = held(lease)
      if (found === undefined) return false
      if (!found.steps.has(step)) found.steps.set(step, JSON.stringify(result ?? null))
      return true
    },
    async steps(owner, runId) {
      const steps = find(owner, runId)?.steps ?? new Map<string, string>()
      return new Map([...steps].map(([step, json]) => [step, JSON.parse(json) as unknown]))
    },
    async suspend(lease, { snapshot, approvals = [], ttlMs }) {
      const found = held(lease)
      if (found === undefined) return false
      const suspendedAt = now()
      const expiresAt = ttlMs === undefined ? undefined : suspendedAt + ttlMs
      found.run = { ...found.run, status: 'suspended', suspendedAt, expiresAt }
      found.snapshot = JSON.stringify(snapshot)
      found.approvals.push(...approvals.map((each) => toApproval(found.run, each)))
      found.holder = undefined
      found.leaseUntil = undefined
      return true
    },
    async wait(lease, snapshot, inMs) {
      const found = held(lease)
      if (found === undefined) return false
      found.run = { ...found.run, status: 'waiting', dueAt: now() + inMs }
      found.snapshot = JSON.stringify(snapshot)
      found.holder = undefined
      found.leaseUntil = undefined
      return true
    },
    async finish(lease, { status, result, failure }) {
      const found = held(lease)
      if (found === undefined) return false
      end(found, status, result, failure)
      return true
    },
    async cancel(owner, runId) {
      const found = find(owner, runId)
      if (found === undefined || ENDS.has(found.run.status)) return false
      if (found.run.status === 'running') found.isCancelAsked = true
      else end(found, 'canceled')
      return true
    },
    async openEvents(lease) {
      if (held(lease) === undefined) return undefined
      return events.open(keyOf(lease.owner, lease.runId), lease.attempt)
    },
    async appendEvents({ owner, runId, attempt }, given) {
      const found = find(owner, runId)
      if (found?.run.attempt !== attempt) return 'lost'
      const state = events.append(keyOf(owner, runId), attempt, given)
      if (state === undefined || state === 'full') return state ?? 'lost'
      return found.isCancelAsked ? 'canceled' : 'held'
    },
    async readEvents(owner, runId, from) {
      const found = find(owner, runId)
      const read = found && events.read(keyOf(owner, runId), from)
      return read && { run: withoutSecrets(structuredClone(found.run)), ...read }
    },
    async listApprovals({ toolIds, page = 0, perPage }) {
      const all = [...kept.values()]
        .flatMap(({ approvals }) => approvals)
        .filter(
          ({ byOther, state, expiresAt, toolId }) =>
            byOther &&
            state === 'waiting' &&
            expiresAt > now() &&
            toolIds?.includes(toolId) !== false,
        )
        .toSorted((left, right) => right.createdAt - left.createdAt)
      return {
        approvals: structuredClone(all.slice(page * perPage, (page + 1) * perPage)),
        total: all.length,
      }
    },
    async findApproval(id) {
      for (const { owner, approvals } of kept.values()) {
        const approval = approvals.find((each) => each.id === id)
        if (approval !== undefined) return { owner, approval: structuredClone(approval) }
      }
      return undefined
    },
    async prune(endedForMs, limit) {
      const pruned = events.prune(limit)
      let count = 0
      for (const [key, found] of kept) {
        if (count >= limit) break
        const { endedAt, expiresAt, status } = found.run
        if (endedAt !== undefined && endedAt < now() - endedForMs) {
          kept.delete(key)
          events.delete(key)
        } else if (status === 'suspended' && (expiresAt ?? Infinity) <= now()) {
          const failure = { code: 'approval_expired', message: 'Nobody resumed the run in time.' }
          end(found, 'failed', undefined, failure)
        } else continue
        count++
      }
      return pruned + count
    },
  }
}
