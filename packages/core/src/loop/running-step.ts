import type { AnswerSpan } from '../model/telemetry.js'
import type { LoopCall } from './call.js'
import type { PendingCall, ToolOutcome } from './content.js'
import { Interrupt } from './interrupt.js'
import type { AskedModel, GenerateResult, StreamResult } from './model-call.js'
import { StepRecord } from './record.js'
import { toolChoiceFault } from './tool-choice.js'
import { ToolNames } from './tool-names.js'
import { startTools } from './tools.js'
import { below, modelOutcome, traceAgent, traceModel } from './trace.js'

/** What all steps of one answer share. */
export interface RunningAnswer {
  readonly call: LoopCall
  readonly interrupt: Interrupt
  readonly span: AnswerSpan | undefined
  /** What the model knows the tools by. */
  readonly names: ToolNames
  /** The ids of texts that the answer has had so far. */
  readonly taken: Set<string>
}

/** Begins an answer. */
export function openAnswer(call: LoopCall): RunningAnswer {
  return {
    call,
    interrupt: new Interrupt(call.abortSignal, call.logger),
    span: traceAgent(call),
    names: new ToolNames(call.tools),
    taken: new Set(),
  }
}

/** One call of the model and the tools that it asks for, while they run. */
export class RunningStep {
  readonly answer: RunningAnswer
  readonly record: StepRecord
  /** Why the step fails although the model has answered. Set by `endModel`. */
  fault: Error | undefined
  /** The tools that run. Set by `endModel`. */
  tools: readonly Promise<ToolOutcome | PendingCall>[] = []
  readonly #asked: AskedModel
  /** The span of the model's call, until it ends. */
  #span: AnswerSpan | undefined

  /**
   * @param asked - the model, with the messages of this step
   * @param index - the number of the step, from 0
   */
  constructor(answer: RunningAnswer, asked: AskedModel, index: number) {
    const { call, names, span } = answer
    this.answer = answer
    this.record = new StepRecord(index, call.model.modelId, call.tools, names)
    this.#asked = asked
    this.#span = traceModel(span, call)
  }

  /** Calls the model, which answers at once. */
  readonly generate = (): PromiseLike<GenerateResult> => below(this.#span, this.#asked.generate)

  /** Calls the model, which answers piece by piece. */
  readonly stream = (): PromiseLike<StreamResult> => below(this.#span, this.#asked.stream)

  /** Ends the call of the model, whose answer is recorded, and starts the tools that it calls. */
  readonly endModel = (): void => {
    const { answer, record } = this
    this.#span?.end(modelOutcome(record))
    this.#span = undefined
    this.fault = toolChoiceFault(answer.call, record)
    if (this.fault !== undefined) record.finishReason = 'error'
    this.tools = startTools(record, answer.call, answer.interrupt, answer.span)
  }

  /** Ends the span of the model's call where the call itself has not ended. */
  close(isError: boolean): void {
    this.#span?.end({ isError })
  }
}
