import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { runSignet, startDev } from '@signet/test-support/process/signet-process'
import { describeStores } from '@signet/test-support/store/stores'

/** Stands in the addresses of databases, and must stand in no output. */
const PASSWORD = 'hunter2-is-no-good-password'
const QUESTION = 'Echo the word: heliotrope'
const ANSWER = 'Echo: heliotrope.'

const processes = new SignetProcesses()
const copies = new FixtureCopies()

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

function signToken(subject: string): string {
  const auth = new MastraJwtAuth({ secret: SECRET })
  return auth.sign({ sub: subject }, { expiresInSeconds: 3600 })
}

/** Starts a server on a project, and gives a client of a subject. */
async function start(directory: string, env: Readonly<Record<string, string>> = {}) {
  const server = await processes.start(directory, { MASTRA_JWT_SECRET: SECRET, ...env })
  return {
    ...server,
    memory: (subject: string) => new MemoryClient(server.url, signToken(subject)),
  }
}

async function dev(directory: string, env: Readonly<Record<string, string>> = {}) {
  const server = await startDev(directory, { env: { MASTRA_JWT_SECRET: SECRET, ...env } })
  processes.add(server.process)
  return { ...server, memory: new MemoryClient(server.url, server.token) }
}

/** A port of this machine at which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A server that takes connections and never speaks. */
async function startSilentServer() {
  const sockets = new Set<Socket>()
  const asked = createDeferred()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    asked.resolve()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    asked: asked.promise,
    /** Breaks every connection. */
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Runs a command that must fail for its store, and returns what it said of that. */
async function runFailing(command: string, env: Readonly<Record<string, string>>) {
  const flags = ['--dir', copies.copy('remembering'), '--port', '0']
  const result = await runSignet([command, ...flags], {
    env: { MASTRA_JWT_SECRET: SECRET, ...env },
  })
  expect(result.stdout + result.stderr).not.toContain(PASSWORD)
  expect(result.stdout + result.stderr).not.toContain(SECRET)
  expect(result.code).toBe(1)
  expect(result.stdout).toBe('')
  return result.stderr
}

describeStores('a server', (stores) => {
  it('remembers over a restart, for each caller on their own', async () => {
    const { directory, databaseUrl } = await stores.locate()
    const project = copies.copy('remembering')
    const env = { SIGNET_DATA_DIR: directory, DATABASE_URL: databaseUrl ?? '' }
    const first = await start(project, env)
    expect(await first.memory('alice').ask('clerk', 't', QUESTION)).toBe(ANSWER)
    expect((await first.process.stop()).code).toBe(0)
    const second = await start(project, env)
    expect(await second.memory('alice').readTexts('t')).toStrictEqual([QUESTION, ANSWER])
    expect(await second.memory('bob').readThreads()).toStrictEqual([])
    await second.memory('alice').ask('clerk', 't', QUESTION)
    expect(await second.memory('alice').readTexts('t')).toHaveLength(4)
  })

  it('says in development where it remembers, but no address', async () => {
    const { directory, databaseUrl } = await stores.locate()
    const env = { SIGNET_DATA_DIR: directory, DATABASE_URL: databaseUrl ?? '' }
    const { process, memory } = await dev(copies.copy('remembering'), env)
    await memory.ask('clerk', 't', QUESTION)
    const place =
      databaseUrl === undefined ? join(directory, 'signet.db') : 'PostgreSQL, named by DATABASE_URL'
    expect(process.stdout).toContain(`  Memory   ${place}\n`)
    expect(process.stdout + process.stderr).not.toContain('postgres://')
  })
})

describe('signet start', () => {
  it('keeps its store in the folder that SIGNET_DATA_DIR names, and makes that folder', async () => {
    const project = copies.copy('remembering')
    const folder = join(copies.makeFolder(), 'data', 'of', 'signet')
    const { memory } = await start(project, { SIGNET_DATA_DIR: folder })
    await memory('alice').ask('clerk', 't', QUESTION)
    expect(readdirSync(folder)).toContain('signet.db')
    expect(existsSync(join(project, '.signet', 'signet.db'))).toBe(false)
  })

  it('takes SIGNET_DATA_DIR from .env, relative to the project', async () => {
    const project = copies.copy('remembering')
    writeFileSync(join(project, '.env'), 'SIGNET_DATA_DIR=here\n')
    await start(project)
    expect(readdirSync(join(project, 'here'))).toContain('signet.db')
  })

  it('keeps its store in .signet of the project by default', async () => {
    const project = copies.copy('remembering')
    await start(project)
    expect(readdirSync(join(project, '.signet'))).toContain('signet.db')
  })

  it('is ready once it says so', async () => {
    const { url } = await start(copies.copy('remembering'))
    const response = await fetch(`${url}/ready`)
    expect(response.status).toBe(200)
    expect(await response.json()).toStrictEqual({ ready: true })
  })

  it('is alive but not ready while its store is being opened', async () => {
    const database = await startSilentServer()
    const port = await closedPort()
    const flags = ['--dir', copies.copy('remembering'), '--port', `${port}`, '--host', '127.0.0.1']
    const process = processes.spawn(['start', ...flags], {
      env: {
        MASTRA_JWT_SECRET: SECRET,
        DATABASE_URL: `postgres://user:${PASSWORD}@127.0.0.1:${database.port}/x`,
      },
    })
    try {
      // The server listens before it opens its store.
      await Promise.race([database.asked, process.ended()])
      const memory = new MemoryClient(`http://127.0.0.1:${port}`, signToken('alice'))
      expect((await memory.get('/health')).status).toBe(200)
      const ready = await memory.get('/ready')
      expect(ready.status).toBe(503)
      expect(await ready.json()).toStrictEqual({ ready: false, reason: 'not_serving' })
      const threads = await memory.get('/api/memory/threads')
      expect(threads.status).toBe(503)
      expect(await threads.json()).toMatchObject({ code: 'storage_unavailable' })
    } finally {
      database.close()
    }
    const { code, stdout, stderr } = await process.ended()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: .*DATABASE_URL/m)
    expect(stdout + stderr).not.toContain(PASSWORD)
  })
})

describe.each([['start'], ['dev']])('signet %s', (command) => {
  it('names DATABASE_URL where nothing answers there, without its password', async () => {
    const url = `postgres://user:${PASSWORD}@127.0.0.1:${await closedPort()}/x`
    const stderr = await runFailing(command, { DATABASE_URL: url })
    expect(stderr).toMatch(/^error: .*DATABASE_URL/)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it.each([
    ['a port that is none', `postgres://user:${PASSWORD}@127.0.0.1:port/x`],
    ['a password that is not escaped', `postgres://user:a/${PASSWORD}@127.0.0.1:5432/x`],
    ['a host that is none', `postgres://user:${PASSWORD}@[::1/x`],
  ])('names DATABASE_URL where it is no address: %s', async (_, url) => {
    const stderr = await runFailing(command, { DATABASE_URL: url })
    expect(stderr).toMatch(/^error: .*DATABASE_URL/)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('names the data folder where a file is in its place, and leaves the file', async () => {
    const file = join(copies.makeFolder(), 'data')
    writeFileSync(file, 'a file')
    const stderr = await runFailing(command, { SIGNET_DATA_DIR: file })
    expect(stderr).toMatch(/^error: The store cannot be opened/)
    expect(stderr).toContain(file)
    expect(stderr).toContain('SIGNET_DATA_DIR')
    expect(stderr).not.toMatch(/^ +at /m)
    expect(readFileSync(file, 'utf8')).toBe('a file')
  })

  it('names the data folder whose signet.db is no database, and leaves the file', async () => {
    const folder = copies.makeFolder()
    const text = 'no database, and longer than the header of one. '.repeat(20)
    writeFileSync(join(folder, 'signet.db'), text, { mode: 0o600 })
    const stderr = await runFailing(command, { SIGNET_DATA_DIR: folder })
    expect(stderr).toMatch(/^error: The store cannot be opened/)
    expect(stderr).toContain(folder)
    expect(readFileSync(join(folder, 'signet.db'), 'utf8')).toBe(text)
  })
})

describe('signet dev', () => {
  it('says where it remembers, and an agent with a memory does by default', async () => {
    const project = copies.copy('remembering')
    const { process, memory } = await dev(project)
    expect(process.stdout).toMatch(/^ {2}Memory +\.signet[\\/]signet\.db$/m)
    expect(await memory.ask('clerk', 't', QUESTION)).toBe(ANSWER)
    expect(await memory.readTexts('t')).toStrictEqual([QUESTION, ANSWER])
    expect(readdirSync(join(project, '.signet'))).toContain('signet.db')
  })

  it('remembers over a reload', async () => {
    const project = copies.copy('remembering')
    const { process, memory } = await dev(project)
    await memory.ask('clerk', 't', QUESTION)
    const file = join(project, 'src', 'mastra', 'index.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace('Remember what', 'Keep in mind what'))
    await process.waitFor(/Reloaded/)
    const agent = await (await memory.get('/api/agents/clerk')).json()
    expect(agent).toMatchObject({ instructions: 'Keep in mind what was said.' })
    expect(await memory.readTexts('t')).toStrictEqual([QUESTION, ANSWER])
    await memory.ask('clerk', 't', QUESTION)
    expect(await memory.readTexts('t')).toHaveLength(4)
  })

  it('remembers over a restart', async () => {
    const project = copies.copy('remembering')
    const first = await dev(project)
    await first.memory.ask('clerk', 't', QUESTION)
    expect((await first.process.stop()).code).toBe(0)
    const second = await dev(project)
    expect(await second.memory.readTexts('t')).toStrictEqual([QUESTION, ANSWER])
  })
})
