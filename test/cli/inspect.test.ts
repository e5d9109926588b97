import { createHmac } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretKeys, signToken, type Claims } from '@signet/auth'
import { createApiKey } from '@signet/auth/internal'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { startIntrospectionServer } from '@signet/test-support/token/introspection-server'
import { startKeyServer, type KeyServer } from '@signet/test-support/token/key-server'
import { SECRET } from '@signet/test-support/http/memory-client'
import {
  runSignet,
  SignetProcess,
  type CommandResult,
  type SpawnOptions,
} from '@signet/test-support/process/signet-process'

const OTHER_SECRET = 'another secret that is used by nothing but these tests'
const HOUR = 3600
const ROBOT = 'an-opaque-token-of-the-tests-0123456789'

const copies = new FixtureCopies()
const servers: KeyServer[] = []
const closing: (() => Promise<void>)[] = []

let routes: string
let configured: string
let empty: string

beforeAll(() => {
  routes = copies.copy('routes')
  configured = copies.copy('configured')
  empty = copies.makeFolder()
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  await Promise.all(closing.splice(0).map((close) => close()))
})

afterAll(() => {
  copies.remove()
})

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function tokenOf(claims: Claims = {}, secret = SECRET): string {
  const { signingKey } = secretKeys(secret)
  return signToken({ sub: 'alice', exp: now() + HOUR, ...claims }, signingKey)
}

/** A token of any payload, such as no verifier accepts. */
function craft(payload: string, header = '{"alg":"HS256"}'): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  const signingInput = `${encode(header)}.${encode(payload)}`
  return `${signingInput}.${createHmac('sha256', SECRET).update(signingInput).digest('base64url')}`
}

/** Inspects a token in a folder; no output may hold the secret, the token, or its signature. */
async function inspect(
  token: string,
  directory: string,
  { env = {}, ...options }: SpawnOptions & { readonly flags?: readonly string[] } = {},
): Promise<CommandResult> {
  const { flags = [], ...spawn } = options
  const given = options.input === undefined ? [token] : []
  const result = await runSignet(['inspect', ...given, '--dir', directory, ...flags], {
    ...spawn,
    env: { MASTRA_JWT_SECRET: SECRET, ...env },
  })
  const output = result.stdout + result.stderr
  expect(output).not.toContain(SECRET)
  expect(output).not.toContain(OTHER_SECRET)
  const signature = token.split('.')[2] ?? ''
  if (signature.length > 8) expect(output).not.toContain(signature)
  expect(output).not.toContain(token)
  return result
}

/** What is printed for machines. */
async function inspectJson(token: string, directory: string, env?: SpawnOptions['env']) {
  const { code, stdout } = await inspect(token, directory, { env, flags: ['--json'] })
  return { code, ...JSON.parse(stdout) }
}

/** The results of the steps, by their names. */
function stepsOf(stdout: string): ReadonlyMap<string, string> {
  const lines = [...stdout.matchAll(/^ {2}(pass|fail|not reached) +(.+)$/gm)]
  return new Map(lines.map(([, result = '', name = '']) => [name, result]))
}

describe('signet inspect: what a token says', () => {
  it('prints header and claims, who it is for, until when and what it grants', async () => {
    const token = tokenOf({
      iss: 'https://issuer.example',
      iat: now() - 120,
      scope: 'agents:execute agent:run',
      role: 'viewer',
    })
    const { code, stdout } = await inspect(token, routes)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}alg +"HS256"$/m)
    expect(stdout).toMatch(
      /^ {2}iat +\d+ {2}issued 2 min( \d+ s)? ago \(\d{4}-\d\d-\d\dT[\d:]+Z\)$/m,
    )
    expect(stdout).toMatch(/^ {2}exp +\d+ {2}expires in (1 h|59 min( \d+ s)?) \([\dTZ:-]+\)$/m)
    expect(stdout).toMatch(/^ {2}subject +alice$/m)
    expect(stdout).toMatch(/^ {2}issuer +https:\/\/issuer\.example$/m)
    expect(stdout).toMatch(/^ {2}permissions +agents:execute$/m)
    expect(stdout).toMatch(/^ {2}roles +viewer$/m)
    expect(stdout).toMatch(/^ {2}unknown +agent:run +not a permission: grants nothing$/m)
  })

  it('says of one that has no expiry that it never expires', async () => {
    const { stdout } = await inspect(tokenOf({ exp: undefined }), empty)
    expect(stdout).toContain('never expires')
    expect((await inspect(tokenOf(), empty)).stdout).not.toContain('never expires')
  })

  it('reads the token from standard input, with - or without, and with the word Bearer', async () => {
    const token = tokenOf()
    for (const [input, flags] of [
      [`${token}\n`, []],
      [`Bearer ${token}\r\n`, ['-']],
    ] as const) {
      const { code, stdout } = await inspect(token, routes, { input, flags })
      expect(code).toBe(0)
      expect(stdout).toContain('accepted')
    }
  })

  it('is not coloured where standard output is no terminal', async () => {
    expect((await inspect(tokenOf(), routes)).stdout).not.toContain('\u001b')
  })

  it('never sends what the token says to the terminal as a command', async () => {
    const token = tokenOf({ sub: 'a\u001b[2J\u009b2Jb\u202ec', '\u001b]0;name': '\u0007' })
    for (const flags of [[], ['--json']]) {
      const { stdout } = await inspect(token, routes, { flags })
      expect(stdout).toContain('\\u001b[2J\\u009b2Jb\\u202ec')
      // oxlint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
  })

  it('prints the same for machines with --json', async () => {
    const token = tokenOf({ scope: 'agents:read', role: 'owner' })
    const { code, token: read, verdict } = await inspectJson(token, routes)
    expect(code).toBe(0)
    expect(read).toMatchObject({
      header: { alg: 'HS256' },
      claims: { sub: 'alice' },
      subject: 'alice',
      grants: { permissions: ['agents:read'], roles: ['owner'], unknown: [] },
    })
    expect(read.times[1]).toMatchObject({ claim: 'exp' })
    expect(verdict).toMatchObject({ result: 'accepted', environment: 'development' })
    expect(verdict.steps.length).toBeGreaterThan(10)
  })
})

describe('signet inspect: what the application says of it', () => {
  it('accepts with exit code 0, every step passed, and what the token grants here', async () => {
    const { code, stdout } = await inspect(tokenOf({ roles: ['clerk-caller', 'nobody'] }), routes)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Verdict {2}accepted/m)
    expect(new Set(stepsOf(stdout).values())).toStrictEqual(new Set(['pass']))
    expect(stdout).toMatch(/^ {2}grants here +agents:execute:clerk$/m)
    expect(stdout).toMatch(/^ {2}ignored +nobody$/m)
  })

  it('refuses with exit code 1: the step, its code, reason and remedy, and what was not reached', async () => {
    const { code, stdout } = await inspect(tokenOf({ exp: now() - 180 }), routes)
    expect(code).toBe(1)
    expect(stdout).toMatch(/expired 3 min( \d+ s)? ago/)
    expect(stdout).toMatch(/^Verdict {2}refused/m)
    const steps = stepsOf(stdout)
    expect(steps.get('signature')).toBe('pass')
    expect(steps.get('expiry')).toBe('fail')
    expect(steps.get('revocation')).toBe('not reached')
    expect(stdout).toMatch(/^ {2}code +token_expired$/m)
    expect(stdout).toMatch(/^ {2}reason +Expired 3 min( \d+ s)? ago, at [\dTZ:-]+\./m)
    expect(stdout).toMatch(
      /^ {2}remedy +Create a new one: npx signet token --sub alice --dir \S+$/m,
    )
  })

  it('refuses a token of another secret, and says so for machines too', async () => {
    const { code, token, verdict } = await inspectJson(tokenOf({}, OTHER_SECRET), routes)
    expect(code).toBe(1)
    expect(token.subject).toBe('alice')
    expect(verdict).toMatchObject({ result: 'refused', code: 'token_signature' })
  })

  it('takes the secret from .env of the folder', async () => {
    const directory = copies.copy('routes')
    writeFileSync(join(directory, '.env'), `MASTRA_JWT_SECRET="${OTHER_SECRET}"\n`)
    const { code } = await runSignet(['inspect', tokenOf({}, OTHER_SECRET), '--dir', directory])
    expect(code).toBe(0)
    expect((await runSignet(['inspect', tokenOf(), '--dir', directory])).code).toBe(1)
  })

  it('asks by the rules of development, unless NODE_ENV says another environment', async () => {
    const endless = tokenOf({ exp: undefined })
    expect((await inspect(endless, routes)).code).toBe(0)
    const strict = await inspect(endless, routes, { env: { NODE_ENV: 'production' } })
    expect(strict.code).toBe(1)
    expect(strict.stdout).toContain('token_claim')
    expect(strict.stdout).toContain('NODE_ENV=production')
  })

  it('verifies by the key set of an issuer', async () => {
    const server = await startKeyServer()
    servers.push(server)
    const auth = { jwksUri: server.jwksUri, issuer: 'https://issuer.example', audience: 'api' }
    const env = { CONFIGURATION: JSON.stringify({ auth }) }
    const good = await server.sign({ sub: 'alice', iss: 'https://issuer.example', aud: 'api' })
    expect((await inspect(good, configured, { env })).code).toBe(0)
    const bad = await server.sign({ sub: 'alice', iss: 'https://issuer.example', aud: 'web' })
    const refused = await inspectJson(bad, configured, env)
    expect(refused.code).toBe(1)
    expect(refused.verdict.code).toBe('token_audience')
  })

  it('asks the secret that signet dev has kept, where the application names no provider', async () => {
    const directory = copies.copy('configured')
    const env = { CONFIGURATION: JSON.stringify({ auth: null }) }
    const before = await inspect(tokenOf(), directory, { env })
    expect(before.code).toBe(0)
    expect(before.stdout).toContain('not verified')
    mkdirSync(join(directory, '.signet'), { recursive: true })
    writeFileSync(join(directory, '.signet', 'development-secret'), OTHER_SECRET)
    expect((await inspect(tokenOf(), directory, { env })).code).toBe(1)
    expect((await inspect(tokenOf({}, OTHER_SECRET), directory, { env })).code).toBe(0)
  })

  it('only decodes where nobody is told apart, and says so', async () => {
    const env = { CONFIGURATION: JSON.stringify({ auth: false }) }
    const { code, stdout } = await inspect(tokenOf(), configured, { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}subject +alice$/m)
    expect(stdout).toContain('not verified')
    expect(stdout).toContain('auth: false')
    expect(stepsOf(stdout).size).toBe(0)
  })

  it('asks a provider of opaque tokens, too', async () => {
    const env = { CONFIGURATION: JSON.stringify({ tokens: { [ROBOT]: { id: 'robot' } } }) }
    const good = await inspect(ROBOT, configured, { env })
    expect(good.code).toBe(0)
    expect(good.stdout).toMatch(/^Verdict {2}accepted, by the provider "simple" of /m)
    expect(stepsOf(good.stdout).get('provider')).toBe('pass')
    const bad = await inspect(tokenOf(), configured, { env })
    expect(bad.code).toBe(1)
    expect(bad.stdout).toMatch(/^ {2}subject +alice$/m)
    expect(bad.stdout).toMatch(/^ {2}code +token_key_unknown$/m)
  })

  it('asks the issuer about an opaque token, and shows each check of what it says', async () => {
    const issuer = 'https://issuer.example'
    const server = await startIntrospectionServer(({ form }) => ({
      body:
        form.get('token') === ROBOT
          ? { active: true, token_type: 'Bearer', sub: 'robot', aud: 'api', exp: now() + HOUR }
          : { active: false },
    }))
    closing.push(() => server.close())
    const client = { clientId: 'agents', clientSecret: OTHER_SECRET }
    const introspection = { endpoint: server.url, ...client }
    const auth = { issuer, audience: 'api', introspection }
    const env = { CONFIGURATION: JSON.stringify({ auth }) }
    const good = await inspect(ROBOT, configured, { env })
    expect(good.code).toBe(0)
    expect(good.stdout).toMatch(/^Verdict {2}accepted, by the provider "jwt" of /m)
    expect(stepsOf(good.stdout).get('introspection')).toBe('pass')
    expect(stepsOf(good.stdout).get('audience')).toBe('pass')
    const bad = await inspect(`${ROBOT}-not`, configured, { env })
    expect(bad.code).toBe(1)
    expect(bad.stdout).toMatch(/^ {2}code +token_key_unknown$/m)
    expect(bad.stdout).toContain('The issuer says that the token is not active')
  })

  it('says which of several providers a token is for, and what that one says', async () => {
    const several = { isComposite: true, auth: {}, tokens: { [ROBOT]: { id: 'robot' } } }
    const env = { CONFIGURATION: JSON.stringify(several) }
    const jwt = await inspect(tokenOf({ role: 'viewer' }), configured, { env })
    expect(jwt.code).toBe(0)
    expect(jwt.stdout).toMatch(/^Verdict {2}accepted, by the provider "jwt" of /m)
    expect(jwt.stdout).toMatch(
      /^ {2}grants here +agents:read tools:read workflows:read memory:read$/m,
    )
    const steps = stepsOf(jwt.stdout)
    expect(steps.get('choice of the provider')).toBe('pass')
    expect(steps.get('signature')).toBe('pass')
    expect((await inspect(ROBOT, configured, { env })).stdout).toContain('provider "simple"')
    const expired = await inspect(tokenOf({ exp: now() - 60 }), configured, { env })
    expect(expired.code).toBe(1)
    expect(expired.stdout).toMatch(/^ {2}code +token_expired$/m)
    const unknown = await inspect(`${ROBOT}-not`, configured, { env })
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toMatch(/^ {2}code +token_key_unknown$/m)
  })

  it('still decodes where the application does not start, with its error and exit code 1', async () => {
    const { code, stdout, stderr } = await inspect(tokenOf(), routes, {
      env: { MASTRA_JWT_SECRET: 'hunter2' },
    })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^ {2}subject +alice$/m)
    expect(stdout).toContain('not verified')
    expect(stderr).toContain('at least 32')
    expect(stdout + stderr).not.toContain('hunter2')
  })

  it('leaves nothing behind but an empty folder', async () => {
    const directory = copies.copy('routes')
    await inspect(tokenOf(), directory)
    expect(readdirSync(join(directory, '.signet'))).toStrictEqual(['.gitignore'])
  })
})

describe('signet inspect: what the configuration does not use', () => {
  const issuer = 'https://kc.example/realms/acme'
  const roles = { engineer: ['agents:execute'] }
  const claims = {
    iss: issuer,
    aud: 'my-agents',
    azp: 'web',
    scope: 'profile email',
    realm_access: { roles: ['default-roles-acme', 'offline_access', 'engineer'] },
    resource_access: { account: { roles: ['view-profile'] } },
  }

  async function startIssuer() {
    const server = await startKeyServer()
    servers.push(server)
    const auth = { jwksUri: server.jwksUri, issuer, audience: 'my-agents', roles }
    const ask = (token: string, more: object = {}) =>
      inspect(token, configured, {
        env: { CONFIGURATION: JSON.stringify({ auth: { ...auth, ...more } }) },
      })
    return { server, ask }
  }

  /** The line that the output says to add, as the options that it is. */
  function printedOptions(stdout: string): object {
    const line = /Add claims: \{ roles: (\[[^\]]+\]|'[^']+') \} to/.exec(stdout)?.[1] ?? ''
    const places: unknown = JSON.parse(line.replaceAll("'", '"'))
    return { claims: { roles: places } }
  }

  it('names the missing line of a token of Keycloak; with the very line the same token works', async () => {
    const { server, ask } = await startIssuer()
    const token = await server.sign({ sub: 'alice', ...claims })
    const before = await ask(token)
    expect(before.code).toBe(0)
    expect(before.stdout).toMatch(/^ {2}grants here +nothing$/m)
    expect(before.stdout).toContain(
      'The token has roles at realm_access.roles, which the configuration does not read.',
    )
    expect(before.stdout).toContain("Add claims: { roles: ['realm_access', 'roles'] }")
    expect(before.stdout).toMatch(/^ {2}client +web$/m)
    const after = await ask(token, printedOptions(before.stdout))
    expect(after.code).toBe(0)
    expect(after.stdout).toMatch(/^ {2}grants here +agents:execute$/m)
    expect(after.stdout).not.toContain('which the configuration does not read')
  })

  it('names the line also of a token that is refused, and the client that is not allowed', async () => {
    const { server, ask } = await startIssuer()
    const token = await server.sign({ sub: 'alice', ...claims })
    const other = await ask(token, { audience: 'other' })
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/^ {2}code +token_audience$/m)
    expect(other.stdout).toContain('It was issued to the client "web".')
    expect(printedOptions(other.stdout)).toStrictEqual({
      claims: { roles: ['realm_access', 'roles'] },
    })
    const client = await ask(token, { clients: ['cli'] })
    expect(client.code).toBe(1)
    expect(client.stdout).toMatch(/"web"; this server expects "cli" \(set in clients\)/)
    expect(client.stdout).toMatch(/name the client in clients/)
  })

  it('proposes nothing that users write about themselves', async () => {
    const { server, ask } = await startIssuer()
    const own = { iss: issuer, aud: 'my-agents', user_metadata: { roles: ['engineer'] } }
    const { code, stdout } = await ask(await server.sign({ sub: 'alice', ...own }))
    expect(code).toBe(0)
    expect(stdout).not.toContain('does not read')
  })

  it('names foreign scopes, and that scopeMap could map them', async () => {
    const token = tokenOf({ scope: 'openid weather.read' })
    const { code, stdout } = await inspect(token, routes)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}foreign +openid weather\.read +grants only what scopeMap says$/m)
    expect(stdout).not.toContain('not a permission: grants nothing')
    expect(stdout).toContain('scopeMap: { "weather.read": ["agents:read"] }')
  })
})

describe('signet inspect: without an application', () => {
  it('decodes, says that nothing was verified, and makes no folder', async () => {
    const { code, stdout } = await inspect(tokenOf({}, OTHER_SECRET), empty)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}subject +alice$/m)
    expect(stdout).toContain('not verified')
    expect(stdout).toContain('--dir')
    expect(readdirSync(empty)).toStrictEqual([])
  })

  it('asks the secret of a variable with --secret-env, also in place of the application', async () => {
    const flags = ['--secret-env', 'ANOTHER']
    const env = { ANOTHER: OTHER_SECRET }
    for (const directory of [empty, routes]) {
      const good = await inspect(tokenOf({}, OTHER_SECRET), directory, { env, flags })
      expect(good.code).toBe(0)
      expect(good.stdout).toContain('the secret in ANOTHER')
      const bad = await inspect(tokenOf(), directory, { env, flags })
      expect(bad.code).toBe(1)
      expect(bad.stdout).toContain('token_signature')
    }
  })

  it('is told by exit code 2 that a variable is not set, and does not print what was given', async () => {
    const flags = ['--secret-env', OTHER_SECRET]
    const { code, stdout, stderr } = await inspect(tokenOf(), empty, { flags })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('--secret-env')
  })

  it('refuses a weak secret of a variable, and does not print it', async () => {
    const { code, stdout, stderr } = await inspect(tokenOf(), empty, {
      env: { WEAK: 'hunter2' },
      flags: ['--secret-env', 'WEAK'],
    })
    expect(code).toBe(1)
    expect(stderr).toContain('at least 32')
    expect(stdout + stderr).not.toContain('hunter2')
  })
})

describe('signet inspect: an API key', () => {
  it('says what it is, and that its server knows the rest, in whatever folder', async () => {
    for (const directory of [empty, routes]) {
      const { code, stdout } = await inspect(createApiKey(), directory)
      expect(code).toBe(0)
      expect(stdout).toContain('This is an API key.')
      expect(stdout).toContain('not verified')
      expect(stdout).toContain('/api/auth/explain')
    }
  })

  it('refuses one that is misspelt, for machines too', async () => {
    const misspelt = `${createApiKey().slice(0, -1)}_`
    const { code, stdout } = await inspect(misspelt, empty)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^ {2}code +token_malformed$/m)
    const told = await inspectJson(misspelt, routes)
    expect(told).toMatchObject({ code: 1, token: null, verdict: { result: 'refused' } })
  })
})

describe('signet inspect: what is no token', () => {
  it.each([
    ['not-a-token-at-all', /three parts/],
    ['one.two.three', /base64url|JSON/],
    [craft('[]'), /payload/i],
    [craft('{"sub":"a"}', '"text"'), /header/],
    [`${'a'.repeat(70_000)}.b.c`, /too large/],
  ])('explains why with exit code 1, in whatever folder', async (text, why) => {
    for (const directory of [empty, routes]) {
      const { code, stdout } = await inspect(text, directory, { input: text })
      expect(code).toBe(1)
      expect(stdout).toContain('not a JSON Web Token')
      expect(stdout).toMatch(why)
      expect(stdout).toContain('remedy')
    }
  })

  it('goes on where nobody reads its output, as behind head', async () => {
    const command = new SignetProcess(['inspect', '--dir', empty], { input: 'not-a-token-at-all' })
    command.child.stdout?.destroy()
    const { code, stderr } = await command.ended()
    expect(code).toBe(1)
    expect(stderr).not.toContain('EPIPE')
  })

  it('says so for machines too', async () => {
    const { code, token, verdict } = await inspectJson('not-a-token-at-all', empty)
    expect(code).toBe(1)
    expect(token).toBeNull()
    expect(verdict).toMatchObject({ result: 'refused', code: 'token_malformed' })
  })

  it.each([[''], ['  \n'], ['Bearer ']])(
    'is a usage error where there is nothing: %j',
    async (input) => {
      const { code, stdout, stderr } = await runSignet(['inspect', '--dir', empty], { input })
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toContain('There is no token')
    },
  )
})
