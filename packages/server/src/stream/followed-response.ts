import type { HandlerContext } from '../route.js'

/** What becomes of a request while its response is being sent. */
export type ResponseContext = Pick<
  HandlerContext,
  'stop' | 'release' | 'onBreakOff' | 'noteFailure'
>

function followBody(
  body: ReadableStream<Uint8Array>,
  { stop, onBreakOff, noteFailure }: ResponseContext,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    start(controller) {
      onBreakOff((error) => {
        controller.error(error)
        stop()
        reader.cancel(error).catch(() => undefined)
      })
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (!done) {
          controller.enqueue(value)
          return
        }
        controller.close()
      } catch (error) {
        noteFailure('answer_failed')
        controller.error(error)
      }
      stop()
    },
    async cancel(reason) {
      noteFailure('client_gone')
      stop()
      await reader.cancel(reason)
    },
  })
}

/**
 * A response of the application's, followed to its end. The deadline was for its handler: how long it
 * streams is the application's to say. Where the answer is broken off meanwhile, so is the connection.
 */
export function followResponse(response: Response, context: ResponseContext): Response {
  if (response.body === null) {
    context.stop()
    return response
  }
  context.release()
  return new Response(followBody(response.body, context), response)
}
