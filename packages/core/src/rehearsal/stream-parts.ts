import { setTimeout as wait } from 'node:timers/promises'
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'

/** How parts are streamed. */
export interface StreamOptions {
  /** How long to wait before each delta, in milliseconds. */
  readonly chunkDelayMs: number
  /** Ends the stream with an error, the signal's reason, even while nobody reads. */
  readonly abortSignal: AbortSignal | undefined
}

function isDelta({ type }: LanguageModelV3StreamPart): boolean {
  return type === 'text-delta' || type === 'tool-input-delta'
}

/** Streams parts one by one, each when it is asked for. */
export function streamParts(
  parts: readonly LanguageModelV3StreamPart[],
  { chunkDelayMs, abortSignal }: StreamOptions,
): ReadableStream<LanguageModelV3StreamPart> {
  const ended = new AbortController()
  const rest = parts.values()
  return new ReadableStream<LanguageModelV3StreamPart>(
    {
      start(controller) {
        const fail = () => {
          ended.abort()
          controller.error(abortSignal?.reason)
        }
        if (abortSignal?.aborted) fail()
        else abortSignal?.addEventListener('abort', fail, { once: true, signal: ended.signal })
      },
      async pull(controller) {
        const { done, value: part } = rest.next()
        if (done) {
          ended.abort()
          controller.close()
          return
        }
        if (chunkDelayMs > 0 && isDelta(part)) {
          await wait(chunkDelayMs, undefined, { signal: ended.signal }).catch(() => {})
        }
        if (!ended.signal.aborted) controller.enqueue(part)
      },
      cancel() {
        ended.abort()
      },
    },
    { highWaterMark: 0 },
  )
}
