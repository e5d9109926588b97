import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3StreamPart,
} from '@ai-sdk/provider'
import { createDeferred } from '../time/deferred.js'

/** A model written by hand: it remembers its calls and answers what the test says. */
export interface TestModel extends LanguageModelV3 {
  readonly calls: LanguageModelV3CallOptions[]
}

/** What a model answers to a call: the parts of its stream, one after the other. */
export type Answer = (
  options: LanguageModelV3CallOptions,
  callIndex: number,
) => AsyncIterable<LanguageModelV3StreamPart>

const USAGE = {
  inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
}

/** The last part of an answer. */
export function finish(unified: 'stop' | 'tool-calls' = 'stop'): LanguageModelV3StreamPart {
  return { type: 'finish', usage: USAGE, finishReason: { unified, raw: unified } }
}

/** The parts of a text, a delta for each piece. */
export function textParts(...pieces: readonly string[]): LanguageModelV3StreamPart[] {
  return [
    { type: 'text-start', id: '1' },
    ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta }) as const),
    { type: 'text-end', id: '1' },
  ]
}

function toStream(
  parts: AsyncIterable<LanguageModelV3StreamPart>,
): ReadableStream<LanguageModelV3StreamPart> {
  const iterator = parts[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

/** Makes a model of its answer; streamed or at once, the answer is the same. */
export function createModel(answer: Answer): TestModel {
  const calls: LanguageModelV3CallOptions[] = []

  function start(options: LanguageModelV3CallOptions): AsyncIterable<LanguageModelV3StreamPart> {
    calls.push(options)
    return answer(options, calls.length - 1)
  }

  return {
    specificationVersion: 'v3',
    provider: 'test',
    modelId: 'test-model',
    supportedUrls: {},
    calls,
    async doGenerate(options) {
      const content: LanguageModelV3Content[] = []
      let text = ''
      let unified: 'stop' | 'tool-calls' = 'stop'
      for await (const part of start(options)) {
        if (part.type === 'text-delta') text += part.delta
        if (part.type === 'tool-call') content.push(part)
        if (part.type === 'finish' && part.finishReason.unified === 'tool-calls') {
          unified = 'tool-calls'
        }
        if (part.type === 'error') throw part.error
      }
      if (text !== '') content.push({ type: 'text', text })
      return { content, usage: USAGE, finishReason: { unified, raw: unified }, warnings: [] }
    },
    async doStream(options) {
      return { stream: toStream(start(options)) }
    },
  }
}

/** A model that says its text, a delta for each piece. */
export function textModel(...pieces: readonly string[]): TestModel {
  return createModel(async function* () {
    yield* textParts(...(pieces.length === 0 ? ['Hello', ' there.'] : pieces))
    yield finish()
  })
}

/** A model that calls one tool, then says its text. */
export function toolModel(toolName: string, input: object = {}): TestModel {
  return createModel(async function* (_options, callIndex) {
    if (callIndex % 2 === 0) {
      yield { type: 'tool-call', toolCallId: 'call-1', toolName, input: JSON.stringify(input) }
      yield finish('tool-calls')
      return
    }
    yield* textParts('Done.')
    yield finish()
  })
}

/** A model that fails with an error. */
export function failingModel(error: Error): TestModel {
  return createModel(async function* () {
    yield await Promise.reject(error)
  })
}

/** A model that says one word, and then nothing until it is released or aborted. */
export interface HangingModel {
  readonly model: TestModel
  /** Resolves when the model has been asked. */
  readonly started: Promise<void>
  /** Resolves when the abort signal of its call has fired. */
  readonly aborted: Promise<void>
  /** Lets it say its last word. */
  release(): void
}

/** Makes a model that hangs. @param isDeaf - whether it goes on hanging when it is aborted */
export function hangingModel(isDeaf = false): HangingModel {
  const started = createDeferred()
  const aborted = createDeferred()
  const released = createDeferred()
  const model = createModel(async function* ({ abortSignal }) {
    started.resolve()
    abortSignal?.addEventListener('abort', () => {
      aborted.resolve()
      if (!isDeaf) released.reject(abortSignal.reason)
    })
    yield { type: 'text-start', id: '1' }
    yield { type: 'text-delta', id: '1', delta: 'First' }
    await released.promise
    yield { type: 'text-delta', id: '1', delta: ' last.' }
    yield { type: 'text-end', id: '1' }
    yield finish()
  })
  return {
    model,
    started: started.promise,
    aborted: aborted.promise,
    release: () => released.resolve(),
  }
}
