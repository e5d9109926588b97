import { execFile } from 'node:child_process'
import { createHmac, generateKeyPairSync, sign as signWithKey } from 'node:crypto'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createApiKey } from '@signet/auth/internal'
import { advise, judgePasted } from '@signet/auth/advice'
import { generalAdvice } from '@signet/auth/advice/general'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet, startDev, type DevServer } from '@signet/test-support/process/signet-process'

/** Of 33 bytes: long enough for HS256, and too short for HS384. */
const SECRET = 'a secret of thirty-three bytes!!!'
const SAMPLE = 'your-256-bit-secret'
const AUDIENCE = 'my-agents'
const HOUR = 3600
const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')

const copies = new FixtureCopies()
let directory: string
let server: DevServer

beforeAll(async () => {
  directory = copies.copy('configured')
  const configuration = JSON.stringify({ auth: { audience: AUDIENCE } })
  writeFileSync(
    join(directory, '.env'),
    `MASTRA_JWT_SECRET=${SECRET}\nCONFIGURATION=${configuration}\n`,
    { mode: 0o600 },
  )
  // What npx finds in a project that has the command line installed.
  mkdirSync(join(directory, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(COMMAND, join(directory, 'node_modules', '.bin', 'signet'))
  // npx itself takes longer to start than the command: most lines are run with what it would run.
  const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${COMMAND}" "$@"\n`
  mkdirSync(join(directory, 'bin'))
  writeFileSync(join(directory, 'bin', 'npx'), npx, { mode: 0o755 })
  server = await startDev(directory)
})

afterAll(async () => {
  await server.process.stop()
  copies.remove()
})

const now = () => Math.floor(Date.now() / 1000)
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const HASHES: Readonly<Record<string, string>> = { HS384: 'sha384', HS512: 'sha512' }

/** A token of any claims, good or not. */
function craft(claims: unknown, header: object = {}, secret: string = SECRET): string {
  const all = { alg: 'HS256', typ: 'JWT', ...header }
  const signingInput = `${encode(all)}.${encode(claims)}`
  const hash = HASHES[all.alg] ?? 'sha256'
  return `${signingInput}.${createHmac(hash, secret).update(signingInput).digest('base64url')}`
}

const claimsWith = (claims: object = {}) => ({
  sub: 'alice',
  role: 'member',
  aud: AUDIENCE,
  iat: now(),
  exp: now() + HOUR - 90,
  ...claims,
})
const tokenWith = (claims: object = {}) => craft(claimsWith(claims))

function signedByKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signingInput = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claimsWith())}`
  const signature = signWithKey('sha256', Buffer.from(signingInput), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  })
  return `${signingInput}.${signature.toString('base64url')}`
}

/** The status that the server answers a token with. */
async function statusOf(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${server.url}/api/agents`, { headers })).status
}

/** What `signet inspect` prints, run in the folder of the application. */
async function inspect(text: string) {
  const { stdout } = await runSignet(['inspect', '-'], { cwd: directory, input: text })
  const row = (name: string) => new RegExp(`^ {2}${name} +(.*)$`, 'm').exec(stdout)?.[1] ?? ''
  const [verdict = ''] = /^Verdict .*$/m.exec(stdout) ?? []
  return {
    stdout,
    verdict,
    code: row('code'),
    reason: row('reason'),
    warning: row('warning'),
    remedy: row('remedy'),
    /** The command at the end of the remedy, as it is printed. */
    command: /npx signet token .*$/.exec(row('remedy'))?.[0] ?? '',
  }
}

/**
 * Runs a line as somebody does who pastes it, in a shell in the folder of the application.
 * @param options.withNpx - whether npm looks for the command. Default: false, a stand-in starts it
 */
function runLine(
  line: string,
  { withNpx = false } = {},
): Promise<{ stdout: string; stderr: string }> {
  const bin = withNpx ? join(directory, 'node_modules', '.bin') : join(directory, 'bin')
  const PATH = [bin, process.env['PATH']].join(delimiter)
  return new Promise((resolve, reject) => {
    execFile(
      '/bin/sh',
      ['-c', line],
      { cwd: directory, env: { PATH } },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr })
        else reject(error)
      },
    )
  })
}

/** The server's own words for a token, for a caller who may read them. */
async function explained(token: string) {
  const response = await fetch(`${server.url}/api/auth/explain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  expect(response.status).toBe(200)
  return await response.json()
}

/** Moments pass between two answers. */
const withoutTimes = (text: string) =>
  text.replaceAll(/\d+ (?:min|s|h|d|y)\b/g, '~').replaceAll(/(?:~ )+~/g, '~')

interface BrokenToken {
  readonly make: () => string
  readonly code: string
  /** What the printed cause says. */
  readonly cause: RegExp
}

/** Those that a command mends. */
const MENDED_BY_COMMAND: Readonly<Record<string, BrokenToken>> = {
  expired: {
    make: () => tokenWith({ exp: now() - HOUR }),
    code: 'token_expired',
    cause: /Expired 1 h ago, at \d{4}-\d\d-\d\dT[\d:]+Z\.$/,
  },
  'expired by the skew of two clocks': {
    make: () => tokenWith({ exp: now() - 3 }),
    code: 'token_expired',
    cause: /Expired \d+ s ago.*clocks of issuer and server differ.*clockToleranceSeconds/,
  },
  'an end that is a length of time': {
    make: () => tokenWith({ exp: HOUR }),
    code: 'token_expired',
    cause: /exp is 3600, which is a length of time/,
  },
  'of another audience': {
    make: () => tokenWith({ aud: 'other-api' }),
    code: 'token_audience',
    cause: /aud is "other-api"; this server expects "my-agents" \(set in audience\)/,
  },
  'without an audience': {
    make: () => tokenWith({ aud: undefined }),
    code: 'token_audience',
    cause: /The claim aud is missing; this server expects "my-agents"/,
  },
  'of alg none': {
    make: () => `${encode({ alg: 'none' })}.${encode(claimsWith())}.`,
    code: 'token_algorithm',
    cause: /not signed.*"none"\. No option allows that/,
  },
  'of alg nOnE': {
    make: () => craft(claimsWith(), { alg: 'nOnE' }),
    code: 'token_algorithm',
    cause: /No option allows that/,
  },
  'of a misspelt algorithm': {
    make: () => craft(claimsWith(), { alg: 'hs256' }),
    code: 'token_algorithm',
    cause: /"hs256".*Did you mean HS256\?/,
  },
  'of HS384 with a short secret': {
    make: () => craft(claimsWith(), { alg: 'HS384' }),
    code: 'token_algorithm',
    cause: /HS384 needs a secret of at least 48 bytes; the secret of this server has 33/,
  },
  'of ES256': {
    make: signedByKey,
    code: 'token_algorithm',
    cause:
      /signed with ES256, which is for a private key; this server verifies with a secret \(HS256\)/,
  },
  'cut in the signature': {
    // Its last character may have bits that belong to no byte.
    make: () => tokenWith().slice(0, -20),
    code: 'token_signature or token_malformed',
    cause: /Cut off: the signature has 17 bytes; HS256 needs 32/,
  },
  'cut by its last character': {
    make: () => tokenWith().slice(0, -1),
    code: 'token_malformed',
    cause: /Cut off: the signature has 31 bytes; HS256 needs 32/,
  },
  'cut in the claims': {
    make: () => tokenWith().slice(0, 80),
    code: 'token_malformed',
    cause: /Cut off within the claims: the token ends after 80 characters/,
  },
  'without its signature': {
    make: () => tokenWith().split('.').slice(0, 2).join('.'),
    code: 'token_malformed',
    cause: /2 parts.*The signature is missing/,
  },
  'before its beginning': {
    make: () => tokenWith({ nbf: now() + 2 * HOUR }),
    code: 'token_not_active',
    cause: /becomes valid in (2 h|1 h 59 min), at \d{4}-\d\d-\d\dT[\d:]+Z \(nbf\)/,
  },
  'with a beginning in milliseconds': {
    make: () => tokenWith({ nbf: now() * 1000 }),
    code: 'token_not_active',
    cause: /nbf is \d+, which counts milliseconds/,
  },
  'issued in the future': {
    make: () => tokenWith({ iat: now() + 2 * HOUR }),
    code: 'token_not_active',
    cause: /Issued in the future: its iat is (2 h|1 h 59 min) ahead/,
  },
  'without a subject': {
    make: () => tokenWith({ sub: undefined }),
    code: 'token_claim',
    cause: /sub is missing/,
  },
  'with a number as subject': {
    make: () => tokenWith({ sub: 42 }),
    code: 'token_claim',
    cause: /sub is a number, 42; it must be a text/,
  },
  'with a number as audience': {
    make: () => tokenWith({ aud: 5 }),
    code: 'token_claim',
    cause: /aud is a number, 5; it must be a text, or a list of texts/,
  },
  'with a text as its end': {
    make: () => tokenWith({ exp: String(now() + HOUR) }),
    code: 'token_claim',
    cause: /exp is a text, "\d+"; it must be a number of seconds since 1970/,
  },
  'with a claim twice': {
    make: () => craft(`{"sub":"alice","sub":"alice","aud":"${AUDIENCE}","exp":${now() + HOUR}}`),
    code: 'token_malformed',
    cause: /claim "sub" twice/,
  },
  'of another secret': {
    make: () => craft(claimsWith(), {}, `${SECRET} of another`),
    code: 'token_signature',
    cause: /Signed with another secret than MASTRA_JWT_SECRET of \.env/,
  },
  'of a sample secret': {
    make: () => craft(claimsWith(), {}, SAMPLE),
    code: 'token_signature',
    cause: /sample secret/,
  },
  'that is too large': {
    make: () => tokenWith({ note: 'x'.repeat(9000) }),
    code: 'token_too_large',
    cause: /has \d{5} bytes; this server accepts at most 8192 \(maxTokenBytes\)/,
  },
  'that is encrypted': {
    make: () => `${encode({ alg: 'dir', enc: 'A128GCM' })}..AAAA.AAAA.AAAA`,
    code: 'token_malformed',
    cause: /encrypted: it has five parts, as a JWE has\. This server accepts signed tokens/,
  },
  'of five parts that names no encryption': {
    make: () => `${tokenWith()}.AAAA.AAAA`,
    code: 'token_malformed',
    cause: /encrypted: it has five parts/,
  },
  'that is a key of another service': {
    make: () => 'sk-0123456789abcdefghijklmnop',
    code: 'token_malformed',
    cause: /key of another service/,
  },
}

/** Those that are accepted, and that nobody can have meant so. */
const SUSPICIOUS: Readonly<Record<string, Omit<BrokenToken, 'code'>>> = {
  'with its end in milliseconds': {
    make: () => tokenWith({ exp: (now() + HOUR) * 1000 }),
    cause: /exp is \d+, which counts milliseconds\. .* valid for \d{5} y/,
  },
  'without an end': {
    make: () => tokenWith({ exp: undefined }),
    cause: /never expires: exp is missing\. Production refuses that/,
  },
  'of a misspelt role': {
    make: () => tokenWith({ role: 'admn' }),
    cause: /There is no role "admn"\. Did you mean admin\? It grants nothing/,
  },
  'of a misspelt scope': {
    make: () => tokenWith({ role: undefined, scope: 'agents:raed' }),
    cause: /"agents:raed" is not a permission\. Did you mean agents:read\? It grants nothing/,
  },
}

/** Those that an edit mends: what was pasted, and what is left once the remedy is done. */
const MENDED_BY_EDIT: Readonly<
  Record<
    string,
    {
      readonly paste: (token: string) => string
      cause: RegExp
      remedy: RegExp
      edit: (text: string) => string
    }
  >
> = {
  'with Bearer twice': {
    paste: (token) => `Bearer Bearer ${token}`,
    cause: /^"Bearer" twice/,
    remedy: /^Write Bearer once\./,
    edit: (text) => text.replaceAll('Bearer ', ''),
  },
  'in quotes': {
    paste: (token) => `"${token}"`,
    cause: /quotes around it/,
    remedy: /^Leave the quotes out\./,
    edit: (text) => text.replaceAll('"', ''),
  },
  'with a line break': {
    paste: (token) => `${token.slice(0, 60)}\n${token.slice(60)}`,
    cause: /^There is a line break after character 60\.$/,
    remedy: /^Take it out\. Without it the token is good for 58 min/,
    edit: (text) => text.slice(0, 60) + text.slice(61),
  },
  'wrapped by a terminal': {
    paste: (token) => (token.match(/.{1,50}/g) ?? []).join('\r\n'),
    cause: /line breaks within it, after the characters 50, 100, 150/,
    remedy: /^Take them out\./,
    edit: (text) => text.replaceAll('\r\n', ''),
  },
  'with a blank': {
    paste: (token) => `${token.slice(0, 30)} ${token.slice(30)}`,
    cause: /blank after character 30/,
    remedy: /^Take it out\./,
    edit: (text) => text.slice(0, 30) + text.slice(31),
  },
  'with a character that nobody sees': {
    paste: (token) => `${token.slice(0, 30)}\u200b${token.slice(30)}`,
    cause: /cannot be seen \(U\+200B\) after character 30/,
    remedy: /^Take it out\./,
    edit: (text) => text.slice(0, 30) + text.slice(31),
  },
  'with padding': {
    paste: (token) => `${token}=`,
    cause: /plain base64 \(=\)/,
    remedy: /^Write - for \+, _ for \/, and leave = out\./,
    edit: (text) => text.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_'),
  },
  'in the signs of plain base64': {
    paste: (token) => {
      const [header, claims, signature = ''] = token.split('.')
      return `${header}.${claims}.${signature.replaceAll('-', '+').replaceAll('_', '/')}=`
    },
    cause: /plain base64/,
    remedy: /^Write - for \+, _ for \/, and leave = out\./,
    edit: (text) => text.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_'),
  },
  'encoded for a URL': {
    paste: (token) => encodeURIComponent(`Bearer ${token}`).replaceAll('.', '%2E'),
    cause: /encoded as for a URL/,
    remedy: /^Send it as it is, without encoding\./,
    edit: (text) => decodeURIComponent(text).replace('Bearer ', ''),
  },
  'in JSON': {
    paste: (token) => JSON.stringify({ token, expiresIn: 60 }),
    cause: /JSON stands around/,
    remedy: /^Send the value of "token" alone\./,
    edit: (text) => JSON.parse(text).token,
  },
  'with another one in the same header': {
    paste: (token) => `Bearer ${token}, Bearer ${token}`,
    cause: /^Two tokens in one header/,
    remedy: /^Send the first one alone/,
    edit: (text) => text.split(', ')[0]?.replace('Bearer ', '') ?? '',
  },
  'with a comma behind it': {
    paste: (token) => `${token},`,
    cause: /comma behind it/,
    remedy: /^Leave the comma out\./,
    edit: (text) => text.replace(/,$/, ''),
  },
}

describe('the printed remedy of a broken token, followed as it is printed', () => {
  it('starts from a token that is accepted, without a warning', async () => {
    expect(await statusOf(tokenWith())).toBe(200)
    const { verdict, remedy } = await inspect(tokenWith())
    expect(verdict).toMatch(/^Verdict {2}accepted, by /)
    expect(remedy).toBe('')
    expect(await explained(tokenWith())).toMatchObject({ accepted: true, warnings: [] })
  })

  it.each(Object.entries(MENDED_BY_COMMAND))(
    'mends one %s, by its command; the server has the same words',
    async (_case, broken) => {
      const token = broken.make()
      expect(await statusOf(token)).toBe(401)
      const printed = await inspect(token)
      expect(printed.verdict).toMatch(/^Verdict {2}refused, by /)
      expect(broken.code.split(' or ')).toContain(printed.code)
      expect(printed.reason).toMatch(broken.cause)
      const said = await explained(token)
      expect(said).toMatchObject({ accepted: false, code: printed.code, command: printed.command })
      expect(withoutTimes(said.reason)).toBe(withoutTimes(printed.reason))
      expect(withoutTimes(said.remedy)).toBe(withoutTimes(printed.remedy))

      const made = (await runLine(printed.command)).stdout.trim()
      expect(await statusOf(made)).toBe(200)
      expect(await explained(made)).toMatchObject({ accepted: true, warnings: [] })
    },
  )

  it.each(Object.entries(SUSPICIOUS))(
    'mends one %s, which is accepted; the server has the same words',
    async (_case, broken) => {
      const token = broken.make()
      const printed = await inspect(token)
      expect(printed.verdict).toMatch(/^Verdict {2}accepted, with a warning, by /)
      expect(printed.warning).toMatch(broken.cause)
      const said = await explained(token)
      expect(said).toMatchObject({ accepted: true, reason: null, remedy: null })
      expect(said.warnings).toHaveLength(1)
      const [{ cause, remedy }] = said.warnings
      expect(withoutTimes(cause)).toBe(withoutTimes(printed.warning))
      expect(withoutTimes(remedy)).toBe(withoutTimes(printed.remedy))

      const made = (await runLine(printed.command)).stdout.trim()
      expect(await statusOf(made)).toBe(200)
      expect(await explained(made)).toMatchObject({ accepted: true, warnings: [] })
    },
  )

  it('mends an unknown role by the option that it names; a server option of the old name is refused with its place', async () => {
    const token = tokenWith({ role: 'emperor' })
    const listed = async (url: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return await (await fetch(`${url}/api/agents`, { headers })).json()
    }
    expect(await listed(server.url)).toEqual({})
    const { remedy } = await inspect(token)
    const [, path = ''] = /^Add the role to server\.([\w.]+)/.exec(remedy) ?? []
    const option = path
      .split('.')
      .reduceRight<object>((value, name) => ({ [name]: value }), { emperor: ['agents:*'] })
    const env = (more: object) => ({
      CONFIGURATION: JSON.stringify({ auth: { audience: AUDIENCE }, ...more }),
      MASTRA_JWT_SECRET: SECRET,
    })
    const folder = copies.copy('configured')
    const mended = await startDev(folder, { env: env(option) })
    const agents = await listed(mended.url)
    await mended.process.stop()
    expect(agents).toHaveProperty('the-clerk')

    const misplaced = { roles: { emperor: ['agents:*'] } }
    const refused = await runSignet(['start', '--dir', folder], { env: env(misplaced) })
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain(
      'server.roles: There is no such option here. Write the roles into server.access.roles.',
    )
  })

  it.each(Object.entries(MENDED_BY_EDIT))(
    'mends one %s, by what it says to edit; the server and a browser alone have the same words',
    async (_case, broken) => {
      const text = broken.paste(tokenWith())
      const printed = await inspect(text)
      expect(printed.verdict).toMatch(/^Verdict {2}refused/)
      expect(printed.code).toBe('token_malformed')
      expect(printed.reason).toMatch(broken.cause)
      expect(printed.remedy).toMatch(broken.remedy)
      expect(printed.remedy).toMatch(/the token is good for 5[78] min/)
      const said = await explained(text)
      const { slips } = judgePasted(text, Date.now() / 1000)
      expect(said).toMatchObject({ accepted: false, code: 'token_malformed', principal: null })
      for (const [cause, remedy] of [
        [said.reason, said.remedy],
        [slips?.cause, slips?.remedy],
      ]) {
        expect(cause).toBe(printed.reason)
        expect(withoutTimes(remedy)).toBe(withoutTimes(printed.remedy))
      }
      expect(await statusOf(broken.edit(text))).toBe(200)
    },
  )

  it('is a command that npx finds', async () => {
    const { command } = await inspect(tokenWith({ exp: now() - HOUR }))
    const made = (await runLine(command, { withNpx: true })).stdout.trim()
    expect(await statusOf(made)).toBe(200)
  })

  it('says what else is wrong with a token that is mended by an edit', async () => {
    const { remedy, command } = await inspect(`"${tokenWith({ exp: now() - HOUR })}"`)
    expect(remedy).toMatch(
      /^Leave the quotes out\. Without them the token is refused all the same\. Expired 1 h ago/,
    )
    expect(await statusOf((await runLine(command)).stdout.trim())).toBe(200)
  })

  it('says the same to machines, and names the folder of another application', async () => {
    const options = { input: tokenWith({ aud: 'other-api' }) }
    const args = ['inspect', '-', '--json', '--dir', directory]
    const { code, stdout } = await runSignet(args, options)
    expect(code).toBe(1)
    const { verdict } = JSON.parse(stdout)
    expect(verdict).toMatchObject({ found: '"other-api"', expected: '"my-agents"' })
    expect(verdict.command).toMatch(/^npx signet token .* --dir \//)
    expect(verdict.remedy.endsWith(verdict.command)).toBe(true)
    const line = `cd ${ROOT} && ${verdict.command}`
    expect(await statusOf((await runLine(line, { withNpx: true })).stdout.trim())).toBe(200)
  })
})

describe('what a token says, in the words about it', () => {
  const made = 'made-by-a-token'

  it.each([
    `a'; touch ${made}; '`,
    `$(touch ${made})`,
    `\`touch ${made}\``,
    `" && touch ${made} #`,
    '--dir=/somewhere',
    '-h',
    String.raw`a\b "c" 'd' !e %f%`,
    'Алиса 李 🙂',
  ])('is one word of the shell: %j', async (sub) => {
    const { command } = await explained(tokenWith({ sub, exp: now() - HOUR }))
    const token = (await runLine(command)).stdout.trim()
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.sub).toBe(sub)
    expect(existsSync(join(directory, made))).toBe(false)
  })

  it.each(['a\u001b[2Jb', 'a\nb', 'a\u202eb', 'a\u0000b', 'a\u200bb', 'a\u3164b', 'x'.repeat(400)])(
    'is in no command where a reader cannot see it: %j',
    async (sub) => {
      const said = await explained(tokenWith({ sub, exp: now() - HOUR }))
      expect(said.command).toBeNull()
      expect(said.remedy).toBe(
        'Create a new one, with signet token. The claims of this token have values that a command cannot hold.',
      )
    },
  )

  it('is escaped where it is quoted', async () => {
    const { stdout, reason } = await inspect(tokenWith({ aud: 'a\u001b[2J\u202e"b' }))
    expect(reason).toContain(String.raw`aud is "a\u001b[2J\u202e\"b"`)
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u001b\u202e]/)
  })

  it.each([
    [{ role: undefined, scope: '' }, []],
    [{ role: [] }, []],
    [{ role: undefined, scope: 'agents:read' }, ['agents:read']],
    [
      { role: 'viewer', tenant: 'x' },
      ['agents:read', 'tools:read', 'workflows:read', 'memory:read'],
    ],
  ])('grants no more in the new token than in the old one: %j', async (grants, permissions) => {
    const { command } = await explained(tokenWith({ ...grants, exp: now() - HOUR }))
    const token = (await runLine(command)).stdout.trim()
    expect((await explained(token)).principal.permissions).toStrictEqual(permissions)
  })
})

describe('one voice', () => {
  /** What only a server knows: its secret, its key, its audience, how much it takes. */
  const UNSEEN = /audience|secret|ES256|HS384|too large/
  const seen = Object.entries(MENDED_BY_COMMAND).filter(
    ([name]) => name === 'with a number as audience' || !UNSEEN.test(name),
  )
  const withoutServer = (text: string) => withoutTimes(text).replace(/ This server accepts.*/, '')

  it.each(seen)('is that of a browser which asks nobody, for one %s', async (_case, { make }) => {
    const token = make()
    const { level, advice } = judgePasted(token, Date.now() / 1000)
    expect(level).toBe('bad')
    expect(withoutServer(advice?.cause ?? '')).toBe(withoutServer((await explained(token)).reason))
  })

  it('says on the wire one constant sentence for each code, whatever the token', async () => {
    const answers = new Map<string, Set<string>>()
    for (const { make } of Object.values(MENDED_BY_COMMAND)) {
      const response = await fetch(`${server.url}/api/agents`, {
        headers: { authorization: `Bearer ${make()}` },
      })
      const { code, error } = await response.json()
      const challenge = response.headers.get('www-authenticate') ?? ''
      // Whose signature has verified is told when it ended, and nothing else.
      const sentence = error.replace(
        /^The token expired at [\dTZ.:-]+\.$/,
        'The token has expired.',
      )
      answers.set(code, (answers.get(code) ?? new Set()).add(`${sentence} ${challenge}`))
      expect(sentence + challenge).not.toMatch(/my-agents|npx|MASTRA|\d/)
      expect(sentence).toBe(generalAdvice(code).cause)
    }
    expect(answers.size).toBeGreaterThanOrEqual(7)
    for (const texts of answers.values()) expect(texts.size).toBe(1)
  })

  it('explains to nobody who may not read the system', async () => {
    const asking = (token: string) =>
      fetch(`${server.url}/api/auth/explain`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ token: tokenWith() }),
      })
    expect((await asking(tokenWith())).status).toBe(403)
    expect((await asking(tokenWith({ aud: 'other-api' }))).status).toBe(401)
  })

  it('counts the characters of an API key, and says nothing of them', () => {
    const key = createApiKey()
    const refusal = { now: now(), message: 'There is no such API key.' }
    const cut = advise({ ...refusal, code: 'token_malformed', token: key.slice(0, -3) })
    expect(cut.cause).toBe('Cut off: the API key has 50 characters; a whole API key has 53.')
    const unknown = advise({ ...refusal, code: 'token_key_unknown', token: key })
    expect(unknown.cause).toMatch(/does not know the API key/)
    expect(JSON.stringify([cut, unknown])).not.toContain(key.slice(4, 20))
  })
})

describe('signet token', () => {
  it.each([
    ['admn', /no role "admn"\. Did you mean admin\? It grants nothing/],
    ['emperor', /no role "emperor"\. The roles here are "owner", "admin", "member" and "viewer"/],
  ])('warns of the role %s, and signs', async (role, warning) => {
    const args = ['token', '--sub', 'alice', '--role', role]
    const { code, stdout, stderr } = await runSignet(args, { cwd: directory })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(stderr).toMatch(warning)
  })

  it('knows the roles of the application, and warns of none that is there', async () => {
    const routes = copies.copy('routes')
    const env = { MASTRA_JWT_SECRET: SECRET }
    const run = (role: string) =>
      runSignet(['token', '--sub', 'a', '--role', role], { cwd: routes, env })
    expect((await run('clerk-caller')).stderr).toBe('')
    expect((await run('clerk-calle')).stderr).toMatch(/Did you mean clerk-caller\?/)
    expect((await run('admin')).stderr).toBe('')
  })

  it('warns by the usual roles where there is no application', async () => {
    const env = { MASTRA_JWT_SECRET: SECRET }
    const args = ['token', '--sub', 'a', '--role', 'membr', '--scope', 'agent:read']
    const { code, stderr } = await runSignet(args, { cwd: copies.makeFolder(), env })
    expect(code).toBe(0)
    expect(stderr).toMatch(/Did you mean member\?/)
    expect(stderr).toMatch(
      /agent:read is not a permission, and grants nothing\..*Did you mean agents:read\?/,
    )
  })
})
