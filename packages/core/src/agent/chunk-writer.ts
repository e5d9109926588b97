import type { StepResult, TextStreamPart, ToolSet } from 'ai'
import { InputError, ToolError } from '../error.js'
import type { Logger } from '../logger.js'
import type { AgentChunk, FinishPayload, PublicError } from './chunk.js'
import { buildOutput, toOutputStep, totalUsage, type OutputStep, type RunFacts } from './output.js'

type Step = StepResult<ToolSet>
type Part = TextStreamPart<ToolSet>

/** What the chunks of an answer say about it, and where its failure is logged. */
export interface ChunkContext {
  readonly facts: RunFacts
  readonly agentId: string
  readonly maxSteps: number
  readonly logger: Logger
}

function toPublicError(error: unknown): PublicError {
  if (ToolError.isInstance(error)) return { name: error.name, message: error.message }
  if (InputError.isInstance(error)) {
    return { name: error.name, message: error.issues.map(({ message }) => message).join(' ') }
  }
  return { name: 'Error', message: 'The answer failed. The log of the server says why.' }
}

/** Turns the parts of the SDK's stream into chunks of the wire, and remembers what the last ones need. */
export class ChunkWriter {
  readonly #context: ChunkContext
  readonly #steps: OutputStep[] = []
  readonly #toolNames = new Map<string, string>()
  #isStepOpen = false
  #hasStep = false
  /** Why the open step ended, once its last part was seen. */
  #stepReason: string | undefined
  /** The open step, once the SDK has handed it over. */
  #step: OutputStep | undefined
  /** Whether the model is called again after the last step. */
  #isContinued = false
  /** Why the answer failed, once it has. */
  failure: { readonly error: unknown } | undefined
  isAborted = false

  constructor(context: ChunkContext) {
    this.#context = context
  }

  /** Takes a step that has ended. The loop goes on where every tool that it called has answered here. */
  addStep(step: Step): void {
    const answers = step.content.filter(
      ({ type }) => type === 'tool-result' || type === 'tool-error',
    )
    this.#step = toOutputStep(step, this.#steps.at(-1), this.#context.facts)
    this.#steps.push(this.#step)
    this.#isContinued =
      step.toolCalls.length > 0 &&
      answers.length === step.toolCalls.length &&
      this.#steps.length < this.#context.maxSteps
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

  /**
   * The chunk that ends a step whose last part was seen. It is held back until the part behind it:
   * the SDK hands over the step itself only between the two.
   */
  closeStep(): AgentChunk[] {
    const step = this.#step
    const reason = this.#stepReason
    if (step === undefined || reason === undefined) return []
    this.#step = undefined
    this.#stepReason = undefined
    this.#isStepOpen = false
    return [this.#chunk('step-finish', this.#finishPayload([step], reason, this.#isContinued))]
  }

  finish(reason: string): AgentChunk {
    const { response } = buildOutput(this.#steps, this.#context.facts)
    return this.#chunk('finish', { ...this.#finishPayload(this.#steps, reason, false), response })
  }

  /** Reports that the answer failed. The cause goes to the log. */
  fail(error: unknown): AgentChunk[] {
    this.failure = { error }
    const { agentId, facts, logger } = this.#context
    logger.error('An answer failed.', { agent: agentId, runId: facts.runId, error })
    const opening = this.#hasStep ? [] : [this.#stepStart([])]
    return [...opening, this.#chunk('error', { error: toPublicError(error) })]
  }

  /** Closes an answer that failed, so that a reader sees every step end. */
  closeFailed(): AgentChunk[] {
    const payload = this.#finishPayload([], 'error', false)
    const open = this.#isStepOpen ? [this.#chunk('step-finish', payload)] : []
    return [...open, this.finish('error')]
  }

  /** The chunks of one part; most parts have one. */
  write(part: Part): AgentChunk[] {
    return [...this.closeStep(), ...this.#write(part)]
  }

  #write(part: Part): AgentChunk[] {
    switch (part.type) {
      case 'start-step':
        return [this.#stepStart(part.warnings)]
      case 'text-start':
        return [this.#chunk('text-start', { id: part.id })]
      case 'text-delta':
        return [this.#chunk('text-delta', { id: part.id, text: part.text })]
      case 'text-end':
        return [this.#chunk('text-end', { type: 'text-end', id: part.id })]
      case 'reasoning-start':
        return [this.#chunk('reasoning-start', { id: part.id })]
      case 'reasoning-delta':
        return [this.#chunk('reasoning-delta', { id: part.id, text: part.text })]
      case 'reasoning-end':
        return [this.#chunk('reasoning-end', { id: part.id })]
      case 'source':
        return [this.#chunk('source', part)]
      case 'file':
        return [this.#chunk('file', { data: part.file.base64, mimeType: part.file.mediaType })]
      case 'tool-input-start':
        this.#toolNames.set(part.id, part.toolName)
        return [
          this.#chunk('tool-call-input-streaming-start', {
            toolCallId: part.id,
            toolName: part.toolName,
          }),
        ]
      case 'tool-input-delta':
        return [
          this.#chunk('tool-call-delta', {
            argsTextDelta: part.delta,
            toolCallId: part.id,
            toolName: this.#toolNames.get(part.id) ?? '',
          }),
        ]
      case 'tool-input-end':
        return [this.#chunk('tool-call-input-streaming-end', { toolCallId: part.id })]
      case 'tool-call': {
        const { toolCallId, toolName, input } = part
        return [this.#chunk('tool-call', { toolCallId, toolName, args: input })]
      }
      case 'tool-result': {
        const { toolCallId, toolName, input, output } = part
        return [this.#chunk('tool-result', { args: input, toolCallId, toolName, result: output })]
      }
      case 'tool-error': {
        const { toolCallId, toolName, input, error } = part
        const payload = { toolCallId, toolName, args: input, error: toPublicError(error) }
        return [this.#chunk('tool-error', payload)]
      }
      case 'finish-step':
        this.#stepReason = part.finishReason
        return []
      case 'error':
        return this.fail(part.error)
      case 'abort':
        this.isAborted = true
        return [this.#chunk('abort', {})]
      default:
        return []
    }
  }

  object(object: unknown): AgentChunk {
    return this.#chunk('object-result', { object })
  }
}
