import { statSync } from 'node:fs'
import { StorageError } from '../../error.js'
import type { StoreNotice } from '../../store.js'

/** How often it is looked whether the files are still there. */
const LOOK_EVERY_MS = 1000

/** Which file a path names; undefined where it names none. */
function identityOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && `${stats.dev}:${stats.ino}`
  } catch {
    return undefined
  }
}

/**
 * Knows whether the files that were opened are still those in the folder. SQLite itself does not look: it goes on
 * with a deleted file, and whatever it stores is gone when the process ends.
 */
export class FilePresence {
  readonly #file: string
  readonly #notify: (notice: StoreNotice) => void
  readonly #opened = new Map<string, string>()
  #lost: StorageError | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(file: string, notify: (notice: StoreNotice) => void) {
    this.#file = file
    this.#notify = notify
  }

  /** Whether the database itself is another file than was opened, or not there. */
  get isReplaced(): boolean {
    const opened = this.#opened.get(this.#file)
    return opened !== undefined && identityOf(this.#file) !== opened
  }

  /** Takes what is there now for what was opened. What was taken once stays. */
  remember(): void {
    for (const path of [this.#file, `${this.#file}-wal`, `${this.#file}-shm`]) {
      const identity = identityOf(path)
      if (identity !== undefined && !this.#opened.has(path)) this.#opened.set(path, identity)
    }
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  /** @throws {StorageError} `storage_unavailable` where they were not there a moment ago */
  check(): void {
    if (this.#lost !== undefined) throw this.#lost
  }

  /** @throws {StorageError} `storage_unavailable` where they are not there now */
  checkNow(): void {
    this.#look()
    this.check()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const missing = [...this.#opened].find(([path, opened]) => identityOf(path) !== opened)
    if (missing === undefined) {
      if (this.#lost === undefined) return
      this.#lost = undefined
      this.#notify({ level: 'info', message: `${this.#file} is there again.` })
      return
    }
    if (this.#lost !== undefined) return
    const [path] = missing
    this.#lost = new StorageError(
      'storage_unavailable',
      'The file of the database was deleted, moved or replaced while it was open.',
      { driverCode: 'ENOENT' },
    )
    this.#notify({ level: 'error', message: this.#describe(path) })
  }

  #describe(path: string): string {
    const what = `${path} was deleted, moved or replaced while it was open. Nothing is read or stored until the same file is back.`
    return path === this.#file
      ? `${what} Stop the server by SIGTERM, not by SIGKILL: as it ends, it writes all that it holds into a new file beside, and names it.`
      : `${what} Stop the server by SIGTERM, not by SIGKILL: as it ends, it writes all into ${this.#file}. Then start it again.`
  }
}
