import type { StepPayload, StepRecord, WorkflowChunk, WorkflowSnapshot } from '@signet/core'

/** One chunk of a run, as what is recorded tells it. */
export interface RecordedChunk {
  /** Tells it from all others of the run. */
  readonly id: string
  readonly chunk: WorkflowChunk
}

/** What has happened to a step, and when. */
interface Happening {
  readonly at: number
  readonly type: Exclude<
    Extract<WorkflowChunk['type'], `workflow-step-${string}`>,
    'workflow-step-output' | 'workflow-step-progress'
  >
  readonly told: Omit<StepPayload, 'stepName' | 'id'>
}

/** What has happened to a step, in its order. */
function happeningsOf(record: StepRecord): readonly Happening[] {
  const { payload, startedAt, wakesAt, suspendedAt, suspendPayload, resumedAt, resumePayload } =
    record
  const { status, output, error, endedAt } = record
  const isSleep = wakesAt !== undefined
  const happenings: Happening[] = [
    {
      at: startedAt,
      type: isSleep ? 'workflow-step-waiting' : 'workflow-step-start',
      told: { status: isSleep ? 'waiting' : 'running', payload, startedAt },
    },
  ]
  if (suspendedAt !== undefined) {
    const told = { status: 'suspended', payload, startedAt, suspendPayload, suspendedAt } as const
    happenings.push({ at: suspendedAt, type: 'workflow-step-suspended', told })
  }
  if (resumedAt !== undefined) {
    const told = { status: 'running', payload, startedAt, resumePayload, resumedAt } as const
    happenings.push({ at: resumedAt, type: 'workflow-step-start', told })
  }
  if (endedAt !== undefined) {
    const told = { status, payload, startedAt, output, error, endedAt }
    happenings.push({ at: endedAt, type: 'workflow-step-result', told })
  }
  return happenings
}

/**
 * The chunks of the steps of a run, made of what is recorded of them, in the order of their times. What a step wrote is not
 * recorded, nor are the items of a `foreach` told.
 */
export function recordedChunks({ runId, records }: WorkflowSnapshot): readonly RecordedChunk[] {
  const all = Object.entries(records).flatMap(([key, record]) => {
    if (record.item !== undefined) return []
    const name = record.path.join('.')
    return happeningsOf(record).map(({ at, type, told }) => ({
      at,
      id: `${key} ${type} ${at}`,
      chunk: { type, runId, from: 'WORKFLOW', payload: { stepName: name, id: name, ...told } },
    }))
  })
  return all.toSorted((one, other) => one.at - other.at) as readonly RecordedChunk[]
}
