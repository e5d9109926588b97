import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'

const { resolve } = createRequire(import.meta.url)

/** The folders of the Signet packages that run this process. */
const FOLDERS: readonly string[] = ['auth', 'cli', 'core', 'proxy', 'server', 'store'].map((name) =>
  dirname(resolve(`@signet/${name}/package.json`)),
)

/** Whether a file belongs to a package that runs this process. */
export function isOfOwnPackage(file: string): boolean {
  return FOLDERS.some((folder) => file.startsWith(folder + sep))
}
