import { randomUUID } from 'node:crypto'
import type { LanguageModelV3StreamPart, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { TextContent } from './content.js'
import type { Interrupt } from './interrupt.js'
import type { StreamResult } from './model-call.js'
import type { StepRecord } from './record.js'
import type { LoopPart } from './step.js'
import type { ToolNames } from './tool-names.js'
import { refuseCall } from './tools.js'

type ModelPart = LanguageModelV3StreamPart | LanguageModelV4StreamPart
type TextStart = Extract<ModelPart, { type: 'text-start' | 'reasoning-start' }>
type TextDelta = Extract<ModelPart, { type: 'text-delta' | 'reasoning-delta' }>
type TextEnd = Extract<ModelPart, { type: 'text-end' | 'reasoning-end' }>

/** A text that the model is at. */
interface OpenText {
  /** Unique in the answer, where the model's own id is so only in the step. */
  readonly id: string
  readonly content: TextContent
}

/** How a step is read. */
export interface ReaderOptions {
  readonly interrupt: Interrupt
  /** The ids of texts that the answer has had so far. */
  readonly taken: Set<string>
  /** What the model knows the tools by. */
  readonly names: ToolNames
  /** Calls and their inputs are not shown where the model must not call tools. */
  readonly hidesTools: boolean
  /** Called once, when the model is through. */
  readonly onEnd: () => void
}

/** Reads one step of a model that answers piece by piece, and records it. */
export class StepReader {
  readonly #reader: ReadableStreamDefaultReader<ModelPart>
  readonly #record: StepRecord
  readonly #options: ReaderOptions
  readonly #texts = new Map<string, OpenText>()
  /** What comes behind the part that was handed out last. */
  readonly #next: LoopPart[] = []
  #isStarted = false
  #isOver = false
  /** Whether the model failed in the middle. */
  #hasFailed = false
  #ahead: Promise<LoopPart | undefined> | undefined

  constructor({ stream }: StreamResult, record: StepRecord, options: ReaderOptions) {
    this.#reader = (stream as ReadableStream<ModelPart>).getReader()
    this.#record = record
    this.#options = options
    // Ends a read that waits, also where the model itself does not obey the signal.
    options.interrupt.onAbort(() => this.cancel())
  }

  /** Ends the model's stream, where it has not ended. */
  cancel(): void {
    if (this.#isOver) return
    this.#isOver = true
    void this.#reader.cancel(this.#options.interrupt.signal.reason).catch(() => undefined)
  }

  /**
   * The next piece; undefined at the end of the step. Behind a tool call one more is read at once, so that the
   * tool starts also where nobody reads on.
   * @throws what the model's stream fails with, and the signal's reason
   */
  async next(): Promise<LoopPart | undefined> {
    const part = await (this.#ahead ?? this.#read())
    this.#ahead = undefined
    if (part?.type === 'tool-call') {
      this.#ahead = this.#read()
      // Whoever reads on is told; nobody else has to be.
      this.#ahead.catch(() => undefined)
    }
    return part
  }

  async #read(): Promise<LoopPart | undefined> {
    for (;;) {
      const waiting = this.#next.shift()
      if (waiting !== undefined) return waiting
      if (this.#hasFailed) break
      const { done, value } = await this.#reader.read()
      this.#options.interrupt.signal.throwIfAborted()
      if (done) {
        this.#isOver = true
        if (this.#isStarted) break
        throw new Error('The stream of the model ended before the answer did.')
      }
      const part = this.#take(value)
      if (this.#isStarted || value.type === 'stream-start') {
        if (part !== undefined) return part
        continue
      }
      this.#isStarted = true
      if (part !== undefined) this.#next.unshift(part)
      return { type: 'step-start', warnings: this.#record.warnings }
    }
    this.#options.onEnd()
    return undefined
  }

  #take(part: ModelPart): LoopPart | undefined {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        return this.#open(part)
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end':
        return this.#continue(part)
      case 'tool-input-start':
        if (this.#options.hidesTools) return undefined
        return { ...part, toolName: this.#options.names.fromModel(part.toolName) }
      case 'tool-input-delta':
      case 'tool-input-end':
        return this.#options.hidesTools ? undefined : part
      case 'stream-start':
        this.#record.warnings = part.warnings
        return undefined
      case 'response-metadata':
        this.#record.describe(part)
        return undefined
      case 'finish':
        this.#record.end(part)
        return undefined
      case 'error':
        return this.#fail(part.error)
      case 'raw':
      case 'ping':
      case 'tool-approval-request':
        return undefined
      default:
        return this.#whole(part)
    }
  }

  #open(part: TextStart): LoopPart {
    const type = part.type === 'text-start' ? 'text' : 'reasoning'
    const content: TextContent = { type, text: '', providerMetadata: part.providerMetadata }
    this.#record.content.push(content)
    const id = this.#options.taken.has(`${type} ${part.id}`) ? randomUUID() : part.id
    this.#options.taken.add(`${type} ${id}`)
    this.#texts.set(`${type} ${part.id}`, { id, content })
    return id === part.id ? part : { type: part.type, id }
  }

  #continue(part: TextDelta | TextEnd): LoopPart | undefined {
    const type = part.type === 'text-delta' || part.type === 'text-end' ? 'text' : 'reasoning'
    const key = `${type} ${part.id}`
    const open = this.#texts.get(key)
    if (open === undefined)
      return this.#fail(new Error(`The model continued a ${type} that it had not begun.`))
    const { id, content } = open
    if (part.providerMetadata !== undefined) content.providerMetadata = part.providerMetadata
    if (part.type === 'text-end' || part.type === 'reasoning-end') {
      this.#texts.delete(key)
      return id === part.id ? part : { type: part.type, id }
    }
    if (part.type === 'text-delta' && part.delta === '' && part.providerMetadata === undefined) {
      return undefined
    }
    content.text += part.delta
    return id === part.id ? part : { type: part.type, id, delta: part.delta }
  }

  #whole(part: Parameters<StepRecord['add']>[0]): LoopPart | undefined {
    const read = this.#record.add(part)
    if (read === undefined) return undefined
    switch (read.type) {
      case 'tool-call': {
        if (this.#options.hidesTools) return undefined
        const refusal = refuseCall(read)
        if (refusal !== undefined) {
          this.#record.content.push(refusal)
          this.#next.push(refusal)
        }
        return read
      }
      case 'source':
      case 'file':
      case 'tool-result':
      case 'tool-error':
        return read
      default:
        return undefined
    }
  }

  /** Nothing that a failed model says is looked at any more. */
  #fail(error: unknown): LoopPart {
    this.#hasFailed = true
    this.#record.finishReason = 'error'
    this.cancel()
    return { type: 'error', error }
  }
}
