import { spawnSync } from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'

/** The user of Debian that nobody is: PostgreSQL refuses to run as root. */
export const NOBODY = 65_534

/** The variable that names the folder of the template. Without it each cluster is initialised anew. */
export const TEMPLATE_VARIABLE = 'SIGNET_POSTGRES_TEMPLATE'

/** The superuser of every cluster. */
export const USER = 'signet'

const OPTIONS = ['-U', USER, '-E', 'UTF8', '--no-locale', '-A', 'trust']

/** Whom PostgreSQL runs as. */
export interface Identity {
  readonly uid?: number
  readonly gid?: number
  readonly cwd: string
}

function run(command: string, args: readonly string[], identity: Identity): void {
  const { status, stderr } = spawnSync(command, args, {
    ...identity,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`)
}

function initialise(binaries: string, data: string, identity: Identity): void {
  const options = ['-D', data, ...OPTIONS, '--no-sync', '--wal-segsize=1']
  run(join(binaries, 'initdb'), options, identity)
}

/** The cluster that others are copies of. Who asks first makes it; two may do so at once, and one of them is used. */
function findTemplate(binaries: string, folder: string, identity: Identity): string {
  const template = join(folder, 'data')
  if (existsSync(template)) return template
  const made = join(folder, `made-by-${process.pid}`)
  initialise(binaries, made, identity)
  try {
    renameSync(made, template)
  } catch (error) {
    if (!existsSync(template)) throw error
  }
  return template
}

/** Makes a cluster in a folder that is not there yet: initdb takes seconds, and a copy of what it made does not. */
export function createCluster(binaries: string, data: string, identity: Identity): void {
  const folder = process.env[TEMPLATE_VARIABLE]
  if (folder === undefined) return initialise(binaries, data, identity)
  run('cp', ['-a', findTemplate(binaries, folder, identity), data], identity)
}
