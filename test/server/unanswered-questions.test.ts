import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { playModel, say, type PlayedModel } from '@signet/test-support/application/played-model'
import { startPostgres, whyNoPostgres } from '@signet/test-support/store/postgres-server'
import { readEvents } from '@signet/test-support/application/remembering-application'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'

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

/** Far longer than it takes. */
const TIMEOUT_MS = 120_000
const GENERATE = '/api/agents/clerk/generate'
const STREAM = '/api/agents/clerk/stream'

interface Application {
  readonly server: ServerProcess
  readonly alice: MemoryClient
  readonly token: string
  readonly model: PlayedModel
  restart(): Promise<MemoryClient>
}

const auth = new MastraJwtAuth({ secret: SECRET })
const sign = (sub: string) => auth.sign({ sub, role: 'owner' }, { expiresInSeconds: 3600 })

/** What the model does with a call: it hangs where the question says so, fails, or answers. */
function play(answer: ServerResponse, isStream: boolean, body: string): void {
  if (body.includes('Hang')) {
    if (isStream) {
      answer.writeHead(200, { 'content-type': 'text/event-stream' })
      answer.flushHeaders()
    }
    return
  }
  if (body.includes('Fail')) {
    answer.writeHead(400, { 'content-type': 'application/json' })
    answer.end('{"error":{"message":"It is refused."}}')
    return
  }
  say(answer, isStream)
}

async function start(
  database: Readonly<Record<string, string>> = {},
  settings: object = {},
): Promise<Application> {
  const model = await playModel((answer, isStream, _index, body) => play(answer, isStream, body))
  cleanUp.push(() => model.close())
  const copy = copies.copy('asking')
  const open = async () => {
    const server = await processes.start(copy, {
      MASTRA_JWT_SECRET: SECRET,
      MODEL_URL: model.url,
      SERVER: JSON.stringify({ audit: false, ...settings }),
      ...database,
    })
    return server
  }
  const token = sign('alice')
  const server = await open()
  return {
    server,
    token,
    model,
    alice: new MemoryClient(server.url, token),
    restart: async () => new MemoryClient((await open()).url, token),
  }
}

const ask = (messages: unknown, thread = 't') => ({ messages, memory: { thread } })

interface Shown {
  readonly role: string
  readonly content: {
    readonly content: string
    readonly metadata?: { readonly signet?: { readonly answer: string } }
  }
}

/** What a thread shows, each message with its mark. */
async function shown(client: MemoryClient, thread = 't'): Promise<string[]> {
  const messages: readonly Shown[] = await client.readMessages(thread)
  return messages.map(({ role, content }) => {
    const mark = content.metadata?.signet?.answer
    return `${role}: ${content.content}${mark === undefined ? '' : ` (${mark})`}`
  })
}

/** Looks until the thread shows so much; the test's own time limit ends what never comes. */
async function untilShown(client: MemoryClient, expected: readonly string[]): Promise<void> {
  while ((await shown(client)).length < expected.length) await sleep(20)
  expect(await shown(client)).toStrictEqual(expected)
}

async function untilAsked(model: PlayedModel, count: number): Promise<void> {
  while (model.calls() < count) await sleep(10)
}

/** Asks, and leaves once the model has been asked. */
async function leave({ server, token, model }: Application, path: string, text: string) {
  const calls = model.calls()
  const controller = new AbortController()
  const asking = fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(ask(text)),
    signal: controller.signal,
  })
  const failed = asking.then((response) => response.text()).catch((error: unknown) => error)
  await untilAsked(model, calls + 1)
  controller.abort()
  expect(await failed).toBeInstanceOf(Error)
}

/** Fails and leaves, streamed and at once, with a thread that is new and one that is there. */
async function expectKept(application: Application): Promise<void> {
  const { alice, server } = application
  const failed = await alice.post(GENERATE, ask('Fail one'))
  expect([failed.status, JSON.parse(await failed.text())]).toMatchObject([
    424,
    { code: 'answer_failed' },
  ])
  const expected = ['user: Fail one (failed)']
  expect(await shown(alice)).toStrictEqual(expected)
  const stream = await (await alice.post(STREAM, ask('Fail two'))).text()
  expect(readEvents(stream).some((event) => event.includes('"type":"error"'))).toBe(true)
  expected.push('user: Fail two (failed)')
  expect(await shown(alice)).toStrictEqual(expected)
  for (const [path, text] of [
    [GENERATE, 'Hang one'],
    [STREAM, 'Hang two'],
  ] as const) {
    await leave(application, path, text)
    expected.push(`user: ${text} (stopped)`)
    await untilShown(alice, expected)
  }
  // Another who names the thread has nothing of it.
  expect(await new MemoryClient(server.url, sign('bob')).readMessages('t')).toStrictEqual([])
}

it(
  'a question is kept where its answer fails or its client leaves, on libsql',
  async () => expectKept(await start()),
  TIMEOUT_MS,
)

it.skipIf(whyNot !== undefined)(
  'a question is kept where its answer fails or its client leaves, on PostgreSQL',
  async () => {
    const postgres = await startPostgres()
    cleanUp.push(() => postgres.remove())
    await expectKept(await start({ DATABASE_URL: await postgres.createDatabase() }))
  },
  TIMEOUT_MS,
)

it(
  'a question is kept where the deadline cuts its answer, before the client is told',
  async () => {
    const { alice } = await start({}, { timeout: 700 })
    const late = await alice.post(GENERATE, ask('Hang one'))
    expect(JSON.parse(await late.text())).toMatchObject({ code: 'deadline_exceeded' })
    expect(await shown(alice)).toStrictEqual(['user: Hang one (stopped)'])
    const text = await (await alice.post(STREAM, ask('Hang two'))).text()
    expect(readEvents(text).at(-2)).toContain('"type":"abort"')
    expect(await shown(alice)).toStrictEqual([
      'user: Hang one (stopped)',
      'user: Hang two (stopped)',
    ])
  },
  TIMEOUT_MS,
)

it(
  'a question is kept where the token of its caller is revoked, before they are told',
  async () => {
    const { alice, server, model } = await start()
    const admin = new MemoryClient(server.url, sign('admin'))
    const claims = { sub: 'alice', role: 'owner', jti: 'one' }
    const revoked = new MemoryClient(server.url, auth.sign(claims, { expiresInSeconds: 3600 }))
    const streaming = revoked.post(STREAM, ask('Hang one')).then((response) => response.text())
    const generating = revoked.post(GENERATE, ask('Hang two'))
    await untilAsked(model, 2)
    expect((await admin.post('/api/auth/revocations', { jti: 'one' })).status).toBe(201)
    expect((await generating).status).toBe(401)
    expect(await streaming).toContain('token_revoked')
    expect((await shown(alice)).toSorted()).toStrictEqual([
      'user: Hang one (stopped)',
      'user: Hang two (stopped)',
    ])
  },
  TIMEOUT_MS,
)

it(
  'a question is kept where the server ends, and is there when it comes back',
  async () => {
    const { alice, server, model, restart } = await start()
    const answers = [STREAM, GENERATE].map((path) =>
      alice
        .post(path, ask(`Hang ${path}`))
        .then((response) => response.text())
        .catch((error: unknown) => error),
    )
    await untilAsked(model, 2)
    // The first signal lets them go on, the second cuts them.
    server.process.child.kill('SIGTERM')
    await server.process.waitFor(/Finishing running answers/)
    server.process.child.kill('SIGTERM')
    if (server.process.child.exitCode === null) await once(server.process.child, 'exit')
    await Promise.all(answers)
    const again = await restart()
    expect((await shown(again)).toSorted()).toStrictEqual([
      `user: Hang ${GENERATE} (stopped)`,
      `user: Hang ${STREAM} (stopped)`,
    ])
  },
  TIMEOUT_MS,
)

it(
  'a request that is refused keeps nothing, and a retry by the same id takes the place of what failed',
  async () => {
    const { alice, server } = await start()
    const message = { id: 'u1', role: 'user', content: 'Fail' }
    expect((await alice.post(GENERATE, ask([{ role: 'wizard', content: 'x' }]))).status).toBe(400)
    expect((await alice.post(GENERATE, ask([message, message]))).status).toBe(400)
    expect((await alice.post(GENERATE, ask([{ ...message, id: 1 }]))).status).toBe(400)
    const viewer = new MemoryClient(
      server.url,
      auth.sign({ sub: 'alice', role: 'viewer' }, { expiresInSeconds: 3600 }),
    )
    expect((await viewer.post(STREAM, ask([message]))).status).toBe(403)
    const stranger = new MemoryClient(server.url, 'none')
    expect((await stranger.post(STREAM, ask([message]))).status).toBe(401)
    expect(await shown(alice)).toStrictEqual([])

    for (const path of [GENERATE, STREAM]) await (await alice.post(path, ask([message]))).text()
    expect(await shown(alice)).toStrictEqual(['user: Fail (failed)'])
    const better = { ...message, content: 'Say' }
    await (await alice.post(STREAM, ask([better]))).text()
    expect(await shown(alice)).toStrictEqual(['user: Say', 'assistant: Yes.'])
  },
  TIMEOUT_MS,
)
