import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestKeyPair } from '../test/key-pair.js'
import { readIntrospection } from './options.js'
import { requestIntrospection } from './request.js'

const ISSUER = 'https://issuer.example'
const CLIENT = { clientId: 'agents', clientSecret: 'the secret of the client' }

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const introspectionAt = (endpoint: string, client: object = CLIENT) =>
  readIntrospection({ endpoint, ...client }, { names: [ISSUER], now: undefined })

/** An endpoint that closes the connection of each request for which `closes` says so. */
async function startClosingServer(closes: (count: number) => boolean) {
  const sockets: Socket[] = []
  const bodies: string[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    sockets.push(incoming.socket)
    bodies.push(Buffer.concat(chunks).toString())
    if (closes(sockets.length)) {
      incoming.socket.destroy()
      return
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ active: true, sub: 'alice' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/introspect`, sockets, bodies }
}

/** A fetch that fails with these codes in turn, and then finds the token active. */
function failing(codes: readonly string[]) {
  const asked: string[] = []
  const left = [...codes]
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    asked.push(String(init?.body))
    const code = left.shift()
    if (code === undefined) return Response.json({ active: true, sub: 'alice' })
    const cause = Object.assign(new Error('a fault'), { code })
    throw new TypeError('fetch failed', { cause })
  }
  return { fetch, asked }
}

describe('a connection that the endpoint has closed', () => {
  it('is followed by a second request on another one', async () => {
    const server = await startClosingServer((count) => count === 2)
    const introspection = introspectionAt(server.url)
    const ask = (token: string) => requestIntrospection(token, introspection, globalThis.fetch)
    expect((await ask('one')).claims).toMatchObject({ sub: 'alice' })
    expect((await ask('two')).claims).toMatchObject({ sub: 'alice' })
    expect(server.sockets).toHaveLength(3)
    expect(server.sockets[2]).not.toBe(server.sockets[1])
    expect(server.bodies[2]).toBe(server.bodies[1])
  })

  it('is the end where the second request fails, too', async () => {
    const server = await startClosingServer(() => true)
    const introspection = introspectionAt(server.url)
    await expect(requestIntrospection('one', introspection, globalThis.fetch)).rejects.toThrow()
    expect(server.sockets).toHaveLength(2)
  })

  it.each(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])('is known by the code %s', async (code) => {
    const { fetch, asked } = failing([code])
    const { claims } = await requestIntrospection('one', introspectionAt(`${ISSUER}/i`), fetch)
    expect(claims).toMatchObject({ sub: 'alice', iss: ISSUER })
    expect(asked).toHaveLength(2)
  })

  it('is answered with another assertion, as one counts once', async () => {
    const { privateJwk } = createTestKeyPair('ES256')
    const client = { clientId: 'agents', privateKey: privateJwk }
    const { fetch, asked } = failing(['ECONNRESET'])
    await requestIntrospection('one', introspectionAt(`${ISSUER}/i`, client), fetch)
    const assertions = asked.map((body) => new URLSearchParams(body).get('client_assertion'))
    expect(new Set(assertions).size).toBe(2)
  })
})

describe('another failure', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'CERT_HAS_EXPIRED', 'UND_ERR_CONNECT_TIMEOUT'])(
    'is the end at once: %s',
    async (code) => {
      const { fetch, asked } = failing([code])
      const asking = requestIntrospection('one', introspectionAt(`${ISSUER}/i`), fetch)
      await expect(asking).rejects.toThrow('fetch failed')
      expect(asked).toHaveLength(1)
    },
  )

  it.each([500, 503, 401, 302])(
    'is the end at once: a response with the status %i',
    async (status) => {
      let count = 0
      const fetch: typeof globalThis.fetch = async () => {
        count += 1
        return new Response('{}', { status })
      }
      await expect(
        requestIntrospection('one', introspectionAt(`${ISSUER}/i`), fetch),
      ).rejects.toThrow()
      expect(count).toBe(1)
    },
  )
})
