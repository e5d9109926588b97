import { AnswerError, InputError, ToolError } from '../error.js'
import type { Logger } from '../log/logger.js'
import type { PendingCall } from '../loop/content.js'
import type { LoopPart, Step } from '../loop/step.js'
import { causeOf, logFailure } from '../fault/told-cause.js'
import type { AgentChunk, FinishPayload, PublicError } from './chunk.js'
import { showPending, toOutputStep, totalUsage } from './build-answer.js'
import type { AgentOutput, OutputStep, RunFacts } from './answer.js'

/** What the chunks of an answer say about it, and where its failure is logged. */
export interface ChunkContext {
  readonly facts: RunFacts
  /** The steps of earlier legs. Default: none. */
  readonly earlier?: readonly OutputStep[] | undefined
  readonly agentId: string
  readonly logger: Logger
  /** Whether the caller may know why an answer failed. */
  readonly seesCauses: boolean
}

/** Whether an answer is whole, but not kept. */
function isUnstored(error: unknown): boolean {
  return AnswerError.isInstance(error) && error.code === 'answer_unstored'
}

function toPublicError(error: unknown): PublicError {
  if (isUnstored(error)) {
    const message = 'The answer could not be stored. Ask again in a moment.'
    return { name: 'AnswerError', message, code: 'answer_unstored' }
  }
  if (ToolError.isInstance(error)) return { name: error.name, message: error.message }
  const issues =
    InputError.isInstance(error) || AnswerError.isInstance(error) ? error.issues : undefined
  if (error instanceof Error && issues !== undefined) {
    return { name: error.name, message: issues.map(({ message }) => message).join(' ') }
  }
  return { name: 'Error', message: 'The answer failed. The log of the server says why.' }
}

/** Turns the parts of the loop into chunks of the wire, and remembers what the last ones need. */
export class ChunkWriter {
  readonly #context: ChunkContext
  readonly #steps: OutputStep[] = []
  readonly #toolNames = new Map<string, string>()
  #isStepOpen = false
  #hasStep = false
  /** Why the answer failed, once it has. */
  failure: { readonly error: unknown } | undefined

  constructor(context: ChunkContext) {
    this.#context = context
    this.#steps.push(...(context.earlier ?? []))
  }

  steps(): readonly OutputStep[] {
    return this.#steps
  }

  #chunk<Type extends AgentChunk['type']>(
    type: Type,
    payload: Extract<AgentChunk, { type: Type }>['payload'],
  ): AgentChunk {
    return { type, runId: this.#context.facts.runId, from: 'AGENT', payload } as AgentChunk
  }

  start(): AgentChunk {
    const { agentId, facts } = this.#context
    return this.#chunk('start', { id: agentId, messageId: facts.messageId })
  }

  #stepStart(warnings: readonly unknown[]): AgentChunk {
    this.#isStepOpen = true
    this.#hasStep = true
    const { messageId } = this.#context.facts
    return this.#chunk('step-start', { warnings, messageId, startedAt: Date.now(), request: {} })
  }

  /** @param steps - those that the chunk is about */
  #finishPayload(
    steps: readonly OutputStep[],
    reason: string,
    isContinued: boolean,
  ): FinishPayload {
    const { messageId, model, question } = this.#context.facts
    const last = steps.at(-1)
    const answer = this.#steps.at(-1)?.response.messages ?? []
    return {
      messageId,
      stepResult: { reason, isContinued },
      metadata: {
        id: last?.response.id,
        timestamp: last?.response.timestamp,
        modelId: last?.response.modelId,
        modelMetadata: model,
        providerMetadata: last?.providerMetadata,
      },
      output: {
        text: last?.text ?? '',
        toolCalls: (last?.toolCalls ?? []).map(({ payload }) => payload),
        usage: totalUsage(steps.map((step) => step.usage)),
        steps,
      },
      messages: {
        all: [...question, ...answer],
        user: question.filter(({ role }) => role === 'user'),
        nonUser: [...question.filter(({ role }) => role !== 'user'), ...answer],
      },
      processorRetryCount: 0,
    }
  }

  /** The chunk that ends a step. */
  #stepFinish(step: Step, isContinued: boolean): AgentChunk {
    const output = toOutputStep(step, this.#steps.at(-1), this.#context.facts)
    this.#steps.push(output)
    this.#isStepOpen = false
    const payload = this.#finishPayload([output], output.finishReason, isContinued)
    return this.#chunk('step-finish', payload)
  }

  /**
   * The last chunk.
   * @param output - the whole answer
   * @param reason - why it ended
   */
  finish({ response }: AgentOutput, reason: string): AgentChunk {
    return this.#chunk('finish', { ...this.#finishPayload(this.#steps, reason, false), response })
  }

  /** The last chunk of an answer that its caller has ended. */
  abort(): AgentChunk {
    return this.#chunk('abort', {})
  }

  /** What may be told of an error; of its cause only to who may know it. */
  #told(error: unknown, cause: unknown): PublicError {
    const told = toPublicError(error)
    const text = this.#context.seesCauses ? causeOf(cause) : undefined
    return text === undefined || told.message.includes(text) ? told : { ...told, cause: text }
  }

  /** The cause goes to the log. */
  #failed(error: unknown): AgentChunk {
    this.failure = { error }
    const { agentId, facts, logger } = this.#context
    logFailure(logger, 'An answer failed.', { agent: agentId, runId: facts.runId }, error)
    return this.#chunk('error', { error: this.#told(error, error) })
  }

  /** Reports that the answer failed, in a step also where none has begun. */
  fail(error: unknown): AgentChunk[] {
    const opening = this.#hasStep ? [] : [this.#stepStart([])]
    return [...opening, this.#failed(error)]
  }

  /**
   * Closes an answer that failed, so that a reader sees every step end. One that could not be stored is closed by
   * its error alone: readers take `finish` for the word that it is kept.
   */
  closeFailed(output: AgentOutput): AgentChunk[] {
    if (isUnstored(this.failure?.error)) return []
    const payload = this.#finishPayload([], 'error', false)
    const open = this.#isStepOpen ? [this.#chunk('step-finish', payload)] : []
    return [...open, this.finish(output, 'error')]
  }

  /** The chunk of one part of a step. */
  write(part: LoopPart): AgentChunk {
    switch (part.type) {
      case 'step-start':
        return this.#stepStart(part.warnings)
      case 'text-start':
        return this.#chunk('text-start', { id: part.id })
      case 'text-delta':
        return this.#chunk('text-delta', { id: part.id, text: part.delta })
      case 'text-end':
        return this.#chunk('text-end', { type: 'text-end', id: part.id })
      case 'reasoning-start':
        return this.#chunk('reasoning-start', { id: part.id })
      case 'reasoning-delta':
        return this.#chunk('reasoning-delta', { id: part.id, text: part.delta })
      case 'reasoning-end':
        return this.#chunk('reasoning-end', { id: part.id })
      case 'source':
        return this.#chunk('source', part)
      case 'file':
        return this.#chunk('file', { data: part.file.base64, mimeType: part.file.mediaType })
      case 'tool-input-start': {
        const { id: toolCallId, toolName } = part
        this.#toolNames.set(toolCallId, toolName)
        return this.#chunk('tool-call-input-streaming-start', { toolCallId, toolName })
      }
      case 'tool-input-delta': {
        const { id: toolCallId, delta: argsTextDelta } = part
        const toolName = this.#toolNames.get(toolCallId) ?? ''
        return this.#chunk('tool-call-delta', { argsTextDelta, toolCallId, toolName })
      }
      case 'tool-input-end':
        return this.#chunk('tool-call-input-streaming-end', { toolCallId: part.id })
      case 'tool-call': {
        const { toolCallId, toolName, input } = part
        return this.#chunk('tool-call', { toolCallId, toolName, args: input })
      }
      case 'tool-result': {
        const { toolCallId, toolName, input, output } = part
        return this.#chunk('tool-result', { args: input, toolCallId, toolName, result: output })
      }
      case 'tool-error': {
        const { toolCallId, toolName, input, error } = part
        // What the tool itself says of its failure is told to everybody.
        const cause = ToolError.isInstance(error) ? error.cause : error
        const told = this.#told(error, cause)
        return this.#chunk('tool-error', { toolCallId, toolName, args: input, error: told })
      }
      case 'error':
        return this.#failed(part.error)
      case 'step-end':
        return this.#stepFinish(part.step, part.isContinued)
    }
  }

  /** A call that waits. */
  pending(call: PendingCall): AgentChunk {
    const shown = showPending(call)
    return 'suspendPayload' in shown
      ? this.#chunk('tool-call-suspended', shown)
      : this.#chunk('tool-call-approval', shown)
  }

  object(object: unknown): AgentChunk {
    return this.#chunk('object-result', { object })
  }
}
