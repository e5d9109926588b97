import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { MastraClient } from '@signet/client-js'
import { afterEach, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import {
  playModel,
  say,
  type PlayedAnswer,
  type PlayedModel,
} from '@signet/test-support/application/played-model'
import { chunkTypes } from '@signet/test-support/application/remembering-application'
import { SignetProcesses } from '@signet/test-support/process/server-process'

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

/** Has `fetch` give up after a second of silence, and not after 300. */
const IMPATIENT = `import { Agent, setGlobalDispatcher } from 'undici'
setGlobalDispatcher(new Agent({ headersTimeout: 1000, bodyTimeout: 1000 }))`

/** A server over a model that the test plays. */
async function start(
  play: PlayedAnswer,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ url: string; alice: MemoryClient; model: PlayedModel }> {
  const model = await playModel(play)
  cleanUp.push(() => model.close())
  const directory = copies.copy('asking')
  const preload = join(directory, 'impatient.mjs')
  writeFileSync(preload, IMPATIENT)
  const { url } = await processes.start(directory, {
    MASTRA_JWT_SECRET: SECRET,
    MODEL_URL: model.url,
    SERVER: JSON.stringify(settings),
    NODE_OPTIONS: `--import ${preload}`,
  })
  return { url, alice: new MemoryClient(url, token), model }
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

const GENERATE = '/api/agents/clerk/generate'
const QUESTION = { messages: 'Hello' }

it('lets server.timeout alone say how long a model may be silent, before its answer and within', async () => {
  const { alice, model } = await start(async (answer, isStream) => {
    await sleep(3000)
    answer.flushHeaders()
    await sleep(3000)
    say(answer, isStream)
  })
  expect((await alice.post(GENERATE, QUESTION)).status).toBe(200)
  expect(model.calls()).toBe(1)
})

it('does not ask a model again that did not answer within server.timeout', async () => {
  const { alice, model } = await start(() => undefined, { timeout: 1500 })
  const response = await alice.post(GENERATE, QUESTION)
  expect(response.status).toBe(424)
  expect(await response.json()).toMatchObject({ code: 'deadline_exceeded' })
  expect(await (await alice.post(STREAM, QUESTION)).text()).toContain('"type":"abort"')
  expect(model.calls()).toBe(2)
})

it.each(['before its headers', 'in the middle of its body'])(
  'does not ask a model again whose connection broke %s',
  async (when) => {
    const { alice, model } = await start(async (answer) => {
      if (when !== 'before its headers') {
        answer.writeHead(200, { 'content-type': 'application/json' })
        answer.write('{"id":')
        await sleep(100)
      }
      answer.destroy()
    })
    const response = await alice.post(GENERATE, QUESTION)
    expect(response.status).toBe(424)
    expect(await response.json()).toMatchObject({ code: 'answer_failed' })
    expect(model.calls()).toBe(1)
  },
)

it.each([0, -1, 1.5, 2 ** 31, 'long'])('does not start with a timeout of %j', async (timeout) => {
  await expect(start(() => undefined, { timeout })).rejects.toThrow(
    /server\.timeout must be a whole number from 1 to 2147483647/,
  )
})
