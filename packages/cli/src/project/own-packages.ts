import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folders of Signet's own packages, as this process has them. */
const FOLDERS: readonly string[] = [
  '@signet/auth',
  '@signet/core',
  '@signet/server',
  '@signet/store',
]
  .map((name) => import.meta.resolve(name))
  .concat(import.meta.url)
  .map((url) => dirname(dirname(fileURLToPath(url))))

/** Whether a file is of one of the packages that run this process. */
export function isOfOwnPackage(file: string): boolean {
  return FOLDERS.some((folder) => file.startsWith(folder + sep))
}
