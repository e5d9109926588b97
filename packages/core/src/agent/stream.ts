import type { StepResult, TextStreamPart, ToolSet } from 'ai'
import { ChunkWriter, type ChunkContext } from './chunk-writer.js'
import type { AgentChunk } from './chunk.js'
import { buildOutput, type AgentOutput, type OutputStep } from './output.js'
import type { StoredMessage } from './stored-message.js'

/** What a streamed answer is made from. */
export interface StreamSource extends ChunkContext {
  /**
   * Starts the model. `onStep` is called with each step as it ends, after the part that says so and
   * before the next part.
   * @param abortSignal - ends model and tools
   */
  start(
    onStep: (step: StepResult<ToolSet>) => void,
    abortSignal: AbortSignal,
  ): { readonly stream: AsyncIterable<TextStreamPart<ToolSet>> }
  /** The caller's. */
  readonly abortSignal: AbortSignal | undefined
  /** Reads the structured output of the last step, where one was asked for. */
  readonly readObject: (step: OutputStep | undefined) => Promise<Structured | undefined>
  /** Stores question and answer, where they are to be remembered. */
  readonly commit: (messages: readonly StoredMessage[]) => Promise<void>
}

/** What a structured output came to. */
interface Structured {
  readonly object: unknown
}

/** A streamed answer. It can be read once. */
export interface AgentStream {
  readonly runId: string
  /** The answer piece by piece, in the order of the wire. Ends model and tools when its reader stops. */
  readonly fullStream: AsyncIterable<AgentChunk>
  /** Only the text. */
  readonly textStream: AsyncIterable<string>
  /**
   * Reads what is left and returns the whole answer.
   * @throws why the answer failed; an `AbortError` when it was aborted or its reader stopped early
   */
  getFullOutput(): Promise<AgentOutput>
}

function joinSignals(stop: AbortSignal, caller: AbortSignal | undefined): AbortSignal {
  return caller === undefined ? stop : AbortSignal.any([stop, caller])
}

/** Makes a streamed answer. The model starts when the first chunk is asked for. */
export function createAgentStream(source: StreamSource): AgentStream {
  const writer = new ChunkWriter(source)
  let structured: Structured | undefined
  let isWhole = false

  /** What the SDK yields and what it throws, as chunks. Returns why the answer finished. */
  async function* runModel(): AsyncGenerator<AgentChunk, string | undefined> {
    const stop = new AbortController()
    const signal = joinSignals(stop.signal, source.abortSignal)
    let isRunning = true
    let reason: string | undefined
    try {
      const { stream } = source.start((step) => writer.addStep(step), signal)
      for await (const part of stream) {
        if (part.type === 'finish') reason = part.finishReason
        yield* writer.write(part)
      }
      isRunning = false
      yield* writer.closeStep()
    } catch (error) {
      yield* writer.fail(error)
    } finally {
      // The SDK keeps a copy of its stream, so that cancelling ours alone would end nothing.
      if (isRunning) stop.abort()
    }
    return reason
  }

  async function* writeChunks(): AsyncGenerator<AgentChunk> {
    yield writer.start()
    const reason = yield* runModel()
    if (writer.isAborted) return
    if (writer.failure === undefined) {
      try {
        structured = await source.readObject(writer.steps().at(-1))
        if (structured !== undefined) yield writer.object(structured.object)
        await source.commit(buildOutput(writer.steps(), source.facts, structured).messages)
      } catch (error) {
        yield* writer.fail(error)
      }
    }
    isWhole = writer.failure === undefined
    if (isWhole) yield writer.finish(reason ?? 'other')
    else yield* writer.closeFailed()
  }

  async function* readText(chunks: AsyncIterable<AgentChunk>): AsyncGenerator<string> {
    for await (const chunk of chunks) if (chunk.type === 'text-delta') yield chunk.payload.text
  }

  const fullStream = writeChunks()
  return {
    runId: source.facts.runId,
    fullStream,
    textStream: readText(fullStream),
    async getFullOutput() {
      let next = await fullStream.next()
      while (next.done !== true) next = await fullStream.next()
      if (writer.failure !== undefined) throw writer.failure.error
      if (!isWhole) throw new DOMException('The answer was not read to its end.', 'AbortError')
      return buildOutput(writer.steps(), source.facts, structured)
    },
  }
}
