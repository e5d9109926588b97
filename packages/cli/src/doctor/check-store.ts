import {
  inspectStore,
  StorageError,
  type StorageErrorCode,
  type StorageFaultClass,
  type StoreInspection,
} from '@signet/store'
import { chooseDatabase } from '../project/database-url.js'
import { dataDirectory, type Project } from '../project/project.js'
import { describeStore } from '../project/project-store.js'
import type { Finding } from './finding.js'

const CHECK = 'store'
/** With less free space than this, in bytes, a disk counts as full: the log of the file alone may need more. */
const SCARCE_BYTES = 64 * 1024 * 1024

const REMEDIES: Readonly<Record<StorageFaultClass, string>> = {
  unavailable: 'Start the database, or name another one in DATABASE_URL.',
  read_only: 'Make the database writable, or name a server that accepts writes.',
  full: 'Free space on the disk of the database.',
  refused: 'Use PostgreSQL 14 or later, with a database in UTF-8.',
  corrupt: 'Stop the server, and restore the last backup: npx signet restore FILE',
  permission:
    'Grant the missing right to the user that the server runs as, or to its role in PostgreSQL.',
}

/** Remedies for errors that occur before the database is asked. */
const REMEDIES_OF_CODES: Readonly<Partial<Record<StorageErrorCode, string>>> = {
  driver_missing: 'Install it in the application: npm install pg',
  address_invalid:
    'Write the address as postgres://user:password@host:5432/name. In the password, write / # ? @ as %2F %23 %3F %40.',
}

function faultFinding(where: string, error: StorageError): Finding {
  const { code: name, fault = 'unavailable', driverCode, message } = error
  const code = driverCode === undefined ? '' : ` (${driverCode})`
  return {
    check: CHECK,
    level: 'error',
    what: `The store has a fault${code}: ${where}.`,
    why: message,
    remedy: REMEDIES_OF_CODES[name] ?? REMEDIES[fault],
  }
}

function newerFinding(where: string): Finding {
  return {
    check: CHECK,
    level: 'error',
    what: `A newer version of Signet has used the store: ${where}.`,
    why: 'This version refuses to start on its tables.',
    remedy: 'Install that version, or restore a backup from before.',
  }
}

function scarceFinding(where: string, freeBytes: number): Finding {
  return {
    check: CHECK,
    level: 'warning',
    what: `The disk of the store is nearly full (${Math.floor(freeBytes / 1024)} KiB are free): ${where}.`,
    why: 'Once it is full, the server stores nothing, and refuses requests whose answers must be stored with 503.',
    remedy: REMEDIES.full,
  }
}

function exposureFinding({ what, remedy }: NonNullable<StoreInspection['exposure']>): Finding {
  const why =
    'Whoever can write to the store can act as any owner, and can make revoked tokens valid again.'
  return { check: CHECK, level: 'warning', what, why, remedy }
}

function findingsOf(where: string, inspection: StoreInspection): readonly Finding[] {
  const { tables, problems, freeBytes = Infinity, exposure } = inspection
  return [
    ...problems.map((problem) => faultFinding(where, problem)),
    ...(tables === 'newer' ? [newerFinding(where)] : []),
    ...(freeBytes < SCARCE_BYTES ? [scarceFinding(where, freeBytes)] : []),
    ...(exposure === undefined ? [] : [exposureFinding(exposure)]),
  ]
}

async function inspect(project: Project): Promise<StoreInspection> {
  try {
    return await inspectStore({
      databaseUrl: chooseDatabase(process.env).url,
      directory: dataDirectory(project),
    })
  } catch (error) {
    // An invalid address, or a missing package.
    if (!StorageError.isInstance(error)) throw error
    return { tables: 'unknown', problems: [error] }
  }
}

/** Inspects the store that the server would open, without changing it. */
export async function checkStore(project: Project): Promise<readonly Finding[]> {
  const where = describeStore(project)
  const inspection = await inspect(project)
  const findings = findingsOf(where, inspection)
  if (findings.length > 0) return findings
  const what =
    inspection.tables === 'missing'
      ? `The store can be created: ${where}.`
      : `The store can be used: ${where}.`
  return [{ check: CHECK, level: 'ok', what }]
}
