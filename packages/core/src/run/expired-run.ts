import type { RunFailure, RunRecord } from './run-storage.js'

/** Why a run ends that nobody has started, or resumed, in time. */
export function expiredFailure({ kind, status }: Pick<RunRecord, 'kind' | 'status'>): RunFailure {
  const message = `Nobody ${status === 'pending' ? 'started' : 'resumed'} the run in time.`
  return { code: kind === 'agent' ? 'approval_expired' : 'run_expired', message }
}
