import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A reverse proxy that leads to a server by a path of its own. */
export interface PathProxy {
  /** The origin of the proxy. */
  readonly origin: string
  /** The paths of requests that did not lie below its path: it answers them with 404. */
  readonly strays: string[]
  stop(): Promise<void>
}

/**
 * Starts one.
 * @param target - the origin of the server behind it
 * @param path - such as `/tools/agent`
 * @param isStripped - whether it takes the path off the requests that it forwards
 */
export async function startPathProxy(
  target: string,
  path: string,
  isStripped: boolean,
): Promise<PathProxy> {
  const strays: string[] = []
  const server = createServer((received, answer) => {
    const url = received.url ?? ''
    const rest = url.slice(path.length)
    if (!url.startsWith(path) || !/^(?:[/?]|$)/.test(rest)) {
      strays.push(url)
      answer.writeHead(404).end()
      return
    }
    const { method, headers } = received
    const stripped = rest.startsWith('/') ? rest : `/${rest}`
    const forwarded = request(target + (isStripped ? stripped : url), { method, headers })
    forwarded.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy())
    answer.on('close', () => forwarded.destroy())
    received.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    strays,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
