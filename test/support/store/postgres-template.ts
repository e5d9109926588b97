import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NOBODY, TEMPLATE_VARIABLE } from './postgres-cluster.js'

/** Gives all test files of a run one folder for the cluster that each server is a copy of. Vitest calls it once. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'signet-postgres-template-'))
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY)
  process.env[TEMPLATE_VARIABLE] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
