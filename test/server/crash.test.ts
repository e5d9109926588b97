import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { answerText, TurnClient, questionText } from '@signet/test-support/http/turn-client'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET, type ReadMessage } from '@signet/test-support/http/memory-client'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { describeStores } from '@signet/test-support/store/stores'

/** How often the server is killed. */
const ROUNDS = Number(process.env['SIGNET_CRASH_ROUNDS'] || 10)
/** Far longer than it takes. */
const TIMEOUT_MS = 60_000 + ROUNDS * 15_000
const MAX_ACKNOWLEDGED = 60

/** A subject with its two clients, who have a thread each and one together. */
interface Subject {
  readonly name: string
  readonly token: string
  readonly clients: readonly TurnClient[]
}

/** Ids of threads, the same for both subjects: what keeps them apart is their owner alone. */
const THREADS = ['first', 'second', 'shared']

function createSubjects(): readonly Subject[] {
  const auth = new MastraJwtAuth({ secret: SECRET })
  return ['alice', 'bob'].map((name) => ({
    name,
    token: auth.sign({ sub: name }, { expiresInSeconds: 24 * 3600 }),
    clients: [
      new TurnClient(`${name}1`, ['first', 'shared']),
      new TurnClient(`${name}2`, ['second', 'shared']),
    ],
  }))
}

/** The words of a thread; fails where a question is not followed by its own answer. */
function wordsOf(messages: readonly ReadMessage[]): string[] {
  const texts = messages.map(({ role, content }) => [role, content.content])
  const questions = texts.filter((_, index) => index % 2 === 0)
  const words = questions.map(([, text = '']) => text.slice(questionText('').length))
  expect(texts).toStrictEqual(
    words.flatMap((word) => [
      ['user', questionText(word)],
      ['assistant', answerText(word)],
    ]),
  )
  return words
}

/**
 * Checks a thread of a subject against what its clients know.
 * @returns how many turns it has that no client was told of
 */
async function checkThread(
  memory: MemoryClient,
  { name, clients }: Subject,
  thread: string,
): Promise<number> {
  const messages = await memory.readMessages(thread)
  const words = wordsOf(messages)
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
  for (const message of messages)
    expect(message).toMatchObject({ threadId: thread, resourceId: name })
  const stored = new Set(words)
  let known = 0
  let acknowledged = 0
  for (const client of clients) {
    const own = words.filter((word) => word.startsWith(`${client.name}-`))
    expect(own).toStrictEqual(client.sentTo(thread).filter((word) => stored.has(word)))
    const told = client.acknowledgedIn(thread)
    expect(told.filter((word) => !stored.has(word))).toStrictEqual([])
    known += own.length
    acknowledged += told.length
  }
  // There is nothing that these clients did not send.
  expect(words.length).toBe(known)
  return words.length - acknowledged
}

/** Checks all that a server shows to the subjects. */
async function checkServer(
  { url }: ServerProcess,
  subjects: readonly Subject[],
  round: number,
): Promise<void> {
  for (const subject of subjects) {
    const memory = new MemoryClient(url, subject.token)
    let untold = 0
    for (const thread of THREADS) untold += await checkThread(memory, subject, thread)
    // At most the one that each client waited for as the server was killed.
    expect(untold).toBeLessThanOrEqual(round * subject.clients.length)
    for (const { id, resourceId } of await memory.readThreads()) {
      expect(THREADS).toContain(id)
      expect(resourceId).toBe(subject.name)
    }
  }
}

/** Writes with all clients at once, and kills the server in the midst of it. */
async function writeAndKill(server: ServerProcess, subjects: readonly Subject[]): Promise<void> {
  let isKilled = false
  let left = randomInt(1, MAX_ACKNOWLEDGED)
  const isEnough = createDeferred()
  const writing = subjects.flatMap(({ token, clients }) => {
    const memory = new MemoryClient(server.url, token)
    return clients.map((client) =>
      client.writeUntilKilled(
        memory,
        () => isKilled,
        () => {
          if (--left === 0) isEnough.resolve()
        },
      ),
    )
  })
  const written = Promise.all(writing)
  await Promise.race([isEnough.promise, written])
  // At any point of a turn, and not just behind the end of one.
  await sleep(randomInt(0, 6))
  isKilled = true
  await server.process.stop('SIGKILL')
  await written
  expect(server.process.child.signalCode).toBe('SIGKILL')
}

describeStores('a server', (stores) => {
  const processes = new SignetProcesses()
  const copies = new FixtureCopies()

  afterEach(async () => {
    await processes.kill()
    copies.remove()
  })

  it(
    'that is killed keeps every turn that it acknowledged, in order, and no half one',
    async () => {
      const { directory, databaseUrl } = await stores.locate()
      const env = {
        MASTRA_JWT_SECRET: SECRET,
        SIGNET_DATA_DIR: directory,
        ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
      }
      const project = copies.copy('remembering')
      const subjects = createSubjects()
      for (let round = 0; round < ROUNDS; round++) {
        const server = await processes.start(project, env)
        await checkServer(server, subjects, round)
        await writeAndKill(server, subjects)
      }
      const server = await processes.start(project, env)
      await checkServer(server, subjects, ROUNDS)
      await Promise.all(
        subjects.flatMap(({ token, clients }) =>
          clients.map((client) => client.writeEverywhere(new MemoryClient(server.url, token))),
        ),
      )
      await checkServer(server, subjects, ROUNDS)
    },
    TIMEOUT_MS,
  )
})
