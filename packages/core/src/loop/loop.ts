import type { AnswerSpan } from '../model/telemetry.js'
import type { LoopCall } from './call.js'
import type { ToolOutcome } from './content.js'
import { Interrupt } from './interrupt.js'
import { askModel, checkSettings, type AskedModel, type StreamResult } from './model-call.js'
import { recordResult, StepRecord } from './record.js'
import { withRetries } from './retry.js'
import type { LoopPart } from './step.js'
import { StepReader } from './step-reader.js'
import { toolChoiceFault } from './tool-choice.js'
import { ToolNames } from './tool-names.js'
import { inOrderOfEnds, refuseCall, runnableCalls, runTool } from './tools.js'
import { below, modelOutcome, traceAgent, traceModel } from './trace.js'

/** Whether a model answers at once, or piece by piece. */
export type LoopMode = 'generate' | 'stream'

/** Whether all that was called has answered, and nothing is left to the client. */
function wantsNextStep({ calls, content, finishReason }: StepRecord): boolean {
  const called = calls.filter(({ providerExecuted }) => providerExecuted !== true)
  const answers = content.filter(
    (part) => (part.type === 'tool-result' || part.type === 'tool-error') && !part.providerExecuted,
  )
  const isCut = finishReason === 'interrupted' || finishReason === 'error'
  return called.length > 0 && answers.length === called.length && !isCut
}

/** Opens a stream. One that comes after the abort is ended unread. */
async function openStream(
  open: AskedModel['stream'],
  { settings }: LoopCall,
  interrupt: Interrupt,
): Promise<StreamResult> {
  const opening = withRetries(open, settings.maxRetries, interrupt.signal)
  try {
    return await interrupt.until(opening)
  } catch (error) {
    opening.then(({ stream }) => stream.cancel(error)).catch(() => undefined)
    throw error
  }
}

/** Starts the tools that a step calls, unless the model was cut off: it may have said only half of the calls. */
function startTools(
  { calls, finishReason }: StepRecord,
  { tools, toolChoice }: LoopCall,
  interrupt: Interrupt,
  span: AnswerSpan | undefined,
): Promise<ToolOutcome>[] {
  const isWhole = finishReason === 'stop' || finishReason === 'tool-calls'
  if (!isWhole || toolChoice === 'none') return []
  return runnableCalls(calls, tools).map((call) => runTool(call, tools, interrupt, span))
}

/**
 * Makes an answer: calls the model, runs the tools that it calls, tells it what came of them and calls it again,
 * until it calls none, calls one that does not run here, or there are no steps left.
 *
 * It is made as it is read: nothing is read ahead, and who stops reading ends model and tools.
 *
 * @throws what the model fails with, after retries; the signal's reason when it is aborted, at once, whether or not
 * model and tools heed the signal
 */
export async function* runLoop(
  call: LoopCall,
  mode: LoopMode,
): AsyncGenerator<LoopPart, void, undefined> {
  checkSettings(call.settings)
  const { model, tools, toolChoice, maxSteps, settings } = call
  const interrupt = new Interrupt(call.abortSignal, call.logger)
  const { signal } = interrupt
  const span = traceAgent(call)
  const messages = [...call.messages]
  const taken = new Set<string>()
  const hidesTools = toolChoice === 'none'
  const names = new ToolNames(tools)
  let openSpan: AnswerSpan | undefined
  let reader: StepReader | undefined
  let isOver = false
  let isError = false
  try {
    for (let index = 0; ; index += 1) {
      signal.throwIfAborted()
      const record = new StepRecord(index, model.modelId, tools, names)
      const asking = askModel(call, messages, signal, names)
      const asked = asking instanceof Promise ? await interrupt.until(asking) : asking
      const modelSpan = traceModel(span, call)
      openSpan = modelSpan
      let fault: Error | undefined
      let running: Promise<ToolOutcome>[] = []
      const onEnd = () => {
        modelSpan?.end(modelOutcome(record))
        openSpan = undefined
        fault = toolChoiceFault(call, record)
        if (fault !== undefined) record.finishReason = 'error'
        running = startTools(record, call, interrupt, span)
      }

      if (mode === 'generate') {
        const generate = () => below(modelSpan, asked.generate)
        const answering = withRetries(generate, settings.maxRetries, signal)
        const result = await interrupt.until(answering)
        // The abort may have come just behind the answer, and no tool starts after it.
        signal.throwIfAborted()
        recordResult(record, result)
        onEnd()
        if (fault !== undefined) throw fault
        const refused = record.calls.map(refuseCall).filter((each) => each !== undefined)
        const outcomes = running.length === 0 ? [] : await interrupt.until(Promise.all(running))
        record.content.push(...refused, ...outcomes)
      } else {
        const stream = await openStream(() => below(modelSpan, asked.stream), call, interrupt)
        reader = new StepReader(stream, record, { interrupt, taken, names, hidesTools, onEnd })
        for (;;) {
          const part = await reader.next()
          if (part === undefined) break
          yield part
        }
        if (fault !== undefined) yield { type: 'error', error: fault }
        for (const ending of inOrderOfEnds(running)) {
          const outcome = await interrupt.until(ending)
          record.content.push(outcome)
          yield outcome
        }
      }

      isError = record.finishReason === 'error'
      const step = record.close()
      const isContinued = wantsNextStep(record) && index + 1 < maxSteps
      isOver = !isContinued
      yield { type: 'step-end', step, isContinued }
      if (isOver) return
      messages.push(...step.messages)
    }
  } catch (error) {
    isError = !signal.aborted
    throw error
  } finally {
    interrupt.close(isOver)
    reader?.cancel()
    openSpan?.end({ isError })
    span?.end({ isError })
  }
}
