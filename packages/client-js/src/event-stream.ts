import { MastraClientError } from './error.js'
import type { OpenResponse } from './request.js'

/** The last event of a stream that is whole. */
const DONE = '[DONE]'
/** A CR at the very end may be half of a CRLF. */
const LINE_END = /\r\n|\n|\r(?!$)/

function cut(cause?: unknown): MastraClientError {
  const options = cause === undefined ? {} : { cause }
  return new MastraClientError(
    'stream_cut',
    'The response ended before the answer was complete.',
    options,
  )
}

/**
 * Reads the data of server-sent events (HTML Living Standard section 9.2.6) until `[DONE]`. Stops the
 * answer when its reader stops.
 *
 * @throws {MastraClientError} `stream_cut` where the stream ends before `[DONE]`
 * @throws the reason of the signal
 */
async function* readEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let data: string[] = []
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((cause: unknown) => {
        signal?.throwIfAborted()
        throw cut(cause)
      })
      signal?.throwIfAborted()
      if (done) throw cut()
      const lines = (rest + decoder.decode(value, { stream: true })).split(LINE_END)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
        if (line !== '' || data.length === 0) continue
        const event = data.join('\n')
        data = []
        if (event === DONE) return
        yield event
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

/**
 * Reads the chunks of an answer. That they have the shape of `Chunk` is the server's word.
 *
 * @throws {MastraClientError} `response_invalid` for an answer that is not a stream of JSON; `stream_cut`
 * @throws the reason of the signal
 */
export async function* readChunks<Chunk>({
  response,
  signal,
}: OpenResponse): AsyncGenerator<Chunk, undefined> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (!isStream || !response.body) {
    void response.body?.cancel().catch(() => undefined)
    throw new MastraClientError('response_invalid', 'The response is not a stream of events.')
  }
  for await (const event of readEvents(response.body, signal)) {
    let chunk: Chunk
    try {
      chunk = JSON.parse(event) as Chunk
    } catch {
      throw new MastraClientError('response_invalid', 'An event of the stream is not JSON.')
    }
    yield chunk
  }
}
