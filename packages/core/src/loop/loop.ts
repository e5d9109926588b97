import type { LoopCall } from './call.js'
import { generateStep } from './generate-step.js'
import { askModel, checkSettings } from './model-call.js'
import type { ToolCallContent } from './content.js'
import { resumeStep } from './resume-step.js'
import { openAnswer, RunningStep } from './running-step.js'
import type { LoopPart, Step } from './step.js'
import { streamStep, streamTools } from './stream-step.js'

/** Whether a model answers at once, or piece by piece. */
export type LoopMode = 'generate' | 'stream'

/** Whether all that was called has answered, and nothing is left to the client. */
function wantsNextStep({ content, finishReason }: Pick<Step, 'content' | 'finishReason'>): boolean {
  const called = content
    .filter((part): part is ToolCallContent => part.type === 'tool-call')
    .filter(({ providerExecuted }) => providerExecuted !== true)
  const answers = content.filter(
    (part) => (part.type === 'tool-result' || part.type === 'tool-error') && !part.providerExecuted,
  )
  const isCut = finishReason === 'interrupted' || finishReason === 'error'
  return called.length > 0 && answers.length === called.length && !isCut
}

/**
 * Makes an answer: calls the model, runs the tools that it calls, tells it what came of them and calls it again,
 * until it calls none, calls one that does not run here, or there are no steps left.
 *
 * It is made as it is read: nothing is read ahead, and who stops reading ends model and tools.
 *
 * @throws what the model fails with, after retries; the signal's reason when it is aborted, at once, whether or not
 * model and tools obey the signal
 */
export async function* runLoop(
  call: LoopCall,
  mode: LoopMode,
): AsyncGenerator<LoopPart, void, undefined> {
  checkSettings(call.settings)
  const answer = openAnswer(call)
  const { interrupt, names } = answer
  const messages = [...call.messages]
  let running: RunningStep | undefined
  let isOver = false
  let isError = false
  let index = 0
  try {
    if (call.resume !== undefined) {
      interrupt.signal.throwIfAborted()
      for (const step of call.resume.steps) messages.push(...step.messages)
      if (mode === 'stream') yield { type: 'step-start', warnings: [] }
      const resumed = resumeStep(answer, call.resume)
      let next = await resumed.next()
      for (; next.done !== true; next = await resumed.next())
        if (mode === 'stream') yield next.value
      const step = next.value
      index = step.index + 1
      isOver = !wantsNextStep(step) || index >= call.maxSteps
      yield { type: 'step-end', step, isContinued: !isOver }
      messages.push(...step.messages)
    }
    for (; !isOver; index += 1) {
      interrupt.signal.throwIfAborted()
      const asking = askModel(call, messages, interrupt.signal, names)
      const asked = asking instanceof Promise ? await interrupt.until(asking) : asking
      running = new RunningStep(answer, asked, index)
      if (mode === 'generate') await generateStep(running)
      else {
        const reader = await streamStep(running)
        for (let part = await reader.next(); part; part = await reader.next()) yield part
        yield* streamTools(running)
      }
      isError = running.record.finishReason === 'error'
      isOver = !wantsNextStep(running.record) || index + 1 >= call.maxSteps
      const step = running.record.close()
      yield { type: 'step-end', step, isContinued: !isOver }
      messages.push(...step.messages)
    }
  } catch (error) {
    isError = !interrupt.signal.aborted
    throw error
  } finally {
    interrupt.close(isOver)
    running?.close(isError)
    answer.span?.end({ isError })
  }
}
