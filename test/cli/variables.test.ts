import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'

const processes = new SignetProcesses()
const copies = new FixtureCopies()

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

const token = new MastraJwtAuth({ secret: SECRET }).sign({ sub: 'ann' }, { expiresInSeconds: 3600 })
const ask = async (url: string) =>
  (await fetch(`${url}/api/agents`, { headers: { authorization: `Bearer ${token}` } })).status

/** Runs a command to its end. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { stdout, stderr } = await processes.spawn(args, { env }).ended()
  return { stdout, stderr }
}

describe('signet start with variables that an orchestrator sets', () => {
  it('starts beside the addresses of Services, and says that they count for nothing', async () => {
    const { url, process } = await processes.start(copies.copy('draining'), {
      MASTRA_JWT_SECRET: SECRET,
      METRICS_PORT: 'tcp://10.0.0.1:9090',
      METRICS_SERVICE_HOST: '10.0.0.1',
      REDIS_PORT: 'tcp://10.0.0.2:6379',
      DATABASE_URL: '',
      REDIS_URL: '',
      LOG_LEVEL: 'INFO',
    })
    expect(await ask(url)).toBe(200)
    const [line] = await process.waitFor(/^.*METRICS_PORT is ignored.*$/m)
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      msg: expect.stringContaining('enableServiceLinks: false'),
    })
    expect(process.stderr).not.toContain('Metrics are served')
  })

  it('starts with white space at the ends of variables', async () => {
    const { url, process } = await processes.start(copies.copy('draining'), {
      MASTRA_JWT_SECRET: SECRET,
      PORT: ' 4111 ',
      METRICS_PORT: ' 0\n',
      DATABASE_URL: '\n',
      REDIS_URL: ' ',
      LOG_LEVEL: 'info\r\n',
      SIGNET_KEEP_ALIVE: '75s\n',
    })
    expect(await ask(url)).toBe(200)
    await process.waitFor(/Metrics are served/)
    const response = await fetch(`${url}/health`)
    expect(response.headers.get('keep-alive')).toBe('timeout=75')
  })

  it('does not start with what an operator wrote and is not a port', async () => {
    const directory = copies.copy('draining')
    const env = { MASTRA_JWT_SECRET: SECRET, METRICS_PORT: 'http://10.0.0.1:9090' }
    const { stderr } = await run(['start', '--dir', directory, '--port', '0'], env)
    expect(stderr).toMatch(/METRICS_PORT "http:.*is not a port/)
  })
})

describe('a secret as people paste it', () => {
  it.each(['\n', '\r', ' '])(
    'counts with %j at its end, which every command says',
    async (end) => {
      const directory = copies.copy('draining')
      const env = { MASTRA_JWT_SECRET: SECRET + end }
      const slip = /has white space at its end/
      const { url, process } = await processes.start(directory, env)
      expect(await ask(url)).toBe(401)
      await process.waitFor(slip)
      expect((await run(['doctor', '--dir', directory], env)).stdout).toMatch(slip)
      expect((await run(['inspect', token, '--dir', directory], env)).stdout).toMatch(slip)
      const byVariable = ['inspect', token, '--dir', directory, '--secret-env', 'MASTRA_JWT_SECRET']
      expect((await run(byVariable, env)).stdout).toMatch(slip)
      const signed = await run(['token', '--sub', 'ann', '--dir', directory], env)
      expect(signed.stderr).toMatch(slip)
      expect(signed.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
      for (const text of [process.stderr, signed.stderr]) expect(text).not.toContain(SECRET)
    },
    60_000,
  )

  it.each([
    [
      'a file of variables of PowerShell',
      '.env',
      Buffer.from(`\ufeffMASTRA_JWT_SECRET=${SECRET}\r\n`, 'utf16le'),
      {},
    ],
    ['a file of variables with a mark', '.env', `\ufeffMASTRA_JWT_SECRET="${SECRET}"\n`, {}],
    [
      'a file with white space',
      'secret',
      ` ${SECRET} \n\n`,
      { MASTRA_JWT_SECRET_FILE: 'secret\n' },
    ],
  ])('is what was meant from %s', async (_, name, content, env) => {
    const directory = copies.copy('draining')
    writeFileSync(join(directory, name), content)
    const { url, process } = await processes.start(directory, env)
    expect(await ask(url)).toBe(200)
    expect(process.stderr).not.toContain('white space')
  })
})
