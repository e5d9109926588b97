import { isObject } from '@signet/auth/internal'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { ABSENT_PACKAGES, ABSENT_SUBPATHS, INDEPENDENT_PACKAGES } from './absent-parts.js'
import { findPackage } from './installed-package.js'

/** An import of something that Signet does not have. */
export interface MissingImport {
  /** The file that imports, below the folder of the application. */
  readonly file: string
  /** What it imports, as written. */
  readonly path: string
  /** What is missing, and what to do. */
  readonly remedy: string
}

const OWN_CORE = '@signet/core'
const MASTRA_CORE = '@mastra/core'
const SCOPED_NAME = /^(@[^/]+\/[^/]+)(?:\/(.+))?$/

function subpathRemedy(subpath: string): string {
  const [part = ''] = subpath.split('/')
  const known = Object.hasOwn(ABSENT_SUBPATHS, part) ? ABSENT_SUBPATHS[part] : undefined
  return known ?? 'Signet does not have this part.'
}

function packageRemedy(name: string): string {
  const known = Object.hasOwn(ABSENT_PACKAGES, name) ? ABSENT_PACKAGES[name] : undefined
  return known ?? 'It needs the runtime of Mastra, which Signet does not have.'
}

function hasExport(exports: unknown, subpath: string): boolean {
  return isObject(exports) && Object.hasOwn(exports, `./${subpath}`)
}

/** Why a package cannot be imported here; undefined if it can, or if this is not known. */
function findRemedy(path: string, directory: string): string | undefined {
  const [, name, subpath] = SCOPED_NAME.exec(path) ?? []
  if (name === undefined) return undefined
  const manifest = findPackage(name, directory)
  if (manifest?.name === OWN_CORE) {
    if (subpath === undefined || hasExport(manifest.exports, subpath)) return undefined
    return subpathRemedy(subpath)
  }
  if (!name.startsWith('@mastra/') || INDEPENDENT_PACKAGES.test(name)) return undefined
  if (manifest === undefined) return packageRemedy(name)
  const needs = { ...manifest.dependencies, ...manifest.peerDependencies }
  const isMadeForMastra = manifest.name === name && Object.hasOwn(needs, MASTRA_CORE)
  const isRuntimeThere = findPackage(MASTRA_CORE, directory)?.name === MASTRA_CORE
  return isMadeForMastra && !isRuntimeThere ? packageRemedy(name) : undefined
}

/**
 * Finds imports of parts that Signet does not have, and of packages that need the runtime of Mastra.
 * @param metafile - of its bundle, in which packages stay outside
 * @param directory - the folder of the application, to which the files are relative
 */
export function findMissingImports(
  { inputs }: Metafile,
  directory: string,
): readonly MissingImport[] {
  return Object.entries(inputs).flatMap(([file, { imports }]) =>
    imports
      // The application may expect that a dynamic import fails.
      .filter(({ external, kind }) => external === true && kind !== 'dynamic-import')
      .flatMap(({ path }) => {
        const remedy = findRemedy(path, join(directory, dirname(file)))
        return remedy === undefined ? [] : [{ file, path, remedy }]
      }),
  )
}
