import { createHash } from 'node:crypto'
import { ConfigurationError } from '@signet/auth'
import { RegistrationError } from '../error.js'
import { WORKFLOW_LIMITS } from './limits.js'
import { stepsOf } from './step-place.js'
import type { FlowEntry, Step } from './step.js'

/** How deep workflows are nested in a chain: 1 where none is. */
function depthOf(entries: readonly FlowEntry[]): number {
  const nested = entries.flatMap(stepsOf).map((step) => {
    const work = step.work
    return work.type === 'flow' ? depthOf(work.flow.entries) : 0
  })
  return 1 + Math.max(0, ...nested)
}

/** The ids of a chain and their order, as JSON. */
function outlineOf(entries: readonly FlowEntry[]): unknown {
  return entries.map((entry) => {
    if (entry.type === 'sleep' || entry.type === 'sleepUntil') return [entry.type, entry.id]
    const steps = stepsOf(entry).map((step) => {
      const work = step.work
      return work.type === 'flow' ? [step.id, outlineOf(work.flow.entries)] : step.id
    })
    return [entry.type === 'loop' ? entry.kind : entry.type, steps]
  })
}

/** Refuses two steps of one id in a chain: their results could not be told apart. */
function checkIds(id: string, entries: readonly FlowEntry[]): void {
  const known = new Map<string, Step>()
  for (const entry of entries) {
    const steps = stepsOf(entry)
    const doubled = steps.find((step, at) =>
      steps.some((other, i) => i < at && other.id === step.id),
    )
    const other = steps.find((step) => known.has(step.id) && known.get(step.id) !== step)
    const clash = doubled ?? other
    if (clash !== undefined) {
      throw new RegistrationError(
        'id_duplicate',
        `Two steps of workflow ${id} have the id ${JSON.stringify(clash.id)}. Rename one of them, or make it by cloneStep.`,
      )
    }
    for (const step of steps) known.set(step.id, step)
  }
}

/**
 * Checks a chain that has all its steps.
 * @throws {ConfigurationError} `option_invalid` for a chain without a step, of more than 1,000, or deeper than 16
 * @throws {RegistrationError} `id_duplicate` for two steps of one id
 */
export function checkChain(id: string, entries: readonly FlowEntry[]): void {
  if (entries.length === 0) throw invalid(`Workflow ${id} has no steps. Add some with then.`)
  const nodes = entries.reduce((sum, entry) => sum + Math.max(1, stepsOf(entry).length), 0)
  if (nodes > WORKFLOW_LIMITS.nodes) {
    throw invalid(`Workflow ${id} has ${nodes} steps, and ${WORKFLOW_LIMITS.nodes} are the most.`)
  }
  if (depthOf(entries) > WORKFLOW_LIMITS.nesting) {
    throw invalid(`Workflow ${id} is nested deeper than ${WORKFLOW_LIMITS.nesting} workflows.`)
  }
  checkIds(id, entries)
}

/** Tells one chain from another: a hash of its ids in their order. A stored run goes on only in the same chain. */
export function graphOf(entries: readonly FlowEntry[]): string {
  const outline = JSON.stringify(outlineOf(entries))
  return createHash('sha256').update(outline).digest('base64url')
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('option_invalid', message)
}
