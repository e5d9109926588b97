import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { createVerifier, secretKeys } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from './main.js'

const SECRET = 'a secret that is used by nothing but these tests'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-cli-'))
  vi.stubEnv('MASTRA_JWT_SECRET', SECRET)
  vi.stubEnv('JWT_AUTH_SECRET', undefined)
  vi.stubEnv('PORT', undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

class Memory extends Writable {
  text = ''
  isTTY = false

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function runWith(
  { input = '', isTerminal = false }: { input?: string; isTerminal?: boolean },
  ...args: string[]
): Promise<Result> {
  const stdout = new Memory()
  const stderr = new Memory()
  stdout.isTTY = isTerminal
  const stdin = Object.assign(Readable.from([Buffer.from(input)]), { isTTY: isTerminal })
  const code = await main(args, { stdout, stderr, stdin, directory })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

async function run(...args: string[]): Promise<Result> {
  return await runWith({}, ...args)
}

function makeApplication(path: string): void {
  mkdirSync(join(directory, path, 'src', 'mastra'), { recursive: true })
  writeFileSync(join(directory, path, 'src', 'mastra', 'index.ts'), '')
}

async function claimsOf(token: string) {
  const verifier = createVerifier({ keys: secretKeys(SECRET), requiredClaims: ['exp', 'sub'] })
  return (await verifier.verify(token.trim())).claims
}

describe('signet', () => {
  it.each([
    ['--help'],
    ['dev', '--help'],
    ['start', '--help'],
    ['token', '--help'],
    ['secret', '--help'],
    ['inspect', '--help'],
    ['doctor', '--help'],
    ['revoke', '--help'],
  ])('explains itself with exit code 0: %s', async (...args) => {
    const { code, stdout } = await run(...args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Usage: signet/)
  })

  it('prints its version', async () => {
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    [['frobnicate'], /frobnicate/],
    [['dev', '--frobnicate'], /--frobnicate/],
    [['token'], /--sub/],
    [['inspect'], /no token/],
    [['inspect', '-'], /no token/],
    [['inspect', 'one', 'two'], /too many arguments/],
    [['inspect', 'a.b.c', '--secret-env', 'IS_NOT_SET'], /--secret-env/],
    [['inspect', '--frobnicate'], /--frobnicate/],
    [['doctor', '--frobnicate'], /--frobnicate/],
    [['token', '--sub', ' '], /--sub/],
    [['token', '--sub', 'a', '--expires', 'soon'], /--expires/],
    [['token', '--sub', 'a', '--expires', '0'], /--expires/],
    [['token', '--sub', 'a', '--expires', '999999999d'], /--expires/],
    [['token', '--sub', 'a', '--iss', ''], /--iss/],
    [['token', '--sub', 'a', '--scope', ' '], /--scope/],
    [['token', '--sub', 'a', '--alg', 'none'], /--alg/],
    [['token', '--sub', 'a', '--claim', 'nbf=abc'], /--claim nbf/],
    [['token', '--sub', 'a', '--claim', 'novalue'], /--claim/],
    [['token', '--sub', 'a', '--claim', 'sub=b'], /--sub/],
    [['token', '--sub', 'a', '--claim', 'exp=99999999999'], /--expires/],
  ])('names the flag of a usage error, with exit code 2: %j', async (args, flag) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(flag)
    expect(stdout).toBe('')
  })

  it.each([['dev'], ['start'], ['doctor']])(
    '%s names the folder that has no application',
    async (command) => {
      const { code, stderr } = await run(command)
      expect(code).toBe(1)
      expect(stderr).toContain('src/mastra/index.ts')
      expect(stderr).toContain('--dir')
    },
  )
})

describe('signet secret', () => {
  it('prints one secret that is long enough for every HMAC algorithm (RFC 7518 section 3.2)', async () => {
    const { code, stdout, stderr } = await run('secret')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^[\w-]{64}\n$/)
    expect(() => secretKeys(stdout.trim(), { algorithms: ['HS512'] })).not.toThrow()
  })

  it('prints another one each time', async () => {
    expect((await run('secret')).stdout).not.toBe((await run('secret')).stdout)
  })

  describe('--write', () => {
    const file = () => join(directory, '.env')
    const read = () => readFileSync(file(), 'utf8')
    const write = (...flags: string[]) => run('secret', '--write', '.env', ...flags)
    const NEW = /^MASTRA_JWT_SECRET=[\w-]{64}\n$/

    it('makes the file for its owner alone, and prints nothing of the secret', async () => {
      const { code, stdout, stderr } = await write()
      expect({ code, stdout }).toStrictEqual({ code: 0, stdout: '' })
      expect(read()).toMatch(NEW)
      expect(stderr).not.toContain(read().slice(18, 40))
      if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
    })

    it.each([
      [
        'no end of its last line',
        'A=1 # one\nB="2\n3"',
        /^A=1 # one\nB="2\n3"\nMASTRA_JWT_SECRET=[\w-]{64}\n$/,
      ],
      ['lines of Windows', 'A=1\r\n', /^A=1\r\nMASTRA_JWT_SECRET=[\w-]{64}\r\n$/],
      [
        'an empty entry',
        '# x\nMASTRA_JWT_SECRET=\nA=1\n',
        /^# x\nMASTRA_JWT_SECRET=[\w-]{64}\nA=1\n$/,
      ],
      [
        'an entry in a comment',
        '# MASTRA_JWT_SECRET=old\n',
        /^# MASTRA_JWT_SECRET=old\nMASTRA_JWT_SECRET=[\w-]{64}\n$/,
      ],
    ])('keeps the other lines of a file with %s', async (_, before, after) => {
      writeFileSync(file(), before, { mode: 0o644 })
      expect((await write()).code).toBe(0)
      expect(read()).toMatch(after)
      if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
    })

    it.each(['MASTRA_JWT_SECRET=old-one\n', 'export MASTRA_JWT_SECRET="old-one"\nA=1\n'])(
      'replaces no secret unless told: %j',
      async (before) => {
        writeFileSync(file(), before)
        const { code, stderr } = await write()
        expect(code).toBe(1)
        expect(stderr).toMatch(/already has a MASTRA_JWT_SECRET.*--force/)
        expect(stderr).not.toContain('old-one')
        expect(read()).toBe(before)
        expect((await write('--force')).code).toBe(0)
        expect(read()).not.toContain('old-one')
        expect(read()).toContain(before.includes('A=1') ? 'A=1\n' : 'MASTRA')
      },
    )

    it.each([
      ['in UTF-16', Buffer.from('\ufeffA=1\n', 'utf16le')],
      ['with a secret over two lines', Buffer.from('MASTRA_JWT_SECRET="one\ntwo"\n')],
    ])('leaves a file alone that it cannot edit: %s', async (_, before) => {
      writeFileSync(file(), before)
      const { code, stderr } = await write('--force')
      expect(code).toBe(1)
      expect(stderr).toMatch(/cannot be edited safely/)
      expect(readFileSync(file())).toStrictEqual(before)
      expect(readdirSync(directory)).toStrictEqual(['.env'])
    })

    it.skipIf(process.platform === 'win32')('follows a symbolic link, and keeps it', async () => {
      writeFileSync(join(directory, 'target'), 'A=1\n')
      symlinkSync('target', file())
      expect((await write()).code).toBe(0)
      expect(lstatSync(file()).isSymbolicLink()).toBe(true)
      expect(readFileSync(join(directory, 'target'), 'utf8')).toContain('A=1\nMASTRA_JWT_SECRET=')
    })

    it('says where a file cannot be written', async () => {
      const { code, stderr } = await run('secret', '--write', join('missing', '.env'))
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /missing.*cannot be written\. Check that its folder exists and that you are allowed to write there\.\n$/,
      )
    })

    it.each([
      [['--force'], /--force needs --write/],
      [['--write', ' '], /--write is empty/],
      [['--write'], /argument missing/],
    ])('refuses the flags %j', async (flags, reason) => {
      const { code, stdout, stderr } = await run('secret', ...flags)
      expect({ code, stdout }).toStrictEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(reason)
    })
  })
})

describe('signet token', () => {
  it('prints the token alone on standard output', async () => {
    const { code, stdout, stderr } = await run('token', '--sub', 'alice')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const claims = await claimsOf(stdout)
    expect(claims.sub).toBe('alice')
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(8 * 3600)
  })

  it('puts every flag into its claim', async () => {
    const scopes = ['--scope', 'agents:execute tools:read', '--scope', 'memory:read']
    const names = ['--iss', 'https://issuer.example', '--aud', 'api', '--aud', 'web']
    const more = ['--role', 'viewer', '--claim', 'admin=true', '--claim', 'team=red=blue']
    const time = ['--expires', '15m']
    const { stdout } = await run('token', '--sub', 'alice', ...scopes, ...names, ...more, ...time)
    const claims = await claimsOf(stdout)
    expect(claims).toMatchObject({
      sub: 'alice',
      iss: 'https://issuer.example',
      scope: 'agents:execute tools:read memory:read',
      role: 'viewer',
      aud: ['api', 'web'],
      admin: true,
      team: 'red=blue',
    })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(15 * 60)
  })

  it('takes the secret from .env of the folder', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', undefined)
    writeFileSync(join(directory, '.env'), `MASTRA_JWT_SECRET="${SECRET}"\n`)
    const { stdout } = await run('token', '--sub', 'alice')
    expect((await claimsOf(stdout)).sub).toBe('alice')
  })

  it('says how to get a secret where there is none, with exit code 1', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', undefined)
    makeApplication('.')
    const { code, stdout, stderr } = await run('token', '--sub', 'alice')
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      'error: MASTRA_JWT_SECRET is not set, neither in the environment nor in .env. Create one with: npx signet secret --write .env\n',
    )
    expect((await run('secret', '--write', '.env')).code).toBe(0)
    expect((await run('token', '--sub', 'alice')).code).toBe(0)
  })

  it('says in the folder above an application where that is, and speaks of no new secret', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', undefined)
    makeApplication('examples/weather')
    const { code, stderr } = await run('token', '--sub', 'alice')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: MASTRA_JWT_SECRET is not set\. There is no application in .*There is one in (.*): add --dir \1, or change to that folder\.\n$/,
    )
    expect(stderr).not.toContain('signet secret')
  })

  it('needs no application where there is a secret', async () => {
    expect((await run('token', '--sub', 'alice')).code).toBe(0)
  })

  it('refuses a short secret, and does not print it', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', 'hunter2')
    const { code, stderr } = await run('token', '--sub', 'alice')
    expect(code).toBe(1)
    expect(stderr).toContain('32')
    expect(stderr).not.toContain('hunter2')
  })

  it('warns of every claim that would grant and grants nothing', async () => {
    for (const claim of ['permissions=["agent:run"]', 'scp=agent:run']) {
      const { code, stderr } = await run('token', '--sub', 'alice', '--claim', claim)
      expect(code).toBe(0)
      expect(stderr).toContain('agent:run')
    }
  })

  it('signs with the algorithm that is asked for, where the secret is long enough', async () => {
    const secret = 'b'.repeat(64)
    vi.stubEnv('MASTRA_JWT_SECRET', secret)
    const { stdout } = await run('token', '--sub', 'alice', '--alg', 'HS512')
    const verifier = createVerifier({ keys: secretKeys(secret), algorithms: ['HS512'] })
    expect((await verifier.verify(stdout.trim())).claims.sub).toBe('alice')
    vi.stubEnv('MASTRA_JWT_SECRET', SECRET)
    expect((await run('token', '--sub', 'alice', '--alg', 'HS512')).code).toBe(1)
  })

  it('takes the secret from .env of the folder that --dir names', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', undefined)
    writeFileSync(join(directory, '.env'), `MASTRA_JWT_SECRET="${SECRET}"\n`)
    const { stdout } = await run('token', '--sub', 'alice', '--dir', directory)
    expect((await claimsOf(stdout)).sub).toBe('alice')
  })

  it('warns of a scope that grants nothing, and still prints the token', async () => {
    const { code, stdout, stderr } = await run('token', '--sub', 'alice', '--scope', 'agent:run')
    expect(code).toBe(0)
    expect(stderr).toContain('agent:run')
    expect((await claimsOf(stdout)).scope).toBe('agent:run')
  })

  it('says of a foreign scope alone that the default role counts, and of none that it does beside', async () => {
    const alone = await run('token', '--sub', 'alice', '--scope', 'openid', '--scope', 'profile')
    expect(alone.code).toBe(0)
    expect(alone.stderr).toMatch(
      /openid, profile are foreign scopes: .* what the default role grants/,
    )
    expect(alone.stderr).not.toContain('not a permission')
    for (const more of [
      ['--scope', 'agents:read'],
      ['--scope', 'agents:raed'],
      ['--role', 'viewer'],
    ]) {
      const { stderr } = await run('token', '--sub', 'alice', '--scope', 'openid', ...more)
      expect(stderr).toMatch(/openid is a foreign scope: it grants nothing itself/)
      expect(stderr).not.toContain('default role')
    }
    expect((await run('token', '--sub', 'alice', '--scope', 'agents:read')).stderr).toBe('')
  })
})

describe('signet inspect', () => {
  it('says that there is no token, and waits for none, where somebody types at a terminal', async () => {
    const { code, stdout, stderr } = await runWith({ isTerminal: true }, 'inspect')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('There is no token')
  })

  it('colours what is written to a terminal, unless NO_COLOR is set', async () => {
    vi.stubEnv('NO_COLOR', undefined)
    const token = (await run('token', '--sub', 'alice')).stdout.trim()
    const coloured = await runWith({ isTerminal: true }, 'inspect', token)
    expect(coloured.stdout).toContain('\u001b[')
    expect((await runWith({}, 'inspect', token)).stdout).not.toContain('\u001b')
    vi.stubEnv('NO_COLOR', '1')
    const plain = await runWith({ isTerminal: true }, 'inspect', token)
    expect(plain.stdout).not.toContain('\u001b')
  })

  it('never colours what is for machines', async () => {
    vi.stubEnv('NO_COLOR', undefined)
    const token = (await run('token', '--sub', 'alice')).stdout.trim()
    const { stdout } = await runWith({ isTerminal: true }, 'inspect', token, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ verdict: { result: 'not verified' } })
  })

  it('reads no more of its input than a token can have', async () => {
    const { code, stdout } = await runWith({ input: 'a'.repeat(1_000_000) }, 'inspect')
    expect(code).toBe(1)
    expect(stdout).toContain('token_too_large')
  })
})
