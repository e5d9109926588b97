import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A server that passes on to another. */
export interface Relay {
  /** The URL of the other server, with the host and port of this one. */
  readonly url: string
  /** Lets it fall silent, without closing anything, or speak again. */
  setSilent(isSilent: boolean): void
  /** Cuts every connection, and takes no other until it comes back. */
  goAway(): Promise<void>
  /** Takes connections again, on the same port. */
  comeBack(): Promise<void>
  close(): void
}

/** Starts a relay to a server on a free port of 127.0.0.1. */
export async function createRelay(target: URL): Promise<Relay> {
  let isSilent = false
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    const pairs = [
      [near, far],
      [far, near],
    ] as const
    for (const [from, to] of pairs) {
      sockets.add(from)
      from.on('data', (data) => void (isSilent || to.write(data)))
      from.on('close', () => to.destroy())
      from.on('error', () => to.destroy())
    }
  })
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = new URL(target)
  url.port = String(port)
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    url: url.href,
    setSilent: (value) => void (isSilent = value),
    goAway: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
    comeBack: () => listen(port),
    close: () => {
      server.close()
      cut()
    },
  }
}
