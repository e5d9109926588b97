import { StorageError } from '../../error.js'

export async function loadPg(): Promise<typeof import('pg')> {
  return await import('pg')
}

/**
 * Loads `pg`, which only those need who have a PostgreSQL.
 * @throws {StorageError} `driver_missing`
 */
export async function requirePg(loadDriver: typeof loadPg): Promise<typeof import('pg')> {
  try {
    return await loadDriver()
  } catch {
    const message = 'PostgreSQL needs the package pg, which is not installed: npm install pg'
    throw new StorageError('driver_missing', message)
  }
}
