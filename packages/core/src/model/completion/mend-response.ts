import { isJsonObject } from '@signet/auth/internal'
import { EventData } from './event-data.js'
import { mendCompletion, plainEnd, type Fields, type MendState } from './mend-completion.js'

const DONE = '[DONE]'

/** How long a connection is given to end by itself once its answer has, so that it serves the next request too. */
const DRAIN_MS = 1000

/** The ids in a body: those of the calls that the conversation has had, and a few more. */
function idsOf(request: string): ReadonlySet<string | undefined> {
  return new Set(Array.from(request.matchAll(/"id":"([^"\\]*)"/gu), ([, id]) => id))
}

function newState(request: string): MendState {
  let ids: ReadonlySet<string | undefined> | undefined
  const isTaken = (id: string) => (ids ??= idsOf(request)).has(id)
  const common = { hasChoice: false, hasCalls: false, hasEnd: false, hasFailed: false }
  return { isTaken, ids: new Map(), ...common }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toEvent(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
}

/** What stands before `[DONE]` where the server has not said how the answer ended. What failed has not ended well. */
function missingEnd(state: MendState): string {
  if (!state.hasChoice || state.hasEnd || state.hasFailed) return ''
  return toEvent({ choices: [{ index: 0, delta: {}, finish_reason: plainEnd(state) }] })
}

function mendEvent(data: string, state: MendState): string {
  const value = readJson(data)
  return toEvent(isJsonObject(value) ? mendCompletion(value, false, state) : data)
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), DRAIN_MS)
  timer.unref()
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is there; what becomes of its connection does not matter any more.
  } finally {
    clearTimeout(timer)
  }
}

/** A stream of events, mended. It ends at `[DONE]`, also where the server leaves the connection open. */
function mendStream(
  body: ReadableStream<Uint8Array>,
  state: MendState,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const events = new EventData()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read()
        const read = done
          ? [...events.take(decoder.decode()), ...events.end()]
          : events.take(decoder.decode(value, { stream: true }))
        const end = read.findIndex((data) => data.trim() === DONE)
        const before = end === -1 ? read : read.slice(0, end)
        let text = before.map((data) => mendEvent(data, state)).join('')
        if (end !== -1) text += missingEnd(state) + toEvent(DONE)
        if (text !== '') controller.enqueue(encoder.encode(text))
        if (done || end !== -1) {
          controller.close()
          if (!done) void drain(reader)
          return
        }
        if (text !== '') return
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** A whole answer as the one piece of a stream, for servers that do not stream. */
function toStream(completion: Fields, state: MendState): string {
  const mended = mendCompletion(completion, true, state)
  if (state.hasFailed) return toEvent(mended) + toEvent(DONE)
  const choices = mended['choices']
  const pieces = Array.isArray(choices)
    ? choices.map(({ message, ...choice }: Fields) => ({ ...choice, delta: message }))
    : []
  return toEvent({ ...mended, choices: pieces }) + toEvent(DONE)
}

/**
 * The answer of a server of chat completions in the form that OpenAI documents. An answer that failed, and one that is
 * no JSON, stays as it is.
 *
 * @param request - the body of the request, as JSON
 */
export async function mendResponse(response: Response, request: string): Promise<Response> {
  if (!response.ok || response.body === null) return response
  const { status, statusText, headers } = response
  const isStream = request.includes('"stream":true')
  const isJson = headers.get('content-type')?.includes('json') === true
  const state = newState(request)
  if (isStream && !isJson) {
    return new Response(mendStream(response.body, state), { status, statusText, headers })
  }
  const text = await response.text()
  const sent = readJson(text)
  if (!isJsonObject(sent)) return new Response(text, { status, statusText, headers })
  if (!isStream) {
    const mended = mendCompletion(sent, true, state)
    return new Response(JSON.stringify(mended), { status, statusText, headers })
  }
  const asEvents = new Headers(headers)
  asEvents.set('content-type', 'text/event-stream')
  return new Response(toStream(sent, state), { status, statusText, headers: asEvents })
}
