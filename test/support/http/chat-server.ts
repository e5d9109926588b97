import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request of chat completions holds, as far as tests look at it. */
interface ChatRequest {
  readonly stream?: boolean
  readonly messages: readonly Readonly<Record<string, unknown>>[]
  readonly tools?: readonly { readonly function: Readonly<Record<string, unknown>> }[]
  readonly tool_choice?: unknown
  readonly response_format?: {
    readonly json_schema?: { readonly strict?: boolean; readonly schema: unknown }
  }
}

/** Answers one request. */
export type ChatAnswer = (response: ServerResponse, request: ChatRequest) => void

/** A server of chat completions that says exactly what a test wants, byte for byte. */
export interface ChatServer {
  /** Base URL of its API. */
  readonly url: string
  readonly seen: readonly ChatRequest[]
  close(): void
}

/** Sends a stream of events as it stands. */
export function events(text: string): ChatAnswer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(text)
  }
}

/** Sends a JSON value. */
export function json(value: unknown, status = 200): ChatAnswer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
}

/** Says a text in the form that is asked for. */
export function says(content: string): ChatAnswer {
  return (response, { stream }) => {
    const said = { role: 'assistant', content }
    const choice = { index: 0, finish_reason: 'stop' }
    if (stream !== true)
      json({ choices: [{ ...choice, message: said }] })(response, { messages: [] })
    else {
      const piece = JSON.stringify({ choices: [{ ...choice, delta: said }] })
      events(`data: ${piece}\n\ndata: [DONE]\n\n`)(response, { messages: [] })
    }
  }
}

/** Plays a server on a free port of 127.0.0.1. The last answer is given for ever. */
export async function playChat(...answers: readonly ChatAnswer[]): Promise<ChatServer> {
  const seen: ChatRequest[] = []
  const server = createServer((request, response) => {
    void (async () => {
      let text = ''
      for await (const piece of request) text += String(piece)
      const body = JSON.parse(text) as ChatRequest
      const answer = answers[Math.min(seen.length, answers.length - 1)]
      seen.push(body)
      answer?.(response, body)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    seen,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
