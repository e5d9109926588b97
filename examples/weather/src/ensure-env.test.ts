import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv, promisify } from 'node:util'
import { createSecret, MastraJwtAuth } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureEnv } from '../scripts/ensure-env.mjs'

const HOUR_MS = 60 * 60 * 1000

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signet-ensure-env-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

function envFile(): string {
  return join(directory, '.env')
}

async function readEnv(): Promise<{ text: string; secret: string; token: string }> {
  const text = await readFile(envFile(), 'utf8')
  const { MASTRA_JWT_SECRET: secret = '', MASTRA_JWT_TOKEN: token = '' } = parseEnv(text)
  return { text, secret, token }
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

function signWith(secret: string): string {
  const claims = { sub: 'developer', role: 'owner' }
  return new MastraJwtAuth({ secret }).sign(claims, { expiresInSeconds: 3600 })
}

describe('ensureEnv, where there is no .env,', () => {
  it('makes one with a secret and a token that it accepts', async () => {
    expect(await ensureEnv({ directory })).toMatchObject({ path: envFile(), changed: true })
    const { secret, token } = await readEnv()
    expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(32)
    const claims = await new MastraJwtAuth({ secret }).authenticateToken(token)
    expect(claims).toMatchObject({ sub: 'developer', role: 'owner' })
  })

  it('gives the token eight hours', async () => {
    const start = Date.UTC(2026, 10, 23)
    const now = () => start
    await ensureEnv({ directory, now })
    const { secret, token } = await readEnv()
    const claims = await new MastraJwtAuth({ secret, now }).authenticateToken(token)
    expect(claims.exp).toBe((start + 8 * HOUR_MS) / 1000)
  })

  it('lets only its owner read the file', async () => {
    await ensureEnv({ directory })
    expect(await modeOf(envFile())).toBe('600')
  })

  it('explains the variables in it, and sets no others', async () => {
    await ensureEnv({ directory })
    const { text } = await readEnv()
    expect(Object.keys(parseEnv(text))).toEqual(['MASTRA_JWT_SECRET', 'MASTRA_JWT_TOKEN'])
    for (const name of ['MODEL', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'PORT']) {
      expect(text).toContain(`#${name}=`)
    }
  })

  it('makes another secret each time', async () => {
    await ensureEnv({ directory })
    const first = await readEnv()
    await rm(envFile())
    await ensureEnv({ directory })
    expect((await readEnv()).secret).not.toBe(first.secret)
  })

  it('leaves nothing but .env behind', async () => {
    await ensureEnv({ directory })
    expect(await readdir(directory)).toEqual(['.env'])
  })
})

describe('ensureEnv, where there is an .env,', () => {
  it('does not touch a file whose token is accepted', async () => {
    await ensureEnv({ directory })
    const before = await stat(envFile(), { bigint: true })
    expect(await ensureEnv({ directory })).toMatchObject({ changed: false })
    const after = await stat(envFile(), { bigint: true })
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs])
  })

  it('renews a token that has expired, and nothing else', async () => {
    const longAgo = Date.now() - 9 * HOUR_MS
    await ensureEnv({ directory, now: () => longAgo })
    const before = await readEnv()
    expect(await ensureEnv({ directory })).toMatchObject({ changed: true })
    const after = await readEnv()
    expect(after.secret).toBe(before.secret)
    expect(after.token).not.toBe(before.token)
    expect(after.text).toBe(before.text.replace(before.token, after.token))
    await new MastraJwtAuth({ secret: after.secret }).authenticateToken(after.token)
  })

  it('keeps a token until the moment it expires', async () => {
    const start = Date.UTC(2026, 10, 23)
    await ensureEnv({ directory, now: () => start })
    const almost = start + 8 * HOUR_MS - 1000
    expect(await ensureEnv({ directory, now: () => almost })).toMatchObject({ changed: false })
    const expiry = start + 8 * HOUR_MS
    expect(await ensureEnv({ directory, now: () => expiry })).toMatchObject({ changed: true })
  })

  it('renews the token of another secret, and keeps the secret', async () => {
    await ensureEnv({ directory })
    const before = await readEnv()
    const secret = createSecret()
    await writeFile(envFile(), before.text.replace(before.secret, secret))
    await ensureEnv({ directory })
    const after = await readEnv()
    expect(after.secret).toBe(secret)
    await new MastraJwtAuth({ secret }).authenticateToken(after.token)
  })

  it('adds a missing token to a secret', async () => {
    const secret = createSecret()
    await writeFile(envFile(), `MASTRA_JWT_SECRET=${secret}`)
    await ensureEnv({ directory })
    const after = await readEnv()
    expect(after.text).toBe(`MASTRA_JWT_SECRET=${secret}\nMASTRA_JWT_TOKEN=${after.token}\n`)
    await new MastraJwtAuth({ secret }).authenticateToken(after.token)
  })

  it('adds a missing secret, and with it a token, to what else is there', async () => {
    const text = '# mine\nexport MODEL="openai/some model"\nPORT=5000 # not 4111\n'
    await writeFile(envFile(), text)
    await ensureEnv({ directory })
    const after = await readEnv()
    expect(after.text.startsWith(text)).toBe(true)
    expect(parseEnv(after.text)).toMatchObject({ MODEL: 'openai/some model', PORT: '5000' })
    await new MastraJwtAuth({ secret: after.secret }).authenticateToken(after.token)
  })

  it('fills empty variables in where they stand', async () => {
    await writeFile(envFile(), 'MASTRA_JWT_TOKEN=""\nA=1\nMASTRA_JWT_SECRET=\nB=2\n')
    await ensureEnv({ directory })
    const { text, secret, token } = await readEnv()
    expect(text).toBe(`MASTRA_JWT_TOKEN=${token}\nA=1\nMASTRA_JWT_SECRET=${secret}\nB=2\n`)
  })

  it('keeps the line ends of Windows', async () => {
    const secret = createSecret()
    await writeFile(envFile(), `A=1\r\nMASTRA_JWT_SECRET=${secret}\r\nMASTRA_JWT_TOKEN=old\r\n`)
    await ensureEnv({ directory })
    const { text, token } = await readEnv()
    expect(text).toBe(`A=1\r\nMASTRA_JWT_SECRET=${secret}\r\nMASTRA_JWT_TOKEN=${token}\r\n`)
  })

  it('takes the last of two assignments, as the loader does', async () => {
    const [first, last] = [createSecret(), createSecret()]
    const token = signWith(last)
    const text = `MASTRA_JWT_SECRET=${first}\nMASTRA_JWT_SECRET=${last}\nMASTRA_JWT_TOKEN=${token}\n`
    await writeFile(envFile(), text)
    expect(await ensureEnv({ directory })).toMatchObject({ changed: false })
  })

  it('refuses a secret that is too short, and leaves the file as it is', async () => {
    const text = 'MASTRA_JWT_SECRET=short\nMASTRA_JWT_TOKEN=\n'
    await writeFile(envFile(), text)
    await expect(ensureEnv({ directory })).rejects.toMatchObject({ code: 'secret_too_short' })
    expect((await readEnv()).text).toBe(text)
    expect(await readdir(directory)).toEqual(['.env'])
  })

  it('leaves a file alone in which it cannot change the token and nothing else', async () => {
    const secret = createSecret()
    const text = `MASTRA_JWT_SECRET=${secret}\nNOTE="two lines\nMASTRA_JWT_TOKEN=not this one"\n`
    await writeFile(envFile(), text)
    await expect(ensureEnv({ directory })).rejects.toThrow('by hand')
    expect((await readEnv()).text).toBe(text)
  })

  it('makes a file that others could read private when it writes a token into it', async () => {
    await writeFile(envFile(), `MASTRA_JWT_SECRET=${createSecret()}\n`)
    await chmod(envFile(), 0o644)
    await ensureEnv({ directory })
    expect(await modeOf(envFile())).toBe('600')
  })

  it('writes through a symbolic link', async () => {
    const target = join(directory, 'shared.env')
    await writeFile(target, `MASTRA_JWT_SECRET=${createSecret()}\n`)
    await symlink(target, envFile())
    await ensureEnv({ directory })
    expect(await readFile(target, 'utf8')).toContain('MASTRA_JWT_TOKEN=')
    expect((await readdir(directory)).toSorted()).toEqual(['.env', 'shared.env'])
  })
})

describe('ensureEnv says what it did', () => {
  it('without the secret or the token', async () => {
    const made = await ensureEnv({ directory })
    const kept = await ensureEnv({ directory })
    const later = Date.now() + 9 * HOUR_MS
    const renewed = await ensureEnv({ directory, now: () => later })
    const { secret, token } = await readEnv()
    for (const { message } of [made, kept, renewed]) {
      expect(message).toMatch(/^\.env [^\n]+\.$/)
      expect(message).not.toContain(secret)
      expect(message).not.toContain(token)
    }
    expect(new Set([made.message, kept.message, renewed.message]).size).toBe(3)
  })

  it('only where it is called, not where it is imported', async () => {
    const script = fileURLToPath(new URL('../scripts/ensure-env.mjs', import.meta.url))
    const program = `await import(${JSON.stringify(script)})`
    const options = ['--input-type=module', '--eval', program]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, options)
    expect(stdout + stderr).toBe('')
  })
})
