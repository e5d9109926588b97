import { randomUUID } from 'node:crypto'
import { errorReply } from '../error/error-response.js'
import type { Reply } from './reply.js'

/** The answer to what nobody answers: what is not legal HTTP, or a fault of ours, of which nothing is told. */
export function refusal(error: unknown): Reply {
  const requestId = randomUUID()
  const reply = errorReply(error, requestId)
  reply.headers['x-request-id'] = requestId
  reply.headers['x-content-type-options'] = 'nosniff'
  return reply
}
