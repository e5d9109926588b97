import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import Libsql from 'libsql'
import { afterEach, expect, it } from 'vitest'
import { TurnClient, questionText } from '@signet/test-support/http/turn-client'
import { TurnLoad } from '@signet/test-support/store/turn-load'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { ROOT } from '@signet/test-support/process/root'
import { describeStores } from '@signet/test-support/store/stores'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const auth = new MastraJwtAuth({ secret: SECRET })
const sign = () => auth.sign({ sub: 'alice' }, { expiresInSeconds: 3600 })

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

/** The commands that a section of the page prints, in their order: first to back up, then to restore. */
function commandsOf(heading: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8')
  const section = page.split(`\n### ${heading}\n`)[1]?.split('\n### ')[0] ?? ''
  return [...section.matchAll(/^```bash\n([^`]*)^```$/gm)].map(([, commands = '']) => commands)
}

/** Runs what somebody would paste into a shell. */
async function paste(
  commands: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { PATH, HOME } = process.env
  const shell = spawn('bash', ['-e', '-c', commands], { cwd, env: { PATH, HOME, ...env } })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text) => (output += text))
  const [code] = await once(shell, 'close')
  expect({ code, output }).toMatchObject({ code: 0 })
  return output
}

describeStores('docs/operations.md, run as it stands', (stores) => {
  it('backs up under load and restores all that was acknowledged before, and ends tokens', async () => {
    const isFile = stores.driver === 'libsql'
    const commands = commandsOf(isFile ? 'Of a file' : 'Of PostgreSQL')
    expect(commands).toHaveLength(2)
    const [backUp = '', restore = ''] = commands
    const { databaseUrl = '' } = await stores.locate()
    const project = copies.copy('remembering')
    const env = { MASTRA_JWT_SECRET: SECRET, DATABASE_URL: databaseUrl }

    const server = await processes.start(project, env)
    const oldToken = sign()
    const memory = new MemoryClient(server.url, oldToken)
    const clients = ['a', 'b', 'c'].map((name) => new TurnClient(name, [name, 'shared']))
    const load = new TurnLoad(clients, memory)
    const count = () => [...load.acknowledged().values()].flat().length
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(30)
    const before = load.acknowledged()
    await paste(backUp, project, env)
    const during = count()
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(during + 10)
    await load.stop()
    expect((await server.process.stop()).code).toBe(0)

    await paste(restore, project, env)
    // A token that is given in the same second has ended, too.
    await sleep(1100)
    if (isFile) {
      const database = new Libsql(join(project, '.signet', 'signet.db'))
      const rows = database.prepare('pragma integrity_check').all([])
      expect(rows).toStrictEqual([{ integrity_check: 'ok' }])
      database.close()
    }
    const { url } = await processes.start(project, env)
    const refused = await new MemoryClient(url, oldToken).get('/api/memory/threads')
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ code: 'token_revoked' })
    const restored = new MemoryClient(url, sign())
    for (const [thread, words] of before) {
      const texts = new Set(await restored.readTexts(thread))
      expect(words.filter((word) => !texts.has(questionText(word)))).toStrictEqual([])
    }
    expect(await restored.ask('clerk', 'after', questionText('heliotrope'))).toContain('heliotrope')
  }, 240_000)
})
