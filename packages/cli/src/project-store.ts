import { join, relative } from 'node:path'
import { createStore, StorageError, type Store } from '@signet/store'
import { CommandFailure } from './failure.js'
import { dataDirectory, type Project } from './project.js'

/** Where the store is: `DATABASE_URL`, which may stand in `.env`, else a file in the data folder. */
function databaseUrl(): string | undefined {
  return process.env['DATABASE_URL'] || undefined
}

/** The store in words. The address of a server may hold a password, and is not among them. */
export function describeStore(project: Project): string {
  if (databaseUrl() !== undefined) return 'PostgreSQL, as DATABASE_URL says'
  const file = join(dataDirectory(project), 'signet.db')
  const path = relative(project.directory, file)
  return path.startsWith('..') ? file : path
}

function remedy(project: Project, code: StorageError['code']): string {
  if (code === 'driver_missing' || code === 'storage_newer') return ''
  return databaseUrl() === undefined
    ? ` Check the folder ${dataDirectory(project)}; SIGNET_DATA_DIR names another.`
    : ' Check DATABASE_URL, and that PostgreSQL answers there.'
}

/**
 * The store of an application, still to be opened. Opening it fails with a `CommandFailure` that says
 * what to do.
 */
export function createProjectStore(project: Project): Store {
  const store = createStore({ databaseUrl: databaseUrl(), directory: dataDirectory(project) })
  return {
    ...store,
    async open() {
      try {
        await store.open()
      } catch (cause) {
        if (!StorageError.isInstance(cause)) throw cause
        const code = cause.driverCode === undefined ? '' : ` (${cause.driverCode})`
        const text = `The store cannot be opened: ${cause.message}${code}`
        throw new CommandFailure(text + remedy(project, cause.code), { cause })
      }
    },
  }
}
