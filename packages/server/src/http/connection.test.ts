import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { RawClient } from '@signet/test-support/http/raw-client'
import { serve, type RunningServer } from '../serve.js'
import type { Incoming } from './incoming.js'
import type { Answerer } from './answerer.js'
import { Reply } from './reply.js'

const HOST = 'Host: localhost'
/** A grace that no test lives to see: what waits for it shows as a test that does not end. */
const ENDLESS_MS = 2 ** 30

const servers: RunningServer[] = []
const clients: RawClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

async function start(answerer: Answerer) {
  const server = await serve(answerer, { port: 0 })
  servers.push(server)
  return {
    server,
    open() {
      const client = new RawClient(server.port)
      clients.push(client)
      return client
    },
  }
}

const plain = (text: string) => new Reply(text, 200, {})
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`
const postHead = (length: number) =>
  `POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: ${length}\r\n\r\n`

/** A body of one piece, which says when it is cancelled. */
function onePiece(piece: string | Uint8Array) {
  const over = createDeferred<void>()
  async function* pieces(): AsyncGenerator<string | Uint8Array> {
    try {
      yield piece
    } finally {
      over.resolve()
    }
  }
  return { body: pieces(), over: over.promise }
}

describe('an answer that cannot be sent to its end', () => {
  it('is cut where a piece is neither text nor bytes, and cancelled', async () => {
    const { body, over } = onePiece(1 as never)
    const { open } = await start(async () => new Reply(body, 200, {}))
    const received = await open().send(get('/')).readToEnd()
    await over
    // The last chunk of a whole one is empty (RFC 9112 section 7.1).
    expect(received).not.toContain('0\r\n\r\n')
  })

  it.each(['1', '1000'])('is cut where it is not as long as it says: %s', async (length) => {
    const { body, over } = onePiece('0123456789')
    const { open } = await start(async () => new Reply(body, 200, { 'content-length': length }))
    const client = open().send(get('/'))
    await client.readToEnd()
    await over
    if (length === '1') expect(client.received).not.toContain('01')
  })

  it('is sent where it is as long as it says, for comparison', async () => {
    const { body } = onePiece('0123456789')
    const { open } = await start(async () => new Reply(body, 200, { 'content-length': '10' }))
    await open()
      .send(get('/'))
      .waitFor(/\r\n\r\n0123456789$/)
  })
})

describe('requests that one connection sends at once', () => {
  it('are answered one after the other, in their order', async () => {
    const first = createDeferred<void>()
    const begun: string[] = []
    const { open } = await start(async ({ path }) => {
      begun.push(path)
      if (path === '/1') await first.promise
      return plain(path)
    })
    const client = open().send(get('/1') + get('/2') + get('/3'))
    const other = open().send(get('/other'))
    await other.waitFor(/\/other$/)
    expect(begun.filter((path) => path !== '/other')).toStrictEqual(['/1'])
    first.resolve()
    await client.waitFor(/\/1HTTP[^]*\/2HTTP[^]*\/3$/)
  })

  it('are not begun any more where the connection closes before their turn', async () => {
    const begun: string[] = []
    const gone = createDeferred<void>()
    const { open } = await start(async ({ path, signal }) => {
      begun.push(path)
      signal.addEventListener('abort', () => gone.resolve())
      await gone.promise
      return plain('')
    })
    const client = open().send(get('/1') + get('/2'))
    await vi.waitFor(() => expect(begun).not.toHaveLength(0))
    client.destroy()
    await gone.promise
    expect(begun).toStrictEqual(['/1'])
  })

  it('are cut where they are more than anybody needs', async () => {
    const { open } = await start(({ signal }) => {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(plain(''))))
    })
    await open().send(get('/').repeat(1000)).readToEnd()
  })
})

describe('the body of a request', () => {
  it('of a client that has left fails at once for whoever reads it then', async () => {
    const read = createDeferred<unknown>()
    const { open } = await start(async (incoming) => {
      await new Promise((resolve) => incoming.signal.addEventListener('abort', resolve))
      read.resolve(await incoming.readBody(100).catch((error: unknown) => error))
      return plain('')
    })
    const client = open().send(`${postHead(10)}12345`)
    await client.connected()
    await new Promise(setImmediate)
    client.socket.resetAndDestroy()
    expect(await read.promise).toBeInstanceOf(Error)
  })

  it('of a client that has left is no empty stream', async () => {
    const read = createDeferred<unknown>()
    const { open } = await start(async (incoming) => {
      await new Promise((resolve) => incoming.signal.addEventListener('abort', resolve))
      const reading = incoming.body?.getReader().read()
      read.resolve(await reading?.catch((error: unknown) => error))
      return plain('')
    })
    const client = open().send(`${postHead(10)}12345`)
    await client.connected()
    await new Promise(setImmediate)
    client.socket.resetAndDestroy()
    expect(await read.promise).toBeInstanceOf(Error)
  })

  const MEBIBYTE = 1024 * 1024
  const leave: [string, (incoming: Incoming) => Promise<unknown>][] = [
    ['not looked at', async () => undefined],
    ['made a stream of', async ({ body }) => body],
    ['cancelled', async ({ body }) => body?.cancel()],
    ['read in part', async ({ body }) => body?.getReader().read()],
    [
      'piped, and read in part',
      async ({ body }) => body?.pipeThrough(new TransformStream()).getReader().read(),
    ],
    ['too large', (incoming) => incoming.readBody(100)],
  ]

  it.each(leave)('that was %s keeps neither its answer nor the next one', async (_, look) => {
    const { open } = await start(async (incoming) => {
      if (incoming.method === 'POST') await look(incoming)
      return plain(incoming.method)
    })
    const client = open().send(postHead(MEBIBYTE)).send('x'.repeat(1000))
    await client.waitFor(/POST$/)
    client.send('x'.repeat(MEBIBYTE - 1000))
    client.send(get('/'))
    await client.waitFor(/POST[^]*GET$/)
  })

  it('is whole where all of it is read as a stream', async () => {
    const { open } = await start(async ({ body }) => {
      let size = 0
      for await (const piece of body ?? []) size += piece.byteLength
      return plain(`${size} bytes`)
    })
    const client = open().send(postHead(MEBIBYTE)).send('x'.repeat(MEBIBYTE))
    await client.waitFor(new RegExp(`${MEBIBYTE} bytes$`))
  })
})

describe('a server that closes', () => {
  it('answers a target that is none, and goes on', async () => {
    const { server, open } = await start(async () => plain('good'))
    const client = open().send(get('/'))
    await client.waitFor(/good$/)
    // Half a request, so that the connection is not idle.
    client.send('OPTIONS * HTTP/1.1\r\nHos')
    await open().send(get('/')).waitFor(/good$/)
    const closed = server.close(ENDLESS_MS)
    client.send('t: localhost\r\n\r\n')
    const [, last] = (await client.readToEnd()).split('good')
    expect(last).toMatch(/^HTTP\/1\.1 400 [^]*connection: close/i)
    await closed
  })

  it('cuts no answer that is still being sent', async () => {
    const size = 32 * 1024 * 1024
    const { server, open } = await start(async () => plain('x'.repeat(size)))
    const client = open().send(get('/'))
    await client.waitFor(/xxx/)
    client.socket.pause()
    const closed = server.close(ENDLESS_MS)
    // As long as it takes to look for idle connections now and then.
    await new Promise((resolve) => setTimeout(resolve, 100))
    client.socket.resume()
    const body = (await client.readToEnd()).split('\r\n\r\n')[1]
    expect(body).toHaveLength(size)
    await closed
  })
})

describe('the header section of a request', () => {
  it('is read to its end, however many fields it has', async () => {
    const { open } = await start(async (incoming) =>
      plain(incoming.header('x-last') ?? 'forgotten'),
    )
    const fields = 'a:\r\n'.repeat(3000)
    await open().send(`GET / HTTP/1.1\r\n${HOST}\r\n${fields}X-Last: kept\r\n\r\n`).waitFor(/kept$/)
  })
})
