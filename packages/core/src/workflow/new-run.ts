import { randomUUID } from 'node:crypto'
import { ConfigurationError, type OptionNames, type Unserved } from '@signet/auth'
import { findRefusedOptions } from '@signet/auth/internal'
import { UNSUPPORTED_NEW_RUN_OPTIONS } from '../option/workflow-options.js'
import type { WorkflowSnapshot } from './snapshot.js'

/** Options of a new run. */
export interface NewRunOptions extends Unserved<typeof UNSUPPORTED_NEW_RUN_OPTIONS> {
  /** Where the application has a run of this id, that one is given. Default: a random UUID. */
  readonly runId?: string | undefined
  /** Whose run it is, in the words of the application. */
  readonly resourceId?: string | undefined
}

const NEW_RUN: OptionNames<NewRunOptions, typeof UNSUPPORTED_NEW_RUN_OPTIONS> = {
  runId: true,
  resourceId: true,
}

const MAX_CHARACTERS = { runId: 128, resourceId: 8192 } as const

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('option_invalid', message)
}

/**
 * Refuses options of a new run that are none, or that are not served.
 * @throws {ConfigurationError} `option_invalid`
 */
export function refuseRunOptions(id: string, options: NewRunOptions): void {
  const where = `A run of workflow ${id}`
  const [refused] = findRefusedOptions(where, options, {
    served: NEW_RUN,
    unsupported: UNSUPPORTED_NEW_RUN_OPTIONS,
  })
  if (refused !== undefined) throw invalid(`${where}: ${refused.name}. ${refused.remedy}`)
  for (const name of ['runId', 'resourceId'] as const) {
    const value: unknown = options[name]
    if (value === undefined) continue
    if (typeof value === 'string' && value.trim() !== '' && value.length <= MAX_CHARACTERS[name])
      continue
    throw invalid(
      `The option ${name} of createRun must be a text of 1 to ${MAX_CHARACTERS[name]} characters.`,
    )
  }
}

/** What is known of a run that has not started. */
export function newSnapshot(facts: {
  readonly workflowId: string
  readonly graph: string
  readonly runId?: string | undefined
  readonly resourceId?: string | undefined
}): WorkflowSnapshot {
  const now = Date.now()
  const { workflowId, graph, runId = randomUUID(), resourceId } = facts
  return {
    version: 1,
    workflowId,
    runId,
    ...(resourceId !== undefined && { resourceId }),
    graph,
    status: 'pending',
    state: {},
    records: {},
    createdAt: now,
    updatedAt: now,
  }
}
