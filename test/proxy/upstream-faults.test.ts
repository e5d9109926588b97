import { spawnSync } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import * as fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ProxyConfig } from '@signet/proxy'
import { createTestAuth } from '@signet/test-support/application/application'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { freePort } from '@signet/test-support/process/free-port'
import { ROOT } from '@signet/test-support/process/root'
import { RawUpstream, type UpstreamScript } from '@signet/test-support/proxy/raw-upstream'
import { AUTHORIZATION, StandingProxy, THING } from '@signet/test-support/proxy/standing-proxy'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function before(url: string, config?: ProxyConfig): Promise<StandingProxy> {
  const proxy = await StandingProxy.before(url, config)
  ends.push(() => proxy.stop())
  return proxy
}

/** A proxy before an upstream that says bytes. */
async function raw(script: UpstreamScript, config?: ProxyConfig) {
  const upstream = await RawUpstream.start(script)
  ends.push(() => upstream.stop())
  return { upstream, proxy: await before(upstream.url, config) }
}

/** A proxy before an upstream that says these bytes to each request. */
const saying = (bytes: string | Buffer, config?: ProxyConfig) =>
  raw(({ socket }) => void socket.write(bytes), config)

async function scripted(handler: UpstreamHandler, config?: ProxyConfig) {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  return { upstream, proxy: await before(upstream.url, config) }
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const EVENTS =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n'
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const sayOk: UpstreamHandler = (response) => void response.end('ok')

const AWAY = { status: 502, code: 'upstream_unavailable' }
const LATE = { status: 504, code: 'upstream_timeout' }
const FAILED = { status: 424, code: 'upstream_failed' }
/** So short that a test can wait for it. In milliseconds. */
const SHORT = { timeout: 300 }

describe('an upstream that is not there', () => {
  it.each(['GET', 'POST'])('at the start is told, until it is there: %s', async (method) => {
    const port = await freePort()
    const proxy = await before(`http://127.0.0.1:${port}`)
    const body = method === 'POST' ? 'x'.repeat(100_000) : undefined
    for (let round = 0; round < 3; round++)
      expect(await proxy.ask({ method, body })).toMatchObject(AWAY)
    const upstream = await UpstreamServer.start(sayOk, port)
    ends.push(() => upstream.stop())
    expect(await proxy.ask({ method, body })).toMatchObject({ status: 200, text: 'ok' })
    expect(upstream.requests).toHaveLength(1)
    expect(upstream.seen.body).toBe(body ?? '')
  })

  it('later is told, until it is there again', async () => {
    const { upstream, proxy } = await scripted(sayOk)
    for (let round = 0; round < 3; round++) {
      for (const method of ['GET', 'POST'])
        expect(await proxy.ask({ method })).toMatchObject({ status: 200 })
      await upstream.stop()
      for (const method of ['GET', 'POST']) expect(await proxy.ask({ method })).toMatchObject(AWAY)
      await upstream.startAgain()
    }
  })

  it('tells its callers nothing of where it is, or of what the connection says', async () => {
    const port = await freePort()
    const proxy = await before(`http://127.0.0.1:${port}`)
    const { text, headers } = await proxy.ask()
    expect(text + JSON.stringify([...headers])).not.toMatch(
      new RegExp(`${port}|127\\.0|ECONN|undici|node:|\\.js`),
    )
    expect(JSON.stringify(proxy.log)).toContain('upstream_unavailable')
  })

  it('is told to requests that ran while it restarted, and to no later one', async () => {
    const held = new Set<() => void>()
    const { upstream, proxy } = await scripted((response) => {
      held.add(() => response.end('ok'))
    })
    const running = Array.from({ length: 20 }, (_, index) =>
      proxy.ask({ method: index % 2 === 0 ? 'GET' : 'POST' }),
    )
    await expect.poll(() => held.size).toBe(20)
    upstream.handler = sayOk
    await upstream.stop()
    await upstream.startAgain()
    const outcomes = await Promise.all(running)
    for (const [index, { status, code }] of outcomes.entries()) {
      // What is safe may have been asked again, of the one that stands there now.
      if (status === 200) expect(index % 2).toBe(0)
      else expect({ status, code }).toStrictEqual(AWAY)
    }
    const later = await Promise.all(Array.from({ length: 20 }, () => proxy.ask({ method: 'POST' })))
    expect(later.map(({ status }) => status)).toStrictEqual(later.map(() => 200))
    expect(upstream.requests.filter(({ method }) => method === 'POST')).toHaveLength(30)
  })
})

describe('an upstream that dies', () => {
  const deaths: [string, (socket: Socket) => void][] = [
    ['by an end', (socket) => void socket.end()],
    ['by a reset', (socket) => void socket.resetAndDestroy()],
  ]

  it.each(deaths)(
    'before its headers is told, and asked once for what is not safe: %s',
    async (_, die) => {
      for (const bytes of ['', 'HTTP/1.1 200 OK\r\nContent-Le']) {
        const { upstream, proxy } = await raw(({ socket }) => {
          if (bytes === '') return die(socket)
          socket.write(bytes, () => setTimeout(() => die(socket), 20))
        })
        for (const method of ['POST', 'PUT', 'DELETE'])
          expect(await proxy.ask({ method, body: 'x' })).toMatchObject(AWAY)
        expect(upstream.count).toBe(3)
        expect(await proxy.ask()).toMatchObject(AWAY)
        expect(upstream.count).toBeLessThanOrEqual(5)
        await expect.poll(() => upstream.asked).toBe(0)
      }
    },
  )

  it.each(deaths)('behind its headers cuts its caller: %s', async (_, die) => {
    const begun = [
      [`${EVENTS}\r\n`, ''],
      [`${EVENTS}\r\n${chunk('data: {"a":1}\n\n')}`, 'data: {"a":1}\n\n'],
      [`${EVENTS}\r\n${chunk('data: {"a":1}\n\ndata: {"b')}`, 'data: {"a":1}\n\n'],
      [`${EVENTS}\r\n${chunk('data: {"a":1}\n\n')}ff\r\ndata`, 'data: {"a":1}\n\n'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', 'hello'],
      // JSON is looked at as a whole, so that half of it is passed to nobody.
      ['HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a":', ''],
    ] as const
    for (const [index, [bytes, text]] of begun.entries()) {
      const { upstream, proxy } = await raw(({ socket }) => {
        socket.write(bytes, () => setTimeout(() => die(socket), 50))
      })
      const came = await proxy.ask({ method: 'POST' })
      expect({ index, ...came }).toMatchObject({ index, status: 200, text, isWhole: false })
      expect(upstream.count).toBe(1)
      await expect.poll(() => proxy.countOf('upstream_unavailable')).toBe(1)
      await expect.poll(() => upstream.asked).toBe(0)
    }
  })

  it('does not end the streams of others, nor the requests behind it', async () => {
    const { upstream, proxy } = await raw(({ socket }, count) => {
      socket.write(`${EVENTS}\r\n${chunk(`data: ${count}\n\n`)}`)
      if (count === 3) setTimeout(() => socket.resetAndDestroy(), 20)
      else setTimeout(() => socket.write(`${chunk('data: [DONE]\n\n')}0\r\n\r\n`), 200)
    })
    const came = await Promise.all(Array.from({ length: 8 }, () => proxy.ask()))
    expect(came.filter(({ isWhole }) => !isWhole)).toHaveLength(1)
    expect(came.filter(({ text }) => text.endsWith('data: [DONE]\n\n'))).toHaveLength(7)
    upstream.script = ({ socket }) => void socket.write(OK)
    expect(await proxy.ask()).toMatchObject({ status: 200, text: 'ok' })
  })
})

describe('an upstream that hangs', () => {
  it.each(['', 'HTTP/1.1 200', 'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B'])(
    'before its headers is told in time, and asked once: after %j',
    async (bytes) => {
      const { upstream, proxy } = await raw(({ socket }) => {
        if (bytes !== '') socket.write(bytes)
      }, SHORT)
      for (const method of ['GET', 'POST']) expect(await proxy.ask({ method })).toMatchObject(LATE)
      expect(upstream.count).toBe(2)
      await expect.poll(() => upstream.asked).toBe(0)
    },
  )

  it('between two pieces of a stream cuts its caller', async () => {
    const { upstream, proxy } = await saying(`${EVENTS}\r\n${chunk('data: 1\n\ndata: ')}`, SHORT)
    expect(await proxy.ask()).toMatchObject({ status: 200, text: 'data: 1\n\n', isWhole: false })
    expect(await proxy.countOf('upstream_timeout')).toBe(1)
    await expect.poll(() => upstream.asked).toBe(0)
  })

  it.each([400, 404, 422])('within the body of its %d is told in time', async (status) => {
    const bytes = `HTTP/1.1 ${status} No\r\nContent-Length: 100\r\n\r\n{"error":`
    const { upstream, proxy } = await saying(bytes, SHORT)
    expect(await proxy.ask()).toMatchObject(LATE)
    await expect.poll(() => upstream.asked).toBe(0)
  })

  it('does not wait for the body of a refusal that it does not read', async () => {
    const { upstream, proxy } = await saying(
      'HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nat /srv',
    )
    expect(await proxy.ask()).toMatchObject(FAILED)
    await expect.poll(() => upstream.asked).toBe(0)
  })

  it('leaves others alone: they are answered meanwhile', async () => {
    const { upstream, proxy } = await raw(() => undefined, { timeout: 3000 })
    const hanging = Array.from({ length: 50 }, () => proxy.ask())
    await expect.poll(() => upstream.count).toBe(50)
    upstream.script = ({ socket }) => void socket.write(OK)
    expect(await proxy.ask()).toMatchObject({ status: 200, text: 'ok' })
    for (const response of await Promise.all(hanging)) expect(response).toMatchObject(LATE)
  })

  it('is not one that is slow: each piece has the time anew', async () => {
    const { proxy } = await scripted(
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        let count = 0
        const timer = setInterval(() => {
          response.write(`data: ${++count}\n\n`)
          if (count < 12) return
          clearInterval(timer)
          response.end()
        }, 400)
      },
      { timeout: 4000 },
    )
    const { text, isWhole } = await proxy.ask()
    expect(isWhole).toBe(true)
    expect(text).toBe(
      Array.from({ length: 12 }, (_, index) => index + 1)
        .map((count) => `data: ${count}\n\n`)
        .join(''),
    )
  })
})

describe('an upstream that answers garbage', () => {
  it.each([
    ['a word', 'hello\r\n\r\n'],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x16'],
    ['HTTP/0.9', '<html></html>'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another version', 'HTTP/9.9 200 OK\r\n\r\n'],
    ['a status of letters', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['the status 0', 'HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n'],
    ['the status 99', 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    ['a length of letters', 'HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok'],
    ['a length below zero', 'HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok'],
    ['an endless length', `HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(40)}\r\n\r\nok`],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nhello\r\n\r\n'],
    ['a blank in the name of a header', 'HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n'],
    ['100 without end', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'],
    ['101 without Upgrade', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['a header of 100 kB', `HTTP/1.1 200 OK\r\nX-A: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['20,000 headers', `HTTP/1.1 200 OK\r\n${'X-A: 1\r\n'.repeat(20_000)}\r\n`],
  ])('is told, and asked once: %s', async (_, bytes) => {
    const { upstream, proxy } = await saying(Buffer.from(bytes, 'latin1'), { timeout: 15_000 })
    const { status, code, text } = await proxy.ask({ method: 'POST', body: 'x' })
    expect({ status, code }).toStrictEqual(AWAY)
    expect(text).not.toMatch(/hello|Parse|HPE_|UND_|html/)
    expect(upstream.count).toBe(1)
    await expect.poll(() => upstream.asked).toBe(0)
    upstream.script = ({ socket }) => void socket.write(OK)
    expect(await proxy.ask()).toMatchObject({ status: 200, text: 'ok' })
  })

  it('without end in its headers is told in time', async () => {
    const timers: NodeJS.Timeout[] = []
    ends.push(async () => timers.forEach((timer) => clearInterval(timer)))
    const { upstream, proxy } = await raw(
      ({ socket }) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        timers.push(setInterval(() => socket.write('X-A: 1\r\n'), 20))
      },
      { timeout: 1000 },
    )
    const { status } = await proxy.ask()
    expect([502, 504]).toContain(status)
    await expect.poll(() => upstream.asked).toBe(0)
  })

  it('behind a good response leaves that response whole, and no other one gets it', async () => {
    const secret = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret'
    const statuses = [
      [`${OK}${secret}`, 200, 'ok'],
      [`HTTP/1.1 204 No\r\n\r\n${secret}`, 204, ''],
      [`HTTP/1.1 304 No\r\nContent-Length: 6\r\n\r\n${secret}`, 304, ''],
      [`HTTP/1.1 205 No\r\nContent-Length: 0\r\n\r\n${secret}`, 205, ''],
      [`${OK}garbage`, 200, 'ok'],
    ] as const
    for (const [bytes, status, text] of statuses) {
      const { upstream, proxy } = await saying(bytes)
      expect(await proxy.ask()).toMatchObject({ status, text, isWhole: true })
      upstream.script = ({ socket }) => void socket.write(OK)
      for (let round = 0; round < 5; round++)
        expect(await proxy.ask({ method: 'POST' })).toMatchObject({ status: 200, text: 'ok' })
    }
  })

  it('is cut where a chunk is none', async () => {
    const { proxy } = await saying(`${EVENTS}\r\n${chunk('data: 1\n\n')}zz\r\n`)
    expect(await proxy.ask()).toMatchObject({ status: 200, text: 'data: 1\n\n', isWhole: false })
    expect(await proxy.countOf('upstream_unavailable')).toBe(1)
  })

  it.each([204, 205, 304])('has no length for a %d that has no body', async (status) => {
    const { proxy } = await saying(`HTTP/1.1 ${status} No\r\nContent-Length: 5\r\n\r\nhello`)
    const client = proxy.connect()
    client.sendHead(`GET ${THING} HTTP/1.1`, ['Host: localhost', AUTHORIZATION])
    client.sendHead('GET /health HTTP/1.1', ['Host: localhost', 'Connection: close'])
    const text = await client.readToEnd()
    expect(text).not.toContain('hello')
    const [first = '', second = ''] = text.split(/(?=HTTP\/1\.1 )/)
    expect(first).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    if (status !== 304) expect(first).not.toMatch(/content-length: [^0]/i)
    expect(second).toContain('{"success":true}')
  })

  it('with early hints and other interim responses is read to its own', async () => {
    const hints =
      'HTTP/1.1 103 Early Hints\r\nLink: </secret.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n'
    const { proxy } = await saying(hints + OK)
    const { status, text, headers } = await proxy.ask()
    expect({ status, text }).toStrictEqual({ status: 200, text: 'ok' })
    expect(headers.get('link')).toBeNull()
  })

  it('passes no trailer on', async () => {
    const { proxy } = await saying(
      `HTTP/1.1 200 OK\r\nTrailer: x-secret\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('ok')}0\r\nX-Secret: 1\r\nAccess-Control-Allow-Origin: *\r\n\r\n`,
    )
    const client = proxy.connect()
    client.sendHead(`GET ${THING} HTTP/1.1`, [
      'Host: localhost',
      AUTHORIZATION,
      'TE: trailers',
      'Connection: close',
    ])
    const text = await client.readToEnd()
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).not.toMatch(/secret|access-control/i)
  })

  it.each(['gzip', 'x-gzip', 'br', 'GZIP', 'identity, gzip'])(
    'is refused where it compresses, although nobody asked it to: %s',
    async (coding) => {
      const stack = JSON.stringify({ type: 'error', error: { stack: 'Error\n    at /srv/a.js:1' } })
      const { proxy, upstream } = await scripted((response) => {
        response
          .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': coding })
          .end(gzipSync(`data: ${stack}\n\n`))
      })
      expect(await proxy.ask()).toMatchObject(FAILED)
      expect(upstream.requests).toHaveLength(1)
    },
  )

  it('is refused where it compresses for the connection', async () => {
    const { proxy } = await saying(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${chunk('x')}0\r\n\r\n`,
    )
    const { status } = await proxy.ask()
    expect([FAILED.status, AWAY.status]).toContain(status)
  })

  it('is passed on where it says that it does not compress', async () => {
    const { proxy } = await scripted((response) => {
      response.writeHead(200, { 'content-encoding': 'identity' }).end('ok')
    })
    expect(await proxy.ask()).toMatchObject({ status: 200, text: 'ok' })
  })

  it.each([
    ['http://other.example/a', 'http://other.example/a'],
    ['//other.example/a', '//other.example/a'],
    ['/b?c=1', '/b?c=1'],
    ['http://[', '/'],
  ])('is not followed to %s', async (location, told) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { proxy, upstream } = await scripted(
        (response) => void response.writeHead(status, { location }).end(),
      )
      const { headers, ...came } = await proxy.ask({ method: 'POST', body: 'x' })
      expect(came.status).toBe(status)
      expect(headers.get('location')).toBe(told)
      expect(upstream.requests).toHaveLength(1)
    }
  })

  it.each(['localhost', '127.0.0.1', '[::1]'])(
    'does not tell where it is by a redirect to itself at %s',
    async (name) => {
      const { proxy } = await scripted((response, { headers }) => {
        const port = headers.host?.split(':').at(-1)
        response.writeHead(302, { location: `http://${name}:${port}/b?c=1` }).end()
      })
      const { headers } = await proxy.ask()
      expect(headers.get('location')).toBe('/b?c=1')
    },
  )
})

describe('bytes of an upstream', () => {
  const GOOD = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('data: {"type":"error","error":{"stack":"at /srv"}}\n\n')}0\r\n\r\n`
  const spans = fc.tuple(fc.nat(GOOD.length), fc.nat(8), fc.uint8Array({ maxLength: 8 }))

  it('of whatever kind end in a response of the proxy, and never in a fault of its own', async () => {
    let bytes = Buffer.from(GOOD)
    const { proxy } = await raw(({ socket }) => void socket.end(bytes), SHORT)
    await fc.assert(
      fc.asyncProperty(fc.array(spans, { minLength: 1, maxLength: 3 }), async (edits) => {
        bytes = Buffer.from(GOOD)
        for (const [start, length, put] of edits)
          bytes = Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + length)])
        const client = proxy.connect()
        client.sendHead(`GET ${THING} HTTP/1.1`, [
          'Host: localhost',
          AUTHORIZATION,
          'Connection: close',
        ])
        expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 (?!500)/)
        client.destroy()
      }),
      { numRuns: 100, interruptAfterTimeLimit: 20_000 },
    )
    expect(await proxy.countOf('internal')).toBe(0)
  })
})

describe('a response before the body of its request', () => {
  it('is passed on, and the body goes no further', async () => {
    const { upstream, proxy } = await raw(({ socket }) => {
      socket.write('HTTP/1.1 413 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    })
    const client = proxy.connect()
    client.sendHead(`POST ${THING} HTTP/1.1`, [
      'Host: localhost',
      AUTHORIZATION,
      'Content-Type: application/octet-stream',
      'Content-Length: 1000000',
    ])
    client.send('x'.repeat(1000))
    expect(await client.status()).toBe(413)
    await expect.poll(() => upstream.asked).toBe(0)
    expect(upstream.count).toBe(1)
  })
})

describe('a look-up before a request', () => {
  const PATH = '/api/memory/threads/t1/messages'
  const json = (status: number, text: string, headers = '') =>
    `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\n${headers}Content-Length: ${text.length}\r\n\r\n${text}`

  it.each([
    ['a reset', '', AWAY],
    ['garbage', 'garbage\r\n\r\n', AWAY],
    ['502', json(502, '{}'), AWAY],
    ['503', json(503, '{}'), AWAY],
    ['504', json(504, '{}'), LATE],
    ['500', json(500, '{"error":"at /srv/app.js:1"}'), FAILED],
    ['401', json(401, '{}'), FAILED],
    ['what is compressed', json(200, '{}', 'Content-Encoding: gzip\r\n'), FAILED],
    ['half a response', `${json(200, '{"resourceId":"x"}').slice(0, -4)}`, LATE],
    ['nothing', 'HTTP/1.1 ', LATE],
  ])('that fails is told, and nothing is forwarded: %s', async (_, bytes, refusal) => {
    const upstream = await RawUpstream.start(({ socket }) =>
      bytes === '' ? void socket.resetAndDestroy() : void socket.write(bytes),
    )
    ends.push(() => upstream.stop())
    const config = refusal === LATE ? SHORT : {}
    const proxy = await StandingProxy.before(upstream.url, config, { policy: undefined })
    ends.push(() => proxy.stop())
    const came = await proxy.ask({ path: PATH })
    expect(came).toMatchObject(refusal)
    expect(came.text).not.toContain('srv')
    expect(upstream.received).not.toMatch(/messages/)
    await expect
      .poll(() => proxy.ask({ path: PATH }).then(({ status }) => status))
      .toBe(refusal.status)
  })

  it('ends when its client leaves', async () => {
    const upstream = await RawUpstream.start(() => undefined)
    ends.push(() => upstream.stop())
    const proxy = await StandingProxy.before(upstream.url, {}, { policy: undefined })
    ends.push(() => proxy.stop())
    const client = proxy.connect()
    client.sendHead(`GET ${PATH} HTTP/1.1`, ['Host: localhost', AUTHORIZATION])
    await expect.poll(() => upstream.count).toBe(1)
    client.socket.resetAndDestroy()
    await expect.poll(() => upstream.asked).toBe(0)
    expect(upstream.count).toBe(1)
  })
})

describe('the new thread of a request that failed', () => {
  const tokenOf = (sub: string) =>
    createTestAuth().sign({ sub, permissions: ['*'] }, { expiresInSeconds: 60 })
  const [alice, bob] = [tokenOf('alice'), tokenOf('bob')]
  const begin = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"a":1}\n\n')
  const faults: readonly [string, (response: ServerResponse) => void][] = [
    ['502', (response) => void response.writeHead(502).end()],
    ['a reset', (response) => void response.socket?.resetAndDestroy()],
    ['a wait', () => undefined],
    [
      'a reset within the stream',
      (response) => {
        begin(response)
        setTimeout(() => response.socket?.resetAndDestroy(), 50)
      },
    ],
    ['a wait within the stream', (response) => void begin(response)],
    [
      'the end',
      (response) => {
        begin(response)
        response.end()
      },
    ],
  ]

  it.each(faults)('is held no longer, by nobody: after %s', async (_, fail) => {
    const asked: string[] = []
    const upstream = await UpstreamServer.start((response, { method, url, body }) => {
      if (url.startsWith('/api/memory/threads/')) return void response.writeHead(404).end('{}')
      if (method === 'POST') {
        asked.push(body)
        return asked.length === 1 ? fail(response) : void response.end('{}')
      }
      response.setHeader('content-type', 'application/json')
      response.end(url === '/api/agents' ? '{"a":{"name":"A"}}' : '{"name":"A"}')
    })
    ends.push(() => upstream.stop())
    const proxy = await StandingProxy.before(upstream.url, { timeout: 2000 }, { policy: undefined })
    ends.push(() => proxy.stop())
    const say = (token: string) =>
      proxy.ask({
        token,
        path: '/api/agents/a/stream',
        type: 'application/json',
        body: JSON.stringify({ messages: 'Hi', memory: { thread: 'new', resource: 'x' } }),
      })
    await say(alice)
    expect(asked).toHaveLength(1)
    expect(await say(bob)).toMatchObject({ status: 200 })
    expect(asked).toHaveLength(2)
  })
})

describe('what fails', () => {
  it('leaves no connection behind once the proxy is closed', async () => {
    const scripts: UpstreamScript[] = [
      ({ socket }) => void socket.write(OK),
      ({ socket }) => void socket.resetAndDestroy(),
      ({ socket }) => void socket.write('garbage\r\n\r\n'),
      ({ socket }) => void socket.write(`${EVENTS}\r\n${chunk('data: 1\n\n')}`),
      () => undefined,
    ]
    const { upstream, proxy } = await raw((connection, count) => {
      scripts[count % scripts.length]?.(connection, count)
    })
    const asked = Array.from({ length: 60 }, () =>
      proxy.ask({ method: 'POST' }).then(
        () => undefined,
        () => undefined,
      ),
    )
    await expect.poll(() => upstream.count).toBe(60)
    await proxy.stop()
    await Promise.all(asked)
    await expect.poll(() => upstream.asked).toBe(0)
  })

  it('leaves no timer behind either: its process ends by itself', () => {
    const program = `
      import { createServer } from 'node:net'
      import { MastraJwtAuth } from '@signet/auth'
      import { createProxy } from '@signet/proxy'
      const auth = new MastraJwtAuth({ secret: 'a secret of this test, longer than thirty-two bytes' })
      const claims = { sub: 'alice', permissions: ['*'] }
      const headers = { authorization: 'Bearer ' + auth.sign(claims, { expiresInSeconds: 60 }) }
      let asked = 0
      const hanging = createServer((socket) => {
        socket.on('error', () => undefined).on('data', () => (++asked === 4 ? end() : undefined))
      })
      hanging.listen(0, '127.0.0.1', () => {
        const upstream = 'http://127.0.0.1:' + hanging.address().port
        const proxy = createProxy({ auth, upstream })
        const ask = (path, init) => proxy.fetch(new Request('http://localhost:4111' + path, { headers, ...init }))
        const paths = ['/ready', '/api/agents', '/api/memory/threads/t1', '/api/workflows']
        const all = Promise.all(paths.map((path) => ask(path)))
        globalThis.end = async () => {
          await proxy.close()
          hanging.close()
          console.log((await all).map(({ status }) => status).join())
        }
      })`
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: ROOT, encoding: 'utf8', timeout: 60_000 },
    )
    expect({ status, stdout, stderr }).toStrictEqual({
      status: 0,
      stdout: '503,502,502,502\n',
      stderr: '',
    })
  })
})
