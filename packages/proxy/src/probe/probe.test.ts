import { networkInterfaces } from 'node:os'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { createSecret, MastraJwtAuth } from '@signet/auth'
import { freePort } from '@signet/test-support/process/free-port'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { afterEach, describe, expect, it } from 'vitest'
import { findExposed, isAnswering, probeAuth } from './probe.js'

const SECRET = createSecret()
const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function start(handler: UpstreamHandler): Promise<string> {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  return upstream.url
}

/** Answers 200 to a token of a secret, and 401 to everything else. */
function verifying(secret: string): UpstreamHandler {
  const auth = new MastraJwtAuth({ secret })
  return (response, { headers }) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? ''
    void auth.authenticateToken(token).then(
      () => response.writeHead(200).end('{}'),
      () => response.writeHead(401).end('{}'),
    )
  }
}

describe('what an application does with tokens', () => {
  it.each<[string, UpstreamHandler]>([
    ['verifies', verifying(SECRET)],
    ['refuses', verifying(createSecret())],
    ['open', (response) => void response.end('{}')],
    [
      'open',
      (response, { headers }) =>
        void response.writeHead(headers.authorization === undefined ? 401 : 200).end('{}'),
    ],
    ['refuses', (response) => void response.writeHead(403).end('{}')],
    ['unknown', (response) => void response.writeHead(404).end('{}')],
    ['unknown', (response) => void response.writeHead(500).end('{}')],
  ])('is told: %s', async (expected, handler) => {
    const origin = await start(handler)
    expect(await probeAuth({ origin, secret: SECRET })).toBe(expected)
  })

  it('is not told by one that is not there', async () => {
    const origin = `http://127.0.0.1:${await freePort()}`
    const probing = probeAuth({ origin, secret: SECRET })
    await expect(probing).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(await isAnswering(origin)).toBe(false)
  })

  it('is not needed to know whether it answers', async () => {
    expect(await isAnswering(await start((response) => void response.writeHead(500).end()))).toBe(
      true,
    )
  })
})

describe('the addresses at which a port is open beside loopback', () => {
  const others = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')

  it('are none for a server on loopback', async () => {
    const origin = await start((response) => void response.end())
    expect(await findExposed(Number(new URL(origin).port))).toStrictEqual([])
  })

  it.skipIf(others.length === 0)('are those of the machine for a server on all', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '0.0.0.0')
    await once(server, 'listening')
    ends.push(async () => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await findExposed(port)).toContain(others[0]?.address)
  })
})
