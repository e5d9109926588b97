import { isRunning } from '@signet/auth/internal'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** `signet-unfinished-backup-4711`, and what SQLite puts beside a database of this name. */
const UNFINISHED =
  /^signet-unfinished-(?:backup|restore|look)-([1-9]\d{0,9})(?:-wal|-shm|-journal)?$/

/** A path for what this process makes, and removes or renames before it ends. */
export function unfinishedPath(folder: string, kind: 'backup' | 'restore' | 'look'): string {
  return join(folder, `signet-unfinished-${kind}-${process.pid}`)
}

/** Whether another process has this id. One that was killed in a container had, as often as not, the id of this one. */
function isOfAnother(id: number): boolean {
  return id !== process.pid && isRunning(id)
}

/**
 * Removes what a process that was killed has left half done in a folder: conversations are in it. To be called before
 * this process makes something of the kind there.
 */
export function removeUnfinished(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const id = UNFINISHED.exec(name)?.[1]
      if (id === undefined || isOfAnother(Number(id))) continue
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  } catch {
    // Nobody needs it to be away, and whoever uses the folder is told what is wrong with it.
  }
}
