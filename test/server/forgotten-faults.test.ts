import { afterEach, describe, expect, it } from 'vitest'
import { FaultyServers, until, type FaultyServer } from '@signet/test-support/process/faulty-server'

const servers = new FaultyServers()
/** Whether it costs nothing to follow where faults begin. */
const IS_FREE = Number.parseInt(process.versions.node, 10) >= 24
const COUNT = 'signet_unhandled_faults_total'

afterEach(async () => {
  await servers.remove()
})

/** The lines of the log about faults that nobody handled. */
function faultLines({ process }: FaultyServer): readonly Record<string, unknown>[] {
  return process.stderr
    .split('\n')
    .filter((line) => line.includes('An unhandled fault'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Starts a server that has met a fault, and says of the next ones where they began. */
async function startFollowing(env: Readonly<Record<string, string>> = {}): Promise<FaultyServer> {
  const server = await servers.start({ env })
  expect((await server.run('forget', { kind: 'rejected promise' })).status).toBe(200)
  await until(() => faultLines(server).length > 0)
  return server
}

/** Starts an answer of somebody else, and gives what becomes of it. */
async function beginOther(server: FaultyServer): Promise<Promise<number>> {
  const answer = server.run('wait', { ms: 800 }).then(({ status }) => status)
  await until(async () => (await server.metric('signet_running_answers')) === 2)
  return answer
}

describe('a fault that code of the application forgot', () => {
  it.each([
    'rejected promise',
    'rejected later',
    'async function',
    'thrown in a timer',
    'thrown in a microtask',
    'event without a listener',
    'socket without a listener',
    'no error at all',
  ])('of a tool ends no answer, and is told and counted: %s', async (kind) => {
    const server = await servers.start()
    const other = await beginOther(server)
    expect((await server.run('forget', { kind })).status).toBe(200)
    await until(async () => (await server.metric(COUNT)) === 1)
    expect(await other).toBe(200)
    // Before Node.js 24 it is followed from the first one on where faults begin.
    expect((await server.run('forget', { kind })).status).toBe(200)
    await until(async () => (await server.metric(COUNT)) === 2)
    const lines = faultLines(server)
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      expect(line).toMatchObject({
        level: 50,
        kind: expect.stringMatching(/^(?:rejection|exception)$/),
      })
    }
    if (!IS_FREE) expect(lines[0]).toMatchObject({ began: expect.stringContaining('from now on') })
    // A microtask is of nobody, for Node.js.
    if (kind !== 'thrown in a microtask') {
      expect(lines[1]).toMatchObject({
        tool: 'forget',
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      })
    }
    expect((await server.process.stop()).code).toBe(0)
  })

  it('names the agent whose tool it is', async () => {
    const server = await startFollowing()
    const body = { messages: 'Forget a fault: rejected promise' }
    expect((await server.ask('/api/agents/forgetter/generate', body)).status).toBe(200)
    await until(() => faultLines(server).length > 1)
    expect(faultLines(server)[1]).toMatchObject({ tool: 'forget', agent: 'forgetter' })
  })

  it.each([
    ['instructions', { agent: 'bot' }],
    ['authorizeUser', {}],
  ])('of %s ends no answer', async (where, origin) => {
    const server = await startFollowing({ FAULT_AT: where })
    const body = { messages: 'Hello' }
    expect((await server.ask('/api/agents/bot/generate', body)).status).toBe(200)
    await until(() => faultLines(server).length > 1)
    expect(faultLines(server).at(-1)).toMatchObject(origin)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('of a route of the application, and of a stream that it answers with, ends no answer', async () => {
    const server = await startFollowing()
    for (const path of ['/broken', '/broken-stream']) {
      expect(await (await server.ask(path)).text()).toBe('well')
      await until(() => faultLines(server).some(({ route }) => route === path))
    }
    expect((await server.process.stop()).code).toBe(0)
  })

  it('of a timer that goes on for ever costs some lines, and not one for each', async () => {
    const server = await servers.start()
    expect((await server.run('forget', { kind: 'thrown for ever' })).status).toBe(200)
    await until(async () => Number(await server.metric(COUNT)) > 60)
    expect(faultLines(server)).toHaveLength(20)
    expect((await server.process.stop()).code).toBe(0)
  })

  it('fails the start where it comes before the server is ready', async () => {
    const server = await servers.spawn({ env: { FAULT_AT: 'start' } })
    const { code, stderr } = await server.process.ended()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: Error: cache is away/m)
  })

  it('ends no answer of signet dev', async () => {
    const server = await servers.start({ command: 'dev' })
    await server.process.waitFor(/^Ready in/m)
    const [, token = ''] = await server.process.waitFor(/Bearer ([\w.-]+)/)
    const response = await fetch(`${server.url}/api/tools/forget/execute`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ data: { kind: 'thrown in a timer' } }),
    })
    expect(response.status).toBe(200)
    await server.process.waitFor(/An unhandled fault.* tool=forget/)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect((await server.process.stop()).code).toBe(0)
  })
})

describe('a fault of the server itself', () => {
  it('lets running answers finish and ends the process with status 1', async () => {
    const server = await servers.start()
    const other = await beginOther(server)
    expect((await server.run('break', {})).status).toBe(200)
    await server.process.waitFor(/Finishing running answers/)
    expect(await other).toBe(200)
    const { code, stderr } = await server.process.ended()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: A fault in the server itself has ended it/m)
  })
})
