import { afterAll, beforeAll, expect } from 'vitest'
import { createTestAuth, SECRET } from '../application/application.js'
import { THREAD } from '../http/bound-requests.js'
import { FixtureCopies } from './fixture.js'
import { SignetProcesses, type ServerProcess } from './server-process.js'

// Here stands the one number of milliseconds of all tests. What other processes take is no part of what is
// measured: where Linux tells how long the server had no core, that is taken off (`fixtures/bounded`). What is
// over the limit all the same is tried again alone, and the smallest of its tries counts: noise only adds.

/** Nobody's request waits longer for one of somebody else. */
const MAX_DELAY_MS = 250
const TRIES = 4
const HEAP_MIB = 1024

/** A request to the server. */
interface MeasuredCall {
  readonly path: string
  /** Default: GET, or POST with a body. */
  readonly method?: string
  readonly body?: string
  /** Of the body. Default: JSON. */
  readonly type?: string
}

/** Work that held the server too long, every time that it was tried. */
export interface Delay {
  readonly name: string
  readonly delayMs: number
}

/** The application of the fixture `bounded` in a process of its own, with a heap of 1 GB. */
export interface MeasuredServer {
  readonly port: number
  /** Of an owner, who may do everything. */
  readonly token: string
  /** Asks, and reads the answer to its end. @returns the status */
  send(call: MeasuredCall): Promise<number>
  /** The same, of JSON. */
  post(path: string, json: unknown): Promise<number>
  /** Does the work. @returns nothing where nobody else had to wait too long for it */
  findSlow(name: string, work: () => Promise<unknown>): Promise<Delay[]>
  /** Does the work, which must let others pass, and the process live. */
  expectQuick(name: string, work: () => Promise<unknown>): Promise<void>
}

/** Serves it to all tests of a file, with a thread that the requests of `bound-requests.ts` name. */
export function useMeasuredServer(): MeasuredServer {
  const processes = new SignetProcesses()
  const copies = new FixtureCopies()
  const token = createTestAuth().sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 3600 })
  let server: ServerProcess

  beforeAll(async () => {
    server = await processes.start(copies.copy('bounded'), {
      MASTRA_JWT_SECRET: SECRET,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    })
    expect(await post('/api/memory/threads', { threadId: THREAD })).toBe(200)
  })

  afterAll(async () => {
    await processes.kill()
    copies.remove()
  })

  async function send({ path, body, type = 'application/json', ...call }: MeasuredCall) {
    const method = call.method ?? (body === undefined ? 'GET' : 'POST')
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const response = await fetch(server.url + path, { method, body, headers })
    await response.arrayBuffer()
    return response.status
  }

  const post = (path: string, json: unknown) => send({ path, body: JSON.stringify(json) })

  /** How long the event loop was held at most since this was last asked. */
  async function longestDelay(): Promise<number> {
    const response = await fetch(`${server.url}/delay`)
    return ((await response.json()) as { delayMs: number }).delayMs
  }

  async function findSlow(name: string, work: () => Promise<unknown>): Promise<Delay[]> {
    let delayMs = Infinity
    for (let tries = 0; tries < TRIES && delayMs > MAX_DELAY_MS; tries++) {
      await longestDelay()
      await work()
      delayMs = Math.min(delayMs, await longestDelay())
    }
    return delayMs > MAX_DELAY_MS ? [{ name, delayMs: Math.round(delayMs) }] : []
  }

  return {
    get port() {
      return server.port
    },
    token,
    send,
    post,
    findSlow,
    async expectQuick(name, work) {
      expect(await findSlow(name, work)).toStrictEqual([])
      expect(server.process.child.exitCode).toBeNull()
    },
  }
}
