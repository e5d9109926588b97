import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import Libsql from 'libsql'
import type { Driver } from '../database/driver/driver.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { checkLog } from '../database/driver/libsql-file.js'
import { fileOf, findExposure } from '../database/driver/libsql-folder.js'
import { whyNotAnew } from '../database/driver/libsql-kept.js'
import { StorageError } from '../error.js'
import { compareTables } from '../database/migration/migrate.js'
import { TABLES } from '../schema.js'
import { translate } from '../database/translate.js'
import type { StoreInspection } from './inspection.js'

/** The folder, or the nearest one above it that there is: where the others would be made. */
function nearestFolder(directory: string): string {
  let path = resolve(directory)
  while (!existsSync(path)) path = dirname(path)
  return path
}

/** Whether the file can be written as far as its rights say; the folder holds the log beside it. */
function checkRights(paths: readonly string[], driver: Driver): StorageError | undefined {
  try {
    for (const path of paths) accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    return asStorageError(error, driver)
  }
}

function asStorageError(error: unknown, driver: Driver): StorageError {
  const translated = translate(error, driver)
  if (StorageError.isInstance(translated)) return translated
  throw translated
}

/** What is in the database, read without writing: neither the file nor its log is changed. */
function readTables(file: string): StoreInspection['tables'] | StorageError {
  const database = new Libsql(`${pathToFileURL(file).href}?mode=ro`)
  try {
    const [check] = database.prepare('pragma quick_check(1)').all([])
    if (Reflect.get(Object(check), 'quick_check') !== 'ok') return damaged()
    const namesOf = (sql: string) =>
      new Set(
        database
          .prepare(sql)
          .all([])
          .map((row) => String(Reflect.get(Object(row), 'name'))),
      )
    const made = namesOf("select name from sqlite_schema where type = 'table'")
    if (!made.has('signet_migration')) return 'missing'
    const tables = compareTables(namesOf('select name from signet_migration'))
    if (tables === 'current') {
      const lost = TABLES.find((name) => !made.has(name))
      if (lost !== undefined) database.prepare(`select 1 from ${lost}`)
    }
    return tables
  } finally {
    database.close()
  }
}

function damaged(): StorageError {
  return new StorageError(
    'storage_unavailable',
    'The data of the database is damaged: restore a backup.',
    { fault: 'corrupt', driverCode: 'SQLITE_CORRUPT' },
  )
}

/** Whether the log beside the file was left by another one, which SQLite would lay over it. */
function findForeignLog(directory: string, driver: Driver): StorageError | undefined {
  if (!existsSync(directory)) return undefined
  try {
    checkLog(directory)
    return undefined
  } catch (error) {
    return asStorageError(error, driver)
  }
}

/** Looks at the file of a folder, and changes nothing: neither is made where it is missing. */
export function inspectFile(directory: string): StoreInspection {
  const driver = libsqlDriver(directory)
  const file = fileOf(directory)
  const folder = nearestFolder(directory)
  const { bavail, bsize } = statfsSync(folder)
  const freeBytes = bavail * bsize
  // The stroke at the end says that it is to be a folder.
  const paths = [`${folder}/`, ...(existsSync(file) ? [file] : [])]
  const refused = checkRights(paths, driver)
  const foreign = findForeignLog(directory, driver)
  if (foreign !== undefined) return { tables: 'unknown', problems: [foreign], freeBytes }
  const problems = [refused, whyNotAnew(directory)].filter((each) => each !== undefined)
  if (!existsSync(file)) return { tables: 'missing', problems, freeBytes }
  const exposure = findExposure(directory)
  try {
    const found = readTables(file)
    if (!StorageError.isInstance(found)) return { tables: found, problems, freeBytes, exposure }
    return { tables: 'unknown', problems: [...problems, found], freeBytes, exposure }
  } catch (error) {
    const found = asStorageError(error, driver)
    return { tables: 'unknown', problems: [...problems, found], freeBytes, exposure }
  }
}
