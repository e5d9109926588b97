import type { ServerResponse } from 'node:http'
import { isStream, type Reply, type ReplyStream } from './reply.js'

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
  // The body may be stuck, so nobody waits for it.
  const leave = async () => {
    try {
      await chunks.return?.()
    } catch {
      // Whoever made it knows.
    }
  }
  if (answer.closed) return void leave()
  answer.once('close', leave)
  // The headers do not wait for a first piece that takes its time.
  const flush = setImmediate(() => answer.flushHeaders())
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      clearImmediate(flush)
      if (answer.closed) return
      if (!answer.write(next.value)) await writable(answer)
    }
    answer.off('close', leave)
    if (!answer.closed) answer.end()
  } catch {
    // Whoever made the body knows why; to the client, an answer that is cut is no whole one.
    answer.off('close', leave)
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
