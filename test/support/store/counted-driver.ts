import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver as KyselyDriver,
  type QueryResult,
} from 'kysely'
import type { Driver } from '../../../packages/store/src/database/driver/driver.js'

/** What one statement gave back. */
export interface StatementResult {
  readonly sql: string
  readonly rows: number
  /** UTF-8 bytes of all texts of the rows. */
  readonly bytes: number
  /** How many rows it inserted, changed or deleted. */
  readonly changed: number
}

function bytesOf(row: unknown): number {
  return Object.values(Object(row) as object).reduce(
    (sum: number, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  )
}

/** A driver that does the same, and tells what each statement gave back. */
export function countedDriver(driver: Driver, onResult: (result: StatementResult) => void): Driver {
  function countConnection(connection: DatabaseConnection): DatabaseConnection {
    return {
      async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
        const result = await connection.executeQuery<Row>(query)
        const bytes = result.rows.reduce((sum: number, row) => sum + bytesOf(row), 0)
        const changed = Number(result.numAffectedRows ?? 0)
        onResult({ sql: query.sql, rows: result.rows.length, bytes, changed })
        return result
      },
      streamQuery: (query, size) => connection.streamQuery(query, size),
    }
  }

  function countDriver(inner: KyselyDriver): KyselyDriver {
    const originals = new WeakMap<DatabaseConnection, DatabaseConnection>()
    const original = (connection: DatabaseConnection) => originals.get(connection) ?? connection
    return {
      init: () => inner.init(),
      async acquireConnection() {
        const connection = await inner.acquireConnection()
        const counted = countConnection(connection)
        originals.set(counted, connection)
        return counted
      },
      beginTransaction: (connection, settings) =>
        inner.beginTransaction(original(connection), settings),
      commitTransaction: (connection) => inner.commitTransaction(original(connection)),
      rollbackTransaction: (connection) => inner.rollbackTransaction(original(connection)),
      releaseConnection: (connection) => inner.releaseConnection(original(connection)),
      destroy: () => inner.destroy(),
    }
  }

  const countDialect = (dialect: Dialect): Dialect => ({
    createDriver: () => countDriver(dialect.createDriver()),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
  })
  const { dialect, reads } = driver
  return {
    ...driver,
    dialect: countDialect(dialect),
    ...(reads && { reads: { ...reads, dialect: countDialect(reads.dialect) } }),
  }
}
