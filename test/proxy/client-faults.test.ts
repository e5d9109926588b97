import { afterEach, describe, expect, it } from 'vitest'
import type { ProxyConfig } from '@signet/proxy'
import type { RawClient } from '@signet/test-support/http/raw-client'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { RawUpstream, type UpstreamScript } from '@signet/test-support/proxy/raw-upstream'
import {
  AUTHORIZATION,
  StandingProxy,
  THING,
  TOKEN,
} from '@signet/test-support/proxy/standing-proxy'

const MEBIBYTE = 1024 * 1024
const HOST = 'Host: localhost'
const BYTES = 'Content-Type: application/octet-stream'
const JSON_TYPE = 'Content-Type: application/json'
const CHUNKED = 'Transfer-Encoding: chunked'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const EVENTS =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function raw(script: UpstreamScript, config?: ProxyConfig) {
  const upstream = await RawUpstream.start(script)
  ends.push(() => upstream.stop())
  const proxy = await StandingProxy.before(upstream.url, config)
  ends.push(() => proxy.stop())
  return { upstream, proxy }
}

const sayOk: UpstreamScript = ({ socket }) => void socket.write(OK)

async function scripted(handler: UpstreamHandler, config?: ProxyConfig) {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  const proxy = await StandingProxy.before(upstream.url, config)
  ends.push(() => proxy.stop())
  return { upstream, proxy }
}

const post = (client: RawClient, ...headers: string[]) =>
  client.sendHead(`POST ${THING} HTTP/1.1`, [HOST, AUTHORIZATION, ...headers])

const get = (client: RawClient, ...headers: string[]) =>
  client.sendHead(`GET ${THING} HTTP/1.1`, [HOST, AUTHORIZATION, ...headers])

describe('a client that leaves', () => {
  it.each(['GET', 'POST'])(
    'ends its request at the upstream, before the headers: %s',
    async (method) => {
      const { upstream, proxy } = await raw(() => undefined)
      for (let round = 1; round <= 5; round++) {
        const client = proxy.connect()
        if (method === 'GET') get(client)
        else post(client, BYTES, 'Content-Length: 2').send('hi')
        await expect.poll(() => upstream.count).toBe(round)
        client.socket.resetAndDestroy()
        await expect.poll(() => upstream.asked).toBe(0)
      }
      // A request that is broken off is not sent again.
      expect(upstream.count).toBe(5)
    },
  )

  it('ends its request at the upstream, within its own body', async () => {
    const { upstream, proxy } = await raw(() => undefined)
    for (const framing of ['Content-Length: 1000000', CHUNKED]) {
      const client = proxy.connect()
      const chunk = framing === CHUNKED ? '5\r\nhello\r\n' : 'hello'
      post(client, BYTES, framing).send(chunk)
      await expect.poll(() => upstream.received).toContain('hello')
      client.socket.resetAndDestroy()
      await expect.poll(() => upstream.asked).toBe(0)
    }
    // What is cut does not look complete.
    expect(upstream.received).not.toContain('\r\n0\r\n')
  })

  it('ends its stream at the upstream, of which it has read nothing', async () => {
    const { upstream, proxy } = await raw(({ socket }) => {
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const write = () => {
        while (!socket.destroyed && socket.write(chunk)) continue
        if (!socket.destroyed) socket.once('drain', write)
      }
      socket.write(EVENTS.replace('text/event-stream', 'application/octet-stream'))
      write()
    })
    const client = get(proxy.connect())
    client.socket.pause()
    await expect.poll(() => upstream.count).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(upstream.asked).toBe(1)
    client.socket.resetAndDestroy()
    await expect.poll(() => upstream.asked).toBe(0)
  })

  it('does not end the streams of others', async () => {
    const { upstream, proxy } = await raw(({ socket }) => {
      socket.write(`${EVENTS}9\r\ndata: 1\n\n\r\n`)
    })
    const clients = Array.from({ length: 10 }, () => get(proxy.connect()))
    for (const client of clients) await client.waitFor(/data: 1/)
    for (const client of clients.slice(5)) client.destroy()
    await expect.poll(() => upstream.asked).toBe(5)
    for (const { socket } of upstream.connections)
      if (!socket.destroyed) socket.write('9\r\ndata: 2\n\n\r\n0\r\n\r\n')
    for (const client of clients.slice(0, 5)) await client.waitFor(/data: 2[^]*\r\n0\r\n\r\n$/)
    expect(await proxy.countOf('client_gone')).toBe(5)
  })
})

describe('a body that is too large', () => {
  it.each([BYTES, JSON_TYPE])(
    'of 20 MB is refused before a byte of it goes on: %s',
    async (type) => {
      const { upstream, proxy } = await raw(sayOk)
      const client = post(proxy.connect(), type, `Content-Length: ${20 * MEBIBYTE}`)
      expect(await client.status()).toBe(413)
      await client.waitFor(/"code":"body_too_large"/)
      expect(upstream.connections).toHaveLength(0)
      expect(await proxy.ask({ method: 'POST' })).toMatchObject({ status: 200 })
    },
  )

  it.each(['application/octet-stream', 'application/json'])(
    'of 20 MB in chunks is no complete request for the upstream: %s',
    async (type) => {
      const { upstream, proxy } = await raw(() => undefined)
      let sent = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 65_536
          controller.enqueue(Buffer.alloc(65_536, 0x20))
          if (sent >= 20 * MEBIBYTE) controller.close()
        },
      })
      const came = await proxy.ask({ body, type }).catch(() => undefined)
      // A client that goes on sending may lose the response with its connection.
      if (came !== undefined) expect(came).toMatchObject({ status: 413, code: 'body_too_large' })
      await expect.poll(() => upstream.asked).toBe(0)
      await expect.poll(() => proxy.countOf('body_too_large')).toBe(1)
      expect(upstream.received.length).toBeLessThan(6 * MEBIBYTE)
      expect(upstream.received).not.toContain('\r\n0\r\n')
      if (type === 'application/json') expect(upstream.count).toBe(0)
    },
  )

  it('of a stranger costs the upstream nothing', async () => {
    const { upstream, proxy } = await raw(sayOk)
    for (const framing of [`Content-Length: ${20 * MEBIBYTE}`, CHUNKED]) {
      const client = proxy.connect().sendHead(`POST ${THING} HTTP/1.1`, [HOST, BYTES, framing])
      expect(await client.status()).toBe(401)
    }
    expect(upstream.connections).toHaveLength(0)
  })
})

describe('a body that comes slowly', () => {
  it('reaches the upstream as it comes, and whole', async () => {
    const { upstream, proxy } = await scripted((response) => void response.end('ok'))
    const client = post(proxy.connect(), BYTES, 'Content-Length: 10')
    for (const letter of 'abcdefghij') {
      client.send(letter)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(await client.status()).toBe(200)
    expect(upstream.requests.map(({ body }) => body)).toStrictEqual(['abcdefghij'])
  })

  it('that stops is told in time, and no complete request for the upstream', async () => {
    const { upstream, proxy } = await raw(() => undefined, { timeout: 500 })
    const client = post(proxy.connect(), BYTES, 'Content-Length: 10').send('abc')
    expect(await client.status()).toBe(424)
    await client.waitFor(/"code":"deadline_exceeded"/)
    await expect.poll(() => upstream.asked).toBe(0)
    expect(upstream.count).toBe(1)
  })
})

describe('many clients at once', () => {
  it('are 300 strangers, of whom the upstream sees nothing', async () => {
    const { upstream, proxy } = await raw(sayOk)
    const headers: Record<string, string>[] = [
      {},
      { authorization: 'Bearer x' },
      { authorization: `Basic ${TOKEN}` },
      { authorization: `Bearer ${TOKEN.slice(0, -4)}AAAA` },
      { cookie: `mastra-token=${TOKEN}`, 'x-mastra-dev-playground': 'true' },
    ]
    const paths = [THING, '/api/agents', '/', '/none', `${THING}?apiKey=${TOKEN}`]
    const asked = Array.from({ length: 300 }, async (_, index) => {
      const response = await fetch(proxy.url + paths[index % 5], {
        method: index % 3 === 0 ? 'GET' : 'POST',
        headers: headers[Math.trunc(index / 5) % 5],
      })
      await response.text()
      return response.status
    })
    for (const status of await Promise.all(asked)) expect([400, 401, 429]).toContain(status)
    expect(upstream.connections).toHaveLength(0)
    expect(await proxy.ask()).toMatchObject({ status: 200 })
  })

  it('are 200 half-open connections, beside which others are answered', async () => {
    const { upstream, proxy } = await raw(sayOk)
    const halves = [
      '',
      'GET /api/thi',
      `GET ${THING} HTTP/1.1\r\nHost: loc`,
      `POST ${THING} HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{"a`,
    ]
    for (let index = 0; index < 200; index++)
      (await proxy.connect().connected()).send(halves[index % halves.length] ?? '')
    for (let round = 0; round < 5; round++) expect(await proxy.ask()).toMatchObject({ status: 200 })
    // Whose body is not there yet, the upstream does not see.
    expect(upstream.count).toBe(5)
  })
})

describe('requests behind one another on one connection', () => {
  it('are each sent once, and answered in their order', async () => {
    const { upstream, proxy } = await raw(({ socket, received }) => {
      const id = /\/api\/things\/(\w+) HTTP[^]*?$/.exec(
        received.slice(received.lastIndexOf('/api/')),
      )
      const delay = id?.[1] === 'a' ? 100 : 0
      setTimeout(
        () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${id?.[1]}`),
        delay,
      )
    })
    const client = proxy.connect()
    for (const id of ['a', 'b', 'c'])
      client.sendHead(`POST /api/things/${id} HTTP/1.1`, [HOST, AUTHORIZATION, 'Content-Length: 0'])
    client.sendHead('GET /api/things/d HTTP/1.1', [HOST, 'Connection: close'])
    const answers = (await client.readToEnd()).split(/(?=HTTP\/1\.1 )/)
    expect(answers.map((answer) => answer.slice(9, 12))).toStrictEqual(['200', '200', '200', '401'])
    expect(answers.slice(0, 3).map((answer) => answer.split('\r\n\r\n')[1])).toStrictEqual([
      'a',
      'b',
      'c',
    ])
    expect(upstream.count).toBe(3)
  })
})

describe('a request that two servers could read differently', () => {
  /** What is smuggled: it has to reach the upstream under no circumstances. */
  const INNER = `GET /api/things/inner HTTP/1.1\r\n${HOST}\r\n\r\n`
  const HEAD = `POST ${THING} HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n${BYTES}\r\n`

  it.each([
    ['a length and chunks', `${HEAD}Content-Length: 4\r\n${CHUNKED}\r\n\r\n0\r\n\r\n${INNER}`],
    ['chunks and a length', `${HEAD}${CHUNKED}\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${INNER}`],
    ['two lengths', `${HEAD}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${INNER}`],
    ['a list of lengths', `${HEAD}Content-Length: 0, 44\r\n\r\n${INNER}`],
    ['a signed length', `${HEAD}Content-Length: +4\r\n\r\n${INNER}`],
    ['a length in hex', `${HEAD}Content-Length: 0x4\r\n\r\n${INNER}`],
    ['an unknown coding', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${INNER}`],
    [
      'chunks that are not last',
      `${HEAD}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n${INNER}`,
    ],
    [
      'chunks with a blank before the colon',
      `${HEAD}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${INNER}`,
    ],
    [
      'chunks in a folded line',
      `${HEAD}Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${INNER}`,
    ],
    [
      'a folded header',
      `${HEAD}Content-Length: 0\r\nX-A: 1\r\n Content-Length: 44\r\n\r\n${INNER}`,
    ],
    ['lines that end in LF', `${HEAD}Content-Length: 0\n\n${INNER}`],
    ['lines that end in CR', `${HEAD}Content-Length: 0\r\r${INNER}`],
    ['a size of a chunk with LF', `${HEAD}${CHUNKED}\r\n\r\n2\nhi\n0\n\n${INNER}`],
    ['a size of a chunk that is none', `${HEAD}${CHUNKED}\r\n\r\nzz\r\nhi\r\n0\r\n\r\n${INNER}`],
    ['a size of a chunk that overflows', `${HEAD}${CHUNKED}\r\n\r\nffffffffffffffffff\r\nhi`],
    ['a NUL in a header', `${HEAD}X-A: a\0b\r\n\r\n${INNER}`],
    [
      'two Hosts',
      `GET ${THING} HTTP/1.1\r\n${HOST}\r\nHost: other.example\r\n${AUTHORIZATION}\r\n\r\n`,
    ],
    ['a blank in the target', `GET ${THING} /b HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n\r\n`],
    ['CONNECT', `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n\r\n${INNER}`],
    ['TRACE', `TRACE ${THING} HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n\r\n`],
  ])('is refused, and what is within it stays here: %s', async (_, bytes) => {
    const { upstream, proxy } = await raw(sayOk)
    const client = proxy.connect().send(Buffer.from(bytes, 'latin1'))
    client.socket.end()
    const text = await client.readToEnd()
    expect(text).not.toMatch(/^HTTP\/1\.1 2/)
    expect(upstream.received).not.toContain('inner')
    expect(upstream.received).not.toContain('\r\n0\r\n')
    await expect.poll(() => upstream.open).toBe(0)
    expect(await proxy.ask()).toMatchObject({ status: 200 })
  })

  it.each(['GET', 'HEAD', 'DELETE', 'PUT'])(
    'is one request also with a body where %s has none',
    async (method) => {
      const { upstream, proxy } = await scripted((response) => void response.end('ok'))
      const client = proxy.connect()
      client.sendHead(`${method} ${THING} HTTP/1.1`, [
        HOST,
        AUTHORIZATION,
        BYTES,
        `Content-Length: ${INNER.length}`,
      ])
      client.send(INNER)
      client.sendHead('GET /health HTTP/1.1', [HOST, 'Connection: close'])
      expect(await client.readToEnd()).toContain('{"success":true}')
      for (let round = 0; round < 3; round++)
        expect(await proxy.ask()).toMatchObject({ status: 200, text: 'ok' })
      expect(upstream.requests).toHaveLength(4)
      expect(upstream.requests.map(({ url }) => url)).toStrictEqual([THING, THING, THING, THING])
    },
  )

  it('has none of the headers that Connection names, nor its names', async () => {
    const { upstream, proxy } = await scripted((response) => void response.end('ok'))
    for (const named of ['authorization', 'x-request-id, accept', 'content-length', 'close, x']) {
      const client = get(proxy.connect(), `Connection: ${named}`, 'Keep-Alive: timeout=1', 'X: 1')
      expect(await client.status()).toBe(200)
    }
    for (const { headers } of upstream.requests) {
      expect(headers.authorization).toMatch(/^Bearer /)
      expect(headers.connection).toBe('keep-alive')
      expect(headers['x-request-id']).toBeDefined()
      expect(headers['x']).toBeUndefined()
      expect(headers['keep-alive']).toBeUndefined()
    }
  })

  it('has the host of the upstream, whatever the client names', async () => {
    const { upstream, proxy } = await scripted((response) => void response.end('ok'))
    for (const [target, host] of [
      [`http://other.example${THING}`, 'localhost'],
      [`http://localhost${THING}`, 'other.example'],
      [THING, 'other.example:99'],
    ]) {
      const client = proxy.connect()
      client.sendHead(`GET ${target} HTTP/1.1`, [`Host: ${host}`, AUTHORIZATION])
      await client.status()
    }
    for (const { headers, url } of upstream.requests) {
      expect(url).toBe(THING)
      expect(headers.host).toBe(`127.0.0.1:${upstream.port}`)
      expect(JSON.stringify(headers)).not.toContain('other.example')
    }
  })

  it.each([
    '/api/things/a%2Fb',
    '/api/things/a%2fb',
    '/api/things/a%5Cb',
    '/api/things/..',
    '/api/things/%2e%2e',
    '/api/things/.%2E',
    '/api/things/%252e%252e',
    '/api/things/a%252Fb',
    '/api/things/%00',
    '/api/things/a%00',
    '/api/things/a%0d%0aX-A:%201',
    '/api/things/%ff',
    '/api/things/%',
    '/api/things/%zz',
    '/api/things/a;b',
    '/api/things/a?',
    '/api//things/a',
    '//api/things/a',
    '/api/things/a/',
    '/api/things/./a',
    '/api/things/x/../a',
    '/API/things/a',
    '/%61pi/things/a',
    '/api/deploy',
    '/api/DEPLOY',
    '/api/things/../deploy',
    '/api/things/%2e%2e/deploy',
    '/api%2Fdeploy',
    '/api/deploy%2f',
    '/api/deploy;a',
    '/api/deploy%20',
    '/api/deploy#a',
    '/api\\deploy',
    '/api/things/\u00ff',
  ])('asks the upstream for the route that was judged, or for none: %s', async (path) => {
    const { upstream, proxy } = await raw(sayOk)
    for (const method of ['GET', 'POST', 'PUT']) {
      const client = proxy.connect()
      const head = [HOST, AUTHORIZATION, 'Content-Length: 0', 'Connection: close']
      client.send(
        Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`, 'latin1'),
      )
      const text = await client.readToEnd()
      expect(text).toMatch(/^HTTP\/1\.1 (?:200|400|403|404) /)
    }
    const targets = [...upstream.received.matchAll(/^(?:GET|POST|PUT) (\S+) /gm)].map(
      ([, it]) => it,
    )
    for (const target of targets) {
      // One segment, which no reader takes for two, for none or for another one.
      expect(target).toMatch(/^\/api\/things\/(?:[\w.~-]|%[2-9A-F]{2})+$/)
      expect(decodeURIComponent(target ?? '')).toMatch(
        /^\/api\/things\/(?!\.{1,2}$)[^%\\/\p{Cc}]+$/u,
      )
    }
  })

  it.each(['a=%00', 'a=%', 'a=\u00ff', 'a=b#c', 'a=%0d%0aX:1', '?', 'a[b]=c', '|', '"<>'])(
    'keeps a query within its line: %j',
    async (query) => {
      const { upstream, proxy } = await raw(sayOk)
      const client = proxy.connect()
      client.send(
        Buffer.from(
          `GET ${THING}?${query} HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\nConnection: close\r\n\r\n`,
          'latin1',
        ),
      )
      expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 (?:200|400) /)
      const lines = upstream.received.split('\r\n')
      if (upstream.count > 0)
        expect(lines[0]).toMatch(/^GET \/api\/things\/a(?:\?[!-~]*)? HTTP\/1\.1$/)
      expect(upstream.count).toBeLessThanOrEqual(1)
    },
  )

  it.each(['User-Agent: \u00ff\u00fe', 'Accept: \t', 'Traceparent: ', 'Range: bytes=\x7f'])(
    'passes no header on that the upstream could not be sent: %j',
    async (header) => {
      const { proxy } = await raw(sayOk)
      const client = proxy.connect()
      client.send(
        Buffer.from(
          `GET ${THING} HTTP/1.1\r\n${HOST}\r\n${AUTHORIZATION}\r\n${header}\r\nConnection: close\r\n\r\n`,
          'latin1',
        ),
      )
      expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 (?:200|400) /)
    },
  )
})
