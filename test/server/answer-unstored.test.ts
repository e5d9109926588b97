import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import pg from 'pg'
import { afterEach, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { playModel, type PlayedModel } from '@signet/test-support/application/played-model'
import { startPostgres, whyNoPostgres } from '@signet/test-support/store/postgres-server'
import { chunkTypes, readEvents } from '@signet/test-support/application/remembering-application'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { TinyDisk } from '@signet/test-support/store/tiny-disk'

const isRequired = process.env['SIGNET_REQUIRE_SERVICES'] === '1'
const whyNot = whyNoPostgres()
if (whyNot !== undefined && isRequired) throw new Error(whyNot)

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  await processes.kill()
  for (const each of cleanUp.splice(0).toReversed()) await each()
  copies.remove()
})

/** A server over a model that counts its calls. Nothing but turns is written: the audit is off. */
async function start(
  database: Readonly<Record<string, string>>,
): Promise<{ server: ServerProcess; alice: MemoryClient; model: PlayedModel }> {
  const model = await playModel()
  cleanUp.push(() => model.close())
  const server = await processes.start(copies.copy('asking'), {
    MASTRA_JWT_SECRET: SECRET,
    MODEL_URL: model.url,
    SERVER: JSON.stringify({ audit: false }),
    ...database,
  })
  const auth = new MastraJwtAuth({ secret: SECRET })
  const token = auth.sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 3600 })
  return { server, alice: new MemoryClient(server.url, token), model }
}

/** Far longer than it takes. */
const TIMEOUT_MS = 120_000

const STORED = { messages: 'Hello', memory: { thread: 't' } }
const GENERATE = '/api/agents/clerk/generate'
const STREAM = '/api/agents/clerk/stream'

interface Outcome {
  readonly status: number
  readonly code: string | undefined
  readonly retryAfter: string | null
}

async function outcome(asking: Promise<Response>): Promise<Outcome> {
  const response = await asking
  const { code }: { code?: string } = JSON.parse(await response.text())
  return { status: response.status, code, retryAfter: response.headers.get('retry-after') }
}

const UNSTORED = { status: 503, code: 'answer_unstored', retryAfter: '5' }
const UNAVAILABLE = { status: 503, code: 'storage_unavailable', retryAfter: '5' }

/** What a client of Mastra does after a 5xx, and a stubborn one: it asks again at once. */
async function expectRepeatsUnpaid(alice: MemoryClient, model: PlayedModel): Promise<void> {
  const paid = model.calls()
  const other = { ...STORED, memory: { thread: 'u' } }
  const repeats = [STORED, STORED, other, other].map((body) => outcome(alice.post(GENERATE, body)))
  for (const repeat of await Promise.all(repeats)) expect(repeat).toStrictEqual(UNAVAILABLE)
  expect(await outcome(alice.post(STREAM, other))).toStrictEqual(UNAVAILABLE)
  // The next trial to write fails as the first one did.
  await sleep(1100)
  expect(await outcome(alice.post(GENERATE, other))).toStrictEqual(UNAVAILABLE)
  expect(model.calls()).toBe(paid)
  // Who asks for nothing to be stored is answered, so the server is ready.
  expect((await fetch(`${alice.url}/ready`)).status).toBe(200)
  expect((await alice.post(GENERATE, { messages: 'Hello' })).status).toBe(200)
  const memory = { ...STORED.memory, options: { readOnly: true } }
  expect((await alice.post(GENERATE, { ...STORED, memory })).status).toBe(200)
  expect(model.calls()).toBe(paid + 2)
}

/** Asks until it is answered; the test's own time limit ends what never comes. */
async function expectRecovery(alice: MemoryClient, earlier: number): Promise<void> {
  while ((await outcome(alice.post(GENERATE, STORED))).status !== 200) await sleep(50)
  expect(await alice.readTexts('t')).toHaveLength(earlier + 2)
}

it(
  'says answer_unstored when the disk fills up, and asks no model before there is room',
  async (context) => {
    const disk = TinyDisk.mount(6)
    if (disk === undefined) return context.skip('no file system can be mounted')
    cleanUp.push(() => disk.unmount())
    const { server, alice, model } = await start({ SIGNET_DATA_DIR: disk.directory })
    await alice.ask('clerk', 't', 'Hello')
    disk.fill()
    expect(await outcome(alice.post(GENERATE, STORED))).toStrictEqual(UNSTORED)
    expect(model.calls()).toBe(2)
    await expectRepeatsUnpaid(alice, model)
    const metrics = await (await alice.get('/metrics')).text()
    expect(metrics).toMatch(/^signet_refusals_total\{code="answer_unstored"\} 1$/m)
    expect(metrics).not.toContain('answer_failed')
    await server.process.waitFor(
      /"code":"answer_unstored".*"fault":"full","driverCode":"SQLITE_FULL"/,
    )
    await server.process.waitFor(
      /could not be stored\. Try again in a moment\..*"fault":"full","driverCode":"SQLITE_FULL"/,
    )
    disk.free()
    await expectRecovery(alice, 2)
  },
  TIMEOUT_MS,
)

it.skipIf(whyNot !== undefined)(
  'ends a stream with answer_unstored and no finish when PostgreSQL writes no more, and asks no model before it does',
  async () => {
    const postgres = await startPostgres()
    cleanUp.push(() => postgres.remove())
    const url = await postgres.createDatabase()
    const { alice, model } = await start({ DATABASE_URL: url })
    await alice.ask('clerk', 't', 'Hello')
    const setReadOnly = async (value: 'on' | 'off') => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query('set default_transaction_read_only = off')
      const { rows } = await client.query<{ name: string }>('select current_database() as name')
      await client.query(
        `alter database ${rows[0]?.name} set default_transaction_read_only = ${value}`,
      )
      // Connections that are open keep what they began with.
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
      )
      await client.end()
    }
    await setReadOnly('on')
    const text = await (await alice.post(STREAM, STORED)).text()
    expect(chunkTypes(text)).toContain('text-delta')
    expect(chunkTypes(text)).not.toContain('finish')
    const [error, done] = readEvents(text).slice(-2)
    expect(JSON.parse(error ?? '')).toMatchObject({
      type: 'error',
      payload: { error: { code: 'answer_unstored' } },
    })
    expect(done).toBe('[DONE]')
    expect(model.calls()).toBe(2)
    await expectRepeatsUnpaid(alice, model)
    await setReadOnly('off')
    await expectRecovery(alice, 2)
  },
  TIMEOUT_MS,
)
