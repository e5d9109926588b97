import { MastraClientError } from './error.js'
import type { OpenResponse } from './request.js'
import type { WorkflowChunk, WorkflowStream } from './workflow-chunk.js'

/** What stands behind each chunk (RFC 7464 section 2.2 has it before). */
const SEPARATOR = '\x1E'
/** Behind one of these nothing follows. */
const LAST: ReadonlySet<string> = new Set(['workflow-finish', 'error'])

function cut(cause?: unknown): MastraClientError {
  const message = 'The response ended before the run had come to an end, or to where it waits.'
  return new MastraClientError('stream_cut', message, cause === undefined ? {} : { cause })
}

function parse(record: string): WorkflowChunk {
  try {
    // That it has the shape of a chunk is the server's word.
    return JSON.parse(record) as WorkflowChunk
  } catch {
    throw new MastraClientError('response_invalid', 'A chunk of the stream is not JSON.')
  }
}

async function* readRecords({ response, signal }: OpenResponse): AsyncGenerator<WorkflowChunk> {
  if (response.body === null) throw cut()
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let isWhole = false
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((cause: unknown) => {
        signal?.throwIfAborted()
        throw cut(cause)
      })
      signal?.throwIfAborted()
      if (done) {
        if (isWhole) return
        throw cut()
      }
      const records = (rest + decoder.decode(value, { stream: true })).split(SEPARATOR)
      rest = records.pop() ?? ''
      for (const record of records) {
        const chunk = parse(record)
        isWhole = LAST.has(chunk.type)
        yield chunk
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

/**
 * The chunks of a run, once. Whoever stops early leaves the run as it is: it goes on.
 * @throws from its reading: {MastraClientError} `stream_cut`, `response_invalid`; the reason of the signal
 */
export function recordStream(open: OpenResponse): WorkflowStream {
  const chunks = readRecords(open)
  const stream = new ReadableStream<WorkflowChunk>(
    {
      async pull(controller) {
        const { value, done } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
  return Object.assign(stream, { [Symbol.asyncIterator]: () => chunks })
}
