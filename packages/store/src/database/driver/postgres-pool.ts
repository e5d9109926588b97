import { codeOf } from '@signet/auth/internal'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool } from 'pg'
import { StorageError } from '../../error.js'
import { requirePg, type loadPg } from './load-pg.js'
import { PostgresConnection } from './postgres-connection.js'
import { explainPostgres, isUsedUp } from './postgres-fault.js'

const INT8 = 20
/** For how long work waits for a connection of ours where the server gives no more of them. */
const SHARE_TIMEOUT_MS = 15_000
/** The same where we have none. */
const ALONE_TIMEOUT_MS = 5000
/** How long is waited until one more is asked for. */
const GROW_MS = 1000
/** The longest break before work asks again; how long each is, is chance. */
const MAX_BREAK_MS = 100
/** After how long an idle connection is closed, where there are as many as wanted, and where others want one. */
const IDLE_MS = 10_000
const SHORT_IDLE_MS = 500

/** What a pool is made of. */
export interface PostgresPoolOptions {
  readonly url: string
  /** How many connections there are at most. */
  readonly maxConnections: number
  readonly connectTimeoutMs: number
  /** How long an answer is waited for; without it, as long as it takes. */
  readonly answerTimeoutMs?: number | undefined
  readonly loadDriver: typeof loadPg
  /** Is told when the server gives fewer connections than wanted, and how many of them there are. */
  readonly onShortage: (connections: number) => void
}

/**
 * Connections that all work of this process shares. Where the server gives fewer than wanted, the work shares those
 * that there are, and from time to time one more is asked for.
 */
class SharedPool implements PostgresPool {
  readonly #pool: Pool
  readonly #options: PostgresPoolOptions
  #growAt = 0

  constructor(pool: Pool, options: PostgresPoolOptions) {
    this.#pool = pool
    this.#options = options
  }

  async connect(): Promise<PostgresPoolClient> {
    const beganAt = performance.now()
    for (;;) {
      this.#grow()
      try {
        return new PostgresConnection(await this.#pool.connect(), this.#options.connectTimeoutMs)
      } catch (error) {
        if (!this.#isWorthAnother(error, beganAt)) throw explained(error)
      }
      await sleep(Math.random() * MAX_BREAK_MS)
    }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  get #isShort(): boolean {
    return this.#pool.options.max < this.#options.maxConnections
  }

  /** Shares what there is. Returns whether work that got no connection is to ask again. */
  #isWorthAnother(error: unknown, beganAt: number): boolean {
    if (this.#pool.ending) return false
    if (isUsedUp(error)) this.#share()
    // Where connections are short, those who wait for one wait in the pool.
    else if (!this.#isShort || !isQueueTimeout(error)) return false
    const timeoutMs = this.#pool.totalCount > 0 ? SHARE_TIMEOUT_MS : ALONE_TIMEOUT_MS
    return performance.now() - beganAt < timeoutMs
  }

  #share(): void {
    const { totalCount, options } = this.#pool
    options.max = Math.max(1, totalCount)
    options.idleTimeoutMillis = SHORT_IDLE_MS
    this.#growAt = performance.now() + GROW_MS
    this.#options.onShortage(totalCount)
  }

  #grow(): void {
    if (!this.#isShort || performance.now() < this.#growAt) return
    const { options } = this.#pool
    options.max = Math.min(this.#options.maxConnections, options.max * 2)
    if (!this.#isShort) options.idleTimeoutMillis = IDLE_MS
    this.#growAt = performance.now() + GROW_MS
  }
}

function isQueueTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}

/** What cannot be made of the address is known only once `pg` reads it, and it may quote parts of it. */
function explained(error: unknown): unknown {
  if (explainPostgres(error) !== undefined) return error
  const driverCode = codeOf(error)
  return new StorageError(
    'storage_unavailable',
    'The address of PostgreSQL cannot be used: check its options, such as sslmode, and the files that it names.',
    { driverCode },
  )
}

/**
 * Makes a pool. Nothing is connected to before the first work.
 * @throws {StorageError} `driver_missing`
 */
export async function createPool(options: PostgresPoolOptions): Promise<PostgresPool> {
  const { Pool, types } = await requirePg(options.loadDriver)
  const pool = new Pool({
    connectionString: options.url,
    application_name: 'signet',
    max: options.maxConnections,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.answerTimeoutMs,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
    },
  })
  // The statement that runs is told of a connection that breaks, and the pool drops it. Its error event,
  // idle or at work, would end the process if nobody listened.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new SharedPool(pool, options)
}
