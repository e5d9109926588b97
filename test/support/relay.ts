import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A server that passes on to another. */
export interface Relay {
  /** The URL of the other server, with the host and port of this one. */
  readonly url: string
  /** Lets it fall silent, without closing anything, or speak again. */
  setSilent(isSilent: boolean): void
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    setSilent: (value) => void (isSilent = value),
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
