import { isRunning } from '@signet/auth/internal'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NOBODY, TEMPLATE_VARIABLE } from './postgres-cluster.js'

const PREFIX = 'signet-postgres-template-'

/** A folder of a run, by the id of its process. */
const FOLDER = /^signet-postgres-template-(\d+)-/

/** Removes the folders of runs that were killed before they could do so themselves. */
export function removeAbandonedTemplates(directory: string): void {
  for (const name of readdirSync(directory)) {
    const [, processId] = FOLDER.exec(name) ?? []
    if (processId === undefined || isRunning(Number(processId))) continue
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

/** Creates the folder of this process, which `removeAbandonedTemplates` keeps while the process runs. */
export function createTemplateFolder(directory: string): string {
  return mkdtempSync(join(directory, `${PREFIX}${process.pid}-`))
}

/** Gives all test files of a run one folder for the cluster that each server is a copy of. Vitest calls it once. */
export default function setup(): () => void {
  removeAbandonedTemplates(tmpdir())
  const folder = createTemplateFolder(tmpdir())
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY)
  process.env[TEMPLATE_VARIABLE] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
