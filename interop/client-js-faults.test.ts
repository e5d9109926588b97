import { setTimeout as sleep } from 'node:timers/promises'
import { MastraClient, MastraClientError } from '@mastra/client-js'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import {
  playModel,
  say,
  type PlayedAnswer,
  type PlayedModel,
} from '@signet/test-support/application/played-model'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { TinyDisk } from '@signet/test-support/store/tiny-disk'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const cleanUp: (() => void)[] = []

afterEach(async () => {
  await processes.kill()
  for (const each of cleanUp.splice(0).toReversed()) each()
  copies.remove()
})

/** A server over a model that the test plays, and the unmodified client of Mastra. */
async function start(
  env: Readonly<Record<string, string>>,
  play?: PlayedAnswer,
): Promise<{ client: MastraClient; model: PlayedModel }> {
  const model = await playModel(play)
  cleanUp.push(() => model.close())
  const { url } = await processes.start(copies.copy('asking'), {
    MASTRA_JWT_SECRET: SECRET,
    MODEL_URL: model.url,
    SERVER: JSON.stringify({ audit: false }),
    ...env,
  })
  const token = new MastraJwtAuth({ secret: SECRET }).sign(
    { sub: 'alice' },
    { expiresInSeconds: 3600 },
  )
  const headers = { Authorization: `Bearer ${token}` }
  return { client: new MastraClient({ baseUrl: url, headers }), model }
}

interface Read {
  readonly types: readonly string[]
  readonly text: string
  readonly code: string | undefined
}

/** What the client makes of a streamed answer. */
async function readStream(client: MastraClient, thread?: string): Promise<Read> {
  const memory = thread === undefined ? {} : { memory: { thread, resource: 'alice' } }
  const response = await client.getAgent('clerk').stream('Hello', memory)
  const types: string[] = []
  let text = ''
  let code: string | undefined
  await response.processDataStream({
    onChunk: async (chunk) => {
      types.push(chunk.type)
      if (chunk.type === 'text-delta') text += chunk.payload.text
      if (chunk.type === 'error') code = (chunk.payload.error as { code?: string }).code
    },
  })
  return { types, text, code }
}

it('sees nothing of the signs of life while a model thinks', async () => {
  const { client } = await start({}, async (answer, isStream) => {
    await sleep(11_000)
    say(answer, isStream)
  })
  const { types, text } = await readStream(client)
  expect(text).toBe('Yes.')
  expect(types).toStrictEqual([
    'start',
    'step-start',
    'text-start',
    'text-delta',
    'text-end',
    'step-finish',
    'finish',
  ])
})

it('ends a stream that could not be stored, without a finish, and its repeats are not paid', async (context) => {
  const disk = TinyDisk.mount(6)
  if (disk === undefined) return context.skip('no file system can be mounted')
  cleanUp.push(() => disk.unmount())
  const { client, model } = await start({ SIGNET_DATA_DIR: disk.directory })
  expect((await readStream(client, 't')).types.at(-1)).toBe('finish')
  disk.fill()
  const { types, code, text } = await readStream(client, 't')
  expect(text).toBe('Yes.')
  expect(types.at(-1)).toBe('error')
  expect(types).not.toContain('finish')
  expect(code).toBe('answer_unstored')
  expect(model.calls()).toBe(2)
  const memory = { thread: 't', resource: 'alice' }
  const refusal = await client
    .getAgent('clerk')
    .generate('Hello', { memory })
    .catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(MastraClientError)
  expect(refusal).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
  expect(model.calls()).toBe(2)
})
