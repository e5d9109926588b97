import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { RawClient } from '@signet/test-support/http/raw-client'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'

const QUESTION = 'Pass the gate'
const ANSWER = 'Gate: passed by one slow word after the other.'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const connections: RawClient[] = []

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.destroy()
  await processes.kill()
  copies.remove()
})

function signToken(): string {
  return new MastraJwtAuth({ secret: SECRET }).sign({ sub: 'alice' }, { expiresInSeconds: 3600 })
}

/** A server whose answers last until the gate is opened. */
interface GatedServer extends ServerProcess {
  openGate(): void
  /** Starts it again, on the same store. */
  restart(): Promise<ServerProcess>
}

async function startGated(drain = '0'): Promise<GatedServer> {
  const directory = copies.copy('draining')
  const gate = join(directory, 'gate')
  const env = { MASTRA_JWT_SECRET: SECRET, GATE: gate }
  const start = () => processes.start(directory, env, drain)
  return { ...(await start()), openGate: () => writeFileSync(gate, ''), restart: start }
}

async function connect(port: number): Promise<RawClient> {
  const connection = new RawClient(port)
  connections.push(connection)
  return await connection.connected()
}

function sendReady(connection: RawClient): void {
  connection.sendHead('GET /ready HTTP/1.1', ['Host: localhost'])
}

/** Asks for a stream that cannot end before the gate is open, and waits until it has begun. */
async function beginAnswer(connection: RawClient): Promise<void> {
  const body = JSON.stringify({ messages: QUESTION, memory: { thread: 't' } })
  connection.sendHead('POST /api/agents/clerk/stream HTTP/1.1', [
    'Host: localhost',
    `Authorization: Bearer ${signToken()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ])
  connection.send(body)
  await connection.waitFor(/"type":"tool-call"/)
}

/** Waits until the server has closed a connection; a reset is one of the ways to do so. */
async function untilClosed({ socket }: RawClient): Promise<void> {
  await new Promise<void>((resolve) => {
    if (socket.readableEnded || socket.destroyed) resolve()
    socket.once('end', resolve).once('close', resolve)
  })
}

/** Asks the server to end, and waits until it says that it will. */
async function beginEnd({ process }: ServerProcess): Promise<void> {
  process.child.kill('SIGTERM')
  await process.waitFor(/Finishing running answers/)
}

function expectWholeAnswer(received: string): void {
  expect(received).toContain('data: [DONE]')
  expect(received).not.toMatch(/"type":"(?:abort|error)"/)
  const finish = /^data: (?<chunk>\{"type":"finish".*\})$/m.exec(received)?.groups?.['chunk']
  expect(JSON.parse(finish ?? 'null')).toMatchObject({ payload: { output: { text: ANSWER } } })
}

it.skipIf(!existsSync('/proc/self/task'))(
  'signet start keeps no process beside its own once the application is loaded',
  async () => {
    const { pid } = (await startGated()).process.child
    expect(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')).toBe('')
  },
)

describe('signet start that is asked to end', () => {
  it('says on a connection that was open that it is not ready, or closes it, and finishes the running answer', async () => {
    const server = await startGated()
    const [idle, running] = [await connect(server.port), await connect(server.port)]
    sendReady(idle)
    await idle.waitFor(/^HTTP\/1\.1 200 .*\{"ready":true\}$/s)
    idle.received = ''
    await beginAnswer(running)
    await beginEnd(server)

    sendReady(idle)
    await untilClosed(idle)
    expect(idle.received).toMatch(/^$|^HTTP\/1\.1 503 .*\{"ready":false,"reason":"not_serving"\}$/s)
    expect(running.received).not.toContain('[DONE]')

    server.openGate()
    expectWholeAnswer(await running.readToEnd())
    expect((await server.process.ended()).code).toBe(0)
  })

  it('answers 503 to /ready behind the running answer of the same connection', async () => {
    const server = await startGated()
    const running = await connect(server.port)
    await beginAnswer(running)
    await beginEnd(server)
    sendReady(running)
    server.openGate()
    const received = await running.readToEnd()
    expectWholeAnswer(received)
    expect(received).toMatch(/HTTP\/1\.1 503 [^{]*\{"ready":false,"reason":"not_serving"\}$/)
    expect((await server.process.ended()).code).toBe(0)
  })

  it('says first that it is not ready, and takes what still comes', async () => {
    const server = await startGated('30s')
    await beginEnd(server)
    const ready = await fetch(`${server.url}/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toStrictEqual({ ready: false, reason: 'not_serving' })
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    server.process.child.kill('SIGTERM')
    expect((await server.process.ended()).code).toBe(0)
  })

  it('then takes no new connection', async () => {
    const server = await startGated()
    await beginAnswer(await connect(server.port))
    await beginEnd(server)
    await expect(fetch(`${server.url}/ready`)).rejects.toThrow(TypeError)
    server.openGate()
    expect((await server.process.ended()).code).toBe(0)
  })

  it('remembers the answer that it finished', async () => {
    const server = await startGated()
    const running = await connect(server.port)
    await beginAnswer(running)
    await beginEnd(server)
    server.openGate()
    await running.readToEnd()
    await server.process.ended()
    const memory = new MemoryClient((await server.restart()).url, signToken())
    expect(await memory.readTexts('t')).toStrictEqual([QUESTION, ANSWER])
  })

  it('cuts the running answer at a second signal, and remembers its question alone', async () => {
    const server = await startGated()
    const running = await connect(server.port)
    await beginAnswer(running)
    await beginEnd(server)
    server.process.child.kill('SIGTERM')
    expect(await running.readToEnd()).not.toContain('[DONE]')
    server.openGate()
    expect((await server.process.ended()).code).toBe(0)
    const memory = new MemoryClient((await server.restart()).url, signToken())
    expect(await memory.readTexts('t')).toHaveLength(1)
  })
})

describe('an application that leaves a timer running', () => {
  /** As a pool of connections does, or a client that polls. */
  function copyTicking(): string {
    const directory = copies.copy('remembering')
    const file = join(directory, 'src', 'mastra', 'index.ts')
    appendFileSync(file, '\nsetInterval(() => undefined, 1000)\n')
    return directory
  }

  it('does not keep signet start from ending on SIGTERM', async () => {
    const { process } = await processes.start(copyTicking(), { MASTRA_JWT_SECRET: SECRET })
    expect((await process.stop()).code).toBe(0)
  })

  it('does not keep signet start from failing', async () => {
    const process = processes.spawn(
      ['start', '--dir', copyTicking(), '--port', '0', '--drain', '0'],
      {
        env: { MASTRA_JWT_SECRET: SECRET, SIGNET_DATA_DIR: 'src/mastra/index.ts' },
      },
    )
    await process.waitFor(/^error: /m)
    expect((await process.ended()).code).toBe(1)
  })

  it('does not keep signet routes from ending', async () => {
    const process = processes.spawn(['routes', '--dir', copyTicking()], {
      env: { MASTRA_JWT_SECRET: SECRET },
    })
    await process.waitFor(/open to everyone/)
    expect((await process.ended()).code).toBe(0)
  })
})
