import type { StepPayload } from './chunk.js'
import { nameOf, type End, type LegFacts } from './leg-facts.js'
import type { StepRecord } from './snapshot.js'

type StepChunkType =
  | 'workflow-step-start'
  | 'workflow-step-result'
  | 'workflow-step-suspended'
  | 'workflow-step-waiting'

/** Tells what has become of a step. */
export function tellStep(
  facts: LegFacts,
  type: StepChunkType,
  path: readonly string[],
  record: Pick<StepRecord, 'status'> & Partial<StepRecord>,
  stepCallId?: string,
): void {
  const name = nameOf(path)
  const { status, payload, output, error, suspendPayload, resumePayload } = record
  const { startedAt, endedAt, suspendedAt, resumedAt } = record
  const told: StepPayload = {
    stepName: name,
    id: name,
    ...(stepCallId !== undefined && { stepCallId }),
    status,
    ...(payload !== undefined && { payload }),
    ...(startedAt !== undefined && { startedAt }),
    ...(resumePayload !== undefined && { resumePayload, resumedAt }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(status === 'suspended' && { suspendPayload, suspendedAt }),
    ...(endedAt !== undefined && { endedAt }),
  }
  facts.emit({ type, payload: told })
}

/** Tells what has become of an item of a `.foreach`. */
export function tellProgress(
  facts: LegFacts,
  path: readonly string[],
  end: End,
  at: number,
  completedCount: number,
  totalCount: number,
): void {
  if (end.type === 'canceled' || end.type === 'bailed' || end.type === 'waiting') return
  const name = nameOf(path)
  facts.emit({
    type: 'workflow-step-progress',
    payload: {
      stepName: name,
      id: name,
      completedCount,
      totalCount,
      currentIndex: at,
      iterationStatus: end.type,
      ...(end.type === 'success' && { iterationOutput: end.output }),
    },
  })
}
