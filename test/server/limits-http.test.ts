import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { ServerConfig } from '@signet/core'
import { createApp, serve, type RunningServer } from '@signet/server'
import {
  createTestApplication,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { hangingModel, type TestModel } from '@signet/test-support/application/model'
import { RawClient } from '@signet/test-support/http/raw-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'

const MEBIBYTE = 1024 * 1024
const LIST = '/api/agents'
const STREAM = '/api/agents/weather-agent/stream'
const EXECUTE = '/api/tools/get-weather/execute'
const token = tokenOf('member')

const servers: RunningServer[] = []
const clients: RawClient[] = []
const processes = new SignetProcesses()
const copies = new FixtureCopies()

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
  await processes.kill()
  copies.remove()
})

interface Running {
  connect(): RawClient
  ask(path: string, authorization?: string, json?: unknown, signal?: AbortSignal): Promise<Response>
  /** Asks as a good caller. @returns the status */
  askWell(): Promise<number>
}

async function start(limits: ServerConfig['limits'], model?: TestModel): Promise<Running> {
  const { mastra } = createTestApplication({ server: { limits }, model })
  const server = await serve(createApp(mastra).answer, { port: 0 })
  servers.push(server)
  function ask(path: string, authorization?: string, json?: unknown, signal?: AbortSignal) {
    const headers = new Headers({ 'content-type': 'application/json' })
    if (authorization !== undefined) headers.set('authorization', authorization)
    const body = json === undefined ? undefined : JSON.stringify(json)
    const method = body === undefined ? 'GET' : 'POST'
    return fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers, body, signal })
  }
  return {
    connect() {
      const client = new RawClient(server.port)
      clients.push(client)
      return client
    },
    ask,
    async askWell() {
      const response = await ask(EXECUTE, `Bearer ${token}`, { data: { place: 'Lyon' } })
      await response.text()
      return response.status
    },
  }
}

describe('a server among strangers', () => {
  it('answers 300 garbage tokens at once with 401 and 429 alone, and its caller meanwhile', async () => {
    const running = await start({ failures: { perMinute: 100 } })
    const strangers = Array.from({ length: 300 }, async (_, index) => {
      const response = await running.ask(LIST, `Bearer garbage.${index}.token`)
      const { status, code } = await readRefusal(response)
      return `${status} ${String(code)}`
    })
    for (let count = 0; count < 20; count++) expect(await running.askWell()).toBe(200)
    const refusals = await Promise.all(strangers)
    expect(refusals.filter((refusal) => refusal === '401 token_malformed')).toHaveLength(100)
    expect(refusals.filter((refusal) => refusal === '429 rate_limited')).toHaveLength(200)
    expect(await running.askWell()).toBe(200)
  })

  it('answers its caller beside 200 connections that say nothing, or only half of it', async () => {
    const running = await start(undefined)
    const strangers = await Promise.all(
      Array.from({ length: 200 }, () => running.connect().connected()),
    )
    strangers.forEach((stranger, index) => {
      if (index % 4 === 1) stranger.send('GET /api/agents HTT')
      if (index % 4 === 2) stranger.send('POST /api/agents HTTP/1.1\r\nHost: local')
      if (index % 4 === 3) {
        const known = ['Host: localhost', 'Content-Type: application/json', 'Content-Length: 100']
        stranger.sendHead(`POST ${EXECUTE} HTTP/1.1`, [...known, `Authorization: Bearer ${token}`])
        stranger.send('{"data":')
      }
    })
    for (let count = 0; count < 20; count++) expect(await running.askWell()).toBe(200)
    expect(strangers.every(({ socket }) => !socket.closed)).toBe(true)
  })

  it.each([
    ['401 while it is still being sent', 3, 401],
    ['429 while it is still being sent, once there were too many', 1, 429],
  ])('answers a body of 20 MB without a token by %s', async (_, perMinute, status) => {
    const running = await start({ failures: { perMinute } })
    await (await running.ask(LIST)).text()
    const client = await running.connect().connected()
    client.sendHead(`POST ${EXECUTE} HTTP/1.1`, [
      'Host: localhost',
      'Content-Type: application/json',
      `Content-Length: ${20 * MEBIBYTE}`,
    ])
    const piece = ' '.repeat(64 * 1024)
    let sent = 0
    while (client.received === '' && sent < 20 * MEBIBYTE) {
      if (!client.socket.write(piece))
        await Promise.race([once(client.socket, 'drain'), client.closed])
      await new Promise(setImmediate)
      sent += piece.length
    }
    expect(await client.status()).toBe(status)
    expect(sent).toBeLessThan(20 * MEBIBYTE)
    expect(await running.askWell()).toBe(200)
  })
})

describe('a caller with as many answers as they may have', () => {
  const limits = { answers: { concurrent: 1 } }
  const HELLO = { messages: 'Hello' }

  it('has one less when the client of one leaves in mid-stream', async () => {
    const hanging = hangingModel()
    const running = await start(limits, hanging.model)
    const leaving = new AbortController()
    const first = await running.ask(STREAM, `Bearer ${token}`, HELLO, leaving.signal)
    await first.body?.getReader().read()
    expect(await running.askWell()).toBe(429)
    leaving.abort()
    await hanging.aborted
    expect(await running.askWell()).toBe(200)
  })

  it('has one less when one is broken off before it has begun', async () => {
    const hanging = hangingModel()
    const running = await start(limits, hanging.model)
    const body = JSON.stringify(HELLO)
    const client = running
      .connect()
      .sendHead(`POST ${STREAM.replace('stream', 'generate')} HTTP/1.1`, [
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        `Authorization: Bearer ${token}`,
      ])
    client.send(body)
    await hanging.started
    expect(await running.askWell()).toBe(429)
    client.socket.resetAndDestroy()
    await hanging.aborted
    // What gives the answer up runs a moment later than what it gives up.
    await expect.poll(() => running.askWell()).toBe(200)
  })

  it('is the same one with another token that grants something else', async () => {
    const hanging = hangingModel()
    const running = await start(limits, hanging.model)
    const first = await running.ask(STREAM, `Bearer ${token}`, HELLO)
    const other = `Bearer ${tokenWith('tools:execute')}`
    const data = { data: { place: 'Lyon' } }
    expect((await running.ask(EXECUTE, other, data)).status).toBe(429)
    hanging.release()
    await first.text()
    expect((await running.ask(EXECUTE, other, data)).status).toBe(200)
  })
})

describe('signet start', () => {
  const SECRET = 'a secret of the tests, longer than thirty-two bytes'

  it('tells the limits in force when it is ready', async () => {
    const SERVER = JSON.stringify({ limits: { requests: { perMinute: 7 }, failures: false } })
    const env = { MASTRA_JWT_SECRET: SECRET, SERVER }
    const { process } = await processes.start(copies.copy('instances'), env)
    const [line] = await process.waitFor(/^.*"The limits in force.*$/m)
    expect(JSON.parse(line)).toMatchObject({
      answersPerMinute: 1200,
      answersAtOnce: 100,
      requestsPerMinute: 7,
      requestsAtOnce: 200,
      bodyBytesAtOnce: 128 * 1024 * 1024,
      failuresPerMinute: false,
      isShared: false,
    })
  })

  it.each([
    ['limits that are none', { SERVER: '{"limits":{"requests":{"perMinute":0}}}' }, /perMinute/],
    ['a proxy that is no address', { SERVER: '{"trustProxy":["proxy"]}' }, /trustProxy/],
    ['no address of Redis', { REDIS_URL: 'http://:hidden@127.0.0.1' }, /REDIS_URL/],
  ])('does not start with %s, and says which', async (_, env, name) => {
    const flags = ['--dir', copies.copy('instances'), '--port', '0']
    const process = processes.spawn(['start', ...flags], {
      env: { MASTRA_JWT_SECRET: SECRET, ...env },
    })
    const { code, stderr } = await process.ended()
    expect(code).not.toBe(0)
    expect(stderr).toMatch(name)
    expect(stderr).not.toMatch(/hidden|\n +at /)
  })
})
