import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { envFiles } from '../project/environment.js'
import { orOk, type Finding } from './finding.js'

const GROUP_AND_OTHERS = 0o077
const GIT_TIMEOUT_MS = 5000

/** Whether Git tracks a file. False without Git or a repository. */
function isTracked(directory: string, file: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(
      'git',
      ['ls-files', '--error-unmatch', '--', file],
      { cwd: directory, timeout: GIT_TIMEOUT_MS },
      (error) => resolve(error === null),
    )
  })
}

function checkMode(directory: string, name: string): Finding[] {
  const file = join(directory, name)
  const mode = statSync(file).mode & 0o777
  if (process.platform === 'win32' || (mode & GROUP_AND_OTHERS) === 0) return []
  return [
    {
      check: 'env-mode',
      level: 'warning',
      what: `Other users of this machine have access to ${name} (mode ${mode.toString(8)}).`,
      why: 'Whoever has the secret in it can sign tokens for anyone.',
      remedy: `Run: chmod 600 ${name}`,
    },
  ]
}

async function checkTracked(directory: string, name: string): Promise<Finding[]> {
  if (!(await isTracked(directory, name))) return []
  return [
    {
      check: 'env-tracked',
      level: 'error',
      what: `${name} is in the Git repository.`,
      why: 'Whoever has a copy of the repository has the secret. Older commits keep it.',
      remedy: `Run git rm --cached ${name}, add ${name} to .gitignore, and create another secret.`,
    },
  ]
}

/** Checks who else can read the environment files of a folder, such as `.env`. */
export async function checkEnvFiles(directory: string): Promise<readonly Finding[]> {
  const names = envFiles().filter((name) => existsSync(join(directory, name)))
  if (names.length === 0) return []
  const modes = names.flatMap((name) => checkMode(directory, name))
  const tracked = await Promise.all(names.map((name) => checkTracked(directory, name)))
  const all = names.join(', ')
  return [
    ...orOk(modes, 'env-mode', `Only the owner can read ${all}.`),
    ...orOk(tracked.flat(), 'env-tracked', `No Git repository contains ${all}.`),
  ]
}
