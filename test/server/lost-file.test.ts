import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, expect, it } from 'vitest'
import { TurnClient, questionText } from '@signet/test-support/http/turn-client'
import { TurnLoad } from '@signet/test-support/store/turn-load'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { runSignet } from '@signet/test-support/process/signet-process'

const TIMEOUT_MS = 120_000
const env = { MASTRA_JWT_SECRET: SECRET }

const processes = new SignetProcesses()
const copies = new FixtureCopies()

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

/** A server under load, which had acknowledged some turns when its file was spoiled. */
async function spoilUnderLoad(spoil: (data: string) => void) {
  const project = copies.copy('remembering')
  const data = join(project, '.signet')
  const { url, process } = await processes.start(project, env)
  const token = new MastraJwtAuth({ secret: SECRET }).sign(
    { sub: 'alice' },
    { expiresInSeconds: 3600 },
  )
  const memory = new MemoryClient(url, token)
  const clients = ['a', 'b', 'c'].map((name) => new TurnClient(name, [name, 'shared']))
  const load = new TurnLoad(clients, memory)
  const count = () => [...load.acknowledged().values()].flat().length
  await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(20)
  spoil(data)
  for (const reason of await load.failures()) {
    expect(reason).toMatch(/"(?:storage_unavailable|answer_unstored)"/)
  }
  return { project, data, process, memory, load, token }
}

/** The lines of the log about the file, of a level. */
function linesOf(stderr: string, level: number): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith(`{"level":${level},`) && line.includes('signet.db'))
}

async function expectAll(memory: MemoryClient, load: TurnLoad): Promise<void> {
  for (const [thread, words] of load.acknowledged()) {
    const texts = new Set(await memory.readTexts(thread))
    expect(words.filter((word) => !texts.has(questionText(word)))).toStrictEqual([])
  }
}

it(
  'a file that is deleted under load is told once, acknowledges nothing more, and comes back whole',
  async () => {
    const { project, data, process, memory, load, token } = await spoilUnderLoad((folder) => {
      for (const name of readdirSync(folder)) {
        if (name.startsWith('signet.db')) rmSync(join(folder, name))
      }
    })
    for (const path of ['/api/memory/threads', '/api/memory/threads/a/messages']) {
      const response = await memory.get(path)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ code: 'storage_unavailable' })
    }
    expect((await memory.get('/ready')).status).toBe(503)
    expect((await memory.get('/health')).status).toBe(200)
    const { code, stderr } = await process.stop()
    expect(code).toBe(0)
    const told = linesOf(stderr, 50).filter((line) => line.includes('was deleted'))
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('SIGTERM')

    const rescued = readdirSync(data).find((name) => name.startsWith('signet-rescued-')) ?? ''
    expect(stderr).toContain(`signet restore ${join(data, rescued)}`)
    for (const command of ['start', 'doctor', 'revoke']) {
      const flags = command === 'revoke' ? ['--all'] : []
      const anew = await runSignet([command, '--dir', project, ...flags], { env })
      expect(anew.code).toBe(1)
      expect(anew.stdout + anew.stderr).toContain(`${join(data, rescued)} was kept of it`)
    }
    expect(existsSync(join(data, 'signet.db'))).toBe(false)
    const restored = await runSignet(['restore', join(data, rescued), '--dir', project], { env })
    expect(restored).toMatchObject({ code: 0 })
    const { url } = await processes.start(project, env)
    await expectAll(new MemoryClient(url, token), load)
  },
  TIMEOUT_MS,
)

it(
  'a file that is moved away is served again once it is back',
  async () => {
    let away = (): void => {}
    const { memory, load, process } = await spoilUnderLoad((folder) => {
      const [file, other] = [join(folder, 'signet.db'), join(folder, 'other')]
      renameSync(file, other)
      away = () => renameSync(other, file)
    })
    expect((await memory.get('/ready')).status).toBe(503)
    away()
    const status = async () => (await memory.get('/ready')).status
    await expect.poll(status, { timeout: 30_000 }).toBe(200)
    await process.waitFor(/signet\.db is there again/)
    await expectAll(memory, load)
    expect(await memory.ask('clerk', 'after', questionText('heliotrope'))).toContain('heliotrope')
  },
  TIMEOUT_MS,
)
