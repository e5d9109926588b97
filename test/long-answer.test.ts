import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { MastraClient } from '@signet/client-js'
import { afterEach, expect, it } from 'vitest'
import { FixtureCopies } from './support/fixture.js'
import { MemoryClient, SECRET } from './support/memory-client.js'
import { playModel, say, type PlayedAnswer } from './support/played-model.js'
import { chunkTypes } from './support/remembering-application.js'
import { SignetProcesses } from './support/server-process.js'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const cleanUp: (() => void)[] = []

afterEach(async () => {
  await processes.kill()
  for (const each of cleanUp.splice(0)) each()
  copies.remove()
})

const token: string = new MastraJwtAuth({ secret: SECRET }).sign(
  { sub: 'alice' },
  { expiresInSeconds: 3600 },
)
const STREAM = '/api/agents/clerk/stream'

/** A server over a model that the test plays. */
async function start(play: PlayedAnswer): Promise<{ url: string; alice: MemoryClient }> {
  const model = await playModel(play)
  cleanUp.push(() => model.close())
  const { url } = await processes.start(copies.copy('asking'), {
    MASTRA_JWT_SECRET: SECRET,
    MODEL_URL: model.url,
  })
  return { url, alice: new MemoryClient(url, token) }
}

it('shows a sign of life while the model thinks, which no client takes for a chunk', async () => {
  const { url, alice } = await start(async (answer, isStream) => {
    await sleep(11_000)
    say(answer, isStream)
  })
  const readBySignet = async () => {
    const client = new MastraClient({ baseUrl: url, token })
    const types: string[] = []
    for await (const { type } of await client.getAgent('clerk').stream('Hello')) types.push(type)
    return types
  }
  const reading = readBySignet()
  const response = await alice.post(STREAM, { messages: 'Hello' })
  const text = await response.text()
  expect(text.match(/^: waiting$/gm)).toHaveLength(1)
  expect(text.replace(': waiting\n\n', '')).toMatch(/^(?:data: .+\n\n)+$/)
  const types = chunkTypes(text.replace(': waiting\n\n', ''))
  expect(types.slice(-2)).toStrictEqual(['finish', '[DONE]'])
  expect(await reading).toStrictEqual(types.slice(0, -1))
})
