import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { Sleepers } from './sleepers.js'

it('finds connections that a server keeps for longer than a request may take', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.resume().on('error', () => undefined))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let now = 0
  const young = new Sleepers(port, () => now)
  const old = new Sleepers(port, () => now)
  now = 89_999
  expect(() => young.end()).not.toThrow()
  now = 90_000
  expect(() => old.end()).toThrow('a request that does not end is ended')
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
})
