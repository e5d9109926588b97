import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, serve, serveMetrics, type RunningServer } from '@signet/server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createLogRecorder,
  createTestApplication,
  SECRET,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SignetProcesses } from '@signet/test-support/process/server-process'

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly text: string
}

/** Asks a port of this machine, under whatever Host. */
function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {} } = options
    const sent = httpRequest({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = ''
      response.on('data', (data: Buffer) => (text += data.toString()))
      response.on('end', () => {
        resolve({ status: response.statusCode, type: response.headers['content-type'], text })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('the port of metrics', () => {
  const running: RunningServer[] = []

  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close(0)))
  })

  async function start() {
    const { mastra } = createTestApplication()
    const app = createApp(mastra)
    const { logger } = createLogRecorder()
    const server = await serve(app.answer, { port: 0 })
    const metrics = await serveMetrics(app.metrics, { port: 0, logger })
    running.push(server, metrics)
    return { app, server, metrics }
  }

  it('tells of the requests to the server, without a token', async () => {
    const { server, metrics } = await start()
    const token = tokenWith('system:read')
    const headers = { authorization: `Bearer ${token}` }
    expect(await ask(server.port, '/api/agents')).toMatchObject({ status: 401 })
    expect(await ask(server.port, '/metrics', { headers })).toMatchObject({ status: 200 })
    const { status, type, text } = await ask(metrics.port, '/metrics')
    expect([status, type]).toStrictEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).toContain(
      'signet_http_requests_total{method="GET",route="/api/agents",status="401"} 1',
    )
    expect(text).toContain(
      'signet_http_requests_total{method="GET",route="/metrics",status="200"} 1',
    )
    expect(text).toContain('signet_running_answers 0')
    // What is asked of the port itself is no request to the server.
    expect((await ask(metrics.port, '/metrics')).text).toContain('route="/metrics",status="200"} 1')
    expect(text).not.toContain(token)
  })

  it('listens on this machine alone, and leaves the server as it is', async () => {
    const { server, metrics } = await start()
    expect(metrics.hostname).toBe('127.0.0.1')
    expect(await ask(server.port, '/metrics')).toMatchObject({ status: 401 })
  })

  it.each(['/', '/metrics/', '/health', '/api/agents', '/%2fmetrics', '/metrics/../api/agents'])(
    'has nothing at %s',
    async (path) => {
      const { metrics } = await start()
      const headers = { authorization: `Bearer ${tokenOf('owner')}` }
      const { status, text } = await ask(metrics.port, path, { headers })
      expect(status).toBe(404)
      expect(JSON.parse(text)).toMatchObject({ code: 'not_found' })
    },
  )

  it('has the metrics at their path in another spelling (RFC 3986 section 6.2.2.2)', async () => {
    const { metrics } = await start()
    expect(await ask(metrics.port, '/%6detrics')).toMatchObject({ status: 200 })
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    const { metrics } = await start()
    expect(await ask(metrics.port, '/metrics', { method })).toMatchObject({ status: 404 })
  })

  it.each<Readonly<Record<string, string>>>([
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example' },
    { host: '192.0.2.1' },
    { host: 'localhost', origin: 'http://evil.example' },
  ])('refuses what a page elsewhere could cause: %j', async (headers) => {
    const { metrics } = await start()
    const { status, text } = await ask(metrics.port, '/metrics', { headers })
    expect(status).toBe(421)
    expect(JSON.parse(text)).toMatchObject({ code: 'host_refused' })
    expect(text).not.toContain('signet_')
  })
})

describe('signet start with METRICS_PORT', () => {
  const copies = new FixtureCopies()
  const processes = new SignetProcesses()
  let directory: string
  let taken: Server

  beforeAll(async () => {
    directory = copies.copy('remembering')
    taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  })

  afterAll(async () => {
    await processes.kill()
    copies.remove()
    taken.close()
  })

  it('serves metrics there, and ends in order', async () => {
    const env = { MASTRA_JWT_SECRET: SECRET, METRICS_PORT: '0' }
    const server = await processes.start(directory, env)
    const [line] = await server.process.waitFor(/^.*Metrics are served.*$/m)
    const { port, address }: { port: number; address: string } = JSON.parse(line)
    expect(address).toBe('127.0.0.1')
    expect(await ask(server.port, '/api/agents')).toMatchObject({ status: 401 })
    const { text } = await ask(port, '/metrics')
    expect(text).toContain('route="/api/agents",status="401"} 1')
    expect(await ask(server.port, '/metrics')).toMatchObject({ status: 401 })
    expect(await server.process.stop()).toMatchObject({ code: 0 })
  })

  it('fails where the port is taken, and says which variable to change', async () => {
    const { port } = taken.address() as AddressInfo
    const env = { MASTRA_JWT_SECRET: SECRET, METRICS_PORT: String(port) }
    const command = processes.spawn(['start', '--dir', directory, '--port', '0'], { env })
    const { code, stderr } = await command.ended()
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${port} is taken. Choose another with METRICS_PORT.`)
  })

  it.each(['x', '-1', '65536', '1.5'])('refuses the port %j', async (port) => {
    const env = { MASTRA_JWT_SECRET: SECRET, METRICS_PORT: port }
    const command = processes.spawn(['start', '--dir', directory, '--port', '0'], { env })
    const { code, stderr } = await command.ended()
    expect(code).toBe(2)
    expect(stderr).toContain('METRICS_PORT')
  })
})
