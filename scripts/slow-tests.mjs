// Which test files start a process, a browser or a database: `npm test -- --fast` leaves them out.
//
// A test file does so when it, or a helper that it imports, imports what starts them. What the packages themselves may
// start is not looked at: their unit tests import sources whose other functions do.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Modules that start a process. Databases and browsers are processes, too, and the helpers start them by these. */
const STARTING = new Set(['node:child_process', 'child_process', 'playwright-core'])

/** Folders that have test files, as vitest.config.ts names them. */
const FOLDERS = ['packages', 'test', 'examples']

const SKIPPED = new Set(['node_modules', 'dist', '.signet'])

/** Sources of the packages, but for their tests. */
const IS_PRODUCT = /^packages\/[^/]+\/src\/(?!.*\.test\.ts$)/

const unixPath = (path) => path.replaceAll('\\', '/')

/** The test files below a folder. */
function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(path)
    return entry.name.endsWith('.test.ts') ? [path] : []
  })
}

/** The modules that a file imports, types aside, also those that it imports later by a plain text. */
function importsOf(file) {
  const text = readFileSync(file, 'utf8')
  const { module } = parseSync(file, text)
  const isValue = ({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType)
  const later = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    /^(['"`])([^$]*)\1$/.exec(text.slice(start, end))?.at(2),
  )
  return [
    ...module.staticImports.filter(isValue).map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .filter(({ isType }) => !isType)
      .map(({ moduleRequest }) => moduleRequest?.value),
    ...later,
  ].filter((specifier) => specifier !== undefined)
}

/** What the tests share is imported by this name (test/support/package.json). */
const SUPPORT = '@signet/test-support/'

/** The file that an import of another file means; undefined where it is not a module. */
function helperOf(root, file, specifier) {
  if (specifier.startsWith(SUPPORT)) {
    return join(root, 'test', 'support', `${specifier.slice(SUPPORT.length)}.ts`)
  }
  if (!specifier.startsWith('.')) return undefined
  const path = resolve(dirname(file), specifier)
  const candidates = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')]
  return candidates.find((each) => /\.(?:[cm]?js|tsx?)$/.test(each) && existsSync(each))
}

/**
 * Whether a test file starts a process, a browser or a database.
 * @param {string} root - the folder of the project
 * @param {string} file - the test file, whole
 * @param {Set<string>} [seen] - files that were looked at already
 * @returns {boolean}
 */
export function startsSomething(root, file, seen = new Set()) {
  if (seen.has(file)) return false
  seen.add(file)
  return importsOf(file).some((specifier) => {
    if (STARTING.has(specifier)) return true
    const helper = helperOf(root, file, specifier)
    if (helper === undefined || IS_PRODUCT.test(unixPath(relative(root, helper)))) return false
    return startsSomething(root, helper, seen)
  })
}

/**
 * The test files that `npm test -- --fast` leaves out, as paths from the root.
 * @param {string} root - the folder of the project
 * @returns {string[]}
 */
export function slowTests(root) {
  return FOLDERS.flatMap((folder) => testFiles(join(root, folder)))
    .filter((file) => startsSomething(root, file))
    .map((file) => unixPath(relative(root, file)))
}
