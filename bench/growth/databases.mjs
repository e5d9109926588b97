import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../http/postgres.mjs'
import { withStore } from './seed.mjs'

const NAME = 'growth'

/**
 * Fills a new database of each kind and does the work on it, one after the other.
 *
 * @template T
 * @param {string} directory - temporary
 * @param {(store: import('@signet/store').Store) => Promise<void>} fill
 * @param {(kind: string, environment: Record<string, string>) => Promise<T[]>} work
 * @returns {Promise<T[]>}
 */
export async function onEachDatabase(directory, fill, work) {
  const file = mkdtempSync(join(directory, 'libsql-'))
  await withStore({ directory: file }, fill)
  const onLibsql = await work('libsql', { SIGNET_DATA_DIR: file })
  const postgres = await startPostgres(directory)
  try {
    const databaseUrl = await postgres.createDatabase(NAME)
    await withStore({ directory, databaseUrl }, fill)
    await postgres.analyze(NAME)
    return [...onLibsql, ...(await work('PostgreSQL', { DATABASE_URL: databaseUrl }))]
  } finally {
    await postgres.stop()
  }
}
