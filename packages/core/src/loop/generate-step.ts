import { recordResult } from './record.js'
import { withRetries } from './retry.js'
import type { RunningStep } from './running-step.js'
import { refuseCall } from './tools.js'

/**
 * Runs a step whose model answers at once, with its tools, to the end.
 * @throws what the model fails with, after retries, and the signal's reason
 */
export async function generateStep(step: RunningStep): Promise<void> {
  const { answer, record } = step
  const { call, interrupt } = answer
  const answering = withRetries(step.generate, call.settings.maxRetries, interrupt.signal)
  const result = await interrupt.until(answering)
  // The abort may have come just behind the answer, and no tool starts after it.
  interrupt.signal.throwIfAborted()
  recordResult(record, result)
  step.endModel()
  if (step.fault !== undefined) throw step.fault
  const refused = record.calls.map(refuseCall).filter((each) => each !== undefined)
  const { tools } = step
  const outcomes = tools.length === 0 ? [] : await interrupt.until(Promise.all(tools))
  record.content.push(...refused)
  for (const outcome of outcomes) record.settle(outcome)
}
