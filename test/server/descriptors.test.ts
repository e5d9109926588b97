import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { runbookMessage } from '../faults/runbook.js'
import { FaultyServers, until } from '@signet/test-support/process/faulty-server'
import { freePort } from '@signet/test-support/process/free-port'

const servers = new FaultyServers()
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await servers.remove()
})

/** Opens a connection; `isOpen` says whether the server keeps it. */
async function open(port: number): Promise<{ isOpen: boolean; readonly socket: Socket }> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  const connection = { isOpen: true, socket }
  const close = () => (connection.isOpen = false)
  socket.on('error', close).on('close', close)
  await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve))
  return connection
}

/** Asks on a connection that is open. */
async function askOn({ socket }: { readonly socket: Socket }, path: string): Promise<string> {
  let answer = ''
  socket.on('data', (bytes) => (answer += bytes.toString()))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await until(() => answer.includes('\r\n\r\n'))
  return answer
}

/** Asks over the one connection of an agent, which stays open. */
async function askKept(agent: Agent, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode))
    })
      .once('error', reject)
      .end()
  })
}

describe.runIf(process.platform === 'linux')('a server that runs out of file descriptors', () => {
  it('refuses connections meanwhile, says so once, serves those that are open, and recovers', async () => {
    const metricsPort = await freePort()
    const server = await servers.start({
      before: 'ulimit -n 128',
      env: { METRICS_PORT: String(metricsPort) },
    })
    const metrics = await open(metricsPort)
    const connections = await Promise.all(Array.from({ length: 300 }, () => open(server.port)))
    await server.process.waitFor(/Connections are refused/)
    await until(() => connections.filter(({ isOpen }) => !isOpen).length > 200)
    const kept = connections.filter(({ isOpen }) => isOpen)
    expect(kept.length).toBeGreaterThan(0)
    for (const each of kept.slice(0, 3)) expect(await askOn(each, '/health')).toContain(' 200 ')
    expect(await askOn(metrics, '/metrics')).toContain(' 200 ')
    const told = server.process.stderr
      .split('\n')
      .filter((line) => line.includes('Connections are refused'))
    expect(told).toHaveLength(1)
    const { msg }: { readonly msg: string } = JSON.parse(told[0] ?? '')
    expect(runbookMessage('warn', msg)?.cells[2]).toMatch(/\w/)

    for (const socket of sockets.splice(0)) socket.destroy()
    await until(
      async () => (await fetch(`${server.url}/health`).catch(() => undefined))?.ok === true,
    )
    expect((await server.ask('/metrics')).status).toBe(200)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('by what the application opens, serves all again once there are some, metrics included', async () => {
    const server = await servers.start({ before: 'ulimit -n 128' })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect(await askKept(agent, `${server.url}/health`)).toBe(200)
    expect((await server.run('hoard', { take: true })).status).toBe(200)
    // Some find a descriptor that the start of the server gives back meanwhile, so more of them come until none is left.
    await until(async () => {
      await open(server.port)
      return server.process.stderr.includes('Connections are refused')
    })
    expect(await askKept(agent, `${server.url}/health`)).toBe(200)
    agent.destroy()
    // Over the connection that is open since it took them.
    expect((await server.run('hoard', { take: false })).status).toBe(200)
    for (const socket of sockets.splice(0)) socket.destroy()
    await until(
      async () => (await fetch(`${server.url}/health`).catch(() => undefined))?.ok === true,
    )
    expect((await server.ask('/metrics')).status).toBe(200)
    expect(server.process.child.exitCode).toBeNull()
  })
})
