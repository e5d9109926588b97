import {
  PostgresDialect,
  sql,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely'
import { StorageError } from '../error.js'
import type { Driver } from './contract.js'
import { loadPg, requirePg } from './load-pg.js'
import { explainPostgres, isConnectionLost } from './postgres-fault.js'
import { postgresSignal } from './postgres-signal.js'

const CONNECT_TIMEOUT_MS = 5000
/** How long the server works on one statement. */
const STATEMENT_TIMEOUT_MS = 15_000
const ANSWER_TIMEOUT_MS = 20_000
/** How long a transaction keeps a connection while another one has its thread; then it is run again. */
const LOCK_TIMEOUT_MS = 1000
const MOST_CONNECTIONS = 20
/** Any number, as long as it stays the same. */
const MIGRATION_LOCK = 5_247_861_003
const LOG_LOCK = 5_247_861_004
const LOG_CHANNEL = 'signet_revocation'
const INT8 = 20

/** What PostgreSQL says to whatever follows a failed statement in its transaction. */
const IS_ABORTED = '25P02'

/** A connection for one transaction: given up, not given back, once the server behind it did not answer. */
class Client implements PostgresPoolClient {
  readonly #client: PostgresPoolClient & { release(destroy?: boolean): void }
  #lost: unknown
  /** The first failure: what another statement of the transaction is told is only that there was one. */
  #failed: unknown

  constructor(client: PostgresPoolClient & { release(destroy?: boolean): void }) {
    this.#client = client
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    query: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    return typeof query === 'string' ? this.#ask(query, parameters) : this.#client.query(query)
  }

  async #ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // The statement that follows a lost one is the rollback: it would wait as long again.
    if (this.#lost !== undefined) throw this.#lost
    try {
      return await this.#client.query<R>(text, parameters)
    } catch (error) {
      if (isConnectionLost(error)) this.#lost = error
      const isAfterOther = error instanceof Error && Reflect.get(error, 'code') === IS_ABORTED
      if (isAfterOther && this.#failed !== undefined) throw this.#failed
      this.#failed ??= error
      throw error
    }
  }

  release(): void {
    this.#client.release(this.#lost !== undefined)
  }
}

/** What the driver may be told. */
export interface PostgresOptions {
  /** Waits as long as a statement takes: for migrations. */
  readonly isPatient?: boolean
  /** Default 5000 (5 seconds). */
  readonly connectTimeoutMs?: number
  /** How long to wait for the answer of a server that may be gone without a word; default 20 s. */
  readonly answerTimeoutMs?: number
  readonly loadDriver?: typeof loadPg
}

const PROTOCOLS: ReadonlySet<string> = new Set(['postgres:', 'postgresql:'])

/** What the driver would say of a wrong address quotes it, with its password. */
function checkUrl(url: string): void {
  if (URL.canParse(url) && PROTOCOLS.has(new URL(url).protocol)) return
  throw new StorageError(
    'address_invalid',
    'The address of the database is not postgres://user:password@host:5432/name. In a password, signs such as / are written %2F.',
  )
}

async function createPool(url: string, options: PostgresOptions): Promise<PostgresPool> {
  const { Pool, types } = await requirePg(options.loadDriver ?? loadPg)
  const timeouts = options.isPatient
    ? {}
    : {
        statement_timeout: STATEMENT_TIMEOUT_MS,
        lock_timeout: LOCK_TIMEOUT_MS,
        query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      }
  const pool = new Pool({
    connectionString: url,
    application_name: 'signet',
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    ...timeouts,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text'),
    },
  })
  // The statement that runs is told of a connection that breaks, and the pool drops it. Its error event,
  // idle or at work, would end the process if nobody listened.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    connect: async () => new Client(await pool.connect()),
    end: () => pool.end(),
  }
}

/**
 * The driver for a PostgreSQL server, 14 or later, whose database is in UTF-8.
 * @throws {StorageError} `address_invalid`
 */
export function postgresDriver(url: string, options: PostgresOptions = {}): Driver {
  checkUrl(url)
  return {
    name: 'postgres',
    isSingleWriter: false,
    // What is not memory always finds a connection, and so does a second owner.
    turns: { maxOfOwner: MOST_CONNECTIONS / 2, maxInAll: MOST_CONNECTIONS - 4 },
    dialect: new PostgresDialect({ pool: () => createPool(url, options) }),
    textType: sql`text collate "C"`,
    numberRows: (table) => table,
    addSequence: (table) =>
      table.addColumn('sequence', 'bigint', (column) =>
        column.primaryKey().generatedAlwaysAsIdentity(),
      ),
    // A sequence is given before the commit: without the lock a later one could be seen first.
    enterLog: async (transaction) => {
      const lock = sql`pg_advisory_xact_lock(${sql.lit(LOG_LOCK)})`
      await sql`select ${lock}, pg_notify(${sql.lit(LOG_CHANNEL)}, '')`.execute(transaction)
      // Only now: whoever waits for the lock would be told a time that is past by then.
      const { rows } = await sql<{ now: number }>`
        select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now
      `.execute(transaction)
      const now = rows[0]?.now ?? Date.now()
      return { earliest: now, latest: now }
    },
    appends: postgresSignal({
      url,
      channel: LOG_CHANNEL,
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      loadDriver: options.loadDriver ?? loadPg,
    }),
    lockMigrations: async (transaction) => {
      const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(
        transaction,
      )
      if (rows[0]?.server_encoding !== 'UTF8') {
        throw new StorageError('storage_failed', 'The PostgreSQL database must be in UTF-8.')
      }
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction)
    },
    createSearch: async (transaction) => {
      for (const statement of SEARCH) await sql.raw(statement).execute(transaction)
    },
    hasWords: (words) => {
      const query = words.map((word) => `'${word}'`).join(' & ')
      return sql`signet_message.search @@ cast(${query} as tsquery)`
    },
    elements: (json) => sql`(
      select place - 1 as place, value
      from jsonb_array_elements(cast(${json} as jsonb)) with ordinality as elements(value, place)
    ) as elements`,
    explain: explainPostgres,
  }
}

/** The words are made by us, so they go into the vector as they are, without a dictionary. */
const SEARCH = [
  `alter table signet_message add column search tsvector
    generated always as (array_to_tsvector(string_to_array(words, ' '))) stored`,
  'create index signet_message_search on signet_message using gin (search)',
]
