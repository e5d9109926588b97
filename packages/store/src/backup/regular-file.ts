import { type Stats, statSync } from 'node:fs'
import { StorageError } from '../error.js'

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a named pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}

/**
 * Whether there is a file, after all links. To read a pipe would wait for ever, and to rename to a device destroys it.
 * @throws {StorageError} `value_invalid` for what is there and no regular file
 */
export function hasRegularFile(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || stats.isFile()) return stats !== undefined
  const text = `${path} is ${kindOf(stats)}, and not a file. Nothing was changed.`
  throw new StorageError('value_invalid', text)
}
