import { join } from 'node:path'
import { signToken, secretKeys } from '@signet/auth'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '@signet/test-support/process/faulty-server'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { runSignet, startDev } from '@signet/test-support/process/signet-process'
import { linkPackage, writeFiles } from '@signet/test-support/application/written-application'

const SECRET = 'a secret that is used by nothing but these tests'
const env = { MASTRA_JWT_SECRET: SECRET }
const copies = new FixtureCopies()
const processes = new SignetProcesses()

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

/** What is compiled away moves the lines of the bundle away from those of the sources. */
const TYPES = 'interface A {\n  readonly a: string\n}\n'

const BREAK = `${TYPES}export function fail(text: string | undefined): string {
  return ([] as A[])[String(text).length]!.a
}
`

const INDEX = `${TYPES}import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { createTool } from '@signet/core/tools'
import { MastraJwtAuth } from '@signet/auth'
import { z } from 'zod'
import { fail } from '@repo/break'
const now = createTool({
  id: 'now', description: 'Fail', inputSchema: z.object({}),
  execute: async () => fail('now'),
})
const later = createTool({
  id: 'later', description: 'Fail later', inputSchema: z.object({}),
  execute: async () => {
    setTimeout(() => fail('later'), 1)
    return 'done'
  },
})
const clerk = new Agent({
  id: 'clerk', name: 'Clerk', model: 'signet/rehearsal',
  instructions: () => fail('instructions'),
})
export const mastra = new Mastra({
  agents: { clerk }, tools: { now, later }, server: { auth: new MastraJwtAuth() },
})
if (process.env.FAIL) fail('start')
`

/** Makes an application whose faults come from a package of its workspace. */
function makeApplication(): string {
  const root = copies.makeFolder()
  const directory = join(root, 'app')
  writeFiles(root, {
    'packages/break/package.json': JSON.stringify({ name: '@repo/break', exports: './break.ts' }),
    'packages/break/break.ts': BREAK,
    'app/src/mastra/index.ts': INDEX,
  })
  linkPackage(directory, '@repo/break', join(root, 'packages', 'break'))
  return directory
}

const stack = (line: number) =>
  new RegExp(
    String.raw`packages/break/break\.ts:5:\d+\)(?:\n|\\n) +at [^\n]*?src/mastra/index\.ts:${line}:\d+`,
  )

/** What is asked, and the line of the application that it fails in. */
const FAULTS: readonly (readonly [string, string, object, number])[] = [
  ['a tool', '/api/tools/now/execute', { data: {} }, 12],
  ['a timer that a tool left behind', '/api/tools/later/execute', { data: {} }, 17],
  ['an agent', '/api/agents/clerk/generate', { messages: 'Hello' }, 23],
]

describe.each(['start', 'dev'] as const)('the log of signet %s', (command) => {
  it('names file and line of the sources, also of a package of the workspace', async () => {
    const directory = makeApplication()
    const server =
      command === 'dev' ? await startDev(directory, { env }) : await processes.start(directory, env)
    processes.add(server.process)
    const token = signToken({ sub: 'ann', roles: ['owner'] }, secretKeys(SECRET).signingKey, {
      expiresInSeconds: 60,
    })
    for (const [, path, body, line] of FAULTS) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      await until(() => stack(line).test(server.process.stderr + server.process.stdout))
    }
    expect(server.process.stderr + server.process.stdout).not.toContain('application.mjs')
  })
})

describe('the error of a start', () => {
  it.each(['start', 'doctor', 'routes'])('names them in signet %s', async (command) => {
    const directory = makeApplication()
    const failing = await runSignet([command, '--dir', directory], { env: { ...env, FAIL: '1' } })
    expect(failing.code).toBe(1)
    expect(failing.stderr).toMatch(stack(28))
    expect(failing.stderr).not.toMatch(/application\.mjs|node:internal/)
  })

  it('is named by signet doctor with its place where the application is refused', async () => {
    const { code, stdout } = await runSignet(['doctor', '--json', '--dir', makeApplication()])
    expect(code).toBe(1)
    expect(stdout).toMatch(/A secret is missing\..* See src\/mastra\/index\.ts:26:\d+\./)
  })
})
