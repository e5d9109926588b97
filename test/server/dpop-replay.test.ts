import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { calculateThumbprint, generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SECRET } from '@signet/test-support/http/memory-client'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { startRedis, whyNoRedis, type RedisServer } from '@signet/test-support/store/redis-server'

const why = whyNoPostgres() ?? whyNoRedis()
if (why !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(why)

/** By which clients reach both instances: a proof is for this URL, whichever of them it meets. */
const PUBLIC_URL = 'https://agents.example'
const PATH = '/api/agents'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
let postgres: PostgresServer
let redis: RedisServer

/** What a response came to. */
interface Outcome {
  readonly status: number
  readonly code: string | undefined
}

const USED: Outcome = { status: 401, code: 'proof_invalid' }
const UNAVAILABLE: Outcome = { status: 503, code: 'proofs_unavailable' }
const GOOD: Outcome = { status: 200, code: undefined }

async function outcomeOf(response: Response): Promise<Outcome> {
  const body: { code?: string } = JSON.parse(await response.text())
  return { status: response.status, code: body.code }
}

/** A client with a key of its own, and the token that is bound to it. */
class Client {
  readonly token: string
  readonly #keys: KeyPair

  private constructor(keys: KeyPair, jkt: string) {
    this.#keys = keys
    const claims = { sub: 'alice', role: 'member', jti: randomUUID(), cnf: { jkt } }
    this.token = new MastraJwtAuth({ secret: SECRET }).sign(claims, { expiresInSeconds: 3600 })
  }

  static async create(): Promise<Client> {
    const keys = await generateKeyPair('ES256')
    return new Client(keys, await calculateThumbprint(keys.publicKey))
  }

  async prove(): Promise<string> {
    return await generateProof(this.#keys, `${PUBLIC_URL}${PATH}`, 'GET', undefined, this.token)
  }

  async send({ url }: ServerProcess, proof: string): Promise<Response> {
    const headers = { authorization: `DPoP ${this.token}`, dpop: proof }
    return await fetch(`${url}${PATH}`, { headers })
  }

  async outcome(server: ServerProcess, proof: string): Promise<Outcome> {
    return await outcomeOf(await this.send(server, proof))
  }

  /** Sends new proofs until one comes to this; the test's own time limit ends what never comes. */
  async until(server: ServerProcess, wanted: Outcome): Promise<void> {
    for (;;) {
      const { status, code } = await this.outcome(server, await this.prove())
      if (status === wanted.status && (status === 200 || code === wanted.code)) return
      await sleep(20)
    }
  }
}

/** Who brings no proof: their token is not bound to a key. */
async function bearerStatus({ url }: ServerProcess): Promise<number> {
  const claims = { sub: 'bob', role: 'member', jti: randomUUID() }
  const token = new MastraJwtAuth({ secret: SECRET }).sign(claims, { expiresInSeconds: 3600 })
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${url}${PATH}`, { headers })).status
}

/** Where two instances remember used proofs. */
interface Place {
  readonly name: string
  /** Stops it at once, and starts it again. */
  halt(): Promise<void>
  start(): Promise<void>
  readonly env: () => Readonly<Record<string, string>>
}

const PLACES: readonly Place[] = [
  {
    name: 'Redis',
    halt: () => redis.halt(),
    start: () => redis.start(),
    env: () => ({ REDIS_URL: redis.url }),
  },
  {
    name: 'PostgreSQL',
    halt: () => postgres.halt(),
    start: () => postgres.start(),
    env: () => ({}),
  },
]

const ENV = { MASTRA_JWT_SECRET: SECRET, SERVER: JSON.stringify({ publicUrl: PUBLIC_URL }) }

async function startPair(
  place: Place,
): Promise<readonly [first: ServerProcess, second: ServerProcess]> {
  const directory = copies.copy('instances')
  const env = { ...ENV, DATABASE_URL: await postgres.createDatabase(), ...place.env() }
  const start = () => processes.start(directory, env)
  return await Promise.all([start(), start()])
}

describe('a server that remembers used DPoP proofs in its file', () => {
  afterEach(async () => {
    await processes.kill()
    copies.remove()
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('knows them after %s', async (signal) => {
    const directory = copies.copy('instances')
    const client = await Client.create()
    const proof = await client.prove()
    const first = await processes.start(directory, ENV)
    expect(await client.outcome(first, proof)).toEqual(GOOD)
    await first.process.stop(signal)
    const second = await processes.start(directory, ENV)
    expect(await client.outcome(second, proof)).toEqual(USED)
    expect(await client.outcome(second, await client.prove())).toEqual(GOOD)
  })
})

describe.skipIf(why !== undefined)('two servers that remember used DPoP proofs', () => {
  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  })

  afterAll(async () => {
    await Promise.all([postgres?.remove(), redis?.remove()])
  })

  afterEach(async () => {
    await processes.kill()
    copies.remove()
  })

  describe.each(PLACES)('in $name', (place) => {
    it('refuse on one what was used on the other (RFC 9449 section 11.1)', async () => {
      const [first, second] = await startPair(place)
      const client = await Client.create()
      const proof = await client.prove()
      expect(await client.outcome(first, proof)).toEqual(GOOD)
      const replay = await client.send(second, proof)
      expect(replay.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_dpop_proof"/)
      expect(await outcomeOf(replay)).toEqual(USED)
      expect(await client.outcome(first, proof)).toEqual(USED)
      expect(await client.outcome(second, await client.prove())).toEqual(GOOD)
    })

    it('accept a proof once that reaches both at the same time', async () => {
      const pair = await startPair(place)
      const client = await Client.create()
      for (let round = 0; round < 10; round++) {
        const proof = await client.prove()
        const sent = [...pair, ...pair].map((server) => client.outcome(server, proof))
        const statuses = (await Promise.all(sent)).map(({ status }) => status)
        expect(statuses.sort((a, b) => a - b)).toEqual([200, 401, 401, 401])
      }
    })

    it('answer 503 while it is gone, and recover by themselves', async () => {
      const pair = await startPair(place)
      const client = await Client.create()
      for (const server of pair) {
        expect(await client.outcome(server, await client.prove())).toEqual(GOOD)
        expect(await bearerStatus(server)).toBe(200)
      }
      await place.halt()
      const kept = await client.prove()
      try {
        for (const server of pair) {
          await client.until(server, UNAVAILABLE)
          const response = await client.send(server, kept)
          expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
          expect(response.headers.get('www-authenticate')).toBeNull()
          expect(await outcomeOf(response)).toEqual(UNAVAILABLE)
          // Who brings no proof needs no register.
          expect(await bearerStatus(server)).toBe(200)
        }
      } finally {
        await place.start()
      }
      for (const server of pair) await client.until(server, GOOD)
      for (const { process } of pair) {
        await process.waitFor(/DPoP proofs can be registered again/)
        expect(process.stderr.split('DPoP proofs cannot be registered')).toHaveLength(2)
      }
    })
  })
})
