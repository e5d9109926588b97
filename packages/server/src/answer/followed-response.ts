import { replyOf, Reply, type ReplyStream } from '../http/reply.js'
import type { HandlerContext } from '../route/route.js'

/** What becomes of a request while its response is being sent. */
export type ResponseContext = Pick<
  HandlerContext,
  'stop' | 'release' | 'onBreakOff' | 'noteFailure'
>

/** Where the bytes of a response come from: the reader of a stream, or what behaves like one. */
export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>

/**
 * The bytes of a response, followed to their end. `cancel` of the reader ends a read that waits.
 * @param context - is told once they are over, and why where they are broken off
 * @param lastOf - what a client is told last, where the bytes are broken off; undefined where only the end of the connection
 *   can tell it. Default: that
 */
export function followBody(
  reader: BodyReader,
  context: ResponseContext,
  lastOf: (error: unknown) => Uint8Array | undefined = () => undefined,
): ReplyStream {
  let failure: Error | undefined
  let isOver = false
  context.onBreakOff((error) => {
    failure = error
    context.stop()
    // Ends a read that waits.
    reader.cancel(error).catch(() => undefined)
  })
  const chunks: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (isOver) return { done: true, value: undefined }
      try {
        const { done, value } = await reader.read()
        if (failure !== undefined) throw failure
        if (!done) return { done, value }
      } catch (thrown) {
        const error = failure ?? thrown
        if (failure === undefined) context.noteFailure('answer_failed')
        context.stop()
        const last = lastOf(error)
        if (last === undefined) throw error
        isOver = true
        return { done: false, value: last }
      }
      context.stop()
      return { done: true, value: undefined }
    },
    async return() {
      context.noteFailure('client_gone')
      context.stop()
      await reader.cancel()
      return { done: true, value: undefined }
    },
    async throw(error) {
      context.noteFailure('answer_failed')
      context.stop()
      await reader.cancel(error)
      throw error
    },
  }
  return { [Symbol.asyncIterator]: () => chunks }
}

/**
 * A response of the application's, followed to its end. The deadline was for its handler: how long it
 * streams is the application's to say. Where the answer is broken off meanwhile, so is the connection.
 */
export function followResponse(response: Response, context: ResponseContext): Reply {
  const { status, headers } = replyOf(response)
  if (response.body === null) {
    context.stop()
    return new Reply(null, status, headers)
  }
  context.release()
  return new Reply(followBody(response.body.getReader(), context), status, headers)
}
