import { createServer, type RequestListener } from 'node:http'

/** A server of this machine that stands in for another one. For tests only. */
export interface LoopbackServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string
  /** What was asked for, in order: paths with their queries. */
  readonly requests: readonly URL[]
  /** Cuts what is still open. */
  close(): Promise<void>
}

/** Starts a server on a free port of the loopback address. */
export async function startLoopbackServer(listener: RequestListener): Promise<LoopbackServer> {
  const requests: URL[] = []
  const server = createServer((request, response) => {
    requests.push(new URL(request.url ?? '/', 'http://127.0.0.1'))
    listener(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
