import { isJsonObject } from '@signet/auth/internal'
import { BOUNDS } from '../bounds.js'
import { InputError } from '../error.js'
import type { LoopDecision } from '../loop/call.js'
import type { PendingCall } from '../loop/content.js'
import type { Tool } from '../tool/create-tool.js'
import { argumentsDigest } from '../run/arguments-digest.js'
import { RunError } from '../run/run-error.js'
import type { RunApproval } from '../run/run-storage.js'

const MAX_REASON_CHARACTERS = BOUNDS.reasonCharacters.limit

/** What a caller says of a call that waits: a decision, or what it is to be resumed with. */
export type SaidOfCall = LoopDecision | { readonly resumeData: unknown }

/** A call that waits, as the storage has it and as the answer does. */
export interface WaitingCall {
  readonly approval: RunApproval
  readonly call: PendingCall
}

export const DECIDED = 'The call was decided already, or the run has ended or goes on.'
export const CHANGED = 'The arguments of the call are not those that were shown for approval.'

function invalid(field: string, message: string): InputError {
  return new InputError('The options cannot be used.', [{ field, message }])
}

/** @throws {InputError} for a reason that can be none */
export function readDecision(isApproved: boolean, reason: unknown): LoopDecision {
  if (reason === undefined || reason === null || reason === '') return { isApproved }
  if (typeof reason === 'string' && reason.length <= MAX_REASON_CHARACTERS) {
    return { isApproved, reason }
  }
  throw invalid('reason', `It must be a text of at most ${MAX_REASON_CHARACTERS} characters.`)
}

const APPROVAL_DATA =
  'The call waits for an approval: send { approved: true } or { approved: false }.'

/** A decision on an approval that came as what a call is resumed with. */
function readApprovalData(data: unknown): LoopDecision {
  if (!isJsonObject(data)) throw invalid('resumeData', APPROVAL_DATA)
  const { approved, reason, ...more } = data
  if (typeof approved !== 'boolean' || Object.keys(more).length > 0) {
    throw invalid('resumeData', APPROVAL_DATA)
  }
  return readDecision(approved, reason)
}

/**
 * What is to become of a call, as its caller has said. A call that its tool has suspended is resumed with data or
 * declined, and one that has to be approved is approved or declined, also by `{ approved }` as data.
 * @throws {InputError} for what does not fit how the call waits
 */
export function toDecision({ call }: WaitingCall, said: SaidOfCall): LoopDecision {
  if ('isApproved' in said) {
    if (!said.isApproved || call.suspension === undefined) return said
    throw invalid('toolCallId', 'The tool has suspended this call. Resume it with resumeData.')
  }
  if (call.suspension === undefined) return readApprovalData(said.resumeData)
  return { isApproved: true, resumeData: said.resumeData }
}

/**
 * What is to become of the call that an owner decides on: where somebody else must approve it, they have to have done so.
 * @throws {RunError} `approval_by_other`, `run_not_suspended`, or `run_ended` where the arguments are others
 */
export function settleDecision(
  { approval, call }: WaitingCall,
  decision: LoopDecision,
  tool: Tool | undefined,
): LoopDecision {
  const { state } = approval
  if (state === 'approved' || state === 'declined') {
    // Another has decided already. Their approval is for these arguments, and their refusal stays one.
    if (approval.digest !== argumentsDigest(call.input ?? null)) {
      throw new RunError('run_ended', CHANGED)
    }
    const isApproved = state === 'approved'
    return isApproved && decision.isApproved ? decision : { ...decision, isApproved: false }
  }
  if (state !== 'waiting') throw new RunError('run_not_suspended', DECIDED)
  if (!decision.isApproved || call.suspension !== undefined) return decision
  if (!approval.byOther && tool?.approval?.byOther !== true) return decision
  throw new RunError(
    'approval_by_other',
    `Somebody else than who asked must approve the call, with tools:approve:${approval.toolId}.`,
  )
}
