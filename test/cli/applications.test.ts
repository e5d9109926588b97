import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { secretKeys, signToken } from '@signet/auth'
import { afterEach, describe, expect, it } from 'vitest'
import { aliasAll } from '@signet/test-support/process/alias'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet } from '@signet/test-support/process/signet-process'

const APPLICATIONS = join(ROOT, 'test', 'applications')
const SECRET = 'a secret that is used by nothing but these tests'
const ENV = { MASTRA_JWT_SECRET: SECRET }

const fixtures = new FixtureCopies()
const processes = new SignetProcesses()

afterEach(async () => {
  await processes.kill()
  fixtures.remove()
})

/** A copy of an application that is written for Mastra, with our packages under its names. */
function install(name: string, state: 'brought' | 'served'): string {
  const directory = fixtures.copyFrom(join(APPLICATIONS, name, state))
  aliasAll(directory)
  return directory
}

function tokenFor(subject: string): string {
  const { signingKey } = secretKeys(SECRET)
  return signToken({ sub: subject }, signingKey, { expiresInSeconds: 60 })
}

async function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenFor('alice')}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const KINDS = [
  ['starter', 'with workflows, scorers, a store, a logger and observability', 'forecaster'],
  ['guarded', 'with an approval, processors and middleware', 'cashier'],
  ['library', 'with vectors, sub-agents, tools as a function, zod 3 and JSON Schema', 'librarian'],
  [
    'office',
    'with MCP, roles, a tool of the AI SDK, several models and an agent by folder',
    'clerk',
  ],
] as const

describe.each(KINDS)('the application %s, %s', (name, _, agent) => {
  it('is refused, and told everything that it does not get', async () => {
    const { code, stdout, stderr } = await runSignet(['routes'], {
      cwd: install(name, 'brought'),
      env: ENV,
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    await expect(stderr).toMatchFileSnapshot(join(APPLICATIONS, name, 'refused.txt'))
  })

  it('answers once that is taken out', async () => {
    const { url } = await processes.start(install(name, 'served'), ENV)
    const response = await post(`${url}/api/agents/${agent}/generate`, { messages: 'Hello' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ text: expect.stringMatching(/./) })
    expect((await fetch(`${url}/api/agents`)).status).toBe(401)
  })
})

describe('an application whose only hindrance is a folder that declares an agent', () => {
  it('is told of its options next', async () => {
    const directory = install('office', 'brought')
    rmSync(join(directory, 'src', 'mastra', 'agents'), { recursive: true })
    const { code, stderr } = await runSignet(['routes'], { cwd: directory, env: ENV })
    expect(code).toBe(1)
    await expect(stderr).toMatchFileSnapshot(join(APPLICATIONS, 'office', 'refused-options.txt'))
  })
})

describe('a request that demands what the server does not do', () => {
  it('is refused, and no tool runs', async () => {
    const { url } = await processes.start(install('library', 'served'), ENV)
    const response = await post(`${url}/api/agents/librarian/generate`, {
      messages: 'Borrow the book Dune',
      prepareStep: { tools: [] },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'option_unsupported',
      issues: [{ field: 'prepareStep' }],
    })
  })
})
