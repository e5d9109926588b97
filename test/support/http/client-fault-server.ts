import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that reached the server, whole. */
interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the server does with a request. @param count - how many came before it */
export type FaultyAnswer = (response: ServerResponse, request: SeenRequest, count: number) => void

/** A server that fails as a test says. */
export interface FaultServer {
  readonly url: string
  readonly requests: readonly SeenRequest[]
  close(): Promise<void>
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const piece of request.setEncoding('utf8')) body += String(piece)
  return body
}

/** Serves on a free port, and reads each request to its end before it answers, or does not. */
export async function startFaultServer(answer: FaultyAnswer): Promise<FaultServer> {
  const requests: SeenRequest[] = []
  const server = createServer((incoming, response) => {
    const read = async () => {
      const { method = '', url: path = '', headers } = incoming
      const request = { method, path, headers, body: await readBody(incoming) }
      requests.push(request)
      answer(response, request, requests.length - 1)
    }
    read().catch(() => incoming.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Answers with JSON. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Breaks the connection, as a server that crashes or a network that fails. */
export function breakOff(response: ServerResponse): void {
  response.socket?.destroy()
}
