import { Violation, type Batch, type Count, type Fuzzer, type Subject } from '../fuzzer.js'
import { ServerChild } from '../server/server-child.js'
import { signToken } from './application.js'
import { httpCases, type HttpCase } from './cases.js'
import { checkExchange } from './check.js'
import { exchangeBytes } from './exchange-bytes.js'
import { Sleepers } from './sleepers.js'
import { cutIntoPieces, writeRequest } from './write-request.js'

/** How long a connection may last that its client has half-closed, in milliseconds. */
const MAX_MS = 30_000
/** Verdicts without which nothing was tried. */
const MUST_SEE = [
  'answer 200',
  'answer 200 with what is protected',
  'answer 400',
  'answer 401',
  'answer 404',
  'answer 431',
]

/** Where a server listens that is tried, and whether it still runs. */
export interface HttpTarget {
  readonly port: number
  /** How often it was started. */
  readonly starts: number
  /** @throws {Violation} where it has ended since it was started so often */
  requireAlive(starts: number): Promise<void>
}

/** Tries one case on a server. @throws {Violation} */
export async function tryHttp(
  target: HttpTarget,
  each: HttpCase,
  token: string,
  count: Count,
  mostMs: number = MAX_MS,
): Promise<void> {
  const requests = each.requests.map((plan) => writeRequest(plan, token))
  const bytes = requests.map((request) => request.bytes).join('')
  const pieces = cutIntoPieces(bytes, each)
  const { starts } = target
  const exchange = await exchangeBytes(target.port, pieces, each.ending, mostMs)
  await target.requireAlive(starts)
  if (each.ending === 'abort') count('left by the client')
  else checkExchange(requests, exchange, bytes, count)
}

class HttpSubject implements Subject<HttpCase> {
  readonly #server: ServerChild
  readonly #sleepers: Sleepers
  readonly #token = signToken()

  constructor(server: ServerChild) {
    this.#server = server
    this.#sleepers = new Sleepers(server.port)
  }

  async begin(): Promise<Batch<HttpCase>> {
    return {
      cases: httpCases,
      check: (each, count) => tryHttp(this.#server, each, this.#token, count),
      describe: (each) => each,
      end: () => this.#requireNoErrors(),
    }
  }

  async residentBytes(): Promise<number> {
    return (await this.#server.facts()).resident
  }

  unseen(counts: ReadonlyMap<string, number>): readonly string[] {
    return MUST_SEE.filter((verdict) => !counts.has(verdict))
  }

  async close(): Promise<void> {
    try {
      this.#sleepers.end()
    } finally {
      await this.#server.stop()
    }
  }

  async #requireNoErrors(): Promise<void> {
    const { errors } = await this.#server.facts()
    if (errors.length > 0) throw new Violation('the server logs no error', { errors })
  }
}

/** @param program - the file of the server, which is started as a process of its own */
export function createHttpFuzzer(program: string): Fuzzer<HttpCase> {
  return {
    name: 'http',
    casesPerBatch: 100,
    casesToSeeAll: 3000,
    lanes: 8,
    async open() {
      const server = new ServerChild(program)
      await server.start()
      return new HttpSubject(server)
    },
  }
}
