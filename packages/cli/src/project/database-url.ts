import { CommandFailure } from '../failure.js'

/** Where the store is. */
export interface DatabaseChoice {
  /** The address of a PostgreSQL database; undefined for the file signet.db. */
  readonly url: string | undefined
  /** The variable that decided; undefined where none did. */
  readonly variable: 'SIGNET_DATABASE_URL' | 'DATABASE_URL' | undefined
}

/** The driver accepts `socket:` for a socket of this machine. */
const POSTGRES = /^(?:postgres(?:ql)?|socket):/i
/** In one process, more connections would only wait for each other. */
const MAX_CONNECTIONS = 1000
/** Schemes of other databases. Such an address is for the application, not for Signet. */
const OTHER =
  /^(?:file|sqlite|libsql|https?|mysql|mysql2|mariadb|mongodb(?:\+srv)?|sqlserver|mssql|redis|rediss|cockroachdb|prisma(?:\+postgres)?):/i

/**
 * Chooses the database: `SIGNET_DATABASE_URL` (empty means the file signet.db), otherwise `DATABASE_URL` if it is the
 * address of a PostgreSQL database, otherwise the file.
 * @throws {CommandFailure} for an address that is neither PostgreSQL nor one of another database
 */
export function chooseDatabase(environment: NodeJS.ProcessEnv): DatabaseChoice {
  const { SIGNET_DATABASE_URL: own, DATABASE_URL: shared } = environment
  if (own !== undefined) {
    if (own === '') return { url: undefined, variable: 'SIGNET_DATABASE_URL' }
    if (POSTGRES.test(own)) return { url: own, variable: 'SIGNET_DATABASE_URL' }
    throw new CommandFailure(
      'SIGNET_DATABASE_URL is not the address of a PostgreSQL database, such as postgres://user@host/name. To use the file signet.db, leave it empty.',
    )
  }
  if (shared === undefined || shared === '') return { url: undefined, variable: undefined }
  if (POSTGRES.test(shared)) return { url: shared, variable: 'DATABASE_URL' }
  if (OTHER.test(shared)) return { url: undefined, variable: 'DATABASE_URL' }
  throw new CommandFailure(
    'DATABASE_URL is not the address of a PostgreSQL database, such as postgres://user@host/name. If only the application uses DATABASE_URL, set SIGNET_DATABASE_URL too; left empty, it means the file signet.db.',
  )
}

/**
 * The number of connections to PostgreSQL that one process opens at most (`SIGNET_DATABASE_POOL_MAX`); undefined if it
 * is not set.
 * @throws {CommandFailure} for what is not a whole number from 1 to 1000
 */
export function chooseMaxConnections(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment['SIGNET_DATABASE_POOL_MAX']
  if (text === undefined || text === '') return undefined
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= MAX_CONNECTIONS) return count
  throw new CommandFailure(
    `SIGNET_DATABASE_POOL_MAX is not a whole number from 1 to ${MAX_CONNECTIONS}. It is the number of connections to PostgreSQL that one process opens at most.`,
  )
}
