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
  let isOver = false
  const leave = () => {
    if (isOver) return
    isOver = true
    // It may be stuck, so nobody waits for it.
    void Promise.resolve(chunks.return?.()).catch(() => undefined)
  }
  answer.once('close', leave)
  if (answer.closed) leave()
  // The headers do not wait for a first piece that takes its time.
  const flush = setImmediate(() => answer.flushHeaders())
  try {
    while (!isOver) {
      const next = await chunks.next()
      clearImmediate(flush)
      if (next.done === true) break
      if (!isOver && !answer.write(next.value)) await writable(answer)
    }
    isOver = true
    answer.end()
  } catch {
    // Whoever made the body knows why; to the client, an answer that is cut is no whole one.
    isOver = true
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
