import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the endpoint got it. */
export interface IntrospectionRequest {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
}

/** What the endpoint sends: an object as JSON, a text as it is. */
export interface IntrospectionReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object | string
}

/** An introspection endpoint (RFC 7662) on loopback. */
export interface IntrospectionServer {
  readonly url: string
  /** All requests so far. */
  readonly requests: readonly IntrospectionRequest[]
  close(): Promise<void>
}

/** Starts an endpoint that sends what `reply` returns. */
export async function startIntrospectionServer(
  reply: (request: IntrospectionRequest) => IntrospectionReply | Promise<IntrospectionReply>,
): Promise<IntrospectionServer> {
  const requests: IntrospectionRequest[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    const { method, headers } = incoming
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
    const request = { method, headers, form }
    requests.push(request)
    const answer = await reply(request)
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      ...answer.headers,
    })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/introspect`,
    requests,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
