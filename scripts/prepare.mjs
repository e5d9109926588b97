// Installs and builds what is missing, and does next to nothing when all is in place.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeStaleOutput } from './stale.mjs'

/** The folder of the project. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Runs a script of Node and ends this process with its exit code when it fails. Returns what it printed, where
 * `options.stdio` keeps that.
 */
export function runNode(args, options = {}) {
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', ...options })
  if (result.error) throw result.error
  if (result.status !== 0) process.exit(result.status ?? 1)
  return result.stdout
}

/** Runs npm as the npm that started this script, so that no shell is needed on any system. */
export function runNpm(args, options = {}) {
  const npm = process.env.npm_execpath
  if (!npm) {
    console.error('Run this through npm, for example: npm start')
    process.exit(1)
  }
  return runNode([npm, ...args], options)
}

/** Installs a folder's packages by its lock file, unless that very lock file is installed already. */
export function install(directory = root) {
  const lockFile = readFileSync(join(directory, 'package-lock.json'))
  const wanted = createHash('sha256').update(lockFile).digest('hex')
  const stamp = join(directory, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing packages …')
  // Errors only: the lock file pins packages that ask for a newer Node and are tested on this one.
  runNpm(['ci', '--loglevel=error'], { cwd: directory, stdio: ['ignore', 2, 2] })
  writeFileSync(stamp, wanted)
}

/** The newest change of a file, or of the files in a folder, in milliseconds since 1970. */
function newestChange(path) {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

/** The packages that are published in few files. */
const BUNDLED = ['auth', 'core', 'store', 'server', 'cli']

/** What npm writes whenever it installs: what is held may be of another version now, and so may the bundler. */
const INSTALLED = '../../node_modules/.package-lock.json'

async function bundlePackages() {
  for (const name of BUNDLED) {
    const directory = join(root, 'packages', name)
    const main = name === 'cli' ? 'main.js' : 'index.js'
    const sources = ['src', 'package.json', '../../scripts/bundle.mjs', INSTALLED]
    const built = newestChange(join(directory, 'dist', main))
    if (sources.every((path) => newestChange(join(directory, path)) < built)) continue
    // Only now: before the installation there is none.
    const { bundle } = await import('./bundle.mjs')
    bundle(directory, main)
  }
}

/** What the page of the Studio is made of. */
const STUDIO_SOURCES = [
  'src',
  'index.html',
  'vite.config.ts',
  'package.json',
  '../client-js/dist',
  INSTALLED,
]

function buildStudio() {
  const studio = join(root, 'packages', 'studio')
  const built = newestChange(join(studio, 'dist', 'page', 'index.html'))
  if (STUDIO_SOURCES.every((path) => newestChange(join(studio, path)) < built)) return
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  runNode([vite, 'build', '--logLevel', 'warn'], { cwd: studio })
}

/** Compiles what has changed. */
export async function build() {
  const packages = join(root, 'packages')
  for (const name of readdirSync(packages)) {
    removeStaleOutput(join(packages, name), BUNDLED.includes(name))
  }
  runNode([join('node_modules', 'typescript', 'bin', 'tsc'), '-b'])
  await bundlePackages()
  buildStudio()
}

/** Installs and builds. */
export async function prepare() {
  install()
  await build()
}
