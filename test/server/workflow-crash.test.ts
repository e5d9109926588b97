import { readFileSync } from 'node:fs'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { MastraJwtAuth } from '@signet/auth'
import type { StoreOptions } from '@signet/store'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { describeStores } from '@signet/test-support/store/stores'

/** How often a server is killed. */
const ROUNDS = Number(process.env['SIGNET_WORKFLOW_ROUNDS'] || 1)
/** Far longer than it takes. */
const ROUND_MS = 180_000
const RUNS = 200
/** How many requests are made at a time. */
const WIDTH = 25
/** Longer than a leg waits for a sleep. */
const LONG_SLEEP_MS = 6000
/** How long PostgreSQL is away: longer than a lease holds. */
const OUTAGE_MS = Number(process.env['SIGNET_WORKFLOW_OUTAGE_MS'] || 8000)
const STEPS = ['first', 'second', 'third', 'ask', 'last']

const token = new MastraJwtAuth({ secret: SECRET }).sign(
  { sub: 'alice' },
  { expiresInSeconds: 24 * 3600 },
)

interface Seen {
  readonly status: string
  readonly result?: { readonly trail: readonly string[] }
  readonly error?: unknown
}

/** Does something with each of a list, so many at a time. What is thrown is left: the server may be killed meanwhile. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) {
  const left = [...items]
  const workers = Array.from({ length: WIDTH }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item).catch(() => undefined)
    }
  })
  await Promise.all(workers)
}

/** The runs of a round, and what is known of them. */
class Journeys {
  readonly ids: readonly string[]
  readonly #effects: string
  readonly #done = new Map<string, Seen>()

  constructor(round: number, effects: string) {
    this.ids = Array.from({ length: RUNS }, (_, n) => `run-${round}-${n}`)
    this.#effects = effects
  }

  #sleepOf(id: string): number {
    return this.ids.indexOf(id) % 3 === 0 ? LONG_SLEEP_MS : 20
  }

  async open(client: MemoryClient): Promise<void> {
    await each(this.ids, (id) => client.post(`/journey/${id}`, {}))
  }

  /** Starts all but each fifth, and resumes each second of them, as far as it comes. */
  async begin(client: MemoryClient): Promise<void> {
    const begun = this.ids.filter((_, n) => n % 5 !== 0)
    await each(begun, async (id) => {
      await client.post(`/journey/${id}/start`, { sleepMs: this.#sleepOf(id) })
      if (this.ids.indexOf(id) % 2 === 0) await client.post(`/journey/${id}/resume`, {})
    })
  }

  /** Looks at all that have not ended, and does what they wait for. @returns whether all have ended */
  async goOn(client: MemoryClient): Promise<boolean> {
    await each(
      this.ids.filter((id) => !this.#done.has(id)),
      async (id) => {
        const seen: Seen = JSON.parse(await (await client.get(`/journey/${id}`)).text())
        if (seen.status === 'pending') {
          await client.post(`/journey/${id}/start`, { sleepMs: this.#sleepOf(id) })
        } else if (seen.status === 'suspended') {
          await client.post(`/journey/${id}/resume`, {})
        } else if (['success', 'failed', 'canceled'].includes(seen.status)) {
          this.#done.set(id, seen)
        }
      },
    )
    return this.#done.size === this.ids.length
  }

  /** What is wrong: a step that ran again once it was recorded, or a result that is not of the steps that were. */
  faults(): readonly unknown[] {
    const marks = new Map<string, { step: string; mark: string }[]>()
    for (const line of readFileSync(this.#effects, 'utf8').split('\n')) {
      const [id = '', step = '', mark = ''] = line.split(' ')
      if (!marks.has(id)) marks.set(id, [])
      marks.get(id)?.push({ step, mark })
    }
    return this.ids.flatMap((id) => {
      const own = marks.get(id) ?? []
      // A step begins once the one before is recorded: from then on, that one does not run.
      const isInOrder = own.every(
        ({ step }, at) => STEPS.indexOf(step) >= STEPS.indexOf(own[at - 1]?.step ?? 'first'),
      )
      const trail = STEPS.map((step) => own.findLast((each) => each.step === step)?.mark)
      const expected = { status: 'success', result: { sleepMs: this.#sleepOf(id), trail } }
      const seen = this.#done.get(id)
      return isInOrder && isDeepStrictEqual(seen, expected) ? [] : [{ id, own, seen, expected }]
    })
  }
}

const processes = new SignetProcesses()
const copies = new FixtureCopies()

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

/** An application with its store, as often as it is started. */
function setUp({ directory, databaseUrl }: Pick<StoreOptions, 'directory' | 'databaseUrl'>) {
  const effects = join(directory, 'effects.txt')
  const env = {
    MASTRA_JWT_SECRET: SECRET,
    SIGNET_DATA_DIR: directory,
    EFFECTS: effects,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  }
  const project = copies.copy('workflows')
  return { effects, start: () => processes.start(project, env) }
}

const clientOf = ({ url }: ServerProcess) => new MemoryClient(url, token)

/** Does what the runs wait for until all have ended. @returns what is wrong then */
async function finish(journeys: Journeys, server: ServerProcess): Promise<readonly unknown[]> {
  const deadline = Date.now() + ROUND_MS / 2
  while (!(await journeys.goOn(clientOf(server))) && Date.now() < deadline) await sleep(250)
  return journeys.faults()
}

describeStores('a server', (stores) => {
  it(
    'that is killed runs no recorded step of a workflow again, and loses no run',
    async () => {
      const { effects, start } = setUp(await stores.locate())
      let server = await start()
      for (let round = 0; round < ROUNDS; round++) {
        const journeys = new Journeys(round, effects)
        await journeys.open(clientOf(server))
        const beginning = journeys.begin(clientOf(server))
        await sleep(randomInt(300, 4000))
        await server.process.stop('SIGKILL')
        await beginning
        server = await start()
        expect(await finish(journeys, server)).toStrictEqual([])
      }
    },
    30_000 + ROUNDS * ROUND_MS,
  )

  if (stores.driver !== 'postgres') return

  it(
    'takes over what another one had at work that was killed',
    async () => {
      const { effects, start } = setUp(await stores.locate())
      const [dying, surviving] = await Promise.all([start(), start()])
      const journeys = new Journeys(0, effects)
      await journeys.open(clientOf(dying))
      const beginning = journeys.begin(clientOf(dying))
      await sleep(randomInt(500, 2000))
      await dying.process.stop('SIGKILL')
      await beginning
      expect(await finish(journeys, surviving)).toStrictEqual([])
    },
    30_000 + ROUND_MS,
  )
})

const why = whyNoPostgres()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

describe.skipIf(why !== undefined)('a server whose PostgreSQL is halted', () => {
  let postgres: PostgresServer

  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres.remove()
  })

  it(
    'goes on with its runs once it is back',
    async () => {
      const databaseUrl = await postgres.createDatabase()
      const { effects, start } = setUp({ directory: copies.makeFolder(), databaseUrl })
      const server = await start()
      const journeys = new Journeys(0, effects)
      await journeys.open(clientOf(server))
      const beginning = journeys.begin(clientOf(server))
      await sleep(randomInt(500, 2000))
      await postgres.halt()
      await sleep(OUTAGE_MS)
      await postgres.start()
      await beginning
      expect(await finish(journeys, server)).toStrictEqual([])
    },
    30_000 + ROUND_MS,
  )
})
