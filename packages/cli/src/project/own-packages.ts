import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'

const { resolve } = createRequire(import.meta.url)

/** The folders of Signet's own packages, as this process has them. */
const FOLDERS: readonly string[] = ['auth', 'cli', 'core', 'server', 'store'].map((name) =>
  dirname(resolve(`@signet/${name}/package.json`)),
)

/** Whether a file is of one of the packages that run this process. */
export function isOfOwnPackage(file: string): boolean {
  return FOLDERS.some((folder) => file.startsWith(folder + sep))
}
