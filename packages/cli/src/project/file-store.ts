import { StorageError } from '@signet/store'
import { chooseDatabase } from './database-url.js'
import { CommandFailure } from '../failure.js'
import { dataDirectory, type Project } from './project.js'

/**
 * The folder of the application's signet.db.
 * @param remedy - what to do instead where that is PostgreSQL
 * @throws {CommandFailure} where it is not a file
 */
export function fileDirectory(project: Project, remedy: string): string {
  const { url, variable } = chooseDatabase(process.env)
  if (url === undefined) return dataDirectory(project)
  throw new CommandFailure(
    `This command works on the file signet.db, but ${variable} names a PostgreSQL database. ${remedy}`,
  )
}

/** Works on the file. @throws {CommandFailure} where it cannot be done, which says why */
export async function inFile<Value>(work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!StorageError.isInstance(error)) throw error
    const code = error.driverCode === undefined ? '' : ` (${error.driverCode})`
    throw new CommandFailure(`${error.message}${code}`, { cause: error })
  }
}
