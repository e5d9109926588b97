import { dirname, resolve } from 'node:path'
import type { Metafile } from 'esbuild'
import { CommandFailure } from '../failure.js'
import { findImportPlaces, type ImportPlace } from './import-places.js'
import { findPackage } from './installed-package.js'

const NO_EXPORT = /The requested module '([^']+)' does not provide an export named '([^']+)'/
const NO_SUBPATH = /^Package subpath '\.([^']+)'/
const PACKAGE_NAME = /^(?:#.+|(?:@[^/]+\/)?[^/]+)/

/** Codes of Node.js for an import that is not found. */
const NOT_FOUND: ReadonlySet<unknown> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'MODULE_NOT_FOUND',
])

function packageName(path: string): string {
  return PACKAGE_NAME.exec(path)?.[0] ?? path
}

/** Whether a message of Node.js names a package, or an import of `package.json`. */
function names(message: string, name: string): boolean {
  return [`'${name}'`, `"${name}"`, `'${name}/`, `node_modules/${name}/`].some((text) =>
    message.includes(text),
  )
}

function remedy({ path, place }: ImportPlace, directory: string): string {
  if (path.startsWith('#'))
    return 'Define this name under imports in the nearest package.json, or correct it.'
  const name = packageName(path)
  const file = resolve(directory, place.slice(0, place.lastIndexOf(':')))
  return findPackage(name, dirname(file)) === undefined
    ? `The package is not installed there. Run npm install ${name}, or correct the name.`
    : 'The package is installed, but does not have this part. Correct the name.'
}

/** Explains by its importers why a module is not found; undefined if the application itself does not import it. */
function notFound({ message }: Error, metafile: Metafile, directory: string): string | undefined {
  // The lines below list the CommonJS files that led there.
  const said = message.split('\n', 1).join().replaceAll('\\', '/')
  const [, subpath] = NO_SUBPATH.exec(said) ?? []
  const places = findImportPlaces(metafile, directory, (path) => {
    const name = packageName(path)
    return names(said, name) && (subpath === undefined || path === name + subpath)
  })
  if (places.length === 0) return undefined
  const lines = places.map(
    (each) => `${each.place} imports ${each.path}. ${remedy(each, directory)}`,
  )
  return ['The application imports modules that cannot be found.', ...lines].join('\n  ')
}

/**
 * Explains an error of Node.js about an import of the application. Returns any other error unchanged.
 * @param metafile - of the bundle of the application
 * @param directory - the folder of the application
 */
export function explainImportError(error: Error, metafile: Metafile, directory: string): Error {
  const [, from, name] = NO_EXPORT.exec(error.message) ?? []
  if (from !== undefined && name !== undefined) {
    const [importing] = findImportPlaces(metafile, directory, (path) => path === from)
    const who = importing?.place ?? 'The application'
    return new CommandFailure(
      `${who} imports ${name} from ${importing?.path ?? from}, which does not export it. Import it from the part that exports it, or remove the import.`,
      { cause: error },
    )
  }
  if (!NOT_FOUND.has(Reflect.get(error, 'code'))) return error
  const text = notFound(error, metafile, directory)
  return text === undefined ? error : new CommandFailure(text, { cause: error })
}
