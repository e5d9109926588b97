import {
  CompiledQuery,
  PostgresDialect,
  PostgresDriver,
  sql,
  type DatabaseConnection,
  type PostgresDialectConfig,
  type TransactionSettings,
} from 'kysely'
import { StorageError } from '../../error.js'
import type { StoreNotice } from '../../store.js'
import type { Driver } from './driver.js'
import { loadPg } from './load-pg.js'
import { checkAddress } from './postgres-address.js'
import { explainPostgres } from './postgres-fault.js'
import { createPool } from './postgres-pool.js'
import { postgresSignal } from './postgres-signal.js'

const CONNECT_TIMEOUT_MS = 5000
/** How long the server works on one statement. */
const STATEMENT_TIMEOUT_MS = 15_000
const ANSWER_TIMEOUT_MS = 20_000
/** How long a transaction keeps a connection while another one has its thread; then it is run again. */
const LOCK_TIMEOUT_MS = 1000
const MAX_CONNECTIONS = 20
/** Any number, as long as it stays the same. */
const MIGRATION_LOCK = 5_247_861_003
const LOG_LOCK = 5_247_861_004
/** Of locks with two numbers: the other is of an owner. */
const SCHEDULES_LOCK = 524_786
const LOG_CHANNEL = 'signet_revocation'

/** What the driver may be told. */
export interface PostgresOptions {
  /** Waits as long as a statement takes: for migrations. */
  readonly isPatient?: boolean | undefined
  /** Default 5000 (5 seconds). */
  readonly connectTimeoutMs?: number | undefined
  /** How long to wait for the answer of a server that may be gone without a word; default 20 s. */
  readonly answerTimeoutMs?: number | undefined
  /** How many connections are used at most; default 20. One more listens to notifications. */
  readonly maxConnections?: number | undefined
  /** Is told what an operator must know. Default: nobody is. */
  readonly onNotice?: ((notice: StoreNotice) => void) | undefined
  readonly loadDriver?: typeof loadPg | undefined
}

const UNHEARD: StoreNotice = {
  level: 'info',
  message:
    'PostgreSQL is behind a pooler that passes no notifications on, as PgBouncer in pool_mode transaction: revocations are learned of by asking alone, every 250 ms.',
}
const SHORTAGE: StoreNotice = {
  level: 'warn',
  message:
    'PostgreSQL gives fewer connections than wanted, and requests share them: raise max_connections or the limit of the role, or lower SIGNET_DATABASE_POOL_MAX.',
}
/** How long what goes on is not told again, in milliseconds. */
const QUIET_MS = 600_000

/** The dialect of PostgreSQL, whose transactions bound themselves. */
class BoundedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig
  readonly #bounds: string

  constructor(config: PostgresDialectConfig, bounds: string) {
    super(config)
    this.#config = config
    this.#bounds = bounds
  }

  override createDriver(): BoundedDriver {
    return new BoundedDriver(this.#config, this.#bounds)
  }
}

/**
 * Begins a transaction and says how long it may take, in one message. Said when a connection is made, the bounds would
 * not hold behind a pooler that gives each transaction another connection, and PgBouncer refuses them there.
 */
class BoundedDriver extends PostgresDriver {
  readonly #bounds: string

  constructor(config: PostgresDialectConfig, bounds: string) {
    super(config)
    this.#bounds = bounds
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const isolation = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`
    const access = accessMode === undefined ? '' : ` ${accessMode}`
    const begin = `start transaction${isolation}${access};${this.#bounds}`
    await connection.executeQuery(CompiledQuery.raw(begin))
  }
}

/** What bounds a transaction, in milliseconds; 0 means without a bound. */
function boundsOf(isPatient: boolean): string {
  return [
    `set local statement_timeout = ${isPatient ? 0 : STATEMENT_TIMEOUT_MS}`,
    `set local lock_timeout = ${isPatient ? 0 : LOCK_TIMEOUT_MS}`,
    `set local idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT_MS}`,
  ].join(';')
}

/**
 * The driver for a PostgreSQL server, 14 or later, whose database is in UTF-8.
 * @throws {StorageError} `address_invalid`
 */
export function postgresDriver(url: string, options: PostgresOptions = {}): Driver {
  checkAddress(url)
  const isPatient = options.isPatient ?? false
  const maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  const answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS
  const loadDriver = options.loadDriver ?? loadPg
  const onNotice = options.onNotice ?? (() => undefined)
  const appends = postgresSignal({
    url,
    channel: LOG_CHANNEL,
    connectTimeoutMs,
    loadDriver,
    onUnheard: () => onNotice(UNHEARD),
  })
  let quietUntil = 0
  const pool = () =>
    createPool({
      url,
      maxConnections,
      connectTimeoutMs,
      ...(!isPatient && { answerTimeoutMs }),
      loadDriver,
      onShortage: (connections) => {
        // The log of revocations is read without being told, too: work needs the connection more.
        if (connections === 0) appends.rest()
        if (performance.now() < quietUntil) return
        quietUntil = performance.now() + QUIET_MS
        onNotice(SHORTAGE)
      },
    })
  return {
    name: 'postgres',
    isSingleWriter: false,
    isReplacedWhole: false,
    // What is not memory always finds a connection, and so does a second owner.
    places: {
      maxOfOwner: Math.max(1, Math.floor(maxConnections / 2)),
      maxInAll: Math.max(1, Math.floor(maxConnections * 0.8)),
    },
    dialect: new BoundedDialect({ pool }, boundsOf(isPatient)),
    // Of one statement this is one time, by which an index is searched; clock_timestamp() is asked anew for each row.
    clock: sql<number>`cast(floor(extract(epoch from statement_timestamp()) * 1000) as bigint)`,
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
    appends,
    enterSchedules: async (transaction, owner) => {
      const locks = sql`${sql.lit(SCHEDULES_LOCK)}, hashtext(${owner})`
      await sql`select pg_advisory_xact_lock(${locks})`.execute(transaction)
    },
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
