import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Answerer } from './answerer.js'
import { NodeIncoming } from './node-incoming.js'
import { refusal } from './refusal.js'
import { cancelBody, type Reply } from './reply.js'
import type { LatestAnswers } from './refuse-unreadable.js'
import { sendReply } from './send-reply.js'
import type { UnreadAnswers } from './unread.js'

/** How much of a body that nobody reads is taken in behind the answer, and for how long: then it is cut. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024
const DRAIN_MS = 500
/** How many requests of one connection may wait for those before them; who sends more at once is cut. */
const MAX_WAITING = 64

/**
 * Takes in what is left of a body once its answer is sent, so that the client reads the answer; one who goes on
 * sending is cut.
 */
function drain(message: IncomingMessage): void {
  if (message.readableEnded || message.destroyed) return
  const { socket } = message
  let size = 0
  const cut = () => {
    clearTimeout(timer)
    // What has come whole keeps nobody: the connection may be at its next answer.
    if (!message.complete) socket.destroySoon()
  }
  const timer = setTimeout(cut, DRAIN_MS).unref()
  message.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size > MAX_DRAINED_BYTES) cut()
  })
  message.once('close', () => clearTimeout(timer))
  message.on('error', () => undefined)
  message.resume()
}

async function answerMessage(
  answerer: Answerer,
  unread: UnreadAnswers,
  message: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const incoming = new NodeIncoming(message, answer)
  const { fault } = incoming
  let reply: Reply
  try {
    reply = await answerer(incoming, { address: message.socket.remoteAddress })
    if (fault !== undefined && reply.status < 400) {
      void cancelBody(reply.body)
      reply = refusal(fault)
    }
  } catch (error) {
    reply = refusal(fault ?? error)
  }
  // Where a request ends that is not a legal one, is not known for sure (RFC 9112 section 6.1).
  if (fault !== undefined) answer.shouldKeepAlive = false
  if (!message.complete) answer.once('finish', () => drain(message))
  try {
    sendReply(answer, reply, unread)
  } catch (error) {
    // A status or a header that HTTP does not have, of a handler of the application.
    void cancelBody(reply.body)
    sendReply(answer, refusal(error), unread)
  }
}

const waiting = new WeakMap<Socket, number>()

/**
 * Begins once the answers to what the same connection sent before are sent, and never where it closes before:
 * Node.js would not tell an answer that waits for its turn that its client has left.
 */
function awaitTurn({ socket }: IncomingMessage, answer: ServerResponse, begin: () => void): void {
  const before = waiting.get(socket) ?? 0
  if (before >= MAX_WAITING) return void socket.destroy()
  waiting.set(socket, before + 1)
  answer.once('socket', () => {
    waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
    queueMicrotask(begin)
  })
}

/** What `node:http` is to do with each request. */
export interface NodeListener {
  readonly onRequest: RequestListener
  readonly latest: LatestAnswers
}

/**
 * Makes what answers the requests of a server.
 * @param unread - counts what waits for clients
 */
export function nodeListener(answerer: Answerer, unread: UnreadAnswers): NodeListener {
  const latest = new WeakMap<Socket, ServerResponse>()
  return {
    latest,
    onRequest(message, answer) {
      const begin = () => {
        latest.set(message.socket, answer)
        void answerMessage(answerer, unread, message, answer)
      }
      if (answer.socket === null) awaitTurn(message, answer, begin)
      else begin()
    },
  }
}
