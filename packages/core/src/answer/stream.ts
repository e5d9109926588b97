import type { LoopPart, Step } from '../loop/step.js'
import { ABSENT_PROMISES } from './absent-promises.js'
import { ChunkWriter, type ChunkContext } from './chunk-writer.js'
import type { AgentChunk } from './chunk.js'
import { buildOutput, suspendPayload } from './build-answer.js'
import type { AgentOutput, OutputStep, StructuredObject } from './answer.js'

function suspension(step: Step | undefined): Pick<AgentOutput, 'suspendPayload'> {
  const payload = suspendPayload(step)
  return payload === undefined ? {} : { suspendPayload: payload }
}

/** What a streamed answer is made from. */
export interface StreamSource extends ChunkContext {
  /** Makes the answer, as it is read. */
  readonly parts: AsyncIterable<LoopPart>
  /** The steps of earlier legs, as the loop made them. Default: none. */
  readonly earlierSteps?: readonly Step[] | undefined
  /** The caller's. */
  readonly abortSignal: AbortSignal | undefined
  /** Reads the structured output of the last step, where one was asked for. */
  readonly readObject: (step: OutputStep | undefined) => Promise<StructuredObject | undefined>
  /** Stores question and answer, where they are to be remembered. */
  readonly commit: (steps: readonly OutputStep[], structured?: StructuredObject) => Promise<void>
  /** Stores the question alone, where it is to be remembered. @param error - default: the reader left */
  readonly leave: (error?: unknown) => Promise<void>
  /** Stores the answer as one that waits. @param steps - all of them; the last one waits */
  readonly suspend: (steps: readonly Step[]) => Promise<void>
}

/** Who is told of an answer that goes on without its reader. */
export interface AnswerListener {
  /** Is told each chunk as it is made. */
  onChunk(chunk: AgentChunk): void
  /** The answer broke off, or holds what JSON cannot express. */
  onError(error: unknown): void
}

/** An answer that goes on without its reader. */
export interface OngoingAnswer {
  /** Its chunks, each as JSON. They can be read once, in place of `fullStream`; who stops reading ends nothing. */
  readonly events: AsyncIterable<string>
  /** Resolves once the answer has ended and is kept, whatever came of it. */
  readonly ended: Promise<void>
  /** To be called in the same turn of the event loop in which the answer was given. */
  listen(listener: AnswerListener): void
}

/**
 * A streamed answer. It can be read once.
 * @typeParam Value - what the schema of the structured output makes
 */
export interface AgentStream<Value = unknown> {
  readonly runId: string
  /** The answer piece by piece, in the order of the wire. Ends model and tools when its reader stops. */
  readonly fullStream: AsyncIterable<AgentChunk>
  /** Only the text. */
  readonly textStream: AsyncIterable<string>
  /**
   * Reads what is left and returns the whole answer.
   * @throws why the answer failed; an `AbortError` when it was aborted or its reader stopped early
   */
  getFullOutput(): Promise<AgentOutput<Value>>
  /**
   * Where it goes on without its reader (`onDisconnect: 'continue'`): its chunks are then read as JSON has them, with texts
   * for times.
   */
  readonly ongoing?: OngoingAnswer | undefined
}

/** Makes a streamed answer. The model starts when the first chunk is asked for. */
export function createAgentStream(source: StreamSource): AgentStream {
  const { facts, parts, abortSignal } = source
  const writer = new ChunkWriter(source)
  let output: AgentOutput | undefined
  let isWhole = false
  /** Whether all is kept that is to be kept. */
  let isSettled = false

  /** Keeps the question, once. @param error - why there is no answer. Default: the reader left */
  async function leave(error?: unknown): Promise<void> {
    if (isSettled) return
    isSettled = true
    await source.leave(error)
  }

  async function* abort(): AsyncGenerator<AgentChunk, undefined> {
    await leave(abortSignal?.reason)
    yield writer.abort()
  }

  async function* writeChunks(): AsyncGenerator<AgentChunk, undefined> {
    const steps: Step[] = [...(source.earlierSteps ?? [])]
    let waiting: Extract<LoopPart, { type: 'step-end' }> | undefined
    try {
      yield writer.start()
      try {
        for await (const part of parts) {
          if (part.type === 'step-end') steps.push(part.step)
          if (part.type !== 'step-end' || part.step.pending.length === 0) yield writer.write(part)
          else waiting = part
        }
        if (waiting !== undefined) {
          // Nobody is told of a call before it can be approved.
          await source.suspend(steps)
          isSettled = true
          for (const call of waiting.step.pending) yield writer.pending(call)
          yield writer.write(waiting)
        }
      } catch (error) {
        if (abortSignal?.aborted === true) return yield* abort()
        yield* writer.fail(error)
      }
      const outputs = writer.steps()
      if (writer.failure === undefined && waiting === undefined) {
        try {
          const structured = await source.readObject(outputs.at(-1))
          if (structured !== undefined) yield writer.object(structured.object)
          output = buildOutput(outputs, facts, structured)
          await source.commit(outputs, structured)
          isSettled = true
        } catch (error) {
          if (abortSignal?.aborted === true && error === abortSignal.reason) return yield* abort()
          yield* writer.fail(error)
        }
      }
      // What failed has been told at once. Before the answer ends, its question is kept.
      if (writer.failure !== undefined) await leave(writer.failure.error)
      output ??= { ...buildOutput(outputs, facts), ...suspension(waiting?.step) }
      isWhole = writer.failure === undefined
      if (isWhole) yield writer.finish(output, output.finishReason)
      else yield* writer.closeFailed(output)
    } finally {
      await leave(writer.failure?.error)
    }
  }

  async function* readText(chunks: AsyncIterable<AgentChunk>): AsyncGenerator<string> {
    for await (const chunk of chunks) if (chunk.type === 'text-delta') yield chunk.payload.text
  }

  const chunks = writeChunks()
  let isBegun = false
  const fullStream: AsyncIterableIterator<AgentChunk, undefined> = {
    next() {
      isBegun = true
      return chunks.next()
    },
    async return() {
      // A generator that has not begun does nothing at its end.
      if (!isBegun) await leave()
      return chunks.return(undefined)
    },
    [Symbol.asyncIterator]: () => fullStream,
  }
  const stream: AgentStream = {
    runId: facts.runId,
    fullStream,
    textStream: readText(fullStream),
    async getFullOutput() {
      let next = await fullStream.next()
      while (next.done !== true) next = await fullStream.next()
      if (writer.failure !== undefined) throw writer.failure.error
      if (isWhole && output !== undefined) return output
      throw new DOMException('The stream was closed before the answer was complete.', 'AbortError')
    },
  }
  return Object.assign(Object.create(ABSENT_PROMISES) as AgentStream, stream)
}
