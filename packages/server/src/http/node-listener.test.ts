import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { serve, type RunningServer } from '../serve.js'
import type { Answerer } from './answerer.js'
import { Reply, type ReplyStream } from './reply.js'

const servers: RunningServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

async function start(answerer: Answerer): Promise<{ readonly url: string; readonly port: number }> {
  const server = await serve(answerer, { port: 0 })
  servers.push(server)
  return { url: `http://127.0.0.1:${server.port}/`, port: server.port }
}

describe('an answer that HTTP does not have', () => {
  const unsendable: readonly [string, number, Record<string, string>][] = [
    ['a status', 0, {}],
    ['a header value', 200, { 'x-name': 'a\r\nset-cookie: b' }],
    ['a header name', 200, { 'x name': 'a' }],
  ]

  it.each(unsendable)('is 500, and the server goes on: %s', async (_, status, headers) => {
    let isFirst = true
    const { url } = await start(async () => {
      const reply = isFirst ? new Reply('x', status, headers) : new Reply('well', 200, {})
      isFirst = false
      return reply
    })
    const response = await fetch(url)
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ code: 'internal' })
    expect(await (await fetch(url)).text()).toBe('well')
  })

  it('cancels its body', async () => {
    const left = createDeferred<void>()
    const body: ReplyStream = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        async return() {
          left.resolve()
          return { done: true, value: undefined }
        },
      }),
    }
    const { url } = await start(async () => new Reply(body, 0, {}))
    expect((await fetch(url)).status).toBe(500)
    await left.promise
  })
})

describe('a body whose client left before anybody asked for it', () => {
  it('fails, and is not waited for', async () => {
    const arrived = createDeferred<void>()
    const outcome = createDeferred<unknown>()
    const { port } = await start(async (incoming) => {
      const gone = once(incoming.signal, 'abort')
      arrived.resolve()
      await gone
      await incoming.readBody(100).then(outcome.resolve, outcome.resolve)
      return new Reply(null, 200, {})
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc')
    await arrived.promise
    socket.resetAndDestroy()
    expect(await outcome.promise).toBeInstanceOf(Error)
  })
})
