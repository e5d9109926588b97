import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The name of a folder with what one process bundled: the process stands in it. */
const BUILD = /^build-([1-9]\d{0,9})$/

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    // Whoever may not be asked is there.
    return error instanceof Error && Reflect.get(error, 'code') === 'ESRCH'
  }
}

/**
 * Removes what processes bundled that were killed before they could remove it themselves.
 * @param directory - where the folders of all builds lie. What cannot be removed there stays, and is not a failure.
 */
export async function removeStaleBuilds(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const pid = BUILD.exec(entry.name)?.[1]
    if (pid === undefined || !entry.isDirectory() || !isGone(Number(pid))) continue
    await rm(join(directory, entry.name), { recursive: true }).catch(() => undefined)
  }
}
