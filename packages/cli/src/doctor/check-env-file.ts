import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { orOk, type Finding } from './finding.js'

const GROUP_AND_OTHERS = 0o077
const GIT_TIMEOUT_MS = 5000

/** Whether git has a file in its index. Where there is no git, or no repository, it has not. */
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

function checkMode(file: string): Finding[] {
  const mode = statSync(file).mode & 0o777
  if (process.platform === 'win32' || (mode & GROUP_AND_OTHERS) === 0) return []
  return [
    {
      check: 'env-mode',
      level: 'warning',
      what: `Other users of this machine can get at .env (mode ${mode.toString(8)}).`,
      why: 'It holds the secret, with which anyone makes tokens.',
      remedy: 'Run: chmod 600 .env',
    },
  ]
}

/** Who else can read the `.env` of a folder. */
export async function checkEnvFile(directory: string): Promise<readonly Finding[]> {
  const file = join(directory, '.env')
  if (!existsSync(file)) return []
  const tracked: Finding = {
    check: 'env-tracked',
    level: 'error',
    what: '.env is in the git repository.',
    why: 'Whoever gets a copy of it has the secret, also of a commit that is past.',
    remedy: 'Run git rm --cached .env, add .env to .gitignore, and make another secret.',
  }
  const isInGit = await isTracked(directory, '.env')
  return [
    ...orOk(checkMode(file), 'env-mode', 'Only its owner can read .env.'),
    ...orOk(isInGit ? [tracked] : [], 'env-tracked', 'No git repository has .env in it.'),
  ]
}
