import type { IncomingMessage } from 'node:http'

/** What the reader of a body and its sender are to know of each other. */
interface BodyEvents {
  /** Whether the answer has been sent. */
  readonly isAnswered: () => boolean
  /** Told whenever somebody wants more of it. */
  readonly onWanted: () => void
}

/**
 * The body of a message as a stream of the web, at its reader's pace. Whoever cancels it leaves the connection
 * alone, on which the answer is still to be sent, as `Readable.toWeb` would not. After the answer is sent, unread bytes
 * are discarded and the stream errors, so that a partial body never looks complete.
 */
export function bodyStream(
  message: IncomingMessage,
  { isAnswered, onWanted }: BodyEvents,
): ReadableStream<Uint8Array> {
  let isWanted = false
  let forget = (): void => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = (error: unknown) => {
          forget()
          controller.error(error)
        }
        if (message.destroyed)
          return fail(new Error('The client closed the connection before its body had arrived.'))
        const giveUp = () => fail(new Error('The response was sent before the body was read.'))
        const goOn = () => {
          if (!isWanted) giveUp()
          message.resume()
        }
        const take = (chunk: Uint8Array) => {
          if (!isWanted) return giveUp()
          isWanted = false
          controller.enqueue(chunk)
          if (isWanted) return
          message.pause()
          if (isAnswered()) setImmediate(goOn)
        }
        const end = () => {
          forget()
          controller.close()
        }
        forget = () => void message.off('data', take).off('end', end).off('error', fail)
        message.pause().on('data', take).on('end', end).on('error', fail)
      },
      pull() {
        isWanted = true
        onWanted()
        message.resume()
      },
      cancel() {
        forget()
        message.pause()
      },
    },
    { highWaterMark: 0 },
  )
}
