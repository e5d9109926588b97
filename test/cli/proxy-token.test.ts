import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecret, MastraJwtAuth } from '@signet/auth'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { runSignet } from '@signet/test-support/process/signet-process'
import { afterAll, describe, expect, it } from 'vitest'

const SECRET = createSecret()
const OTHER = createSecret()
const ROLES = `access: { roles: { cook: ['agents:execute:chef', 'memory:read'] } }`
const OF_OTHER = `auth: new MastraJwtAuth({ secret: process.env.CALLERS, issuer: 'https://a.example', audience: 'kitchen' })`
const POLICY = `policy: createPolicyTable([{ prefix: '/v1', lines: [
  { method: 'POST', path: '/ask/:chef', access: 'agents:execute:{chef}', owner: 'none' },
  { method: 'GET', path: '/notes', access: 'memory:read', owner: 'none' },
  { method: 'DELETE', path: '/notes', access: 'memory:delete', owner: 'none' },
] }])`

const copies = new FixtureCopies()
afterAll(() => copies.remove())

/** A folder with this text between the braces of `defineProxy`. */
function makeFolder(options: string): string {
  const folder = copies.makeFolder()
  const config = `import { MastraJwtAuth } from '@signet/auth'
import { createPolicyTable, defineProxy } from '@signet/proxy'
void [MastraJwtAuth, createPolicyTable]
console.log('the configuration is loaded')
export default defineProxy({ ${options} })
`
  writeFileSync(join(folder, 'signet.config.ts'), config)
  return folder
}

type Env = Readonly<Record<string, string>>

const run = (folder: string, args: readonly string[], env: Env = {}) =>
  runSignet(args, { cwd: folder, env: { MASTRA_JWT_SECRET: SECRET, ...env } })

async function sign(folder: string, args: readonly string[], env?: Env) {
  const result = await run(folder, ['token', '--sub', 'alice', ...args], env)
  return { ...result, token: result.stdout.trim() }
}

async function inspect(folder: string, token: string, env?: Env) {
  const { stdout, code } = await run(folder, ['inspect', '--json', token], env)
  expect(stdout).not.toContain(SECRET)
  // What the configuration prints stands before the report.
  const { verdict } = JSON.parse(stdout.slice(stdout.indexOf('{')))
  return { code, verdict }
}

const claimsOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

describe('signet token in the folder of a proxy', () => {
  it('prints the token alone, and knows the roles of the configuration', async () => {
    const folder = makeFolder(ROLES)
    const good = await sign(folder, ['--role', 'cook'])
    expect(good.stdout).toMatch(/^eyJ\S+\n$/)
    expect(good.stderr).toBe('the configuration is loaded\n')
    const wrong = await sign(folder, ['--role', 'kook'])
    expect(wrong.stderr).toContain('Did you mean cook?')
  })

  it('signs by the provider of the configuration, with its issuer and audience', async () => {
    const folder = makeFolder(`${OF_OTHER}, ${ROLES}`)
    const env = { CALLERS: OTHER }
    const { token } = await sign(folder, ['--role', 'cook'], env)
    expect(claimsOf(token)).toMatchObject({ iss: 'https://a.example', aud: 'kitchen' })
    expect((await inspect(folder, token, env)).verdict).toMatchObject({ result: 'accepted' })
    const { code, stderr } = await sign(folder, ['--alg', 'HS256'], env)
    expect(code).toBe(2)
    expect(stderr).toContain('--alg')
  })

  it('signs with the secret that the proxy has made for development, and not in production', async () => {
    const folder = makeFolder(ROLES)
    mkdirSync(join(folder, '.signet'), { recursive: true })
    writeFileSync(join(folder, '.signet', 'development-secret'), OTHER)
    const none = { MASTRA_JWT_SECRET: '' }
    const { token } = await sign(folder, ['--role', 'cook'], none)
    const raw = new Request('http://localhost/')
    const asked = { raw, headers: raw.headers, header: () => undefined }
    const claims = await new MastraJwtAuth({ secret: OTHER }).authenticateToken(token, asked)
    expect(claims).toMatchObject({ sub: 'alice' })
    expect((await inspect(folder, token, none)).verdict).toMatchObject({ result: 'accepted' })
    const env = { ...none, NODE_ENV: 'production' }
    const refused = await sign(folder, [], env)
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('MASTRA_JWT_SECRET is not set'),
    })
    const { verdict } = await inspect(folder, token, env)
    expect(verdict).toMatchObject({ result: 'not verified' })
  })

  it.each([
    [
      `auth: { name: 'own', authenticateToken: async () => null, authorizeUser: () => true }`,
      'cannot sign',
    ],
    [
      `auth: new MastraJwtAuth({ jwksUri: 'https://a.example/keys', issuer: false, audience: 'a' })`,
      'secret',
    ],
    ["upstrem: 'x'", 'upstream'],
  ])('fails where { %s } signs nothing', async (options, text) => {
    const { code, stdout, stderr } = await sign(makeFolder(options), [])
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(text)
  })
})

describe('signet inspect in the folder of a proxy', () => {
  it('says what the roles of the proxy grant, and which routes are open for the token', async () => {
    const folder = makeFolder(`${ROLES}, ${POLICY}`)
    const { token } = await sign(folder, ['--role', 'cook'])
    const { code, verdict } = await inspect(folder, token)
    expect(code).toBe(0)
    expect(verdict).toMatchObject({
      result: 'accepted',
      by: expect.stringContaining('of the proxy of'),
      inForce: { permissions: ['agents:execute:chef', 'memory:read'], ignored: [] },
    })
    const { open } = verdict.inForce.routes
    expect(open).toContainEqual({ method: 'POST', path: '/v1/ask/:chef', ids: { chef: ['chef'] } })
    expect(open).toContainEqual({ method: 'GET', path: '/v1/notes' })
    const opened = open.map(({ method, path }: Record<string, string>) => `${method} ${path}`)
    expect(opened).toContain('GET /health')
    expect(opened).not.toContain('DELETE /v1/notes')
    expect(opened).not.toContain('POST /api/auth/revocations')
  })

  it('counts them, and lists them with --routes', async () => {
    const folder = makeFolder(`${ROLES}, ${POLICY}`)
    const { token } = await sign(folder, ['--role', 'cook'])
    const short = await run(folder, ['inspect', token])
    expect(short.stdout).toMatch(/^ {2}routes +\d+ of \d+ are open for it$/m)
    expect(short.stdout).not.toContain('/v1/notes')
    const { stdout } = await run(folder, ['inspect', '--routes', token])
    expect(stdout).toMatch(/^ {2}POST +\/v1\/ask\/:chef {2}only chef: chef$/m)
    expect(stdout).toMatch(/^ {2}GET +\/v1\/notes$/m)
    expect(stdout).not.toMatch(/DELETE +\/v1\/notes/)
  })

  it('knows the roles that a proxy has by default, and the routes of Mastra', async () => {
    const folder = makeFolder('')
    const { token } = await sign(folder, ['--role', 'member'])
    const { verdict } = await inspect(folder, token)
    expect(verdict.inForce.permissions).toContain('workflows:execute')
    expect(verdict.inForce.routes.open).toContainEqual({ method: 'GET', path: '/api/agents' })
    const nobody = await sign(folder, ['--scope', 'audit:read'])
    const narrow = await inspect(folder, nobody.token)
    expect(narrow.verdict.inForce.routes.open).not.toContainEqual(
      expect.objectContaining({ path: '/api/agents/:agentId/generate' }),
    )
  })

  it('refuses a token of another secret, with the exit code 1', async () => {
    const token = new MastraJwtAuth({ secret: OTHER }).sign(
      { sub: 'alice' },
      { expiresInSeconds: 60 },
    )
    const { code, verdict } = await inspect(makeFolder(ROLES), token)
    expect(code).toBe(1)
    expect(verdict).toMatchObject({ result: 'refused', code: 'token_signature' })
    expect(verdict).not.toHaveProperty('inForce')
  })

  it('verifies nothing where everybody is let in', async () => {
    const folder = makeFolder('auth: false')
    const { token } = await sign(folder, [])
    expect((await inspect(folder, token)).verdict).toMatchObject({
      result: 'not verified',
      reason: expect.stringContaining('auth: false'),
    })
  })
})
