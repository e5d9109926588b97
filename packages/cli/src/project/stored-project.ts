import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findProject, openProject, type Project } from './project.js'
import { openProxyProject } from './proxy-config.js'

/** Where the data of an application lie by default. */
const DATABASE = join('.signet', 'signet.db')

/**
 * The folder whose stored data a command works on: of an application, or of a proxy that stands before one.
 * @throws {CommandFailure} where it is neither
 */
export function openStoredProject(directory: string): Project {
  const project = findProject(directory)
  if (project !== undefined) return project
  const proxy = openProxyProject(directory)
  const isProxy = proxy.hasConfig || existsSync(join(directory, DATABASE))
  return isProxy ? proxy : openProject(directory)
}
