import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import type { Statement } from '../../../packages/store/src/database/database.js'
import { createProbedStore, type StoreProbe } from '../../../packages/store/src/probed-store.js'
import type { Store, StoreOptions } from '../../../packages/store/src/store.js'
import { startPostgres, whyNoPostgres, type PostgresServer } from './postgres-server.js'
import { checkOwnership } from './statement-owner.js'

/** What a rule is given to try a driver with. */
export interface Stores {
  readonly driver: 'libsql' | 'postgres'
  /** Where a new, empty database is. */
  locate(): Promise<StoreOptions>
  /** Opens a store, by default in a new database. It is closed after the test. */
  open(options?: StoreOptions, probe?: StoreProbe): Promise<Store>
  /** The server; only for PostgreSQL. */
  server(): PostgresServer
}

const isRequired = process.env['SIGNET_REQUIRE_SERVICES'] === '1'

/**
 * Declares the same rules for each driver. Where there is no PostgreSQL its half is skipped, and with
 * `SIGNET_REQUIRE_SERVICES=1` it fails. Whatever a rule does, every statement it causes is checked to
 * bind the owner.
 */
export function describeStores(
  name: string,
  declare: (stores: Stores) => void,
  drivers: readonly Stores['driver'][] = ['libsql', 'postgres'],
): void {
  for (const driver of drivers) {
    const reason = driver === 'postgres' ? whyNoPostgres() : undefined
    describe.skipIf(reason !== undefined && !isRequired)(`${name} (${driver})`, () => {
      if (reason === undefined) declareFor(driver, declare)
      else refuse(reason)
    })
  }
}

function refuse(reason: string): void {
  it('has the services that SIGNET_REQUIRE_SERVICES asks for', () => {
    throw new Error(`There is ${reason}.`)
  })
}

function declareFor(driver: Stores['driver'], declare: (stores: Stores) => void): void {
  let server: PostgresServer | undefined
  const directories: string[] = []
  const opened: Store[] = []
  let statements: Statement[] = []

  if (driver === 'postgres') {
    beforeAll(async () => {
      server = await startPostgres()
    })
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
    const seen = statements
    statements = []
    checkOwnership(seen)
  })
  afterAll(async () => {
    await server?.remove()
  })

  function needServer(): PostgresServer {
    if (server === undefined) throw new Error('There is no server.')
    return server
  }

  async function locate(): Promise<StoreOptions> {
    const directory = mkdtempSync(join(tmpdir(), 'signet-store-'))
    directories.push(directory)
    if (driver === 'libsql') return { directory }
    return { directory, databaseUrl: await needServer().createDatabase() }
  }

  declare({
    driver,
    locate,
    open: async (options, probe = {}) => {
      const store = createProbedStore(options ?? (await locate()), {
        ...probe,
        onStatement: (statement) => {
          statements.push(statement)
          probe.onStatement?.(statement)
        },
      })
      opened.push(store)
      await store.open()
      return store
    },
    server: needServer,
  })
}
