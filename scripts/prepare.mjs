// Installs and builds what is missing, and does next to nothing when all is in place.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installStep, npmScript } from './install.mjs'
import { nodeProblem } from './node-version.mjs'
import { runSteps } from './progress.mjs'
import { runQuietly } from './quiet.mjs'
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

/** Runs npm as the npm that started this script. */
export function runNpm(args, options = {}) {
  return runNode([npmScript(), ...args], options)
}

/** The newest change of a file, or of the files in a folder, in milliseconds since 1970. */
function newestChange(path) {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

/** The packages that are published in few files. */
const BUNDLED = ['auth', 'core', 'store', 'server', 'proxy', 'cli']

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

const STUDIO = join(root, 'packages', 'studio')

function isStudioBuilt() {
  const built = newestChange(join(STUDIO, 'dist', 'page', 'index.html'))
  return STUDIO_SOURCES.every((path) => newestChange(join(STUDIO, path)) < built)
}

async function buildStudio() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--logLevel', 'warn']
  await runQuietly(args, { cwd: STUDIO, remedyOf: buildRemedy })
}

function buildRemedy() {
  return 'The lines above name the file. If you have changed none, remove the folder node_modules and run it again.'
}

async function compile() {
  const packages = join(root, 'packages')
  for (const name of readdirSync(packages)) {
    removeStaleOutput(join(packages, name), BUNDLED.includes(name))
  }
  const args = [join('node_modules', 'typescript', 'bin', 'tsc'), '-b']
  await runQuietly(args, { cwd: root, remedyOf: buildRemedy })
  await bundlePackages()
}

const BUILD_STEPS = [
  { title: 'Compiling', run: compile },
  { title: 'Building the Studio', isDone: isStudioBuilt, run: buildStudio },
]

async function runAll(steps) {
  const problem = nodeProblem(process.versions.node)
  if (problem !== undefined) {
    console.error(problem)
    process.exit(1)
  }
  if (!(await runSteps(steps))) process.exit(1)
}

/** Installs the packages of a folder beside the workspace. */
export async function install(directory) {
  await runAll([installStep(directory, ` of ${relative(root, directory)}`)])
}

/** Compiles what has changed. */
export async function build() {
  await runAll(BUILD_STEPS)
}

/** Installs and builds what is missing, and says how far it is. */
export async function prepare() {
  await runAll([installStep(root), ...BUILD_STEPS])
}
