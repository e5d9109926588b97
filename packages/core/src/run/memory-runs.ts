import { randomUUID } from 'node:crypto'
import { expiredFailure } from './expired-run.js'
import { hasEnded, KeptRuns, type Kept } from './kept-runs.js'
import { MemoryEvents } from './memory-events.js'
import { RunError } from './run-error.js'
import type {
  ApprovalState,
  ClaimedRun,
  ClaimRefusal,
  LeaseState,
  NewRunApproval,
  RunApproval,
  RunChange,
  RunClaim,
  RunCount,
  RunDecision,
  RunEnd,
  RunFailure,
  RunLease,
  RunRecord,
  RunStorage,
} from './run-storage.js'

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
 * Runs that are kept by the process alone: at most 1,000 of an owner and 10,000 of all, and 32 MiB and 256 MiB of JSON.
 * Those that have ended make room first. They are gone when the process ends.
 * @param now - the clock, in milliseconds since 1970. Default: `Date.now`
 */
export function createMemoryRuns(now: () => number = Date.now): RunStorage {
  const events = new MemoryEvents(now)
  const keyOf = (owner: string, runId: string) => JSON.stringify([owner, runId])
  const kept = new KeptRuns(now, (owner, runId) => events.delete(keyOf(owner, runId)))

  function held(lease: RunLease): Kept | undefined {
    const found = kept.find(lease.owner, lease.runId)
    if (found?.run.status !== 'running' || found.holder !== lease.holder) return undefined
    return found.run.attempt === lease.attempt ? found : undefined
  }

  function keepSnapshot(found: Kept, snapshot: object | undefined): void {
    const text = snapshot && JSON.stringify(snapshot)
    kept.fit(found, text?.length ?? 0, found.snapshot?.length ?? 0)
    found.snapshot = text
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
      lease: { owner: found.owned.owner, runId: found.run.id, holder, attempt },
      isCancelAsked: found.isCancelAsked,
    }
  }

  function end(found: Kept, status: RunEnd, result?: unknown, failure?: RunFailure): void {
    const endedAt = now()
    const ended = { dueAt: undefined, expiresAt: undefined, endedAt }
    found.run = { ...found.run, status, ...ended, result: structuredClone(result), failure }
    keepSnapshot(found, undefined)
    found.holder = undefined
    found.leaseUntil = undefined
    endApprovals(found)
  }

  /** In place of what would let the run go on. */
  function endCanceled(found: Kept): LeaseState {
    end(found, 'canceled')
    return 'canceled'
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

  function write(found: Kept, { steps, drops }: RunChange): void {
    if (drops !== undefined) {
      for (const [step, text] of found.steps) {
        if (!step.startsWith(drops)) continue
        found.steps.delete(step)
        kept.fit(found, 0, text.length)
      }
    }
    for (const [step, value] of steps) {
      const text = JSON.stringify(value ?? null)
      kept.fit(found, text.length, found.steps.get(step)?.length ?? 0)
      found.steps.set(step, text)
    }
  }

  function claim(owner: string, runId: string, given: RunClaim): ClaimedRun | ClaimRefusal {
    const found = kept.find(owner, runId)
    if (found === undefined) return 'missing'
    const { status, expiresAt } = found.run
    if (hasEnded(status)) return 'ended'
    const { decision, holder, ttlMs, caller, attempt = found.run.attempt } = given
    if (status !== (given.from ?? 'suspended')) return 'running'
    if ((expiresAt ?? Infinity) <= now()) return 'expired'
    if (attempt !== found.run.attempt) return 'running'
    if (decision !== undefined) {
      const refusal = decide(found, decision)
      if (refusal !== undefined) return refusal
    }
    if (given.change !== undefined) write(found, given.change)
    if (caller !== undefined) found.run = { ...found.run, caller: structuredClone(caller) }
    return begin(found, holder, ttlMs)
  }

  function listed({ run }: Kept): RunRecord {
    const { caller: _caller, snapshot: _snapshot, ...shown } = run
    return structuredClone({ ...shown, result: undefined })
  }

  return {
    async create(owner, given, beginning) {
      if (kept.find(owner, given.id) !== undefined) {
        throw new RunError('run_exists', 'A run of this id is there already.')
      }
      const owned = kept.roomFor(owner)
      const { snapshot, ...run } = given
      const createdAt = now()
      const isSuspended = beginning.status === 'suspended'
      const ttlMs = beginning.status === 'running' ? undefined : beginning.ttlMs
      const found: Kept = {
        owned,
        run: {
          ...structuredClone(run),
          status: beginning.status,
          attempt: beginning.status === 'running' ? 1 : 0,
          createdAt,
          suspendedAt: isSuspended ? createdAt : undefined,
          endedAt: undefined,
          dueAt:
            beginning.status === 'pending' && beginning.inMs !== undefined
              ? createdAt + beginning.inMs
              : undefined,
          expiresAt: ttlMs === undefined ? undefined : createdAt + ttlMs,
          result: undefined,
          failure: undefined,
        },
        snapshot: undefined,
        approvals: [],
        steps: new Map(),
        revision: 0,
        size: 0,
        holder: beginning.status === 'running' ? beginning.holder : undefined,
        leaseUntil: beginning.status === 'running' ? createdAt + beginning.ttlMs : undefined,
        isCancelAsked: false,
      }
      if (isSuspended) {
        found.approvals = (beginning.approvals ?? []).map((each) => toApproval(found.run, each))
      }
      keepSnapshot(found, snapshot)
      kept.add(found)
      if (beginning.status !== 'running') return undefined
      return { owner, runId: given.id, holder: beginning.holder, attempt: 1 }
    },
    async get(owner, runId) {
      const found = kept.find(owner, runId)
      return found && structuredClone(read(found))
    },
    async revision(owner, runId) {
      const found = kept.find(owner, runId)
      return found && `${found.run.status} ${found.run.attempt} ${found.revision}`
    },
    async list(owner, { kind, target, page = 0, perPage, ...query }) {
      const { threadId, status, resourceId, createdFrom = 0, createdTo = Infinity } = query
      const wanted = [...kept.of(owner)]
        .filter(
          ({ run }) =>
            run.kind === kind &&
            (target === undefined || run.target === target) &&
            (threadId === undefined || run.threadId === threadId) &&
            (resourceId === undefined || run.resourceId === resourceId) &&
            (status === undefined || run.status === status) &&
            (status !== 'suspended' || (run.expiresAt ?? Infinity) > now()) &&
            run.createdAt >= createdFrom &&
            run.createdAt <= createdTo,
        )
        .toReversed()
      const runs = wanted.slice(page * perPage, (page + 1) * perPage)
      return { runs: runs.map(listed), total: wanted.length }
    },
    async count(owner, kind) {
      const counts = new Map<string, RunCount>()
      for (const { run } of kept.of(owner)) {
        const { target, status } = run
        if (run.kind !== kind || hasEnded(status)) continue
        const key = JSON.stringify([target, status])
        counts.set(key, { target, status, count: (counts.get(key)?.count ?? 0) + 1 })
      }
      return [...counts.values()]
    },
    approvalsOf: async (owner, runIds) =>
      structuredClone(runIds.flatMap((runId) => kept.find(owner, runId)?.approvals ?? [])),
    async decide(owner, runId, decision) {
      const found = kept.find(owner, runId)
      if (found === undefined) return 'missing'
      if (hasEnded(found.run.status)) return 'ended'
      if (found.run.status !== 'suspended') return 'running'
      return decide(found, decision)
    },
    claim: async (owner, runId, given) => claim(owner, runId, given),
    async claimDue({ kind, targets, holder, ttlMs, limit }) {
      const time = now()
      return kept
        .all()
        .filter(({ run, leaseUntil }) => {
          if (run.kind !== kind || targets?.includes(run.target) === false) return false
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
    async record(lease, change) {
      const found = held(lease)
      if (found === undefined) return false
      found.revision++
      write(found, change)
      return true
    },
    async steps(owner, runId) {
      const steps = kept.find(owner, runId)?.steps ?? new Map<string, string>()
      return new Map([...steps].map(([step, json]) => [step, JSON.parse(json) as unknown]))
    },
    async suspend(lease, { snapshot, approvals = [], ttlMs }) {
      const found = held(lease)
      if (found === undefined) return 'lost'
      if (found.isCancelAsked) return endCanceled(found)
      const suspendedAt = now()
      const expiresAt = ttlMs === undefined ? undefined : suspendedAt + ttlMs
      found.run = { ...found.run, status: 'suspended', suspendedAt, expiresAt }
      keepSnapshot(found, snapshot)
      found.approvals.push(...approvals.map((each) => toApproval(found.run, each)))
      found.holder = undefined
      found.leaseUntil = undefined
      return 'held'
    },
    async wait(lease, snapshot, inMs) {
      const found = held(lease)
      if (found === undefined) return 'lost'
      if (found.isCancelAsked) return endCanceled(found)
      found.run = { ...found.run, status: 'waiting', dueAt: now() + inMs }
      keepSnapshot(found, snapshot)
      found.holder = undefined
      found.leaseUntil = undefined
      return 'held'
    },
    async finish(lease, { status, result, failure }) {
      const found = held(lease)
      if (found === undefined) return false
      end(found, status, result, failure)
      return true
    },
    async cancel(owner, runId) {
      const found = kept.find(owner, runId)
      if (found === undefined || hasEnded(found.run.status)) return false
      const isHeld = found.run.status === 'running' && (found.leaseUntil ?? 0) > now()
      if (isHeld) found.isCancelAsked = true
      else end(found, 'canceled')
      return true
    },
    async delete(owner, runId) {
      const found = kept.find(owner, runId)
      if (found !== undefined) kept.remove(found)
      return found !== undefined
    },
    async openEvents(lease) {
      if (held(lease) === undefined) return undefined
      return events.open(keyOf(lease.owner, lease.runId), lease.attempt)
    },
    async appendEvents({ owner, runId, attempt }, given) {
      const found = kept.find(owner, runId)
      if (found?.run.attempt !== attempt) return 'lost'
      const state = events.append(keyOf(owner, runId), attempt, given)
      if (state === undefined || state === 'full') return state ?? 'lost'
      return found.isCancelAsked ? 'canceled' : 'held'
    },
    async readEvents(owner, runId, from) {
      const found = kept.find(owner, runId)
      const read = found && events.read(keyOf(owner, runId), from)
      return read && { run: listed(found), ...read }
    },
    async listApprovals({ toolIds, page = 0, perPage }) {
      const waiting = kept
        .all()
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
        approvals: structuredClone(waiting.slice(page * perPage, (page + 1) * perPage)),
        total: waiting.length,
      }
    },
    async findApproval(id) {
      for (const { owned, approvals } of kept.all()) {
        const approval = approvals.find((each) => each.id === id)
        if (approval !== undefined)
          return { owner: owned.owner, approval: structuredClone(approval) }
      }
      return undefined
    },
    async prune(endedForMs, limit) {
      const forgotten = events.prune(limit)
      let pruned = 0
      for (const found of kept.all()) {
        if (pruned >= limit) break
        const { endedAt, expiresAt } = found.run
        if (endedAt !== undefined && endedAt < now() - endedForMs) kept.remove(found)
        else if ((expiresAt ?? Infinity) <= now()) {
          end(found, 'failed', undefined, expiredFailure(found.run))
        } else continue
        pruned++
      }
      return forgotten + pruned
    },
  }
}
