import { join, relative } from 'node:path'
import { createStore, StorageError, type Store, type StoreNotice } from '@signet/store'
import { chooseDatabase, chooseMaxConnections } from './database-url.js'
import { CommandFailure } from '../failure.js'
import { dataDirectory, type Project } from './project.js'

/**
 * Describes the store, without the address of a database server: it may hold a password.
 * @throws {CommandFailure} where the environment names no store
 */
export function describeStore(project: Project): string {
  const { url, variable } = chooseDatabase(process.env)
  if (url !== undefined) return `PostgreSQL, named by ${variable}`
  const file = join(dataDirectory(project), 'signet.db')
  const path = relative(project.directory, file)
  const shown = path.startsWith('..') ? file : path
  return variable === 'DATABASE_URL' ? `${shown}; DATABASE_URL does not name PostgreSQL` : shown
}

function remedy(project: Project, code: StorageError['code']): string {
  if (code === 'driver_missing' || code === 'storage_newer') return ''
  const { url, variable } = chooseDatabase(process.env)
  return url === undefined
    ? ` Check the folder ${dataDirectory(project)}, or name another one with SIGNET_DATA_DIR.`
    : ` Check ${variable}, and that PostgreSQL runs at that address.`
}

/** The message of a store error, with the code of its database. */
function wordsOf({ message, driverCode }: StorageError): string {
  return driverCode === undefined ? message : `${message} (${driverCode})`
}

function explained(project: Project, error: unknown): unknown {
  if (!StorageError.isInstance(error)) return error
  const text = `The store cannot be opened: ${wordsOf(error)}`
  return new CommandFailure(text + remedy(project, error.code), { cause: error })
}

/**
 * Creates the store of an application, and does not open it.
 * @param onNotice - is told what an operator must know of it. Default: nobody is
 * @throws {CommandFailure} that says what to do; so does opening it
 */
export function createProjectStore(
  project: Project,
  onNotice?: (notice: StoreNotice) => void,
): Store {
  const { url } = chooseDatabase(process.env)
  const maxConnections = chooseMaxConnections(process.env)
  try {
    const store = createStore({
      databaseUrl: url,
      maxConnections,
      directory: dataDirectory(project),
      onNotice,
    })
    return {
      ...store,
      async open() {
        try {
          await store.open()
        } catch (error) {
          throw explained(project, error)
        }
      },
    }
  } catch (error) {
    throw explained(project, error)
  }
}

/**
 * Opens the store of an application for one task, and closes it afterwards.
 * @throws {CommandFailure} as opening it does, and where the work fails for it
 */
export async function withProjectStore<Value>(
  project: Project,
  work: (store: Store) => Promise<Value>,
): Promise<Value> {
  const store = createProjectStore(project)
  try {
    await store.open()
    return await work(store)
  } catch (error) {
    if (!StorageError.isInstance(error)) throw error
    throw new CommandFailure(`The store cannot be used: ${wordsOf(error)}`, { cause: error })
  } finally {
    await store.close()
  }
}
