import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of one call of the model. Default: it says `Yes.` */
export type PlayedAnswer = (
  answer: ServerResponse,
  isStream: boolean,
  index: number,
  /** The request, as JSON. */
  body: string,
) => void | Promise<void>

/** A server of OpenAI's chat completions that a test plays. */
export interface PlayedModel {
  /** Base URL of its API. */
  readonly url: string
  /** How often the model was asked. */
  readonly calls: () => number
  close(): void
}

const COMMON = { id: 'played', created: 1, model: 'played' }
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

function chunk(delta: object, finish_reason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason }]
  return `data: ${JSON.stringify({ ...COMMON, object: 'chat.completion.chunk', choices })}\n\n`
}

/** Answers a call with a text, at once or as a stream. */
export function say(answer: ServerResponse, isStream: boolean, content = 'Yes.'): void {
  if (isStream) {
    if (!answer.headersSent) answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.end(`${chunk({ role: 'assistant', content }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`)
    return
  }
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  if (!answer.headersSent) answer.writeHead(200, { 'content-type': 'application/json' })
  answer.end(JSON.stringify({ ...COMMON, object: 'chat.completion', choices, usage: USAGE }))
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}

/** Plays a model on a free port of 127.0.0.1. */
export async function playModel(
  play: PlayedAnswer = (answer, isStream) => say(answer, isStream),
): Promise<PlayedModel> {
  let calls = 0
  const server = createServer((request, answer) => {
    const index = calls++
    void readBody(request).then((body) => {
      const { stream }: { readonly stream?: boolean } = JSON.parse(body)
      return play(answer, stream === true, index, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls: () => calls,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
