import { validateHeaderValue } from 'node:http'

/** Headers of an answer by their names in lower case; several of one name are a list. */
export type ReplyHeaders = Record<string, string | string[]>

/** A body that comes piece by piece. Its reader calls `return` where it stops before the end. */
export type ReplyStream = AsyncIterable<string | Uint8Array>

/** What is sent behind the headers; null where there is nothing. */
export type ReplyBody = string | Uint8Array<ArrayBuffer> | ReplyStream | null

/** An answer on its way to a transport. Its headers can still be added to. */
export class Reply {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: ReplyBody
  /** Whose answer it is, asked only where it waits for its client. Default: the address of the client's socket. */
  caller: (() => string) | undefined

  constructor(body: ReplyBody, status: number, headers: ReplyHeaders) {
    this.body = body
    this.status = status
    this.headers = headers
  }
}

/** Whether a body comes piece by piece. */
export function isStream(body: ReplyBody): body is ReplyStream {
  return body !== null && typeof body !== 'string' && !ArrayBuffer.isView(body)
}

/** What is JSON already. */
export function jsonTextReply(text: string, status: number): Reply {
  return new Reply(text, status, { 'content-type': 'application/json' })
}

/**
 * Cancels the producer of a body that is no longer read. Nobody awaits it: it may be stuck.
 * @param fault - why what it made cannot be sent; default: nobody wants more
 */
export async function cancelProducer(
  chunks: AsyncIterator<unknown>,
  fault?: unknown,
): Promise<void> {
  try {
    await (fault !== undefined && chunks.throw ? chunks.throw(fault) : chunks.return?.())
  } catch {
    // Whoever made it knows.
  }
}

/** Cancels a body that nobody has begun to read. */
export async function cancelBody(body: ReplyBody): Promise<void> {
  if (isStream(body)) await cancelProducer(body[Symbol.asyncIterator]())
}

/** The JSON of a value. What JSON cannot express, such as undefined, is null: clients parse every answer. */
export function jsonReply(value: unknown, status: number): Reply {
  return jsonTextReply(JSON.stringify(value) ?? 'null', status)
}

/**
 * An answer of the Fetch standard, such as a handler of the application makes.
 * @throws {TypeError} for `Response.error()`, which is none, and for a header with a control character
 */
export function replyOf(response: Response): Reply {
  if (response.type === 'error') throw new TypeError('The handler returned a network error.')
  // The Fetch standard lets more through than node:http, which would refuse it too late for the log.
  for (const [name, value] of response.headers) validateHeaderValue(name, value)
  const headers: ReplyHeaders = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  // Without a type, browsers would guess one.
  if (response.body !== null) headers['content-type'] ??= 'text/plain; charset=UTF-8'
  return new Reply(response.body, response.status, headers)
}

function toReadable(body: ReplyStream): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value)
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}

function toHeaders(fields: ReplyHeaders): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields)) {
    for (const each of [value].flat()) headers.append(name, each)
  }
  return headers
}

/** The answer as the Fetch standard has it. */
export function responseOf({ body, status, headers }: Reply): Response {
  const sent = isStream(body) ? toReadable(body) : body
  return new Response(sent, { status, headers: toHeaders(headers) })
}
