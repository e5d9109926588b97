import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { signToken, secretKeys } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet, SignetProcess, startDev } from '@signet/test-support/process/signet-process'

/** The secret that the documentation of Mastra prints. */
const SAMPLE_SECRET = 'supersecretdevkeythatishs256safe!'
const SECRET = 'a secret that is used by nothing but these tests'
const SAMPLE_CLAIMS = { sub: '1234567890', name: 'John Doe', admin: true, iat: 1516239022 }

let directory: string
const running: SignetProcess[] = []

beforeEach(() => {
  // In the project, so that the application finds its packages.
  mkdirSync(join(ROOT, '.signet'), { recursive: true })
  directory = mkdtempSync(join(ROOT, '.signet', 'test-'))
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop('SIGKILL')))
  rmSync(directory, { recursive: true, force: true })
})

const WITH_AUTH = `auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET })`

function application(instructions: string, server: string): string {
  return `
    import { Mastra } from '@signet/core'
    import { Agent } from '@signet/core/agent'
    import { createTool } from '@signet/core/tools'
    import { MastraJwtAuth } from '@signet/auth'
    import { z } from 'zod'
    import { existsSync } from 'node:fs'
    const wait = createTool({
      id: 'wait',
      description: 'Wait a number of milliseconds',
      inputSchema: z.object({ milliseconds: z.number() }),
      execute: async ({ milliseconds }) => {
        await new Promise((resolve) => setTimeout(resolve, milliseconds))
        return { waited: milliseconds }
      },
    })
    const pass = createTool({
      id: 'pass',
      description: 'Wait until a file is there',
      inputSchema: z.object({ gate: z.string() }),
      execute: async ({ gate }) => {
        console.error('begun ${instructions}')
        while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 20))
        return { version: '${instructions}' }
      },
    })
    const clerk = new Agent({
      id: 'clerk', name: 'Clerk', instructions: '${instructions}', model: 'signet/rehearsal', tools: { wait },
    })
    export const mastra = new Mastra({ agents: { clerk }, tools: { pass }, server: { ${server} } })
  `
}

/** The folders with what was bundled. */
const builds = () =>
  readdirSync(join(directory, '.signet')).filter((name) => name.startsWith('build'))

const modeOf = (path: string) => statSync(path).mode & 0o777

function write(source: string): void {
  mkdirSync(join(directory, 'src', 'mastra'), { recursive: true })
  writeFileSync(join(directory, 'src', 'mastra', 'index.ts'), source)
}

async function dev(env: Record<string, string> = {}, flags: readonly string[] = []) {
  const server = await startDev(directory, { env, flags })
  running.push(server.process)
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
  const get = (path: string) => fetch(server.url + path, { headers })
  const post = (path: string, body: unknown) =>
    fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { ...server, headers, get, post }
}

async function instructionsOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { instructions: unknown }).instructions
}

function startArguments(): string[] {
  return ['start', '--dir', directory, '--port', '0', '--drain', '0']
}

describe('signet dev', () => {
  it('prints a URL, a token and a cURL line, and answers them', async () => {
    write(application('first', WITH_AUTH))
    const { process, url, get, post } = await dev({ MASTRA_JWT_SECRET: SECRET })
    expect(process.stdout).toContain(`curl -X POST ${url}/api/agents/clerk/generate`)
    expect(process.stdout).toContain('rehearsal')
    expect((await get('/api/agents/clerk')).status).toBe(200)
    const answer = await post('/api/agents/clerk/generate', { messages: 'Wait 5 milliseconds' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ toolResults: [{ payload: { toolName: 'wait' } }] })
  })

  it('never logs its token or the secret', async () => {
    write(application('first', WITH_AUTH))
    const { process, token, url, get } = await dev({ MASTRA_JWT_SECRET: SECRET })
    await get('/api/agents')
    await fetch(`${url}/api/agents`, { headers: { authorization: `Bearer ${token}x` } })
    await process.waitFor(/token_signature|token_malformed/)
    expect(process.stderr).not.toContain(token)
    expect(process.stdout + process.stderr).not.toContain(SECRET)
  })

  it('reloads on save without breaking a running answer, which stays with its version', async () => {
    write(application('first', WITH_AUTH))
    const { process, get, post } = await dev({ MASTRA_JWT_SECRET: SECRET })
    expect(await instructionsOf(await get('/api/agents/clerk'))).toBe('first')
    const gate = join(directory, 'gate')
    const running = post('/api/tools/pass/execute', { data: { gate } })
    await process.waitFor(/begun first/)
    write(application('second', WITH_AUTH))
    await process.waitFor(/Reloaded/)
    expect(await instructionsOf(await get('/api/agents/clerk'))).toBe('second')
    writeFileSync(gate, '')
    expect(await (await running).json()).toEqual({ version: 'first' })
  })

  it('keeps the last version that worked when a save does not build', async () => {
    write(application('first', WITH_AUTH))
    const { process, get } = await dev({ MASTRA_JWT_SECRET: SECRET })
    write('export const mastra = (')
    await process.waitFor(/does not build/)
    expect(await instructionsOf(await get('/api/agents/clerk'))).toBe('first')
  })

  it('keeps the last version that worked when a save exports no mastra', async () => {
    write(application('first', WITH_AUTH))
    const { process, get } = await dev({ MASTRA_JWT_SECRET: SECRET })
    write('export const nothing = 1')
    await process.waitFor(/does not export mastra/)
    expect(await instructionsOf(await get('/api/agents/clerk'))).toBe('first')
  })

  it('guards an application without auth by a secret of its own, which lasts', async () => {
    write(application('first', ''))
    const first = await dev()
    expect((await fetch(`${first.url}/api/agents`)).status).toBe(401)
    expect((await first.get('/api/agents')).status).toBe(200)
    const file = join(directory, '.signet', 'development-secret')
    // Windows has no modes.
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    await first.process.stop()
    const second = await dev()
    const response = await fetch(`${second.url}/api/agents`, { headers: first.headers })
    expect(response.status).toBe(200)
  })

  // Windows has no modes.
  it.skipIf(process.platform === 'win32')(
    'keeps what it makes from other users of the machine',
    async () => {
      write(`
        import { statSync } from 'node:fs'
        const modeOf = (path) => (statSync(path).mode & 0o777).toString(8)
        const folder = '.signet/build-' + process.pid
        console.error('MODES', modeOf(folder), modeOf(folder + '/application.mjs'))
        ${application('first', '')}`)
      const { process } = await dev()
      await process.waitFor(/^MODES 700 600$/m)
      const folder = join(directory, '.signet')
      const files = readdirSync(folder).filter((name) => name !== '.gitignore')
      const modes = files.map((name) => [name, modeOf(join(folder, name))])
      expect(modeOf(folder)).toBe(0o700)
      expect(Object.fromEntries(modes)).toMatchObject({
        'development-secret': 0o600,
        'signet.db': 0o600,
      })
    },
  )

  it.skipIf(process.platform === 'win32')('leaves a folder that is there its mode', async () => {
    write(application('first', ''))
    const folder = join(directory, '.signet')
    mkdirSync(folder)
    chmodSync(folder, 0o750)
    await dev()
    expect(modeOf(folder)).toBe(0o750)
  })

  it('accepts the sample token of the documentation, and warns that it never expires', async () => {
    write(application('first', WITH_AUTH))
    const { url, process } = await dev({ MASTRA_JWT_SECRET: SAMPLE_SECRET })
    const token = signToken(SAMPLE_CLAIMS, secretKeys(SAMPLE_SECRET).signingKey)
    const response = await fetch(`${url}/api/agents/clerk`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(response.status).toBe(200)
    await process.waitFor(/never expires/)
  })

  it.each([
    ['Host', { host: 'rebound.example' }],
    ['Origin', { origin: 'https://rebound.example' }],
  ])('refuses a foreign %s, against DNS rebinding', async (_, header) => {
    write(application('first', WITH_AUTH))
    const { url, headers } = await dev({ MASTRA_JWT_SECRET: SECRET })
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const call = request(
        `${url}/api/agents`,
        { headers: { ...headers, ...header } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        },
      )
      call.on('error', reject).end()
    })
    expect(status).toBe(421)
  })

  it('leaves nothing that it bundled, even where it is killed', async () => {
    write(application('first', WITH_AUTH))
    const { process } = await dev({ MASTRA_JWT_SECRET: SECRET })
    expect(builds()).toEqual([])
    await process.stop('SIGKILL')
    expect(builds()).toEqual([])
  })

  it('removes what one bundled before it that was killed as it was loaded', async () => {
    write(`console.error('begun'); setInterval(() => {}, 1000); await new Promise(() => {})`)
    const killed = new SignetProcess(['dev', '--dir', directory, '--port', '0'])
    await killed.waitFor(/^begun$/m)
    await killed.stop('SIGKILL')
    expect(builds()).toEqual([`build-${killed.child.pid}`])
    write(application('first', WITH_AUTH))
    await dev({ MASTRA_JWT_SECRET: SECRET })
    expect(builds()).toEqual([])
  })

  it('signs tokens over HTTP, but never where other machines could ask for them', async () => {
    write(application('first', WITH_AUTH))
    const { url, post } = await dev({ MASTRA_JWT_SECRET: SECRET })
    const signed = await post('/api/auth/tokens', { sub: 'alice', scope: 'agents:read' })
    expect(signed.status).toBe(201)
    const { token } = (await signed.json()) as { readonly token: string }
    const asAlice = { headers: { authorization: `Bearer ${token}` } }
    expect((await fetch(`${url}/api/agents/clerk`, asAlice)).status).toBe(200)
    const open = await dev({ MASTRA_JWT_SECRET: SECRET }, ['--host', '0.0.0.0'])
    expect((await open.get('/api/agents/clerk')).status).toBe(200)
    expect((await open.post('/api/auth/tokens', { sub: 'alice' })).status).toBe(404)
  })

  it('says that a port is taken, and how to take another', async () => {
    write(application('first', WITH_AUTH))
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const result = await runSignet(['dev', '--dir', directory, '--port', String(port)], {
      env: { MASTRA_JWT_SECRET: SECRET },
    })
    taken.close()
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`Port ${port} is taken`)
    expect(result.stderr).toContain('--port')
  })

  it.each([['65536'], ['-1'], ['http']])('refuses --port %s with exit code 2', async (port) => {
    write(application('first', WITH_AUTH))
    const result = await runSignet(['dev', '--dir', directory, `--port=${port}`], {
      env: { MASTRA_JWT_SECRET: SECRET },
    })
    expect(result.code).toBe(2)
    expect(result.stderr).toContain('--port')
  })
})

describe('signet start', () => {
  it.skipIf(process.platform === 'win32')('serves in production, and prints no token', async () => {
    write(application('first', WITH_AUTH))
    const process = new SignetProcess(startArguments(), { env: { MASTRA_JWT_SECRET: SECRET } })
    running.push(process)
    const [, port] = await process.waitFor(/"port":(\d+)/)
    const sign = (claims: object, seconds?: number) =>
      signToken({ ...claims }, secretKeys(SECRET).signingKey, { expiresInSeconds: seconds })
    const ask = async (token: string) =>
      (
        await fetch(`http://127.0.0.1:${port}/api/agents`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status
    expect(await ask(sign({ sub: 'alice' }, 60))).toBe(200)
    expect(await ask(sign(SAMPLE_CLAIMS))).toBe(401)
    const { code, stdout, stderr } = await process.stop()
    expect(code).toBe(0)
    expect(stdout + stderr).not.toMatch(/eyJ/)
  })

  it.each([
    ['a missing secret', {}, /A secret is missing/],
    ['an empty secret', { MASTRA_JWT_SECRET: '' }, /secret is empty/],
    ['a short secret', { MASTRA_JWT_SECRET: 'short' }, /at least 32/],
    ['the sample secret', { MASTRA_JWT_SECRET: SAMPLE_SECRET }, /public documentation/],
    [
      'the sample secret in NODE_ENV=development',
      { MASTRA_JWT_SECRET: SAMPLE_SECRET, NODE_ENV: 'development' },
      /public documentation/,
    ],
  ])('refuses %s with the command that makes a good one', async (_, env, reason) => {
    write(application('first', WITH_AUTH))
    const result = await runSignet(startArguments(), { env })
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(reason)
    expect(result.stderr).toContain('signet secret')
    expect(result.stderr).not.toMatch(/^ +at /m)
  })

  it('refuses an application that does not say who may call', async () => {
    write(application('first', ''))
    const result = await runSignet(startArguments(), {})
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('server.auth')
  })

  it('serves an application that is open by choice, and says so', async () => {
    write(application('first', 'auth: false'))
    const process = new SignetProcess(startArguments(), {})
    running.push(process)
    const [, port] = await process.waitFor(/"port":(\d+)/)
    expect((await fetch(`http://127.0.0.1:${port}/api/agents`)).status).toBe(200)
    expect(process.stderr).toContain('open')
  })
})
