import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import {
  startIntrospectionServer,
  type IntrospectionReply,
} from '@signet/test-support/token/introspection-server'
import {
  startKeyServer,
  type KeyServer,
  type KeyServerOptions,
} from '@signet/test-support/token/key-server'
import { SECRET } from '@signet/test-support/http/memory-client'
import { runSignet, type CommandResult } from '@signet/test-support/process/signet-process'

/** A line group of `signet doctor --json`. */
interface Finding {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly why?: string
  readonly remedy?: string
}

interface Report extends CommandResult {
  readonly findings: readonly Finding[]
}

/** What an application is like, as the fixture `configured` reads it. */
type Configuration = Readonly<Record<string, unknown>>

const ISSUER = 'https://issuer.example'
/** Nothing is weak in it. */
const GOOD: Configuration = { auth: { audience: 'this-server' } }
const HAS_GIT = spawnSync('git', ['--version'], { timeout: 20_000 }).status === 0
const IS_WINDOWS = process.platform === 'win32'

const copies = new FixtureCopies()
const servers: KeyServer[] = []
let directory: string

beforeAll(() => {
  directory = copies.copy('configured')
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

afterAll(() => {
  copies.remove()
})

async function startKeys(options?: KeyServerOptions): Promise<KeyServer> {
  const server = await startKeyServer(options)
  servers.push(server)
  return server
}

/** Runs the command; no output may hold a secret. */
async function doctor(
  configuration: Configuration,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<CommandResult> {
  const variables = {
    MASTRA_JWT_SECRET: SECRET,
    CONFIGURATION: JSON.stringify(configuration),
    ...env,
  }
  const result = await runSignet(['doctor', '--dir', directory, ...flags], { env: variables })
  expect(result.stdout + result.stderr).not.toContain(variables.MASTRA_JWT_SECRET)
  return result
}

async function examine(
  configuration: Configuration,
  env?: Readonly<Record<string, string>>,
): Promise<Report> {
  const result = await doctor(configuration, env, ['--json'])
  expect(result.stderr).toBe('')
  const { findings }: { findings: readonly Finding[] } = JSON.parse(result.stdout)
  for (const { level, why, remedy } of findings) {
    // Whatever is wrong has its reason and its remedy.
    if (level === 'error' || level === 'warning') expect([why, remedy]).not.toContain(undefined)
  }
  const hasError = findings.some(({ level }) => level === 'error')
  expect(result.code).toBe(hasError ? 1 : 0)
  return { ...result, findings }
}

function of({ findings }: Report, check: string): readonly Finding[] {
  return findings.filter((finding) => finding.check === check)
}

/** The levels of what was found by a check; `ok` alone where it is silent. */
function levels(report: Report, check: string): readonly string[] {
  return of(report, check).map(({ level }) => level)
}

describe('signet doctor', () => {
  it('finds nothing where nothing is weak, with exit code 0', async () => {
    const { code, stdout, stderr } = await doctor(GOOD)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^(ok {7}.+\n)+$/)
    expect(stderr).toBe('0 errors, 0 warnings.\n')
  })

  it('names what, why and remedy of each finding, the worst first, and exits with 1 for an error', async () => {
    const { code, stdout, stderr } = await doctor({ auth: false, cors: { origin: '*' } })
    expect(code).toBe(1)
    const groups = stdout.split(/\n(?=\S)/)
    expect(groups[0]).toMatch(/^error {4}.*auth: false.*\n {9}.+\n {9}Remedy: .+$/)
    expect(groups[1]).toMatch(/^warning {2}.*\*.*\n {9}.+\n {9}Remedy: .+$/)
    expect(groups[2]).toMatch(/^ok/)
    expect(stderr).toBe('1 error, 1 warning.\n')
    expect(stdout).not.toContain('\u001b')
  })

  it('fails without an application', async () => {
    const { code, stdout, stderr } = await runSignet(['doctor', '--dir', copies.makeFolder()])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('src/mastra/index.ts')
  })

  it('makes no store, and leaves nothing but an empty folder', async () => {
    await doctor({ ...GOOD, memory: true }, { DATABASE_URL: 'postgres://user@127.0.0.1:1/x' })
    await doctor({ ...GOOD, memory: true })
    expect(readdirSync(join(directory, '.signet'))).toStrictEqual(['.gitignore'])
  })
})

describe('signet doctor: what does not start', () => {
  it.each([
    ['', 'start:secret_missing'],
    ['hunter2', 'start:secret_too_short'],
    ['supersecretdevkeythatishs256safe!', 'start:secret_is_sample'],
  ])('is an error with its message, and no crash: the secret %j', async (secret, check) => {
    const report = await examine({ auth: { secret } }, { MASTRA_JWT_SECRET: 'x'.repeat(40) })
    expect(levels(report, check)).toStrictEqual(['error'])
    if (secret !== '') expect(report.stdout).not.toContain(secret)
  })

  it('is an error also where NODE_ENV says development, because production is what counts', async () => {
    const secret = 'supersecretdevkeythatishs256safe!'
    const env = { NODE_ENV: 'development', MASTRA_JWT_SECRET: secret }
    expect(levels(await examine({ auth: {} }, env), 'start:secret_is_sample')).toStrictEqual([
      'error',
    ])
  })

  it.each<[string, Configuration]>([
    ['start:auth_missing', { auth: null }],
    ['start:path_rule_unknown', { auth: { public: ['/nowhere'] } }],
    ['start:cors_wildcard', { ...GOOD, cors: { origin: '*', credentials: true } }],
    ['start:option_invalid', { ...GOOD, access: { roles: { clerk: ['agent:run'] } } }],
  ])('is an error: %s', async (check, configuration) => {
    expect(levels(await examine(configuration), check)).toStrictEqual(['error'])
  })

  it('is an error where the application does not build', async () => {
    const broken = copies.copy('configured')
    writeFileSync(join(broken, 'src', 'mastra', 'index.ts'), 'export const mastra = ')
    const { code, stdout } = await runSignet(['doctor', '--dir', broken])
    expect(code).toBe(1)
    expect(stdout).toContain('does not build')
    expect(stdout).toContain('index.ts')
  })
})

describe('signet doctor: options that Signet does not serve', () => {
  const vectors = { vectors: { w: { secret: 'of the store' } } }

  it('is an error for each of an application that does not start, with its place and its name', async () => {
    const report = await examine({
      ...GOOD,
      application: { ...vectors, wokflow: 1 },
      middleware: ['any'],
      agent: { scorers: { any: 1 } },
      tool: { transform: true },
    })
    const found = of(report, 'option')
    expect(found.map(({ level, what }) => `${level} ${what}`)).toStrictEqual([
      'error Mastra: Signet does not serve the option vectors.',
      'error Mastra: there is no option wokflow.',
      'error Mastra: Signet does not serve the option server.middleware, which closes something.',
      'error Agent "the-clerk": Signet does not serve the option scorers.',
      'error Tool "echo-word": Signet does not serve the option transform, which closes something.',
    ])
    const [plain, misspelt, guard] = found
    expect(plain?.why).toContain("unless it says unsupported: 'warn'")
    expect(misspelt?.why).not.toContain("'warn'")
    expect(misspelt?.remedy).toContain('Did you mean workflows?')
    expect(guard?.why).toContain('would stay open')
    // They are all that is found of an application that does not start.
    expect(report.findings.filter(({ level }) => level === 'error')).toStrictEqual(found)
    expect(report.stdout).not.toContain('of the store')
  })

  it('is told to a person as in JSON', async () => {
    const { code, stdout, stderr } = await doctor({ ...GOOD, application: vectors })
    expect(code).toBe(1)
    expect(stdout).toBe(
      [
        'error    Mastra: Signet does not serve the option vectors.',
        "         signet start refuses the application, unless it says unsupported: 'warn'.",
        '         Remedy: Signet does not have vectors. Leave the option out.',
        '',
      ].join('\n'),
    )
    expect(stderr).toBe('1 error, 0 warnings.\n')
  })

  it('is an error where an option of the provider is misspelt', async () => {
    const report = await examine({ auth: { audiance: 'api' } })
    expect(levels(report, 'option')).toStrictEqual(['error'])
    expect(of(report, 'option')[0]?.remedy).toContain('Did you mean audience?')
  })

  it('is a warning for each that an application is served without, and the rest is looked at', async () => {
    const report = await examine({
      ...GOOD,
      application: { ...vectors, unsupported: 'warn' },
      agent: { scorers: { any: 1 } },
    })
    const found = of(report, 'option')
    expect(found.map(({ level, what }) => `${level} ${what}`)).toStrictEqual([
      'warning Mastra: Signet does not serve the option vectors.',
      'warning Agent "the-clerk": Signet does not serve the option scorers.',
    ])
    expect(levels(report, 'auth')).toStrictEqual(['ok'])
    expect(report.code).toBe(0)
  })

  it("is an error for a guard also where the application says unsupported: 'warn'", async () => {
    const application = { ...vectors, unsupported: 'warn' }
    const report = await examine({ ...GOOD, application, middleware: ['any'] })
    expect(of(report, 'option').map(({ what }) => what)).toStrictEqual([
      'Mastra: Signet does not serve the option server.middleware, which closes something.',
    ])
    expect(report.code).toBe(1)
  })

  it.each<[string, Configuration]>([
    ['nothing is missing', GOOD],
    ['an option asks for nothing', { ...GOOD, application: { vectors: {} } }],
  ])('is ok where %s', async (_what, configuration) => {
    expect(levels(await examine(configuration), 'option')).toStrictEqual(['ok'])
  })

  it('keeps the report whole where the application has a log that writes on standard output', async () => {
    const project = copies.copy('configured')
    const entry = join(project, 'src', 'mastra', 'index.ts')
    const logger = '{ debug() {}, info() {}, warn: console.log, error: console.log }'
    const source = readFileSync(entry, 'utf8')
    writeFileSync(entry, source.replace('...application,', `...application, logger: ${logger},`))
    const { stdout } = await runSignet(['doctor', '--dir', project, '--json'], {
      env: {
        MASTRA_JWT_SECRET: SECRET,
        CONFIGURATION: JSON.stringify({
          ...GOOD,
          application: { ...vectors, unsupported: 'warn' },
        }),
      },
    })
    const { findings }: { findings: readonly Finding[] } = JSON.parse(stdout)
    expect(findings.filter(({ check }) => check === 'option')).toHaveLength(1)
  })
})

describe('signet doctor: secrets', () => {
  it.each([
    ['one character', 'a'.repeat(48), /one character/],
    ['few characters', 'correctcorrectcorrectcorrectcorrect', /only 5 different/],
    ['digits', '31415926535897932384626433832795', /only digits/],
    ['a word again and again', 'abcdefghijklm'.repeat(4), /repeats itself after 13 bytes/],
  ])('warns of %s', async (_what, secret, why) => {
    const report = await examine(GOOD, { MASTRA_JWT_SECRET: secret })
    expect(levels(report, 'secret')).toStrictEqual(['warning'])
    expect(of(report, 'secret')[0]?.why).toMatch(why)
    expect(report.stdout).not.toContain(secret.slice(0, 8))
  })

  it('is silent about what signet secret makes', async () => {
    const made = await runSignet(['secret'])
    const report = await examine(GOOD, { MASTRA_JWT_SECRET: made.stdout.trim() })
    expect(levels(report, 'secret')).toStrictEqual(['ok'])
  })

  it('is silent about 32 bytes in hex', async () => {
    const secret = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
    expect(levels(await examine(GOOD, { MASTRA_JWT_SECRET: secret }), 'secret')).toStrictEqual([
      'ok',
    ])
  })

  it('looks at every secret of a list, and tells which one is weak', async () => {
    const auth = { secret: [SECRET, 'b'.repeat(40)], audience: 'api' }
    const report = await examine({ auth })
    expect(of(report, 'secret').map(({ what }) => what)).toStrictEqual([
      'Secret 2 of 2 can be guessed.',
    ])
  })
})

describe('signet doctor: rules', () => {
  it.each<[string, string, Configuration]>([
    ['warning', 'expiry', { auth: { requireExpiry: false } }],
    ['ok', 'expiry', { auth: { requireExpiry: true } }],
    ['ok', 'expiry', { auth: {} }],
    ['ok', 'expiry', { auth: { requireExpiry: false, maxTokenAgeSeconds: 3600 } }],
    ['warning', 'audience', { auth: {} }],
    ['warning', 'audience', { auth: { audience: false } }],
    ['ok', 'audience', { auth: { audience: 'api' } }],
  ])('finds %s by the check %s: %j', async (level, check, configuration) => {
    expect(levels(await examine(configuration), check)).toStrictEqual([level])
  })

  it('takes NODE_ENV=development for no reason to accept tokens that never expire', async () => {
    const report = await examine(GOOD, { NODE_ENV: 'development' })
    expect(levels(report, 'expiry')).toStrictEqual(['ok'])
  })

  it('warns that any audience is accepted where that was written out for a public key, unless clients are named', async () => {
    const { publicKey } = await generateKeyPair('ES256')
    const pem = await exportSPKI(publicKey)
    const open = await examine({ auth: { publicKey: pem, audience: false } })
    expect(levels(open, 'audience')).toStrictEqual(['warning'])
    const named = await examine({ auth: { publicKey: pem, clients: ['web'] } })
    expect(levels(named, 'audience')).toStrictEqual(['note'])
    const bound = await examine({ auth: { publicKey: pem, audience: 'api' } })
    expect(levels(bound, 'audience')).toStrictEqual(['ok'])
  })

  it('warns of any issuer where several could sign, and of none where one can', async () => {
    const pairs = [await generateKeyPair('ES256'), await generateKeyPair('ES256')]
    const keys = await Promise.all(pairs.map(async ({ publicKey }) => await exportJWK(publicKey)))
    const report = async (auth: object) =>
      levels(await examine({ auth: { audience: 'api', ...auth } }), 'issuer')
    expect(await report({ publicKey: keys })).toStrictEqual(['warning'])
    expect(await report({ publicKey: keys, issuer: ISSUER })).toStrictEqual(['ok'])
    expect(await report({ publicKey: keys[0] })).toStrictEqual(['ok'])
    expect(await report({ jwks: { keys }, issuer: false })).toStrictEqual(['warning'])
    expect(await report({})).toStrictEqual(['ok'])
  })

  it('says that another provider was not looked at, and looks at it no further', async () => {
    const tokens = { 'an-opaque-token-of-the-tests-0123456789': { id: 'alice' } }
    const report = await examine({ tokens })
    expect(levels(report, 'provider')).toStrictEqual(['note'])
    expect(levels(report, 'expiry')).toStrictEqual([])
    expect(report.stdout).not.toContain('an-opaque-token')
  })
})

describe('signet doctor: key servers', () => {
  const keySet = (server: Pick<KeyServer, 'jwksUri'>, suffix = '') => ({
    auth: { jwksUri: server.jwksUri + suffix, issuer: ISSUER, audience: 'api' },
  })
  const discovery = ({ url }: KeyServer) => ({ auth: { issuer: url, audience: 'api' } })

  it('is silent about keys that can be fetched, by their address or by the issuer', async () => {
    const server = await startKeys()
    for (const configuration of [keySet(server), discovery(server)]) {
      const report = await examine(configuration)
      expect(levels(report, 'keys')).toStrictEqual(['ok'])
      expect(levels(report, 'clock')).toStrictEqual(['ok'])
    }
  })

  it('tells the status of a key set that does not come, and nothing of its query', async () => {
    const report = await examine(keySet(await startKeys({ status: 503 }), '?key=of-the-server'))
    expect(levels(report, 'keys')).toStrictEqual(['error'])
    expect(of(report, 'keys')[0]?.why).toContain('503')
    expect(report.stdout).not.toContain('of-the-server')
  })

  it('tells the cause where nobody listens', async () => {
    const server = await startKeyServer()
    await server.close()
    for (const configuration of [keySet(server), discovery(server)]) {
      const report = await examine(configuration)
      expect(levels(report, 'keys')).toStrictEqual(['error'])
      expect(of(report, 'keys')[0]?.why).toContain('ECONNREFUSED')
    }
  })

  it('refuses metadata of another issuer', async () => {
    const report = await examine(discovery(await startKeys({ issuer: ISSUER })))
    expect(levels(report, 'keys')).toStrictEqual(['error'])
    expect(of(report, 'keys')[0]?.why).toContain('another issuer')
  })

  it('refuses a set that has no key to verify with', async () => {
    const report = await examine(keySet(await startKeys({ keys: [] })))
    expect(levels(report, 'keys')).toStrictEqual(['error'])
  })

  it('names what is left out of a key set, and does not look at the network for it', async () => {
    const { publicKey } = await generateKeyPair('ES256')
    const good = { ...(await exportJWK(publicKey)), kid: 'good' }
    const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'bad' }
    const mixed = [
      await examine(keySet(await startKeys({ keys: [secret, good, good] }))),
      await examine({
        auth: { jwks: { keys: [secret, good] }, issuer: ISSUER, audience: 'api' },
      }),
    ]
    for (const report of mixed) {
      expect(levels(report, 'keys')).toStrictEqual(['warning'])
      expect(of(report, 'keys')[0]?.why).toContain('"bad": The JWK has the member k')
    }
    const bad = await examine(keySet(await startKeys({ keys: [secret] })))
    expect(levels(bad, 'keys')).toStrictEqual(['error'])
    expect(of(bad, 'keys')[0]?.why).toMatch(/"bad".*503/)
    expect(of(bad, 'keys')[0]?.remedy).not.toContain('this machine')
    for (const { stdout } of [...mixed, bad]) expect(stdout).not.toContain('c2VjcmV0')
  })

  it.each<[string, KeyServerOptions]>([
    ['warning', { clockAheadSeconds: 3600 }],
    ['warning', { clockAheadSeconds: -3600 }],
    // What a cache kept for an hour is an hour old, and no clock is wrong.
    ['ok', { clockAheadSeconds: -3600, ageSeconds: 3600 }],
    ['ok', { clockAheadSeconds: 20 }],
  ])('finds %s of the clock of a key server with %j', async (level, options) => {
    const report = await examine(keySet(await startKeys(options)))
    expect(levels(report, 'clock')).toStrictEqual([level])
    expect(levels(report, 'keys')).toStrictEqual(['ok'])
  })
})

describe('signet doctor: introspection endpoints', () => {
  const report = async (reply: () => IntrospectionReply) => {
    const server = await startIntrospectionServer(reply)
    try {
      const { publicKey } = await generateKeyPair('ES256')
      const jwks = { keys: [await exportJWK(publicKey)] }
      const client = { clientId: 'agents', clientSecret: 'a-secret-of-the-client' }
      const introspection = { endpoint: `${server.url}?key=of-the-server`, ...client }
      return await examine({ auth: { jwks, issuer: ISSUER, audience: 'api', introspection } })
    } finally {
      await server.close()
    }
  }

  it('is silent about one that knows nothing of a token that nobody has issued', async () => {
    const good = await report(() => ({ body: { active: false } }))
    expect(levels(good, 'introspection')).toStrictEqual(['ok'])
  })

  it.each<[string, IntrospectionReply, string]>([
    ['refuses the client', { status: 401, body: '' }, 'status 401'],
    ['knows every token as active', { body: { active: true } }, 'nobody has issued'],
  ])('tells of one that %s, and nothing of its query or the secret', async (_case, reply, why) => {
    const bad = await report(() => reply)
    expect(levels(bad, 'introspection')).toStrictEqual(['error'])
    expect(of(bad, 'introspection')[0]?.why).toContain(why)
    expect(of(bad, 'introspection')[0]?.remedy).toContain('introspection.endpoint')
    expect(bad.stdout).not.toMatch(/of-the-server|a-secret-of/)
  })
})

describe('signet doctor: who gets in', () => {
  const open = { path: '/open', requiresAuth: false }
  const closed = { path: '/closed', requiresAuth: true }

  it('warns of each open route of the application, and of none of those that are closed or built in', async () => {
    const routes = [open, closed, { ...open, path: '/other' }]
    const report = await examine({ ...GOOD, routes })
    expect(levels(report, 'open-route')).toStrictEqual(['warning', 'warning'])
    expect(of(report, 'open-route').map(({ what }) => what.split(' ')[1])).toStrictEqual([
      '/open',
      '/other',
    ])
    const listed = { auth: { audience: 'api', public: ['/closed'] } }
    const named = await examine({ ...listed, routes: [{ ...closed, requiresAuth: undefined }] })
    expect(levels(named, 'open-route')).toStrictEqual(['warning'])
    const silent = await examine({ ...GOOD, routes: [closed] })
    expect(levels(silent, 'open-route')).toStrictEqual(['ok'])
  })

  it.each<[string, string, Configuration]>([
    ['error', 'auth', { auth: false }],
    ['ok', 'auth', GOOD],
    ['warning', 'cors', { ...GOOD, cors: { origin: '*' } }],
    ['warning', 'cors', { ...GOOD, cors: { origin: ['https://app.example', '*'] } }],
    ['ok', 'cors', { ...GOOD, cors: { origin: ['https://app.example'] } }],
  ])('finds %s by the check %s: %j', async (level, check, configuration) => {
    expect(levels(await examine(configuration), check)).toStrictEqual([level])
  })
})

describe('signet doctor: roles and grants', () => {
  const withRole = (...grants: string[]) => ({ ...GOOD, access: { roles: { clerks: grants } } })
  const withIssuer = (options: object) => ({
    auth: { issuers: [{ issuer: ISSUER, audience: 'api', secret: SECRET, ...options }] },
  })

  it.each<[string, Configuration]>([
    ['an empty role', withRole()],
    ['an agent that is none', withRole('agents:execute:nobody')],
    ['an agent by its key, where its id is another', withRole('agents:execute:clerk')],
    ['a tool that is none', withRole('tools:execute:the-clerk')],
    ['a tool by its name in the agent, where its id is another', withRole('tools:*:echoWord')],
    ['neither agent nor tool', withRole('*:read:nobody')],
    ['an empty role of an issuer', withIssuer({ roles: { member: [] } })],
    ['an agent that is none, of an issuer', withIssuer({ roles: { member: ['agents:read:x'] } })],
    ['an empty cap', withIssuer({ grants: [] })],
    ['a tool that is none, in a cap', withIssuer({ grants: ['tools:read:nothing'] })],
    ['a default role that is none', { auth: { audience: 'api', defaultRole: 'nobody' } }],
    ['a default role that the issuer does not know', withIssuer({ roles: { a: ['agents:read'] } })],
  ])('warns of %s', async (_what, configuration) => {
    expect(levels(await examine(configuration), 'roles')).toStrictEqual(['warning'])
  })

  it.each<[string, Configuration]>([
    ['an agent by its id', withRole('agents:execute:the-clerk', 'agents:read')],
    ['a tool by its id', withRole('tools:execute:echo-word', 'tools:read:*')],
    ['an agent or tool', withRole('*:read:echo-word', '*')],
    ['what only the application knows', withRole('memory:read:some-thread')],
    [
      'a role and a cap of an issuer',
      withIssuer({ roles: { member: ['*'] }, grants: ['agents:*'] }),
    ],
    ['a default role that is one', { auth: { audience: 'api', defaultRole: 'viewer' } }],
    ['no default role', { auth: { audience: 'api', defaultRole: null } }],
  ])('is silent about %s', async (_what, configuration) => {
    expect(levels(await examine(configuration), 'roles')).toStrictEqual(['ok'])
  })
})

describe('signet doctor: memory', () => {
  it('notes where memory is kept by one machine alone', async () => {
    const report = await examine({ ...GOOD, memory: true })
    expect(levels(report, 'storage')).toStrictEqual(['note'])
  })

  it('is silent with DATABASE_URL, whose address it does not print, or without a memory', async () => {
    const url = 'postgres://user:pass-of-the-database@127.0.0.1:1/x'
    const shared = await examine({ ...GOOD, memory: true }, { DATABASE_URL: url })
    expect(levels(shared, 'storage')).toStrictEqual(['ok'])
    expect(shared.stdout).not.toContain('pass-of-the-database')
    expect(levels(await examine(GOOD), 'storage')).toStrictEqual([])
  })
})

describe('signet doctor: the store', () => {
  it('finds that a file can be made, and makes none', async () => {
    expect(levels(await examine(GOOD), 'store')).toStrictEqual(['ok'])
  })

  it('fails where the database does not answer, with its code and without its password', async () => {
    const url = 'postgres://user:pass-of-the-database@127.0.0.1:1/x'
    const report = await examine(GOOD, { DATABASE_URL: url })
    expect(of(report, 'store')).toMatchObject([
      { level: 'error', what: expect.stringContaining('ECONNREFUSED') },
    ])
    expect(report.stdout).not.toContain('pass-of-the-database')
  })

  it('fails where the file is damaged, and says what to do', async () => {
    const data = copies.makeFolder()
    writeFileSync(join(data, 'signet.db'), 'x'.repeat(10_000), { mode: 0o600 })
    const report = await examine(GOOD, { SIGNET_DATA_DIR: data })
    expect(of(report, 'store')).toMatchObject([
      {
        level: 'error',
        what: expect.stringContaining('SQLITE_NOTADB'),
        remedy: expect.stringContaining('signet restore'),
      },
    ])
    expect(readdirSync(data)).toStrictEqual(['signet.db'])
  })

  it.skipIf(IS_WINDOWS)('warns where others on the machine can read the file', async () => {
    const data = copies.makeFolder()
    writeFileSync(join(data, 'signet.db'), '')
    chmodSync(join(data, 'signet.db'), 0o644)
    const report = await examine(GOOD, { SIGNET_DATA_DIR: data })
    expect(of(report, 'store')).toMatchObject([
      { level: 'warning', remedy: expect.stringContaining('chmod 600') },
    ])
    chmodSync(join(data, 'signet.db'), 0o600)
    expect(levels(await examine(GOOD, { SIGNET_DATA_DIR: data }), 'store')).toStrictEqual(['ok'])
  })

  it('fails where the folder cannot be made', async () => {
    const report = await examine(GOOD, {
      SIGNET_DATA_DIR: join(directory, 'src/mastra/index.ts/data'),
    })
    expect(levels(report, 'store')).toStrictEqual(['error'])
  })

  it('warns where Redis does not answer, without its password', async () => {
    const report = await examine(GOOD, { REDIS_URL: 'redis://:pass-of-redis@127.0.0.1:1' })
    expect(of(report, 'redis')).toMatchObject([
      { level: 'warning', what: expect.stringContaining('ECONNREFUSED') },
    ])
    expect(report.stdout).not.toContain('pass-of-redis')
  })
})

describe('signet doctor: .env', () => {
  /** A project with its secret in `.env`. */
  function withEnvFile(mode: number): string {
    const project = copies.copy('configured')
    const file = join(project, '.env')
    writeFileSync(file, `MASTRA_JWT_SECRET="${SECRET}"\n`)
    chmodSync(file, mode)
    return project
  }

  async function examineFile(project: string): Promise<Report> {
    const result = await runSignet(['doctor', '--dir', project, '--json'])
    expect(result.stdout + result.stderr).not.toContain(SECRET)
    return { ...result, ...JSON.parse(result.stdout) }
  }

  it.skipIf(IS_WINDOWS)(
    'warns where others can read or write it, and not of mode 600',
    async () => {
      for (const mode of [0o644, 0o640, 0o602]) {
        const report = await examineFile(withEnvFile(mode))
        expect(levels(report, 'env-mode')).toStrictEqual(['warning'])
        expect(report.code).toBe(0)
      }
      expect(levels(await examineFile(withEnvFile(0o600)), 'env-mode')).toStrictEqual(['ok'])
    },
  )

  it.skipIf(!HAS_GIT)(
    'is an error where git tracks it, and is silent where it does not',
    async () => {
      const project = withEnvFile(0o600)
      const git = (...args: string[]) =>
        execFileSync('git', args, { cwd: project, stdio: 'ignore', timeout: 20_000 })
      expect(levels(await examineFile(project), 'env-tracked')).toStrictEqual(['ok'])
      git('init')
      expect(levels(await examineFile(project), 'env-tracked')).toStrictEqual(['ok'])
      git('add', '--force', '.env')
      const report = await examineFile(project)
      expect(levels(report, 'env-tracked')).toStrictEqual(['error'])
      expect(report.code).toBe(1)
    },
  )

  it('is silent about a file that is not there, and also without git', async () => {
    const report = await examine(GOOD)
    expect([...of(report, 'env-mode'), ...of(report, 'env-tracked')]).toStrictEqual([])
    const project = withEnvFile(0o600)
    const withoutGit = await runSignet(['doctor', '--dir', project, '--json'], {
      env: { PATH: project },
    })
    expect(withoutGit.code).toBe(0)
    expect(JSON.parse(withoutGit.stdout).findings).toContainEqual(
      expect.objectContaining({ check: 'env-tracked', level: 'ok' }),
    )
  })

  it('is looked at also where the application does not start', async () => {
    const project = withEnvFile(0o600)
    writeFileSync(join(project, '.env'), 'MASTRA_JWT_SECRET=hunter2\n')
    const report = await examineFile(project)
    expect(levels(report, 'start:secret_too_short')).toStrictEqual(['error'])
    expect(levels(report, 'env-tracked')).toStrictEqual(['ok'])
    expect(report.stdout).not.toContain('hunter2')
  })
})
