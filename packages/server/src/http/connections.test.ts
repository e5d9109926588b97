import { once } from 'node:events'
import { Agent, get as httpGet, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { RawClient } from '@signet/test-support/http/raw-client'
import { serve, type RunningServer, type ServeOptions } from '../serve.js'
import type { Answerer } from './answerer.js'
import { Reply } from './reply.js'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Longer than Node.js keeps an idle connection by default, and looks for one. */
const BEYOND_DEFAULT_MS = 7_000

const servers: RunningServer[] = []
const clients: RawClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

async function start(options: ServeOptions = {}, answerer?: Answerer) {
  const server = await serve(answerer ?? (async () => new Reply('ok', 200, {})), {
    port: 0,
    ...options,
  })
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

/** A client whose first request is answered, and that keeps its connection. */
async function idle(open: () => RawClient): Promise<RawClient> {
  const client = open().send(GET)
  await client.waitFor(/\r\n\r\nok$/)
  client.received = ''
  return client
}

describe('a connection that waits for its next request', () => {
  it('is told 65 seconds by default, which is longer than proxies keep it', async () => {
    const { open } = await start()
    const client = open().send(GET)
    expect((await client.waitFor(/keep-alive: timeout=(\d+)/i))[1]).toBe('65')
  })

  it('answers after a time in which Node.js would have closed it', async () => {
    const { open } = await start()
    const client = await idle(open)
    await new Promise((resolve) => setTimeout(resolve, BEYOND_DEFAULT_MS))
    await client.send(GET).waitFor(/\r\n\r\nok$/)
  }, 20_000)

  it('is closed after the time that is set', async () => {
    const { open } = await start({ keepAliveTimeoutMs: 100 })
    await (await idle(open)).readToEnd()
  })

  it('is closed at once where the server is to end, however long it might wait', async () => {
    const { server, open } = await start({ keepAliveTimeoutMs: 2 ** 30 })
    const waiting = await Promise.all([idle(open), idle(open), idle(open)])
    await server.close(2 ** 30)
    await Promise.all(waiting.map((client) => client.readToEnd()))
  })

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 30 + 1])('may not wait %s ms', async (ms) => {
    const refused = { code: 'option_invalid', message: expect.stringContaining('keepAlive') }
    await expect(start({ keepAliveTimeoutMs: ms })).rejects.toMatchObject(refused)
  })
})

describe('more connections than allowed', () => {
  it('closes those that have waited for the longest time, and answers the new one', async () => {
    const { open } = await start({ maxConnections: 3 })
    const first = await idle(open)
    const second = await idle(open)
    await idle(open)
    // Now the second one has waited for longest.
    await first.send(GET).waitFor(/\r\n\r\nok$/)
    await idle(open)
    await second.readToEnd()
    await first.send(GET).waitFor(/(?:\r\n\r\nok[^]*){2}/)
  })

  it('refuses the new one where each has an answer that is being made', async () => {
    const held = createDeferred<Reply>()
    const answerer = vi.fn<Answerer>(() => held.promise)
    const { open } = await start({ maxConnections: 2 }, answerer)
    const busy = [open().send(GET), open().send(GET)]
    await vi.waitFor(() => expect(answerer).toHaveBeenCalledTimes(2))
    expect(await open().send(GET).readToEnd()).toBe('')
    held.resolve(new Reply('ok', 200, {}))
    await Promise.all(busy.map((client) => client.waitFor(/\r\n\r\nok$/)))
  })

  it('spares one whose answer is still being sent', async () => {
    const body = 'x'.repeat(16 * 1024 * 1024)
    const { server, open } = await start(
      { maxConnections: 1 },
      async () => new Reply(body, 200, {}),
    )
    const agent = new Agent({ keepAlive: true })
    const request = httpGet({ port: server.port, agent })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    expect(await open().send(GET).readToEnd()).toBe('')
    let size = 0
    for await (const chunk of answer) size += (chunk as Buffer).length
    expect(size).toBe(body.length)
    agent.destroy()
  })

  it.each([0, -1, 1.5, NaN])('are not counted to %s', async (most) => {
    await expect(start({ maxConnections: most })).rejects.toHaveProperty('code', 'option_invalid')
  })
})
