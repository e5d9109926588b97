// Installs packages by their lock file, and says what to do where that fails.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from './quiet.mjs'

/** The npm that started this script, so that no shell is needed on any system. */
export function npmScript() {
  const npm = process.env.npm_execpath
  if (npm) return npm
  console.error('Run this through npm, for example: npm start')
  process.exit(1)
}

/** What to do about a failed installation, by what npm says of it. */
const INSTALL_REMEDIES = [
  [
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ERR_SOCKET_TIMEOUT/,
    'The npm registry cannot be reached. Check the network and the proxy, then run it again.',
  ],
  [/ENOSPC/, 'The disk is full. Make room, then run it again.'],
  [/EACCES|EPERM|EROFS/, 'This user may not write here. Take a folder that you own.'],
  [
    /EUSAGE/,
    'package.json and package-lock.json do not agree. Run npm install, then run it again.',
  ],
]

function installRemedy(output) {
  const [, remedy] = INSTALL_REMEDIES.find(([cause]) => cause.test(output)) ?? []
  return remedy ?? 'npm says above what is wrong. Mend that, then run it again.'
}

function isInstalled(directory) {
  const stamp = join(directory, 'node_modules', '.installed')
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashLockFile(directory)
}

function hashLockFile(directory) {
  const lockFile = readFileSync(join(directory, 'package-lock.json'))
  return createHash('sha256').update(lockFile).digest('hex')
}

/**
 * The step that installs a folder's packages by its lock file, unless that very lock file is installed already.
 * @param {string} directory
 * @param {string} [of] - what the title says of the folder. Default: nothing
 */
export function installStep(directory, of = '') {
  return {
    title: `Installing packages${of}`,
    isDone: () => isInstalled(directory),
    async run() {
      // Errors only: the lock file pins packages that ask for a newer Node and are tested on this one.
      const args = [npmScript(), 'ci', '--loglevel=error', '--no-audit', '--no-fund']
      await runQuietly(args, { cwd: directory, remedyOf: installRemedy })
      writeFileSync(join(directory, 'node_modules', '.installed'), hashLockFile(directory))
    },
  }
}
