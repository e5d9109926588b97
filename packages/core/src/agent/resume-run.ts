import { randomUUID } from 'node:crypto'
import { ScopeError } from '@signet/auth'
import { AnswerError, InputError } from '../error.js'
import { causeOf } from '../fault/told-cause.js'
import type { Logger } from '../log/logger.js'
import type { LoopDecision, LoopTool } from '../loop/call.js'
import type { PendingCall } from '../loop/content.js'
import type { Step } from '../loop/step.js'
import type { RequestContext } from '../request-context.js'
import { argumentsDigest } from '../run/arguments-digest.js'
import { RunError } from '../run/run-error.js'
import { CHANGED, DECIDED, type WaitingCall } from './decision.js'
import type {
  ClaimRefusal,
  RunApproval,
  RunDecision,
  RunFailure,
  RunJson,
  RunRecord,
  RunStorage,
} from '../run/run-storage.js'
import type { ResumeOptions } from './options.js'
import type { Run } from './run.js'
import { LEASE_MS, RunLeg } from './run-leg.js'
import { readSnapshot, type AgentSnapshot } from './snapshot.js'
import { peopleOf, personOf, runOwner } from '../run/person.js'

/** A suspended run, as far as it has been found. */
export interface FoundRun extends WaitingCall {
  readonly owner: string
  readonly run: RunRecord
  readonly snapshot: AgentSnapshot
  /** The approvals of the run that wait beside it. */
  readonly others: readonly RunApproval[]
  readonly suspended: Step
}

const MISSING =
  'The caller does not have such a run, or it does not wait for a decision on this call.'
const EXPIRED = 'Nobody may approve the call, or resume it, any more.'

/** What a refused claim is to a caller. */
function toRunError(refusal: ClaimRefusal): RunError {
  switch (refusal) {
    case 'missing':
      return new RunError('run_missing', MISSING)
    case 'expired':
      return new RunError('approval_expired', EXPIRED)
    case 'changed':
      return new RunError('run_ended', CHANGED)
    case 'running':
    case 'ended':
    case 'decided':
      return new RunError('run_not_suspended', DECIDED)
  }
}

function requireText(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new InputError('The options cannot be used.', [
    { field, message: 'It must be a text that is not empty.' },
  ])
}

/** Which call is meant. */
type CallName = Pick<ResumeOptions, 'runId' | 'toolCallId'>

/**
 * The call that a caller means: the one that waits, where they name none.
 * @throws {InputError} where they name none, and several wait
 */
function pickCall(
  pending: readonly PendingCall[],
  toolCallId: string | undefined,
): PendingCall | undefined {
  if (toolCallId !== undefined) return pending.find((call) => call.toolCallId === toolCallId)
  if (pending.length < 2) return pending[0]
  throw new InputError('The options cannot be used.', [
    { field: 'toolCallId', message: 'Several calls of the run wait. Name the one that is meant.' },
  ])
}

/**
 * Finds the run that a caller means, and the call of it that waits for a decision.
 * @throws {RunError} `run_missing` or `run_not_suspended`
 * @throws {InputError} for ids that can be none, and for none where several calls wait
 */
export async function findWaiting(
  runs: RunStorage,
  agentId: string,
  options: CallName,
  requestContext: RequestContext,
): Promise<FoundRun> {
  const runId = requireText(options.runId, 'runId')
  const toolCallId =
    options.toolCallId === undefined ? undefined : requireText(options.toolCallId, 'toolCallId')
  const owner = runOwner(requestContext)
  const run = await runs.get(owner, runId)
  if (run?.kind !== 'agent' || run.target !== agentId) throw toRunError('missing')
  const approvals = await runs.approvalsOf(owner, [runId])
  const isNamed = approvals.some((each) => each.toolCallId === toolCallId)
  if (toolCallId !== undefined && !isNamed) throw toRunError('missing')
  if (run.status !== 'suspended') throw toRunError('decided')
  const snapshot = readSnapshot(run.snapshot)
  const suspended = snapshot.steps.at(-1)
  const call = pickCall(suspended?.pending ?? [], toolCallId)
  const approval = approvals.findLast((each) => each.toolCallId === call?.toolCallId)
  // What was decided and made waits no more.
  if (suspended === undefined || call === undefined || approval === undefined) {
    throw toRunError('decided')
  }
  const others = approvals.filter((each) => each !== approval && each.state === 'waiting')
  return { owner, run, snapshot, approval, others, call, suspended }
}

/**
 * Refuses to go on for who may not what the suspended request did.
 * @throws {ScopeError}
 * @throws {InputError} for options that are to be given again
 */
export function checkGiven(
  { snapshot }: FoundRun,
  agentId: string,
  options: ResumeOptions,
  requestContext: RequestContext,
): void {
  const { principal } = requestContext
  const permission = `agents:write:${agentId}` as const
  if (snapshot.isOverride && !requestContext.allows(permission)) {
    throw new ScopeError(permission, principal?.ignoredGrants)
  }
  const missing = snapshot.missing.filter((name) => Reflect.get(options, name) === undefined)
  if (missing.length === 0) return
  throw new InputError(
    'The options cannot be used.',
    missing.map((field) => ({
      field,
      message: 'The suspended answer was given what no storage keeps. Give it again.',
    })),
  )
}

/** Why a tool does not run although its call was approved; undefined where it runs. */
export function toolFault(
  { approval }: FoundRun,
  tool: LoopTool | undefined,
  requestContext: RequestContext,
): RunFailure | ScopeError | undefined {
  const permission = `tools:execute:${approval.toolId}` as const
  if (!requestContext.allows(permission)) {
    return new ScopeError(permission, requestContext.principal?.ignoredGrants)
  }
  if (tool?.execute !== undefined && tool.id === approval.toolId) return undefined
  return {
    code: 'tool_missing',
    message: `The agent does not have the tool ${approval.toolId} any more.`,
  }
}

function decisionOf(
  { approval, call }: FoundRun,
  { isApproved }: LoopDecision,
  requestContext: RequestContext,
): RunDecision {
  return {
    toolCallId: approval.toolCallId,
    state: isApproved ? 'approved' : 'declined',
    decider: personOf(requestContext),
    // Of what would run: where the storage has another, nothing does.
    digest: argumentsDigest(call.input ?? null),
  }
}

/**
 * The caller of a run with those who now have a part in it, as their decision or their data steers what is asked next:
 * somebody else must approve that. Where it is not known who asked, it stays so, and nobody may approve.
 */
function callerWith({ run }: FoundRun, requestContext: RequestContext): RunJson | undefined {
  const people: unknown = run.caller?.['people']
  if (!Array.isArray(people)) return undefined
  return { ...run.caller, people: [...new Set<unknown>([...people, ...peopleOf(requestContext)])] }
}

/** Ends a run that cannot go on. */
export async function endRun(
  runs: RunStorage,
  { owner, run }: Pick<FoundRun, 'owner' | 'run'>,
  failure: RunFailure,
): Promise<void> {
  const claimed = await runs.claim(owner, run.id, { holder: randomUUID(), ttlMs: LEASE_MS })
  if (typeof claimed === 'string') return
  await runs.finish(claimed.lease, { status: 'failed', failure })
}

/** What is needed to begin a leg. */
export interface LegStart {
  readonly runs: RunStorage
  readonly found: FoundRun
  readonly decision: LoopDecision
  readonly requestContext: RequestContext
  readonly logger: Logger
  readonly end: (reason: Error) => void
}

/**
 * Writes a decision down and begins the leg that follows from it: of all that decide at once, one does.
 * @throws {RunError}
 */
export async function beginLeg(start: LegStart): Promise<RunLeg> {
  const { runs, found, decision, requestContext, logger, end } = start
  const claimed = await runs.claim(found.owner, found.run.id, {
    holder: randomUUID(),
    ttlMs: LEASE_MS,
    attempt: found.run.attempt,
    caller: callerWith(found, requestContext),
    ...(found.approval.state === 'waiting' && {
      decision: decisionOf(found, decision, requestContext),
    }),
  })
  if (typeof claimed !== 'string') return new RunLeg({ runs, lease: claimed.lease, logger, end })
  if (claimed === 'changed') {
    await endRun(runs, found, { code: 'arguments_changed', message: CHANGED })
  }
  throw toRunError(claimed)
}

function failureOf(error: unknown): RunFailure {
  if (error === undefined) return { code: 'stopped', message: 'The answer was broken off.' }
  if (RunError.isInstance(error)) return { code: error.code, message: error.message }
  const code = AnswerError.isInstance(error) ? error.code : 'answer_failed'
  return { code, message: causeOf(error) ?? 'The answer failed.' }
}

/** A run that writes under the lease of its leg. */
export function withLeg(run: Run, leg: RunLeg, { others }: Pick<FoundRun, 'others'>): Run {
  return {
    ...run,
    leg,
    async commit(steps, structured) {
      await leg.requireHeld()
      await run.commit(steps, structured)
      await leg.succeed()
    },
    async leave(error) {
      await run.leave(error)
      await leg.fail(failureOf(error))
    },
    async suspend(steps) {
      const suspension = run.pause(steps)
      const left = others.map(({ expiresAt }) => expiresAt - Date.now())
      const ttlMs = Math.max(1, suspension.ttlMs ?? 0, ...left)
      await leg.suspend({ ...suspension, ttlMs })
      await run.leave()
    },
  }
}
