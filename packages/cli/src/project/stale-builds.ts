import { isRunning } from '@signet/auth/internal'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The name of the folder of a bundle. It contains the id of the process. */
const BUILD = /^build-([1-9]\d{0,9})$/

/**
 * Removes the bundles of processes that were killed before they could remove them.
 * @param directory - where the folders of all builds lie. What cannot be removed there stays, and is not a failure.
 */
export async function removeStaleBuilds(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const pid = BUILD.exec(entry.name)?.[1]
    if (pid === undefined || !entry.isDirectory() || isRunning(Number(pid))) continue
    await rm(join(directory, entry.name), { recursive: true }).catch(() => undefined)
  }
}
