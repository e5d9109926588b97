import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecret } from '@signet/auth'
import { MASTRA_1 } from '@signet/proxy'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { UpstreamServer, type UpstreamHandler } from '@signet/test-support/http/upstream-server'
import { freePort } from '@signet/test-support/process/free-port'
import { runSignet } from '@signet/test-support/process/signet-process'
import { afterAll, afterEach, describe, expect, it } from 'vitest'

/** A finding of `signet doctor --json`. */
interface Finding {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly why?: string
  readonly remedy?: string
}

const SECRET = createSecret()
const AUTH = `auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET, audience: 'here' })`

const copies = new FixtureCopies()
const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
afterAll(() => copies.remove())

/** A folder with this text between the braces of `defineProxy`. */
async function makeFolder(options: string): Promise<string> {
  const folder = copies.makeFolder()
  const config = `import { MastraJwtAuth } from '@signet/auth'
import { createPolicyTable, defineProxy } from '@signet/proxy'
void [MastraJwtAuth, createPolicyTable]
export default defineProxy({ ${options} })
`
  await writeFile(join(folder, 'signet.config.ts'), config)
  return folder
}

async function startUpstream(handler: UpstreamHandler): Promise<UpstreamServer> {
  const upstream = await UpstreamServer.start(handler)
  ends.push(() => upstream.stop())
  return upstream
}

/** A document with every route of the policy, and these beside them. */
function documentWith(more: object = {}): string {
  const paths: Record<string, Record<string, object>> = {}
  for (const { method, path } of MASTRA_1) {
    const template = path.replaceAll(/:(\w+)/g, '{$1}')
    const item = (paths[template] ??= {})
    item[method === 'ALL' ? 'post' : method.toLowerCase()] = {}
  }
  return JSON.stringify({
    openapi: '3.1.0',
    servers: [{ url: '/api' }],
    paths: { ...paths, ...more },
  })
}

async function examine(
  folder: string,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const result = await runSignet(['doctor', '--json', ...flags], {
    cwd: folder,
    env: { MASTRA_JWT_SECRET: SECRET, ...env },
  })
  expect(result.stdout + result.stderr).not.toContain(SECRET)
  expect(result.stderr).toBe('')
  const { findings }: { findings: readonly Finding[] } = JSON.parse(result.stdout)
  const of = (check: string) => findings.filter((finding) => finding.check === check)
  return { code: result.code, findings, of }
}

describe('signet doctor in the folder of a proxy', () => {
  it('finds nothing where nothing is weak', async () => {
    const upstream = await startUpstream((response) => void response.end(documentWith()))
    const folder = await makeFolder(`${AUTH}, upstream: '${upstream.url}'`)
    const { code, findings, of } = await examine(folder)
    expect(code).toBe(0)
    expect(findings.filter(({ level }) => level !== 'ok')).toStrictEqual([])
    expect(of('upstream')).toMatchObject([
      { what: expect.stringMatching(/knows 416 of the 416 routes.*@mastra\/core 1\.71\.0/) },
    ])
    expect(of('store')).toHaveLength(1)
  })

  it('makes the checks of a server, with the names of the options as they stand there', async () => {
    const folder = await makeFolder(
      `auth: new MastraJwtAuth({ secret: 'a'.repeat(32), dpop: 'optional' }), cors: { origin: '*' },
      access: { roles: { nobody: [] } },
      routes: [{ method: 'POST', path: '/hook', access: 'public' }]`,
    )
    const { findings, of } = await examine(folder)
    expect(of('secret')).toMatchObject([{ level: 'warning' }])
    expect(of('audience')).toMatchObject([{ level: 'warning' }])
    expect(of('cors')).toMatchObject([{ level: 'warning' }])
    expect(of('roles')).toMatchObject([{ what: expect.stringContaining('"nobody"') }])
    expect(of('open-route')).toMatchObject([{ what: 'POST /hook is open to everyone.' }])
    expect(of('proofs')).toMatchObject([{ remedy: expect.stringMatching(/^Set publicUrl /) }])
    expect(JSON.stringify(findings)).not.toMatch(/\bserver\.\w/)
  })

  it('says that everybody is let in, which is an error', async () => {
    const { code, of } = await examine(await makeFolder('auth: false'))
    expect(code).toBe(1)
    expect(of('auth')).toMatchObject([
      { level: 'error', remedy: expect.stringMatching(/^Set auth /) },
    ])
  })

  it.each([
    ['', { MASTRA_JWT_SECRET: '' }, 'start:auth_missing', 'signet.config.ts'],
    ["upstrem: 'x'", {}, 'option', 'upstream'],
    [`${AUTH}, timeout: 0`, {}, 'start:option_invalid', 'timeout'],
    [`${AUTH}, upstream: 'http://10.1.1.1'`, {}, 'start:option_invalid', '--upstream-anywhere'],
  ])('says why { %s } is refused', async (options, env, check, text) => {
    const { code, of } = await examine(await makeFolder(options), [], env)
    expect(code).toBe(1)
    const [finding] = of(check)
    expect(finding).toMatchObject({ level: 'error' })
    expect(JSON.stringify(finding)).toContain('signet proxy')
    expect(JSON.stringify(finding)).toContain(text)
  })

  it('needs no configuration where a flag names the application', async () => {
    const upstream = await startUpstream((response) => void response.end(documentWith()))
    const { of } = await examine(copies.makeFolder(), ['--upstream', upstream.url])
    expect(of('upstream')).toMatchObject([{ level: 'ok' }])
    const { code, stderr } = await runSignet(['doctor'], { cwd: copies.makeFolder() })
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no application'),
    })
  })
})

describe('the routes of the application', () => {
  it('that are unknown are named, with what opens them', async () => {
    const more = {
      '/brand/{id}/new': { post: {} },
      '/agents/statistics': { get: {} },
      '/report': { post: {}, servers: [{ url: '/' }] },
      '/mine': { get: {}, servers: [{ url: '/' }] },
    }
    const upstream = await startUpstream((response) => void response.end(documentWith(more)))
    const folder = await makeFolder(
      `${AUTH}, routes: [{ method: 'GET', path: '/mine', access: 'authenticated' }]`,
    )
    const { code, of } = await examine(folder, ['--upstream', upstream.url])
    expect(code).toBe(0)
    expect(of('upstream-route')).toMatchObject([
      {
        level: 'warning',
        what: expect.stringContaining('GET /api/agents/statistics'),
        why: expect.any(String),
        remedy: expect.any(String),
      },
      {
        level: 'note',
        what: expect.stringContaining('POST /api/brand/:id/new'),
        remedy: expect.stringContaining(
          "{ method: 'POST', path: '/api/brand/:id/new', access: 'routes:execute' }",
        ),
      },
      {
        level: 'note',
        what: expect.stringContaining('POST /report'),
        remedy: expect.stringContaining('routes:execute:/report'),
      },
    ])
    expect(of('upstream')).toMatchObject([
      { what: expect.stringContaining('417 of the 420 routes') },
    ])
  })

  it('are counted where they are many, and safe to show', async () => {
    const more: Record<string, object> = { '/\u001b[31mred': { get: {} } }
    for (let index = 0; index < 99; index++) more[`/brand/new/${index}`] = { get: {} }
    const upstream = await startUpstream((response) => void response.end(documentWith(more)))
    const folder = await makeFolder(AUTH)
    const { stdout } = await runSignet(['doctor', '--upstream', upstream.url], {
      cwd: folder,
      env: { MASTRA_JWT_SECRET: SECRET },
    })
    expect(stdout).toContain('\\u001b[31mred')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toContain('The application has 50 more routes that the policy does not know.')
  })

  it('are all closed where the application has its API elsewhere', async () => {
    const document = documentWith().replace('"/api"', '"/elsewhere"')
    const upstream = await startUpstream((response) => void response.end(document))
    const { of } = await examine(await makeFolder(AUTH), ['--upstream', upstream.url])
    expect(of('upstream')).toMatchObject([
      { level: 'warning', remedy: expect.stringContaining('server.apiPrefix') },
    ])
    expect(of('upstream-route')).toStrictEqual([])
  })

  const status =
    (code: number): UpstreamHandler =>
    (response) =>
      void response.writeHead(code).end()

  it.each<[string, UpstreamHandler, string, string]>([
    ['garbage', (response) => void response.end('<html>'), 'warning', 'not an OpenAPI document'],
    [
      'nothing',
      (response) => void response.end('{"openapi":"3.1.0","paths":{}}'),
      'warning',
      '1 to 5000',
    ],
    ['no document', status(404), 'note', 'server.build.openAPIDocs: true'],
    ['a question for a token', status(401), 'warning', '--upstream-secret'],
    ['a fault', status(500), 'warning', 'answers 500'],
    ['a redirect', status(302), 'warning', 'answers 302'],
    [
      'too much',
      (response) => void response.on('error', () => undefined).end(`"${'a'.repeat(2 ** 24)}"`),
      'warning',
      'more than 16 MiB',
    ],
  ])('are not compared where the application sends %s', async (_name, handler, level, text) => {
    const upstream = await startUpstream(handler)
    const { code, of } = await examine(await makeFolder(AUTH), ['--upstream', upstream.url])
    expect(code).toBe(0)
    expect(of('upstream')).toMatchObject([
      { level, why: expect.any(String), remedy: expect.any(String) },
    ])
    expect(JSON.stringify(of('upstream'))).toContain(text)
  })

  it('are not compared where nothing answers, or nobody says where it is', async () => {
    const folder = await makeFolder(AUTH)
    const nobody = `http://127.0.0.1:${await freePort()}`
    const away = await examine(folder, ['--upstream', nobody])
    expect(away.of('upstream')).toMatchObject([{ level: 'warning' }])
    expect(JSON.stringify(away.of('upstream'))).toContain(nobody)
    const unsaid = await examine(folder)
    expect(unsaid.of('upstream')).toMatchObject([
      { level: 'note', remedy: expect.stringContaining('--upstream') },
    ])
  })

  it('are asked for with a token of the secret that a variable names, and only then', async () => {
    const secret = createSecret()
    const upstream = await startUpstream((response, { headers }) => {
      if (headers.authorization === undefined) response.statusCode = 401
      response.end(documentWith())
    })
    const flags = ['--upstream', upstream.url, '--upstream-secret', 'OWN_SECRET']
    const folder = await makeFolder(AUTH)
    const { of } = await examine(folder, flags, { OWN_SECRET: secret })
    expect(of('upstream')).toMatchObject([{ level: 'ok' }])
    const { code, stderr } = await runSignet(['doctor', ...flags], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toContain('OWN_SECRET, which is not set')
  })

  it('are compared with a policy of one’s own, at the path of its document', async () => {
    const document = JSON.stringify({
      openapi: '3.0.0',
      paths: { '/v1/notes': { get: {} }, '/v1/other': { get: {} } },
    })
    const upstream = await startUpstream((response, { url }) => {
      if (url !== '/openapi.json') response.statusCode = 404
      response.end(document)
    })
    const policy = `policy: createPolicyTable([
      { prefix: '/v1', lines: [{ method: 'GET', path: '/notes', access: 'memory:read', owner: 'none' }] },
    ])`
    const { of } = await examine(await makeFolder(`${AUTH}, ${policy}`), [
      '--upstream',
      upstream.url,
    ])
    expect(of('upstream-route')).toMatchObject([{ what: expect.stringContaining('GET /v1/other') }])
    expect(of('upstream')).toMatchObject([
      { level: 'ok', what: expect.stringContaining('1 of the 2') },
    ])
    expect(JSON.stringify(of('upstream'))).not.toContain('@mastra')
  })
})
