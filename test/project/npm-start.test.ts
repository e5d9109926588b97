import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { secretKeys, signToken } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'

/** What the documentation of Mastra prints, and the payload of its example of a token. */
const SAMPLE_SECRET = 'supersecretdevkeythatishs256safe!'
const SAMPLE_CLAIMS = { sub: '1234567890', name: 'John Doe', admin: true, iat: 1516239022 }

let directory: string

beforeEach(() => {
  // In the project, so that the application finds its packages.
  mkdirSync(join(ROOT, '.signet'), { recursive: true })
  directory = mkdtempSync(join(ROOT, '.signet', 'start-'))
  const files = ['.env.example', 'src']
  for (const file of files) {
    cpSync(join(ROOT, 'examples', 'weather', file), join(directory, file), { recursive: true })
  }
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** Runs what `npm start` runs, on the copy, until it is ready or has ended. */
async function start() {
  const { PATH, SystemRoot } = process.env
  const module = pathToFileURL(join(ROOT, 'scripts', 'serve-example.mjs')).href
  const source = `import { serveExample } from ${JSON.stringify(module)}
    await serveExample(${JSON.stringify(directory)}, ['--port', '0'])`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    env: { PATH, SystemRoot, MODEL: 'signet/rehearsal' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  await new Promise<void>((resolve) => {
    const note = (data: Buffer) => {
      output += data.toString()
      if (/^Ready in/m.test(output)) resolve()
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    child.once('close', () => resolve())
  })
  const url = /Server +(http:\S+)/.exec(output)?.[1] ?? ''
  const stop = async () => {
    if (child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGTERM')
    await ended
  }
  return { child, output: () => output, url, stop }
}

function writeEnv(secret: string, token: string): void {
  writeFileSync(join(directory, '.env'), `MASTRA_JWT_SECRET=${secret}\nMASTRA_JWT_TOKEN=${token}\n`)
}

describe('npm start', () => {
  it('makes a secret and a token where there are none, and the token opens the door', async () => {
    const { url, stop, output } = await start()
    const env = readFileSync(join(directory, '.env'), 'utf8')
    const token = /^MASTRA_JWT_TOKEN=(.+)$/m.exec(env)?.[1] ?? ''
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${url}/api/agents`, { headers })).status).toBe(200)
    expect((await fetch(`${url}/api/agents`)).status).toBe(401)
    const secret = /^MASTRA_JWT_SECRET=(.+)$/m.exec(env)?.[1] ?? ''
    expect(secret.length).toBeGreaterThan(31)
    expect(output()).not.toContain(secret)
    await stop()
  })

  it('serves the secret and the token of the documentation, and warns that it never expires', async () => {
    const token = signToken(SAMPLE_CLAIMS, secretKeys(SAMPLE_SECRET).signingKey)
    writeEnv(SAMPLE_SECRET, token)
    const { url, stop, output } = await start()
    expect(readFileSync(join(directory, '.env'), 'utf8')).toContain(token)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${url}/api/agents`, { headers })).status).toBe(200)
    await stop()
    expect(output()).toContain('never expires')
  })

  it('says in one line why it does not take a secret', async () => {
    writeEnv('short', '')
    const { child, output, stop } = await start()
    await stop()
    expect(child.exitCode).toBe(1)
    expect(output()).toContain('at least 32')
    expect(output()).not.toMatch(/^ +at /m)
    expect(existsSync(join(directory, '.env'))).toBe(true)
  })
})
