import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arbitrary } from 'fast-check'
import { createApp, type RouteTable } from '@signet/server'
import { createStore, type StoreOptions } from '@signet/store'
import { startPostgres, type PostgresServer } from '@signet/test-support/store/postgres-server'
import { toWire, type WireCall } from '@signet/test-support/http/route-calls'
import { Violation, type Batch, type Count, type Fuzzer, type Subject } from '../fuzzer.js'
import { createErrorKeeper } from '../server/report-facts.js'
import { ServerChild } from '../server/server-child.js'
import { appOptions, createBodiesApplication } from './application.js'
import { bodyCases, type BodyCase, type Credential } from './cases.js'
import { checkCall, isServerFault } from './check.js'
import { mutateJson, mutatePath, sendAs } from './mutation.js'
import { sendCall, type SentCall } from './send-call.js'
import { World } from './world.js'

/** Where the application stores. */
export type Driver = 'file' | 'postgres'

const PERMISSIONS: Readonly<Record<Exclude<Credential, 'none'>, readonly string[]>> = {
  everything: ['*'],
  memory: ['memory:*'],
  nothing: [],
}

/** What `toWire` has left as text. */
function jsonOf({ body }: WireCall): unknown {
  return body === undefined ? undefined : JSON.parse(body)
}

function replaceParam(path: string, routePath: string, param: string | undefined): string {
  const index = routePath.split('/').findIndex((segment) => segment.startsWith(':'))
  if (param === undefined || index < 0) return path
  const [pathname = '', query] = path.split('?')
  const replaced = pathname.split('/').with(index, param).join('/')
  return query === undefined ? replaced : `${replaced}?${query}`
}

/** The request of a case, as it is sent. */
function writeCall(each: BodyCase, table: RouteTable, world: World): SentCall {
  const wire = toWire(table, each.call, (ref) => world.choose(each.who, ref))
  const path = replaceParam(wire.path, table.pathOf(each.call.route), each.param)
  const json = jsonOf(wire)
  const body =
    json === undefined ? undefined : sendAs(mutateJson(json, each.bodyMutations), each.transport)
  const headers: Record<string, string> = { ...body?.headers }
  if (each.credential !== 'none') {
    headers['authorization'] = `Bearer ${world.token(each.who, PERMISSIONS[each.credential])}`
  }
  return {
    method: wire.method,
    path: mutatePath(path, each.queryMutations),
    headers,
    body: body?.bytes,
  }
}

class BodiesSubject implements Subject<BodyCase> {
  readonly #server: ServerChild
  readonly #table: RouteTable
  readonly #cases: Arbitrary<BodyCase>
  readonly #cleanUp: () => Promise<void>
  readonly #reached = new Set<string>()
  #worlds = 0

  constructor(server: ServerChild, table: RouteTable, cleanUp: () => Promise<void>) {
    this.#server = server
    this.#table = table
    this.#cases = bodyCases(table)
    this.#cleanUp = cleanUp
  }

  async begin(seed: number): Promise<Batch<BodyCase>> {
    const world = new World(`world-${this.#worlds++}-${seed >>> 0}`, () => this.#server.port)
    await world.plant()
    return {
      cases: this.#cases,
      check: (each, count) => this.#try(each, world, count),
      describe: ({ call: { route, params, query, body }, ...each }) => ({
        route: `${route.method} ${route.path}`,
        params,
        query,
        body,
        ...each,
      }),
      end: () => this.#requireHealth(),
    }
  }

  async residentBytes(): Promise<number> {
    return (await this.#server.facts()).resident
  }

  unseen(): readonly string[] {
    return this.#table.routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !this.#reached.has(name))
  }

  async close(): Promise<void> {
    await this.#server.stop()
    await this.#cleanUp()
  }

  async #try(each: BodyCase, world: World, count: Count): Promise<void> {
    const { route } = each.call
    const sent = writeCall(each, this.#table, world)
    const answer = await this.#send(sent)
    const who = each.credential === 'none' ? undefined : each.who
    const foreign = world.foreignCanary(answer.text, who)
    checkCall({ route, credential: each.credential, sent, answer, foreign }, count)
    // One without a good answer may be there to refuse by name.
    const isReached = answer.status < 300 || route.response === undefined
    if (isReached) this.#reached.add(`${route.method} ${route.path}`)
    if (answer.status >= 300) return
    if (answer.text.startsWith('{')) {
      // The chunks of a workflow come one by one.
      for (const record of answer.text.split('\x1E')) {
        if (record !== '') world.learn(each.who, JSON.parse(record))
      }
    }
  }

  async #send(sent: SentCall) {
    const { starts } = this.#server
    try {
      return await sendCall(this.#server.port, sent)
    } catch (error) {
      await this.#server.requireAlive(starts)
      throw error
    }
  }

  async #requireHealth(): Promise<void> {
    const health = { method: 'GET', path: '/health', headers: {}, body: undefined }
    const answer = await this.#send(health)
    if (answer.status !== 200) throw new Violation('the server is healthy', { ...answer })
    const errors = (await this.#server.facts()).errors.filter(isServerFault)
    if (errors.length > 0) throw new Violation('the server logs no fault of its own', { errors })
  }
}

interface Place {
  readonly options: StoreOptions
  readonly postgres: PostgresServer | undefined
}

async function createPlace(driver: Driver): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-fuzz-'))
  if (driver === 'file') return { options: { directory }, postgres: undefined }
  const postgres = await startPostgres()
  return { options: { directory, databaseUrl: await postgres.createDatabase() }, postgres }
}

/** The routes that the server has. Nothing is opened for them. */
function readTable(options: StoreOptions): RouteTable {
  const store = createStore(options)
  const { logger } = createErrorKeeper()
  return createApp(createBodiesApplication(store.memory, logger), appOptions(store)).table
}

/** @param program - the file of the server, which is started as a process of its own */
export function createBodiesFuzzer(driver: Driver, program: string): Fuzzer<BodyCase> {
  return {
    name: `bodies, ${driver}`,
    casesPerBatch: 100,
    casesToSeeAll: 5000,
    lanes: 4,
    async open() {
      const { options, postgres } = await createPlace(driver)
      const server = new ServerChild(program, options)
      await server.start()
      return new BodiesSubject(server, readTable(options), async () => {
        await postgres?.remove()
        rmSync(options.directory, { recursive: true })
      })
    },
  }
}
