import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The members of a `package.json` that are read. */
export interface Manifest {
  /** Under an alias it differs from the name that is imported. */
  readonly name?: string
  readonly exports?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/**
 * The `package.json` of a package as Node.js would find it from a folder; undefined if the package is not installed.
 * @param directory - where the search begins; it goes on in every folder above
 */
export function findPackage(name: string, directory: string): Manifest | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Manifest
    if (folder === dirname(folder)) return undefined
  }
}
