import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecret, MastraJwtAuth } from '@signet/auth'
import { ownerKey } from '@signet/core'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { UpstreamServer } from '@signet/test-support/http/upstream-server'
import { freePort } from '@signet/test-support/process/free-port'
import {
  runSignet,
  SignetProcess,
  type SpawnOptions,
} from '@signet/test-support/process/signet-process'

/** An application: it verifies tokens by the secret of a variable, and says who calls. */
const APPLICATION = `
import { createServer } from 'node:http'
import { createHmac } from 'node:crypto'
const secret = process.env[process.argv[2] ?? 'MASTRA_JWT_SECRET']
const sign = (text) => createHmac('sha256', secret).update(text).digest('base64url')
const server = createServer((request, response) => {
  const token = (request.headers.authorization ?? '').replace('Bearer ', '')
  const [header, payload, signature] = token.split('.')
  const isGood = secret === undefined || signature === sign(header + '.' + payload)
  response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' })
  const claims = isGood && payload ? JSON.parse(Buffer.from(payload, 'base64url')) : {}
  response.end(JSON.stringify({ sub: claims.sub, url: request.url, pid: process.pid }))
})
process.on('SIGTERM', () => {
  console.log('application: SIGTERM')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
setTimeout(() => server.listen(Number(process.env.PORT), process.env.HOST), 300)
console.log('application: ' + process.pid)
`

const ends: (() => Promise<unknown>)[] = []

const copies = new FixtureCopies()
afterAll(() => copies.remove())

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signet-proxy-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries({ 'application.mjs': APPLICATION, ...files })) {
    await writeFile(join(folder, name), text)
  }
  return folder
}

function start(args: readonly string[], options: SpawnOptions = {}): SignetProcess {
  const proxy = new SignetProcess(['proxy', '--port', '0', ...args], options)
  ends.push(() => proxy.stop())
  return proxy
}

const SERVE = ['--', process.execPath, 'application.mjs']

async function printedUrl(proxy: SignetProcess): Promise<string> {
  return (await proxy.waitFor(/Proxy {8}(http:\S+)/))[1] ?? ''
}

async function printedToken(proxy: SignetProcess): Promise<string> {
  return (await proxy.waitFor(/^(eyJ\S+)$/m))[1] ?? ''
}

/** What `/proc` says of a process: its parent, and whether it has ended and only waits to be read. */
function statusOf(pid: number | string): { readonly parent: number; readonly isZombie: boolean } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [, parent] = /^PPid:\s*(\d+)/m.exec(text) ?? []
  return { parent: Number(parent), isZombie: /^State:\s*Z/m.test(text) }
}

/** The processes that end the command of a proxy where that is killed. */
function watchesOf(proxy: number | undefined): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isWatch = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0signet-watch\0')
        return isWatch && statusOf(pid).parent === proxy
      } catch {
        return false
      }
    })
}

async function untilGone(pid: number): Promise<void> {
  await expect
    .poll(() => {
      try {
        return statusOf(pid).isZombie
      } catch {
        return true
      }
    })
    .toBe(true)
}

describe('signet proxy -- command', () => {
  it('starts the command with a secret of its own, lets the token in, and ends both', async () => {
    const proxy = start(SERVE, { cwd: await makeFolder() })
    const [url, token] = [await printedUrl(proxy), await printedToken(proxy)]
    const pid = Number((await proxy.waitFor(/application: (\d+)/))[1])
    expect((await fetch(`${url}/api/system/packages`)).status).toBe(401)
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${url}/api/system/packages`, { headers })
    expect(await response.json()).toMatchObject({
      sub: ownerKey({ resourceId: 'developer' }),
      pid,
    })
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    const { code, stdout } = await proxy.stop()
    expect(code).toBe(0)
    expect(stdout).toContain('application: SIGTERM')
    await untilGone(pid)
  })

  it('has the Studio of Mastra ask the proxy, unless the environment says otherwise', async () => {
    const code = "console.log('detects: ' + process.env.MASTRA_AUTO_DETECT_URL)"
    for (const [env, said] of [
      [{}, 'true'],
      [{ MASTRA_AUTO_DETECT_URL: 'false' }, 'false'],
    ] as const) {
      const proxy = start(['--', process.execPath, '-e', code], { cwd: await makeFolder(), env })
      expect((await proxy.ended()).stdout).toContain(`detects: ${said}\n`)
    }
  })

  it('asks an application again that goes away while it is asked, as one that restarts', async () => {
    const code = `
import { createServer } from 'node:http'
let asked = 0
const listen = () => {
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close')
    asked++
    // The first answers, and is gone before the second question.
    if (asked === 1) server.close(() => setTimeout(listen, 500))
    response.end('{}')
  })
  server.listen(Number(process.env.PORT), '127.0.0.1')
}
process.on('SIGTERM', () => process.exit(0))
listen()
`
    const cwd = await makeFolder({ 'restarts.mjs': code })
    const proxy = start(['--', process.execPath, 'restarts.mjs'], { cwd })
    const url = await printedUrl(proxy)
    const headers = { authorization: `Bearer ${await printedToken(proxy)}` }
    expect((await fetch(`${url}/api/agents`, { headers })).status).toBe(200)
    expect(proxy.stderr).not.toContain('ECONNREFUSED')
  })

  it('ends when the command ends, and says how', async () => {
    const proxy = start(SERVE, { cwd: await makeFolder() })
    const url = await printedUrl(proxy)
    const pid = Number((await proxy.waitFor(/application: (\d+)/))[1])
    process.kill(pid, 'SIGKILL')
    const { code, stderr } = await proxy.ended()
    expect(code).toBe(1)
    expect(stderr).toContain('has ended by SIGKILL')
    await expect(fetch(url)).rejects.toThrow()
  })

  it.each([
    ['the command', SERVE],
    // What npm does: the application is the child of a shell.
    ['what the command began', ['--', 'sh', '-c', `"${process.execPath}" application.mjs & wait`]],
  ])('leaves nothing behind where the proxy is killed: %s ends', async (_, command) => {
    const proxy = start(command, { cwd: await makeFolder() })
    await printedUrl(proxy)
    const pid = Number((await proxy.waitFor(/application: (\d+)/))[1])
    const watches = watchesOf(proxy.child.pid)
    expect(watches).toHaveLength(1)
    await proxy.stop('SIGKILL')
    for (const each of [pid, ...watches]) await untilGone(each)
  })

  it('leaves nothing behind where the command does not obey', { timeout: 60_000 }, async () => {
    const code = `await import('./application.mjs')
process.removeAllListeners('SIGTERM').on('SIGTERM', () => undefined)`
    const command = ['--', process.execPath, '--input-type=module', '-e', code]
    const proxy = start(command, { cwd: await makeFolder() })
    await printedUrl(proxy)
    const pid = Number((await proxy.waitFor(/application: (\d+)/))[1])
    await proxy.stop('SIGKILL')
    await untilGone(pid)
  })

  it('ends what waited for its end, too', async () => {
    const proxy = start(SERVE, { cwd: await makeFolder() })
    await printedUrl(proxy)
    const watches = watchesOf(proxy.child.pid)
    expect(watches).toHaveLength(1)
    expect((await proxy.stop()).code).toBe(0)
    for (const each of watches) await untilGone(each)
  })

  it.each([
    [['--', 'no-such-command-at-all'], 1, 'cannot be started: ENOENT'],
    [['--', process.execPath, '-e', 'process.exit(7)'], 1, 'has ended with the exit code 7'],
    [['--wait', '1', '--', process.execPath, '-e', 'setInterval(() => {}, 9)'], 1, '--upstream'],
    [['--wait', '0', ...SERVE], 2, '--wait'],
    [['--drain', 'soon', ...SERVE], 2, '--drain'],
    [['--upstream', 'http://127.0.0.1:1', ...SERVE], 2, 'contradict'],
    [[], 2, 'npx signet proxy -- npx mastra dev'],
    [['--upstream', 'http://10.1.1.1:80'], 1, '--upstream-anywhere'],
    [['--upstream-secret', 'pa55 word', ...SERVE], 2, 'not the name of a variable'],
    [['--upstream-secret', 'NOT_SET', ...SERVE], 2, 'NOT_SET, which is not set'],
  ])('fails with %j', async (args, expected, text) => {
    const { code, stderr, stdout } = await runSignet(['proxy', '--port', '0', ...args], {
      cwd: await makeFolder(),
    })
    expect(stderr).toContain(text)
    expect(stderr + stdout).not.toContain('pa55')
    expect(code).toBe(expected)
  })
})

describe('an application that verifies', () => {
  it('with a secret of its own is refused, until a variable names that', async () => {
    const secret = createSecret()
    const env = { OWN_SECRET: secret }
    const command = [...SERVE, 'OWN_SECRET']
    const cwd = await makeFolder()
    const { code, stderr } = await runSignet(['proxy', '--port', '0', ...command], { cwd, env })
    expect(code).toBe(1)
    expect(stderr).toContain('--upstream-secret')
    expect(stderr).not.toContain(secret)
    const proxy = start(['--upstream-secret', 'OWN_SECRET', ...command], { cwd, env })
    const headers = { authorization: `Bearer ${await printedToken(proxy)}` }
    const response = await fetch(`${await printedUrl(proxy)}/api/system/packages`, { headers })
    expect(response.status).toBe(200)
  })

  it('nothing is served in development with a warning', async () => {
    const proxy = start([...SERVE, 'NO_SUCH_SECRET'], { cwd: await makeFolder() })
    const headers = { authorization: `Bearer ${await printedToken(proxy)}` }
    const response = await fetch(`${await printedUrl(proxy)}/api/system/packages`, { headers })
    expect(await response.json()).not.toHaveProperty('sub')
    expect(proxy.stderr).toContain('verifies no tokens')
  })

  it('nothing is served in production only with --upstream-open', async () => {
    const cwd = await makeFolder()
    const secret = createSecret()
    const env = { NODE_ENV: 'production', MASTRA_JWT_SECRET: secret }
    const command = [...SERVE, 'NO_SUCH_SECRET']
    const refused = await runSignet(['proxy', '--port', '0', ...command], { cwd, env })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('--upstream-open')
    const port = await freePort()
    const args = ['--port', String(port), '--host', '127.0.0.1', '--upstream-open', ...command]
    const proxy = start(args, { cwd, env })
    await proxy.waitFor(/The proxy is ready/)
    const token = new MastraJwtAuth({ secret }).sign(
      { sub: 'alice', role: 'owner' },
      { expiresInSeconds: 60 },
    )
    const url = `http://127.0.0.1:${port}/api/system/packages`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
  })

  it('is refused in production where nobody can call the proxy', async () => {
    const { code, stderr } = await runSignet(['proxy', '--port', '0', ...SERVE], {
      cwd: await makeFolder(),
      env: { NODE_ENV: 'production' },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('The proxy has no auth,')
  })
})

describe('signet proxy --upstream', () => {
  it('stands before what runs, as signet.config says, and leaves it running', async () => {
    const upstream = await UpstreamServer.start((response) => void response.end('{"ok":true}'))
    ends.push(() => upstream.stop())
    const config = `export default { upstream: ${JSON.stringify(upstream.url)}, access: { roles: { owner: [] } } }\n`
    const proxy = start([], { cwd: await makeFolder({ 'signet.config.mjs': config }) })
    const url = await printedUrl(proxy)
    const headers = { authorization: `Bearer ${await printedToken(proxy)}` }
    expect((await fetch(`${url}/api/agents/providers`, { headers })).status).toBe(403)
    expect((await proxy.stop()).code).toBe(0)
    expect((await fetch(upstream.url)).status).toBe(200)
  })

  it('serves the Studio where the configuration does not switch it off, and says where', async () => {
    const upstream = await UpstreamServer.start((response) => void response.end('{"ok":true}'))
    ends.push(() => upstream.stop())
    const args = ['--upstream', upstream.url]
    const proxy = start(args, { cwd: await makeFolder() })
    const url = (await proxy.waitFor(/Studio {7}(http:\S+\/signet)$/m))[1] ?? ''
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('name="signet-agents-api" content="../api"')
    const config = 'export default { studio: false }\n'
    const bare = start(args, { cwd: await makeFolder({ 'signet.config.mjs': config }) })
    const other = await printedUrl(bare)
    await printedToken(bare)
    expect(bare.stdout).not.toContain('Studio')
    expect((await fetch(`${other}/signet`)).status).toBe(401)
  })

  it.each([
    ["export default { studio: 'on' }\n", 'studio of defineProxy'],
    ['export const a = 1\n', 'default export'],
    ["export default { upstrem: 'http://127.0.0.1:1' }\n", 'Did you mean upstream?'],
    ["throw new Error('of the configuration')\n", 'of the configuration'],
  ])('refuses the configuration %j', async (config, text) => {
    const { code, stderr } = await runSignet(['proxy', '--port', '0'], {
      cwd: await makeFolder({ 'signet.config.mjs': config }),
    })
    expect(stderr).toContain(text)
    expect(code).toBe(1)
  })
})

describe("a policy of one's own in signet.config", () => {
  const CONFIG = `import { createPolicyTable, defineProxy } from '@signet/proxy'
const lines = [
  { method: 'GET', path: '/notes', access: 'memory:read', owner: { sets: ['query:owner'] } },
  { method: 'GET', path: '/notes/:id', access: 'tools:read:{id}', owner: 'none' },
]
export default defineProxy({ policy: createPolicyTable([{ prefix: '/v1', lines }]) })
`

  async function makeConfigured(config = CONFIG): Promise<string> {
    const cwd = copies.makeFolder()
    await writeFile(join(cwd, 'signet.config.ts'), config)
    await writeFile(join(cwd, 'application.mjs'), APPLICATION)
    return cwd
  }

  it('is served by, and prints a path of its own to try', async () => {
    const proxy = start(['--upstream-open', ...SERVE], { cwd: await makeConfigured() })
    const [url, token] = [await printedUrl(proxy), await printedToken(proxy)]
    const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
      await fetch(`${url}${path}`, { headers })
    const headers = { authorization: `Bearer ${token}` }
    const response = await ask('/v1/notes?owner=other', headers)
    expect(await response.json()).toMatchObject({
      url: `/v1/notes?owner=${ownerKey({ resourceId: 'developer' })}`,
    })
    expect((await ask('/v1/notes')).status).toBe(401)
    expect((await ask('/V1/notes', headers)).status).toBe(404)
    await proxy.waitFor(/curl \S+\/v1\/notes -H/)
  })

  it('is what signet routes lists, in place of the routes of Mastra', async () => {
    const cwd = await makeConfigured()
    const { code, stdout } = await runSignet(['routes', '--json'], { cwd })
    expect(code).toBe(0)
    const lines: readonly { readonly path: string }[] = JSON.parse(stdout)
    expect(lines).toContainEqual(
      expect.objectContaining({ method: 'GET', path: '/v1/notes', access: 'memory:read' }),
    )
    expect(lines.map(({ path }) => path)).not.toContain('/api/agents')
  })

  it('is refused where it is undefined: the routes of Mastra would be open', async () => {
    const cwd = await makeConfigured('export default { policy: process.env.NO_SUCH_POLICY }\n')
    for (const args of [['routes'], ['proxy', '--port', '0', ...SERVE]]) {
      const { code, stderr } = await runSignet(args, { cwd })
      expect(stderr).toContain('The option policy is undefined.')
      expect(code).toBe(1)
    }
  })
})

describe('the other commands in the folder of a proxy', () => {
  const CONFIG = `export default {
  upstream: 'http://127.0.0.1:1',
  access: { roles: { reader: ['agents:read'] } },
  routes: [{ method: 'GET', path: '/mine/*', access: 'public' }],
}
`

  it('list its routes, with the roles of its configuration', async () => {
    const cwd = await makeFolder({ 'signet.config.mjs': CONFIG })
    const { code, stdout, stderr } = await runSignet(['routes', '--json'], { cwd })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const lines: unknown = JSON.parse(stdout)
    expect(lines).toContainEqual(
      expect.objectContaining({ method: 'GET', path: '/mine/*', isOpenToEveryone: true }),
    )
    expect(lines).toContainEqual(
      expect.objectContaining({
        method: 'GET',
        path: '/api/agents/:agentId',
        access: 'agents:read:{agentId}',
        roles: expect.arrayContaining(['reader', 'owner']),
        isOpenToEveryone: false,
      }),
    )
    expect(lines).toContainEqual(
      expect.objectContaining({
        path: '/api/workflows/:workflowId/start-async',
        roles: ['owner', 'admin', 'member'],
      }),
    )
    expect(lines).toContainEqual(
      expect.objectContaining({ method: 'POST', path: '/api/auth/revocations' }),
    )
  })

  it.each([
    ['in development', {}, '', true],
    ['in development without it', {}, 'studio: false,', false],
    ['in production', { NODE_ENV: 'production' }, '', false],
    ['in production with it', { NODE_ENV: 'production' }, 'studio: true,', true],
  ])('list the routes of the Studio where it is served: %s', async (_, env, option, isListed) => {
    const config = CONFIG.replace('upstream:', `${option} upstream:`)
    const cwd = await makeFolder({ 'signet.config.mjs': config })
    const { code, stdout } = await runSignet(['routes', '--json'], { cwd, env })
    expect(code).toBe(0)
    const lines: readonly { readonly path: string }[] = JSON.parse(stdout)
    const paths = new Set(lines.map(({ path }) => path))
    expect(paths.has('/signet/')).toBe(isListed)
    expect(paths.has('/signet/api/system/access')).toBe(isListed)
  })

  it('make, list and revoke keys, revoke tokens and read the audit', async () => {
    const cwd = await makeFolder({ 'signet.config.mjs': CONFIG })
    const run = (...args: readonly string[]) => runSignet(args, { cwd })
    const made = await run('keys', 'create', '--name', 'ci', '--scope', 'agents:read')
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sgn_/) })
    const listed = await run('keys', 'list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'ci' }])
    expect(await run('revoke', '--sub', 'alice')).toMatchObject({ code: 0 })
    expect(await run('audit')).toMatchObject({ code: 0 })
  })

  it('refuse a folder that has neither an application nor a proxy', async () => {
    const cwd = await makeFolder()
    for (const args of [['routes'], ['audit'], ['revoke', '--sub', 'alice'], ['keys', 'list']]) {
      const { code, stderr } = await runSignet(args, { cwd })
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no application'),
      })
    }
  })
})
