import type { StreamResult } from './model-call.js'
import { withRetries } from './retry.js'
import type { RunningStep } from './running-step.js'
import type { LoopPart } from './step.js'
import { StepReader } from './step-reader.js'
import { inOrderOfEnds } from './tools.js'

/** Opens the model's stream. One that comes after the abort is ended unread. */
async function openStream({ stream, answer }: RunningStep): Promise<StreamResult> {
  const { call, interrupt } = answer
  const opening = withRetries(stream, call.settings.maxRetries, interrupt.signal)
  try {
    return await interrupt.until(opening)
  } catch (error) {
    opening.then((late) => late.stream.cancel(error)).catch(() => undefined)
    throw error
  }
}

/**
 * Calls the model of a step that answers piece by piece. The interrupt ends the reader, too, where nobody reads on.
 * @throws what the model fails with, after retries, and the signal's reason
 */
export async function streamStep(step: RunningStep): Promise<StepReader> {
  const { call, interrupt, names, taken } = step.answer
  const hidesTools = call.toolChoice === 'none'
  const options = { interrupt, taken, names, hidesTools, onEnd: step.endModel }
  return new StepReader(await openStream(step), step.record, options)
}

/**
 * What comes behind the last piece of the model: what its tools come to, in the order in which they end.
 * @throws the signal's reason
 */
export async function* streamTools(step: RunningStep): AsyncGenerator<LoopPart, void, undefined> {
  const { answer, fault, record, tools } = step
  if (fault !== undefined) yield { type: 'error', error: fault }
  for (const ending of inOrderOfEnds(tools)) {
    const outcome = record.settle(await answer.interrupt.until(ending))
    if (outcome !== undefined) yield outcome
  }
}
