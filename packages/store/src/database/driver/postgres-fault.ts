import { codeOf } from '@signet/auth/internal'
import type { Fault } from './driver.js'
import { faultOfSystem } from './system-fault.js'

type Row = readonly [codes: RegExp, kind: Fault['kind'], message?: string]

const NO_TABLES =
  'The tables of Signet are not in the database as this version knows them: restore a backup, or name the right database. Where all of them are gone, a restart makes empty ones.'

const NO_CONNECTION_MESSAGE =
  'PostgreSQL has no connection left: raise max_connections or the limit of the role, or lower SIGNET_DATABASE_POOL_MAX.'

/**
 * What each SQLSTATE means; the first row that fits counts.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const STATES: readonly Row[] = [
  [/^23505$/, 'duplicate'],
  [/^(?:40001|40P01|55P03)$/, 'conflict'],
  [
    /^25006$/,
    'read_only',
    'PostgreSQL is read-only: end default_transaction_read_only, or name the primary and not a standby.',
  ],
  [/^53100$/, 'full', 'The disk of PostgreSQL is full: make room on it.'],
  [/^53300$/, 'unavailable', NO_CONNECTION_MESSAGE],
  [/^28P01$/, 'permission', 'PostgreSQL does not take this user and password: check both.'],
  [
    /^28/,
    'permission',
    'PostgreSQL does not let this user in: check that the role exists and may log in, and pg_hba.conf.',
  ],
  [
    /^42501$/,
    'permission',
    'The PostgreSQL role lacks a right: grant create, usage on schema … (public by default) to it, and its own tables.',
  ],
  [
    /^3D000$/,
    'unavailable',
    'PostgreSQL has no database of this name: create it, or name another.',
  ],
  [
    /^3F000$/,
    'permission',
    'PostgreSQL finds no schema for the tables: create the one that search_path names, and grant create, usage on it.',
  ],
  [/^(?:42P01|42703)$/, 'unavailable', NO_TABLES],
  [/^(?:XX001|XX002|58P01)$/, 'corrupt'],
  // Connections, resources, the operator, the system, its configuration; objects that are not ready, as on a server
  // that recovers; a transaction that was ended; whether a statement was done is not known.
  [/^(?:08|53|57|58|F0|55000|55006|25P0[34]|40003)/, 'unavailable'],
]

/** An answer that did not come in time; `pg` has no code for it. */
const TIMEOUT = /timeout/i

/** What the driver, not the server, says without a code. None of it quotes what we sent. */
const TEXTS: readonly Row[] = [
  [
    /does not support SSL connections/,
    'unavailable',
    'PostgreSQL does not speak TLS: switch it on there (ssl = on), or write sslmode=disable where the network is yours.',
  ],
  [
    /establishing an SSL connection|ssl(?:negotiation)?=direct/,
    'unavailable',
    'TLS with PostgreSQL failed: check that PostgreSQL answers at this address.',
  ],
  [
    /^SASL|password must be/,
    'permission',
    'PostgreSQL and Signet do not agree on a password: check that the address holds one, and the right one.',
  ],
  [
    /sslmode=verify-ca/,
    'unavailable',
    'sslmode=verify-ca needs the file of an authority: name it with sslrootcert in the address.',
  ],
  [
    /calling end on the pool|connection terminated|connection error|not queryable|connection ended|received (?:unexpected|invalid)|unknown authentication/i,
    'unavailable',
  ],
]

/** What a state means that ended the connection, and means something else of a statement. */
const FATAL_STATES: readonly Row[] = [
  [
    /^55000$/,
    'unavailable',
    'PostgreSQL takes no connections to this database: allow them (alter database … allow_connections true), or name another.',
  ],
]

const NO_CONNECTION =
  /max(?:imum)?[ _]?client|too many (?:clients|connections)|no more connections/i

/** What poolers and full quotas say under codes of other faults. */
const SERVER_TEXTS: readonly Row[] = [
  [/no space left|quota exceeded/i, 'full'],
  [NO_CONNECTION, 'unavailable', NO_CONNECTION_MESSAGE],
  [
    /unsupported startup parameter/i,
    'unavailable',
    'The pooler before PostgreSQL refuses an option of the address: take the option out, or name it in ignore_startup_parameters of PgBouncer.',
  ],
  [
    /statement pooling/i,
    'unavailable',
    'The pooler before PostgreSQL takes no transactions: set pool_mode of PgBouncer to transaction or session.',
  ],
]

function find(rows: readonly Row[], text: string): Omit<Fault, 'code'> | undefined {
  const row = rows.find(([pattern]) => pattern.test(text))
  return row && { kind: row[1], ...(row[2] !== undefined && { message: row[2] }) }
}

/** An error that the server sent; `pg` marks it so. Its severity may be in the server's language. */
function severityOf(error: Error): string | undefined {
  const severity: unknown = Reflect.get(error, 'severity')
  return typeof severity === 'string' ? severity : undefined
}

function firstCodeOf(error: unknown): string | undefined {
  const code = codeOf(error)
  if (code !== undefined || !(error instanceof AggregateError)) return code
  // One for each address of a host.
  const [first]: readonly unknown[] = error.errors
  return firstCodeOf(first)
}

/** No class of SQLSTATE begins with E, and errors of the system do. */
const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/
/** States that stand for many things. */
const VAGUE = /^(?:XX000|08P01)$/
/** States after which the server closes the connection. */
const CLOSING = /^(?:08|57P|25P0[34])/

/** What an error of `pg` means; undefined where it is none of the database or of the way there. */
export function explainPostgres(error: unknown): Fault | undefined {
  if (!(error instanceof Error)) return undefined
  const code = firstCodeOf(error)
  const severity = severityOf(error)
  if (code !== undefined && (severity !== undefined || SQLSTATE.test(code))) {
    // Whatever ends the connection was not a fault of a statement.
    const isFatal = severity === 'FATAL' || severity === 'PANIC'
    // Other texts may quote data.
    const ofText = isFatal || VAGUE.test(code) ? find(SERVER_TEXTS, error.message) : undefined
    const ofEnd = isFatal ? find(FATAL_STATES, code) : undefined
    const found = ofText ??
      ofEnd ??
      find(STATES, code) ?? { kind: isFatal ? 'unavailable' : 'refused' }
    return { ...found, code }
  }
  const ofSystem = code === undefined ? undefined : faultOfSystem(error, code)
  if (ofSystem !== undefined) return ofSystem
  if (TIMEOUT.test(error.message)) return { kind: 'unavailable', code: 'ETIMEDOUT' }
  const ofText = find(TEXTS, error.message)
  if (ofText !== undefined) return { ...ofText, ...(code !== undefined && { code }) }
  return error instanceof AggregateError ? { kind: 'unavailable' } : undefined
}

/** Whether the server, or a pooler before it, has no connection left for us, or for anybody. */
export function isUsedUp(error: unknown): boolean {
  if (!(error instanceof Error) || severityOf(error) === undefined) return false
  return firstCodeOf(error) === '53300' || NO_CONNECTION.test(error.message)
}

/** Whether this only says that an earlier statement of the transaction failed. */
export function isAfterFailure(error: unknown): boolean {
  return error instanceof Error && firstCodeOf(error) === '25P02'
}

/** Whether the connection that this was thrown on is of no use any more. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const severity = severityOf(error)
  const isClosing = CLOSING.test(firstCodeOf(error) ?? '')
  return severity === undefined || severity === 'FATAL' || severity === 'PANIC' || isClosing
}
