import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { createSecret, MastraJwtAuth } from '@signet/auth'
import { loadAll } from 'js-yaml'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { freePort } from '@signet/test-support/process/free-port'
import { ROOT } from '@signet/test-support/process/root'
import { SignetProcess } from '@signet/test-support/process/signet-process'

const PAGE = readFileSync(join(ROOT, 'docs', 'proxy.md'), 'utf8')
const [, DOCKERFILE = ''] = /^```dockerfile\n(.*?)^```/ms.exec(PAGE) ?? []
const [, MANIFEST = ''] = /^```yaml\n(.*?)^```/ms.exec(PAGE) ?? []

const copies = new FixtureCopies()
const processes: SignetProcess[] = []

afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.stop('SIGKILL')))
  copies.remove()
})

/** An application that verifies tokens, answers piece by piece, and says when it is asked to end. */
const APPLICATION = `
import { createServer } from 'node:http'
import { createHmac } from 'node:crypto'
const sign = (text) => createHmac('sha256', process.env.MASTRA_JWT_SECRET).update(text).digest('base64url')
const server = createServer((request, response) => {
  const [header, payload, signature] = (request.headers.authorization ?? '').slice(7).split('.')
  if (request.url !== '/health' && signature !== sign(header + '.' + payload)) return response.writeHead(401).end()
  if (request.url === '/api/agents') return response.setHeader('content-type', 'application/json').end('{"a":{"name":"A"}}')
  if (request.method === 'GET') return response.setHeader('content-type', 'application/json').end('{"name":"A"}')
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\\n\\n')
  setTimeout(() => {
    console.log('application: last')
    response.end('data: 2\\n\\n')
  }, 2000)
})
process.on('SIGTERM', () => {
  console.log('application: SIGTERM')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
server.listen(Number(process.env.PORT), process.env.MASTRA_HOST ?? process.env.HOST)
console.log('application: up')
`

/** A folder as an image has it: the application is built, and its packages are installed. */
function makeImage(): string {
  const folder = copies.makeFolder()
  mkdirSync(join(folder, '.mastra', 'output'), { recursive: true })
  writeFileSync(join(folder, '.mastra', 'output', 'index.mjs'), APPLICATION)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  mkdirSync(join(folder, 'node_modules', '@signet'), { recursive: true })
  const cli = join(folder, 'node_modules', '@signet', 'cli')
  symlinkSync(join(ROOT, 'packages', 'cli'), cli, 'dir')
  return folder
}

function start(
  [command = '', ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): SignetProcess {
  expect(command).toBe('node')
  const started = new SignetProcess(args, { cwd, env, command: [process.execPath] })
  processes.push(started)
  return started
}

async function portOf(proxy: SignetProcess): Promise<number> {
  const [line] = await proxy.waitFor(/^.*"The proxy is ready\.".*$/m)
  const { port }: { port: number } = JSON.parse(line)
  return port
}

const statusOf = async (url: string) => (await fetch(url)).status

function say(url: string, secret: string): Promise<Response> {
  const token = new MastraJwtAuth({ secret }).sign(
    { sub: 'alice', role: 'owner' },
    { expiresInSeconds: 60 },
  )
  return fetch(`${url}/api/agents/a/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"messages":"Hi"}',
  })
}

const ANSWER = 'data: 1\n\ndata: 2\n\n'

describe('the Dockerfile of docs/proxy.md', () => {
  const lines = DOCKERFILE.trim()
    .split('\n')
    .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) ?? [])
  const all = (name: string) =>
    lines.filter(([each]) => each === name).map(([, rest]) => rest ?? '')
  const one = (name: string) => {
    const [only, ...more] = all(name)
    if (only === undefined || more.length > 0) throw new Error(`There is not one ${name}.`)
    return only
  }
  const listOf = (name: string) => z.array(z.string()).parse(JSON.parse(one(name)))
  const env = Object.fromEntries(all('ENV').map((line) => line.split('=')))
  const command = [...listOf('ENTRYPOINT'), ...listOf('CMD')]

  it('has instructions alone, and a Node that the packages take', () => {
    for (const [name] of lines) {
      expect(name).toMatch(/^(?:FROM|WORKDIR|COPY|RUN|ENV|VOLUME|EXPOSE|USER|ENTRYPOINT|CMD)$/)
    }
    const [, major] = /^node:(\d+)-/.exec(one('FROM')) ?? []
    const manifest = readFileSync(join(ROOT, 'packages', 'cli', 'package.json'), 'utf8')
    const { engines }: { engines: { node: string } } = JSON.parse(manifest)
    const [, least] = />=(\d+)/.exec(engines.node) ?? []
    expect(Number(major)).toBeGreaterThanOrEqual(Number(least))
  })

  it('starts what gets SIGTERM itself: neither npx nor a shell is between', () => {
    const [, file = ''] = command
    expect(command.slice(0, 3)).toEqual(['node', file, 'proxy'])
    expect(normalize(file)).toBe(join('node_modules', '@signet', 'cli', 'bin', 'signet.js'))
    expect(existsSync(join(ROOT, 'packages', 'cli', 'bin', 'signet.js'))).toBe(true)
    expect(command.slice(command.indexOf('--') + 1)).toEqual(['node', '.mastra/output/index.mjs'])
  })

  it('runs as a user that may write the data folder, which is kept', () => {
    expect(one('VOLUME')).toBe(env['SIGNET_DATA_DIR'])
    const user = one('USER')
    expect(all('RUN')).toContain(`mkdir ${one('VOLUME')} && chown ${user}:${user} ${one('VOLUME')}`)
    const names = lines.map(([name]) => name)
    expect(names.indexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'))
    expect(env['NODE_ENV']).toBe('production')
  })

  it('serves, as printed, is healthy and ready, and lets a running answer end', async () => {
    const folder = makeImage()
    const data = join(folder, 'data')
    const secret = createSecret()
    const proxy = start(command, folder, {
      ...env,
      SIGNET_DATA_DIR: data,
      MASTRA_JWT_SECRET: secret,
      PORT: '0',
    })
    const url = `http://127.0.0.1:${await portOf(proxy)}`
    expect(await statusOf(`${url}/health`)).toBe(200)
    expect(await statusOf(`${url}/ready`)).toBe(200)
    expect(await statusOf(`${url}/api/agents`)).toBe(401)
    const answer = await say(url, secret)
    expect(answer.status).toBe(200)
    proxy.child.kill('SIGTERM')
    expect(await answer.text()).toBe(ANSWER)
    const { code, stdout } = await proxy.ended()
    expect(code).toBe(0)
    expect(stdout).toMatch(/application: last[^]*application: SIGTERM/)
    expect(existsSync(join(data, 'signet.db'))).toBe(true)
  })

  it('listens on the port that it exposes', async () => {
    const source = readFileSync(join(ROOT, 'packages', 'cli', 'src', 'serve', 'port.ts'), 'utf8')
    expect(source).toContain(one('EXPOSE'))
  })
})

const probe = z.object({
  httpGet: z.strictObject({ path: z.string(), port: z.number() }),
  periodSeconds: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  failureThreshold: z.number().optional(),
})
const variable = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.strictObject({
      secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }),
    }),
  }),
])
const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  args: z.array(z.string()).optional(),
  env: z.array(variable),
})
const pod = z.strictObject({
  enableServiceLinks: z.literal(false),
  terminationGracePeriodSeconds: z.number(),
  initContainers: z.tuple([container.extend({ restartPolicy: z.literal('Always') })]),
  containers: z.tuple([
    container.extend({
      ports: z.tuple([z.strictObject({ containerPort: z.number() })]),
      startupProbe: probe,
      livenessProbe: probe,
      readinessProbe: probe,
    }),
  ]),
})
const labels = z.strictObject({ app: z.string() })
const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    replicas: z.number(),
    selector: z.strictObject({ matchLabels: labels }),
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
  }),
})
const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    selector: labels,
    ports: z.tuple([z.strictObject({ port: z.number(), targetPort: z.number() })]),
  }),
})

describe('the manifest of docs/proxy.md', () => {
  const [first, second] = z.tuple([deployment, service]).parse(loadAll(MANIFEST))
  const { spec } = first
  const { spec: podSpec } = spec.template
  const [application] = podSpec.initContainers
  const [proxy] = podSpec.containers
  const [{ containerPort }] = proxy.ports

  const valuesOf = (env: z.infer<typeof container>['env']) =>
    new Map(
      env.map((each) => [
        each.name,
        'value' in each ? { value: each.value } : { key: each.valueFrom.secretKeyRef.key },
      ]),
    )
  const ofProxy = valuesOf(proxy.env)
  const ofApplication = valuesOf(application.env)
  const argument = (name: string) =>
    proxy.args?.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3)

  it('selects its pods, and names the port of the proxy alone', () => {
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels)
    expect(second.spec.selector).toEqual(spec.template.metadata.labels)
    expect(second.spec.ports[0].targetPort).toBe(containerPort)
    for (const each of [proxy.startupProbe, proxy.livenessProbe, proxy.readinessProbe])
      expect(each.httpGet.port).toBe(containerPort)
    expect(ofProxy.has('PORT')).toBe(false)
    expect(containerPort).toBe(4111)
  })

  it('lets the proxy reach the application, and nobody else', () => {
    const port = ofApplication.get('PORT')?.value
    expect(argument('upstream')).toBe(`http://127.0.0.1:${port}`)
    expect(Number(port)).not.toBe(containerPort)
    expect(ofApplication.get('MASTRA_HOST')?.value).toBe('127.0.0.1')
  })

  it('gives the application the secret of the proxy, and not that of the callers', () => {
    const named = ofProxy.get(argument('upstream-secret') ?? '')
    expect(named?.key).toBeDefined()
    expect(ofApplication.get('MASTRA_JWT_SECRET')).toEqual(named)
    expect(ofProxy.get('MASTRA_JWT_SECRET')?.key).not.toBe(named?.key)
  })

  it('gives each proxy of several one database and one Redis', () => {
    expect(spec.replicas).toBeGreaterThan(1)
    for (const name of ['DATABASE_URL', 'REDIS_URL']) expect(ofProxy.get(name)?.key).toBeDefined()
  })

  it('gives the end more time than it takes', () => {
    const drain = Number(/^(\d+)s$/.exec(argument('drain') ?? '')?.[1])
    expect(podSpec.terminationGracePeriodSeconds).toBeGreaterThan(drain + 30 + 10)
    const { periodSeconds = 10, failureThreshold = 3 } = proxy.readinessProbe
    expect(drain).toBeGreaterThan(periodSeconds * failureThreshold)
    // The start may take as long as --wait lets the application take.
    const { startupProbe } = proxy
    expect(
      (startupProbe.periodSeconds ?? 10) * (startupProbe.failureThreshold ?? 3),
    ).toBeGreaterThan(120)
  })

  it('serves, as printed, by its probes, and lets a running answer end', async () => {
    const folder = makeImage()
    const secrets: Readonly<Record<string, string>> = {
      callers: createSecret(),
      upstream: createSecret(),
    }
    const port = String(await freePort())
    const own = String(await freePort())
    // The databases are left out: without them, a proxy keeps what it stores in its own folder.
    const environment = (values: typeof ofProxy) =>
      Object.fromEntries(
        [...values].flatMap(([name, { value, key = '' }]) => {
          const given = value ?? secrets[key]
          return given === undefined ? [] : [[name, name === 'PORT' ? port : given]]
        }),
      )
    const app = start(application.command, folder, environment(ofApplication))
    await app.waitFor(/application: up/)
    const args = (proxy.args ?? []).map((each) =>
      each.replace('4112', port).replace('--drain=10s', '--drain=1s'),
    )
    const served = start([...proxy.command, ...args], folder, {
      ...environment(ofProxy),
      PORT: own,
      SIGNET_DATA_DIR: join(folder, 'data'),
    })
    const url = `http://127.0.0.1:${await portOf(served)}`
    for (const { httpGet } of [proxy.startupProbe, proxy.livenessProbe, proxy.readinessProbe])
      expect(await statusOf(url + httpGet.path)).toBe(200)
    const answer = await say(url, secrets['callers'] ?? '')
    expect(answer.status).toBe(200)
    served.child.kill('SIGTERM')
    // It is not ready any more, and serves on.
    await expect.poll(() => statusOf(url + proxy.readinessProbe.httpGet.path)).toBe(503)
    expect(await answer.text()).toBe(ANSWER)
    expect((await served.ended()).code).toBe(0)
    expect((await app.stop()).code).toBe(0)
  })
})
