import type { ServerResponse } from 'node:http'
import { isStream, leave, type Reply, type ReplyStream } from './reply.js'

/** Resolves once more can be written, or nothing can any more. */
function writable(answer: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      answer.off('drain', go).off('close', go)
      resolve()
    }
    answer.on('drain', go).on('close', go)
  })
}

/** Sends piece after piece at the client's pace. Lets go of the body where the client leaves, or it fails. */
async function sendStream(answer: ServerResponse, body: ReplyStream): Promise<void> {
  const chunks = body[Symbol.asyncIterator]()
  const stop = () => void leave(chunks)
  if (answer.closed) return stop()
  answer.once('close', stop)
  // More than it was said to be would be read as the next answer.
  answer.strictContentLength = true
  // The headers do not wait for a first piece that takes its time.
  const flush = setImmediate(() => answer.flushHeaders())
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      clearImmediate(flush)
      if (answer.closed) return
      if (!answer.write(next.value)) await writable(answer)
    }
    answer.off('close', stop)
    if (!answer.closed) answer.end()
  } catch (error) {
    // Whoever makes the body knows why, or is told; to the client, an answer that is cut is no whole one.
    answer.off('close', stop)
    void leave(chunks, error)
    answer.destroy()
  } finally {
    clearImmediate(flush)
  }
}

/** Sends an answer over HTTP/1.1. */
export function sendReply(answer: ServerResponse, { status, headers, body }: Reply): void {
  if (isStream(body)) {
    answer.writeHead(status, headers)
    void sendStream(answer, body)
    return
  }
  if (body !== null) headers['content-length'] = String(Buffer.byteLength(body))
  answer.writeHead(status, headers)
  answer.end(body ?? undefined)
}
