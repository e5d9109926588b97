import { codeOf } from '@signet/auth/internal'
import { storageFault } from './storage-fault.js'

/** Codes of SQLite, MySQL and Prisma, and the states of the SQL standard. */
const DRIVER_CODE = /^(?:(?:ERR_)?SQLITE_|ER_|P\d{4}$|\d[\dA-Z]{4}$|(?:F0|HV|P0|XX)\d{3}$)/
const DRIVER_NAME =
  /^(?:Prisma|Sequelize|Mongo|Sqlite|Drizzle|Postgres|DatabaseError|QueryFailed|Libsql|Neon)/i
/** Members in which drivers keep a query. */
const DRIVER_MEMBERS = ['sql', 'sqlState', 'sqlMessage', 'routine']

/** Queries that change something, by the words that each has; and what PostgreSQL says with values. */
const QUERIES = [
  /\binsert\s+into\s+[^\s(]+\s*(?:\(|values|select|default)/i,
  /\bupdate\s+\S+\s+set\s/i,
  /\bdelete\s+from\s+\S+\s+(?:where|using|returning)\b/i,
  /\b(?:create|alter|drop|truncate)\s+table\s/i,
  /\bviolates [a-z-]{1,12}(?: key)? constraint/i,
  /\binvalid input syntax for type/i,
  /\bkey \([^)]{1,200}\)=/i,
]
/** A query that reads, or an English sentence: it depends on what follows. */
const SELECT = /\b(?:SELECT\s|select\s+(?:[*"`]|distinct\s|\w+\s?[(,.]))/
const FROM = /\bfrom\s/i

/** As much of a text as shows whether it begins with a query. */
const MAX_CHARACTERS = 4000
/** A name of a class, or a code. */
const PLAIN = /^\w{1,60}$/

/** Whether an error comes from a driver of a database, or quotes a query: its message may have what was to be stored. */
function isDatabaseFault(error: Error): boolean {
  if (DRIVER_CODE.test(codeOf(error) ?? '')) return true
  if (DRIVER_NAME.test(error.name)) return true
  if (DRIVER_MEMBERS.some((name) => Object.hasOwn(error, name))) return true
  const text = error.message.slice(0, MAX_CHARACTERS)
  return QUERIES.some((query) => query.test(text)) || (SELECT.test(text) && FROM.test(text))
}

/** What may be told of an error of a database: its name and its code. Undefined for another error. */
export function toldDatabaseFault(error: Error): string | undefined {
  // An error of a storage is worded by Signet, and may say which statement is to be run.
  if (storageFault(error) !== undefined || !isDatabaseFault(error)) return undefined
  const known = [error.name, codeOf(error) ?? ''].filter((each) => PLAIN.test(each))
  return `A query to a database failed (${known.join(' ')}).`
}
