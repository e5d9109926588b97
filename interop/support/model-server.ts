import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** A message of a chat, as the protocol has it. */
interface ChatMessage {
  readonly role: string
  readonly content?: unknown
  readonly tool_calls?: readonly { readonly id: string }[]
  readonly tool_call_id?: string
}

/** What a model is asked. */
interface ChatRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly model: string
  readonly stream: boolean
  readonly messages: readonly ChatMessage[]
  /** The names of the functions that it may call. */
  readonly tools: readonly string[]
}

/** What a model answers. */
export type ChatAnswer =
  | {
      readonly kind: 'text'
      readonly pieces: readonly string[]
      /**
       * What a stream waits for behind each piece, and a whole answer before it: a promise, or what makes one each time.
       * Default: nothing.
       */
      readonly hold?: Promise<unknown> | (() => Promise<unknown>) | undefined
    }
  /** A call of a function; `pieces` put together are its arguments, as JSON. */
  | {
      readonly kind: 'call'
      readonly id: string
      readonly name: string
      readonly pieces: readonly string[]
    }
  | { readonly kind: 'failure'; readonly status: number; readonly message: string }
  /** Ends the connection, in a stream after these pieces. */
  | { readonly kind: 'hangUp'; readonly pieces: readonly string[] }

/** A server of a model that answers what a test says. */
export interface ModelServer {
  /** The base URL, which ends in `/v1`. */
  readonly url: string
  /** What it was asked, in order. */
  readonly requests: readonly ChatRequest[]
  /** Forgets what it was asked, and answers so from now on: one answer for each request, the last for all others. */
  answerWith(...answers: readonly ChatAnswer[]): void
  stop(): Promise<void>
}

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const COMMON = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'loopback' }

async function holdOf(answer: ChatAnswer): Promise<void> {
  if (answer.kind !== 'text') return
  await (typeof answer.hold === 'function' ? answer.hold() : answer.hold)
}

function sendWhole(response: ServerResponse, answer: ChatAnswer): void {
  if (answer.kind === 'hangUp') {
    response.destroy()
    return
  }
  response.setHeader('content-type', 'application/json')
  if (answer.kind === 'failure') {
    // Or the AI SDK waits two seconds before it asks again.
    response.writeHead(answer.status, { 'retry-after-ms': '1' })
    response.end(JSON.stringify({ error: { message: answer.message, type: 'server_error' } }))
    return
  }
  const text = answer.pieces.join('')
  const message =
    answer.kind === 'text'
      ? { role: 'assistant', content: text }
      : {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: answer.id, type: 'function', function: { name: answer.name, arguments: text } },
          ],
        }
  const finish_reason = answer.kind === 'text' ? 'stop' : 'tool_calls'
  const choices = [{ index: 0, message, finish_reason }]
  response.end(JSON.stringify({ ...COMMON, object: 'chat.completion', choices, usage: USAGE }))
}

/** The pieces of an answer, as changes of its one message. */
function deltasOf(answer: Exclude<ChatAnswer, { kind: 'failure' }>): readonly object[] {
  if (answer.kind !== 'call') return answer.pieces.map((content) => ({ content }))
  const head = { index: 0, id: answer.id, type: 'function' }
  return [
    { tool_calls: [{ ...head, function: { name: answer.name, arguments: '' } }] },
    ...answer.pieces.map((piece) => ({
      tool_calls: [{ index: 0, function: { arguments: piece } }],
    })),
  ]
}

async function sendStream(response: ServerResponse, answer: ChatAnswer): Promise<void> {
  if (answer.kind === 'failure') {
    sendWhole(response, answer)
    return
  }
  response.setHeader('content-type', 'text/event-stream')
  const send = async (event: object) => {
    const data = { ...COMMON, object: 'chat.completion.chunk', ...event }
    // Each on its way before the next is written.
    await new Promise((resolve) =>
      response.write(`data: ${JSON.stringify(data)}\n\n`, () => resolve(undefined)),
    )
  }
  for (const delta of deltasOf(answer)) {
    await send({ choices: [{ index: 0, delta, finish_reason: null }] })
    await holdOf(answer)
  }
  if (answer.kind === 'hangUp') {
    response.destroy()
    return
  }
  const finish_reason = answer.kind === 'text' ? 'stop' : 'tool_calls'
  await send({ choices: [{ index: 0, delta: {}, finish_reason }] })
  await send({ choices: [], usage: USAGE })
  response.end('data: [DONE]\n\n')
}

/** Starts a server of OpenAI's protocol, `POST /v1/chat/completions`, on a free port of this machine. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ChatRequest[] = []
  let answers: readonly ChatAnswer[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = JSON.parse(Buffer.concat(pieces).toString())
    const answer = answers[requests.length] ?? answers.at(-1)
    const tools: readonly { readonly function: { readonly name: string } }[] = body.tools ?? []
    requests.push({
      path: `${request.method} ${request.url}`,
      authorization: request.headers.authorization,
      model: body.model,
      stream: body.stream === true,
      messages: body.messages,
      tools: tools.map((tool) => tool.function.name),
    })
    if (answer === undefined) throw new Error('Nobody said what to answer.')
    if (body.stream === true) await sendStream(response, answer)
    else {
      await holdOf(answer)
      sendWhole(response, answer)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    answerWith(...given) {
      requests.length = 0
      answers = given
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
