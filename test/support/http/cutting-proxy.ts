import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A proxy that cuts connections. */
export interface CuttingProxy {
  readonly url: string
  close(): void
}

/**
 * Starts a proxy to a server on a free port of 127.0.0.1.
 * @param bytes - after how many bytes of responses each connection is cut, in their order; those behind are not
 */
export async function startCuttingProxy(
  target: string,
  bytes: readonly number[],
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((near) => {
    let left = bytes[connections++] ?? Infinity
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    near.on('data', (data) => void far.write(data))
    far.on('data', (data) => {
      if (data.length < left) {
        left -= data.length
        near.write(data)
        return
      }
      near.write(data.subarray(0, left), () => near.resetAndDestroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
