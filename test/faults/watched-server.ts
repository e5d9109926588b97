import { MastraJwtAuth } from '@signet/auth'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { freePort } from '@signet/test-support/process/free-port'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { until } from './until.js'
import { toldIn, type ToldFault } from './told-fault.js'

/** What a caller is told. */
export interface Outcome {
  /** 0 where the connection broke. */
  readonly status: number
  readonly code?: string
  readonly retryAfter?: string
}

/** Reads an answer to its end. */
export async function outcomeOf(asking: Promise<Response>): Promise<Outcome> {
  try {
    const response = await asking
    const { code }: { code?: string } = JSON.parse(await response.text())
    const retryAfter = response.headers.get('retry-after')
    return {
      status: response.status,
      ...(code !== undefined && { code }),
      ...(retryAfter !== null && { retryAfter }),
    }
  } catch (error) {
    if (error instanceof TypeError) return { status: 0 }
    throw error
  }
}

/** A token of the fixtures. */
export function signToken(
  claims: Readonly<Record<string, unknown>> = {},
  expiresInSeconds = 3600,
): string {
  const all = { sub: 'alice', role: 'owner', ...claims }
  return new MastraJwtAuth({ secret: SECRET }).sign(all, { expiresInSeconds })
}

/** A server of `signet start`, its log and its metrics. */
export class WatchedServer {
  readonly #server: ServerProcess
  readonly #metricsPort: number
  /** Of its application. */
  readonly directory: string
  readonly alice: MemoryClient

  constructor(server: ServerProcess, directory: string, metricsPort: number) {
    this.#server = server
    this.directory = directory
    this.#metricsPort = metricsPort
    this.alice = new MemoryClient(server.url, signToken())
  }

  get url(): string {
    return this.#server.url
  }

  get process(): ServerProcess['process'] {
    return this.#server.process
  }

  /** How much has been logged by now: where to look on from. */
  get mark(): number {
    return this.process.stderr.length
  }

  /** What a metric says, all its labels together. */
  async metric(name: string, label = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)).text()
    const lines = text.split('\n').filter((line) => /^[^{ ]*/.exec(line)?.[0] === name)
    const values = lines
      .filter((line) => line.includes(label))
      .map((line) => line.split(' ').at(-1))
    return values.reduce((sum, value) => sum + Number(value), 0)
  }

  /** Waits for a fault in the log. @throws where it does not come for a minute */
  async untilTold(mark: number, isIt: (fault: ToldFault) => boolean): Promise<ToldFault> {
    const look = async () => toldIn(this.process.stderr.slice(mark))
    const told = await until(look, (all) => all.some(isIt))
    const found = told.find(isIt)
    if (found === undefined) throw new Error('What was told is gone.')
    return found
  }
}

/** Servers of a test, and their folders; none outlives it. */
export class WatchedServers {
  readonly #processes = new SignetProcesses()
  readonly #copies = new FixtureCopies()

  /** Starts one of the fixture `instances`. */
  async start(
    env: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<WatchedServer> {
    const metricsPort = await freePort()
    const directory = this.#copies.copy('instances')
    const server = await this.#processes.start(directory, {
      MASTRA_JWT_SECRET: SECRET,
      METRICS_PORT: `${metricsPort}`,
      SERVER: JSON.stringify({ limits: { requests: false, answers: false }, ...settings }),
      ...env,
    })
    return new WatchedServer(server, directory, metricsPort)
  }

  makeFolder(): string {
    return this.#copies.makeFolder()
  }

  async kill(): Promise<void> {
    await this.#processes.kill()
    this.#copies.remove()
  }
}
