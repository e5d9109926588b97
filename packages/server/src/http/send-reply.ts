import type { ServerResponse } from 'node:http'
import { networkOf } from './address.js'
import { isStream, cancelProducer, type Reply, type ReplyStream } from './reply.js'
import type { Unread, UnreadAnswers } from './unread.js'

/** How much is given to a socket at once, in bytes: so it shows whether the client reads a long answer. */
const PIECE_BYTES = 64 * 1024

/** An answer on its way, and what counts the bytes that wait for its client. */
interface Sending {
  readonly answer: ServerResponse
  readonly reply: Reply
  readonly unread: UnreadAnswers
}

/** Counts bytes that wait; undefined where the connection is gone. */
function beginUnread({ answer, reply, unread }: Sending, bytes: number): Unread | undefined {
  const { socket } = answer
  if (socket === null || socket.destroyed) return undefined
  return unread.begin(socket, reply.caller?.() ?? networkOf(socket.remoteAddress ?? ''), bytes)
}

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

/** Writes bytes at the client's pace; those of an answer that is closed meanwhile are dropped. */
async function write(sending: Sending, bytes: string | Uint8Array): Promise<void> {
  const { answer, unread } = sending
  const all = typeof bytes === 'string' && bytes.length > PIECE_BYTES ? Buffer.from(bytes) : bytes
  // What is neither text nor bytes, `write` refuses.
  if (typeof all === 'string' || !(all.length > PIECE_BYTES)) {
    if (answer.write(all)) return
    const waiting = beginUnread(sending, all.length)
    await writable(answer)
    if (waiting !== undefined) unread.end(waiting)
    return
  }
  const waiting = beginUnread(sending, all.length)
  for (let start = 0; start < all.length && !answer.closed; start += PIECE_BYTES) {
    const piece = all.subarray(start, start + PIECE_BYTES)
    if (!answer.write(piece)) await writable(answer)
    if (waiting !== undefined) unread.take(waiting, piece.length)
  }
  if (waiting !== undefined) unread.end(waiting)
}

/** Sends piece after piece at the client's pace. Cancels the body where the client leaves, or where sending fails. */
async function sendStream(sending: Sending, body: ReplyStream): Promise<void> {
  const { answer } = sending
  const chunks = body[Symbol.asyncIterator]()
  const stop = () => void cancelProducer(chunks)
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
      await write(sending, next.value)
    }
    answer.off('close', stop)
    if (!answer.closed) answer.end()
  } catch (error) {
    // Whoever makes the body knows why, or is told; to the client, an answer that is cut is not a whole one.
    answer.off('close', stop)
    void cancelProducer(chunks, error)
    answer.destroy()
  } finally {
    clearImmediate(flush)
  }
}

/** Sends a body that is long, but there already. */
async function sendLong(sending: Sending, bytes: Uint8Array): Promise<void> {
  await write(sending, bytes)
  if (!sending.answer.closed) sending.answer.end()
}

/** Sends an answer over HTTP/1.1. */
export function sendReply(answer: ServerResponse, reply: Reply, unread: UnreadAnswers): void {
  const { status, headers, body } = reply
  const sending: Sending = { answer, reply, unread }
  if (isStream(body)) {
    answer.writeHead(status, headers)
    void sendStream(sending, body)
    return
  }
  if (body !== null) {
    const size = Buffer.byteLength(body)
    headers['content-length'] = String(size)
    if (size > PIECE_BYTES) {
      answer.writeHead(status, headers)
      void sendLong(sending, typeof body === 'string' ? Buffer.from(body) : body)
      return
    }
  }
  answer.writeHead(status, headers)
  answer.end(body ?? undefined)
  const left = answer.socket?.writableLength ?? 0
  if (left === 0) return
  const waiting = beginUnread(sending, left)
  if (waiting !== undefined) answer.once('close', () => unread.end(waiting))
}
