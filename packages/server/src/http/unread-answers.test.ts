import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { serve, type RunningServer, type ServeOptions } from '../serve.js'
import { Reply, type ReplyBody } from './reply.js'

const MEBIBYTE = 1024 * 1024
/** More than the operating system holds for a connection. */
const LONG = 24 * MEBIBYTE
/** Short, so that no test waits. What counts is whether a client reads from one look at its socket to the next. */
const SHORT_MS = 600
/** So fast that what the operating system holds for a connection is read at once. */
const FAST_RATE = 2 ** 40
/** What no test lives to see. */
const ENDLESS_MS = 2 ** 30

const servers: RunningServer[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

/** A server that answers each path with a body, and says which paths' clients have been left. */
async function start(bodies: Readonly<Record<string, () => ReplyBody>>, options: ServeOptions) {
  const left: string[] = []
  const waiting = new Map(Object.keys(bodies).map((path) => [path, createDeferred<void>()]))
  const server = await serve(
    async ({ path, signal }) => {
      signal.addEventListener('abort', () => {
        left.push(path)
        waiting.get(path)?.resolve()
      })
      return new Reply(bodies[path]?.() ?? null, 200, {})
    },
    { port: 0, slowestReadRate: FAST_RATE, ...options },
  )
  servers.push(server)
  return {
    left,
    untilLeft: (path: string) => waiting.get(path)?.promise,
    /** A client that reads nothing unless it is told to. */
    ask(path: string): Socket {
      const socket = connect(server.port, '127.0.0.1')
      sockets.push(socket)
      // A reset is how the server ends it.
      socket.on('error', () => undefined)
      socket.pause().write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      return socket
    },
  }
}

/**
 * Reads a little now and then, and returns how many bytes came before the connection ended or enough had come.
 * @param piece - how many bytes are read at once. Default: what has come
 */
async function readSlowly(socket: Socket, enough: number, piece?: number): Promise<number> {
  let size = 0
  while (size < enough && !socket.closed) {
    const chunk: unknown = socket.read(piece)
    if (chunk instanceof Uint8Array) size += chunk.byteLength
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return size
}

async function* endless(piece: string): AsyncGenerator<string> {
  for (;;) yield piece
}

async function* single(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece
}

describe('a client that never reads', () => {
  const bodies: [string, () => ReplyBody][] = [
    ['a long text', () => 'x'.repeat(LONG)],
    ['many bytes', () => new Uint8Array(LONG)],
    ['a stream of one long piece', () => single(new Uint8Array(LONG))],
    ['a stream of small pieces', () => endless(`data: ${'x'.repeat(200)}\n\n`)],
    ['a stream of pieces without end', () => endless('x'.repeat(MEBIBYTE))],
  ]

  it.each(bodies)('is left after a while: %s', async (_, makeBody) => {
    const { ask, untilLeft } = await start({ '/': makeBody }, { unreadTimeoutMs: SHORT_MS })
    ask('/')
    await untilLeft('/')
  })

  it('is left after a while, also where it asks for many short answers at once', async () => {
    const short = () => 'x'.repeat(60 * 1024)
    const { ask } = await start({ '/': short }, { unreadTimeoutMs: SHORT_MS })
    const socket = ask('/')
    const asking = setInterval(() => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), 1)
    await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(asking)
  })

  it('is left, and what makes the answer is cancelled', async () => {
    const over = createDeferred<void>()
    async function* pieces(): AsyncGenerator<string> {
      try {
        yield* endless('x'.repeat(1024))
      } finally {
        over.resolve()
      }
    }
    const { ask } = await start({ '/': pieces }, { unreadTimeoutMs: SHORT_MS })
    ask('/')
    await over.promise
  })
})

describe('a client that reads', () => {
  it('slowly but steadily is not left, however long it takes', async () => {
    const { ask, left } = await start(
      { '/': () => 'x'.repeat(LONG) },
      { unreadTimeoutMs: SHORT_MS },
    )
    expect(await readSlowly(ask('/'), LONG)).toBeGreaterThanOrEqual(LONG)
    expect(left).toStrictEqual([])
  })

  it('steadily, and so slowly that its socket takes nothing for long, is not left', async () => {
    // Many looks pass until the operating system takes more of the answer.
    const { ask, left } = await start(
      { '/': () => 'x'.repeat(LONG) },
      { unreadTimeoutMs: 12, slowestReadRate: 64 * 1024 },
    )
    const enough = LONG / 2
    expect(await readSlowly(ask('/'), enough, 16 * 1024)).toBeGreaterThanOrEqual(enough)
    expect(left).toStrictEqual([])
  })

  it('nothing more is left, once the slowest client would have read what its socket took', async () => {
    const { ask, untilLeft } = await start(
      { '/': () => 'x'.repeat(LONG) },
      { unreadTimeoutMs: SHORT_MS, slowestReadRate: LONG },
    )
    const socket = ask('/')
    await readSlowly(socket, MEBIBYTE)
    await untilLeft('/')
  })

  it('a stream of which nothing comes is not left', async () => {
    const go = createDeferred<void>()
    async function* pieces(): AsyncGenerator<string> {
      yield 'first'
      await go.promise
      yield 'last'
    }
    const { ask, left } = await start({ '/': pieces }, { unreadTimeoutMs: 6 })
    const socket = ask('/')
    // Longer than a client may read nothing of what waits for it.
    await new Promise((resolve) => setTimeout(resolve, 50))
    go.resolve()
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).resume()
    while (!text.includes('last')) await new Promise(setImmediate)
    expect(left).toStrictEqual([])
  })
})

describe('answers that wait for their clients', () => {
  const long = () => 'x'.repeat(LONG)

  it('are cut above a bound of one caller, first the one that has waited the longest', async () => {
    const { ask, untilLeft, left } = await start(
      { '/1': long, '/2': long, '/3': long },
      { unreadTimeoutMs: ENDLESS_MS, maxUnreadBytesPerCaller: 2 * LONG },
    )
    ask('/1')
    await new Promise((resolve) => setTimeout(resolve, 20))
    ask('/2')
    await new Promise((resolve) => setTimeout(resolve, 20))
    ask('/3')
    await untilLeft('/1')
    expect(left).toStrictEqual(['/1'])
  })

  it('are cut above a bound of all', async () => {
    const { ask, untilLeft } = await start(
      { '/1': () => endless('x'.repeat(LONG)), '/2': long },
      { unreadTimeoutMs: ENDLESS_MS, maxUnreadBytes: LONG },
    )
    ask('/1')
    await new Promise((resolve) => setTimeout(resolve, 20))
    ask('/2')
    await untilLeft('/1')
  })

  it('are not cut for being long while nothing else waits', async () => {
    const { ask, left } = await start(
      { '/1': long },
      { unreadTimeoutMs: ENDLESS_MS, maxUnreadBytes: 1000, maxUnreadBytesPerCaller: 1000 },
    )
    expect(await readSlowly(ask('/1'), LONG)).toBeGreaterThanOrEqual(LONG)
    expect(left).toStrictEqual([])
  })
})
