import { isRunning } from '@signet/auth/internal'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The name of a folder with what one process bundled: the process stands in it. */
const BUILD = /^build-([1-9]\d{0,9})$/

/**
 * Removes what processes bundled that were killed before they could remove it themselves.
 * @param directory - where the folders of all builds lie. What cannot be removed there stays, and is not a failure.
 */
export async function removeStaleBuilds(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const pid = BUILD.exec(entry.name)?.[1]
    if (pid === undefined || !entry.isDirectory() || isRunning(Number(pid))) continue
    await rm(join(directory, entry.name), { recursive: true }).catch(() => undefined)
  }
}
